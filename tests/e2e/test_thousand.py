"""A thousand users of the gateway in one channel of a real IRC server."""

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crowd_server import CrowdServer
from gateway import Gateway, table
from irc_user import IrcUser
from stanzas import MUC

from demo.partners import Ngircd

USERS = 1000


@pytest.fixture
def crowd() -> Iterator[CrowdServer]:
    """The XMPP side."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    made = CrowdServer()
    yield made
    made.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.soak
def test_a_thousand_users_talk_in_one_channel(tmp_path: Path, crowd: Any) -> None:
    with Ngircd(tmp_path / "ngircd") as ircd:
        print(ircd.version)
        networks = table("net", servers=[ircd.url], flood_rate=0) + "[limits]\nsessions_per_user = 5\n"
        gateway = Gateway(tmp_path / "gateway", crowd, networks).start()
        ann = IrcUser("ann", ircd.port).connect()
        try:
            ann.join("#crowd")
            talk(crowd, gateway, ann)
        finally:
            ann.close()
            gateway.stop()


def talk(crowd: CrowdServer, gateway: Gateway, ann: IrcUser) -> None:
    """Everybody joins; ann is heard by all, and one of them by her and all others."""
    room = gateway.address("net", "#crowd")
    for start in range(0, USERS, 50):
        crowd.send(
            *(
                f"<presence from='u{n}@localhost/x' to='{room}/u{n}'><x xmlns='{MUC[1:-1]}'/></presence>"
                for n in range(start, start + 50)
            )
        )
        crowd.wait_for(rb"code=.110.", start + 50, 300)
    assert crowd.count(rb"<presence[^>]*type=.error.") == 0
    crowd.clear()
    ann.say("#crowd", "hello all of you")
    crowd.wait_for(rb"<body>hello all of you</body>", USERS)
    crowd.send(
        f"<message type='groupchat' id='m1' from='u7@localhost/x' to='{room}'><body>hello all of us</body></message>"
    )
    ann.expect("pubmsg", nick="u7", text="hello all of us", within=60)
    crowd.wait_for(rb"<body>hello all of us</body>", USERS)
    assert crowd.count(rb"<body>hello all of us</body>") == USERS
    assert gateway.program.running
