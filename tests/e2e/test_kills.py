"""Killing a server or the gateway at random moments of a conversation: what was acknowledged is neither lost
nor doubled, the user is told, and everything comes back by itself."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cast import XMPP_SERVERS, Network, People, versions
from conversation import Conversation
from gateway import Gateway, table

from demo.partners import Authority, Inspircd, Ngircd, XmppServer

SEED = int(os.environ.get("TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
BURST = 8


@pytest.fixture(**versions("prosody", "ejabberd"))
def xmpp(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[XmppServer]:
    """An XMPP server of the test's own, which it may kill."""
    with XMPP_SERVERS[request.param](tmp_path / request.param) as server:
        yield server


@pytest.fixture(**versions("ngircd", "inspircd"))
def ircd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """An IRC server of the test's own, which it may kill."""
    folder = tmp_path / request.param
    authority = Authority(tmp_path / "authority")
    make = {
        "ngircd": lambda: Ngircd(folder),
        "inspircd": lambda: Inspircd(folder, authority.issue("irc.test", "irc.test"), authority),
    }
    with make[request.param]() as server:
        yield server


@pytest.fixture
def gateway(tmp_path: Path, xmpp: XmppServer, ircd: Any) -> Iterator[Gateway]:
    """A gateway of the test's own."""
    made = Gateway(tmp_path / "gateway", xmpp, table("net", servers=[ircd.url], flood_rate=0)).start()
    yield made
    made.stop()


def rounds(gateway: Gateway, people: People, ircd: Any, victim: str, count: int) -> Conversation:
    """Kill the victim `count` times while people talk; the conversation afterwards."""
    chance = random.Random(f"{SEED} {victim}")
    talk = Conversation(gateway, people, Network("net", ircd))
    victims = {"gateway": gateway, "xmpp": gateway.xmpp, "irc": ircd}
    for _ in range(count):
        began = time.time()
        fatal = chance.randrange(1, BURST)
        for number in range(BURST):
            talk.say(number)
            if number == fatal:
                time.sleep(chance.random() * 0.03)
                kill(gateway, victims[victim])
            time.sleep(chance.random() * 0.02)
        talk.recover()
        assert victim == "xmpp" or talk.told(began), "romeo was told nothing"
    time.sleep(0.5)
    talk.close_books()
    return talk


def kill(gateway: Gateway, victim: Any) -> None:
    """Kill a program as `kill -9` does and start it again, until the gateway is back at its XMPP server."""
    mark = gateway.xmpp.mark()
    victim.kill()
    victim.start()
    if victim is gateway.xmpp:
        gateway.xmpp.wait_for_component(mark, gateway.program, 60)


def judge(talk: Conversation, victim: str, servers: str) -> None:
    """Show the table; what was acknowledged must be there, once."""
    shown = talk.table(f"kill -9 of the {victim} ({servers}), seed {SEED}")
    print(shown)
    for ledger in (talk.to_irc, talk.to_xmpp):
        assert len(ledger.sent) > 0
        assert ledger.lost == [], shown
        assert ledger.doubled == [], shown
        assert ledger.contradicted == [], shown


@pytest.mark.parametrize("victim", ["gateway", "xmpp", "irc"])
def test_what_was_acknowledged_survives_a_kill(gateway: Gateway, people: People, ircd: Any, victim: str) -> None:
    talk = rounds(gateway, people, ircd, victim, 2)
    judge(talk, victim, f"{gateway.xmpp.version}, {ircd.version}")


@pytest.mark.soak
@pytest.mark.parametrize("victim", ["gateway", "xmpp", "irc"])
def test_what_was_acknowledged_survives_many_kills(gateway: Gateway, people: People, ircd: Any, victim: str) -> None:
    talk = rounds(gateway, people, ircd, victim, 30)
    judge(talk, victim, f"{gateway.xmpp.version}, {ircd.version}")
