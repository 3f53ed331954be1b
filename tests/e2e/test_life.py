"""Starting, stopping, reloading and losing servers: the gateway's life as an administrator sees it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cast import XMPP_SERVERS, Network, People, versions
from gateway import ROOT, Gateway, table
from stanzas import ITEMS, REGISTER, condition
from test_registration import register, submit

from demo.partners import Ngircd, Program, XmppServer


@pytest.fixture(**versions("prosody", "ejabberd"))
def xmpp(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[XmppServer]:
    """An XMPP server of the test's own, which it may stop."""
    with XMPP_SERVERS[request.param](tmp_path / request.param) as server:
        yield server


@pytest.fixture
def ircd(tmp_path: Path) -> Iterator[Ngircd]:
    """An IRC server of the test's own."""
    with Ngircd(tmp_path / "ngircd") as server:
        yield server


@pytest.fixture
def gateway(tmp_path: Path, xmpp: XmppServer, ircd: Ngircd) -> Iterator[Gateway]:
    """A gateway of the test's own."""
    made = Gateway(tmp_path / "gateway", xmpp, table("net", servers=[ircd.url])).start()
    yield made
    made.stop()


@pytest.fixture
def scene(gateway: Gateway, people: People, ircd: Ngircd) -> Any:
    """Romeo and ann in #life."""
    ann = people.on_irc(Network("net", ircd))
    ann.join("#life")
    romeo = people.romeo()
    romeo.join(gateway.address("net", "#life"), romeo.nick)
    ann.expect("join", nick=romeo.nick)
    return romeo, ann, gateway.address("net", "#life")


def talk(romeo: Any, ann: Any, room: str, text: str, within: float = 10) -> None:
    """Say something both ways."""
    romeo.say(room, text, "groupchat")
    ann.expect("pubmsg", nick=romeo.nick, text=text, within=within)
    ann.say("#life", f"{text} too")
    romeo.expect("message", body=f"{text} too", within=within)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_cleanly(gateway: Gateway, scene: Any, number: signal.Signals) -> None:
    romeo, ann, room = scene
    assert gateway.program.end(number, 10) == 0
    romeo.expect("presence", frm=f"{room}/{romeo.nick}", type="unavailable")
    ann.expect("quit", nick=romeo.nick)


def test_after_a_restart_registrations_stand_and_rooms_are_joined_again(gateway: Gateway, scene: Any) -> None:
    romeo, ann, room = scene
    register(romeo, gateway.address("net"), submit(nick=romeo.nick))
    assert gateway.stop() == 0
    gateway.start()
    assert (
        romeo.query(gateway.address("net"), "jabber:iq:register").find(f"{REGISTER}query/{REGISTER}registered")
        is not None
    )
    assert condition(romeo.iq(f"{room}/{romeo.nick}", "<ping xmlns='urn:xmpp:ping'/>")) == "not-acceptable"
    romeo.join(room, romeo.nick)
    talk(romeo, ann, room, "again")


def test_the_xmpp_server_may_restart(gateway: Gateway, scene: Any, people: People, xmpp: XmppServer) -> None:
    romeo, ann, room = scene
    mark = xmpp.mark()
    xmpp.kill()
    xmpp.start()
    xmpp.wait_for_component(mark, gateway.program)
    romeo = people.client(romeo.bare)
    romeo.join(room, romeo.nick)
    talk(romeo, ann, room, "back")
    assert not ann.inbox.has(lambda line: line.type == "nick")


def test_the_irc_server_may_restart(gateway: Gateway, scene: Any, people: People, ircd: Ngircd) -> None:
    romeo, ann, room = scene
    ircd.kill()
    gone = romeo.inbox.take(
        lambda s: str(s.get("from")).endswith(gateway.domain) or str(s.get("from")).startswith(room), 10, "the news"
    )
    assert gone is not None
    ircd.start()
    ann = people.on_irc(Network("net", ircd), "anna")
    ann.join("#life")
    ann.inbox.take(
        lambda line: (
            (line.type == "join" and line.nick == romeo.nick)
            or (line.type == "namreply" and romeo.nick in line.arguments[-1])
        ),
        60,
        "romeo",
    )
    talk(romeo, ann, room, "back", 20)


def test_hangup_reads_networks_again_and_disturbs_nobody(gateway: Gateway, scene: Any, ircd: Ngircd) -> None:
    romeo, ann, room = scene
    gateway.write(table("net", servers=[ircd.url]) + table("more", servers=[ircd.url]))
    gateway.reload()

    def listed() -> set[str | None]:
        items = romeo.query(gateway.domain, "http://jabber.org/protocol/disco#items")
        return {one.get("jid") for one in items.iter(f"{ITEMS}item")}

    assert eventually(lambda: gateway.address("more") in listed())
    talk(romeo, ann, room, "undisturbed")
    assert not ann.inbox.has(lambda line: line.type in ("quit", "part"))
    gateway.write("nonsense = [")
    gateway.reload()
    talk(romeo, ann, room, "still here")
    assert gateway.program.running


def eventually(fits: Any, tries: int = 50) -> bool:
    """Whether a question that costs a round trip is answered yes before long."""
    return any(fits() for _ in range(tries))


def check(gateway: Gateway) -> subprocess.CompletedProcess[str]:
    """Run `transport check`."""
    command = [sys.executable, "-m", "transport", "check", "--config", str(gateway.config)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)


def test_check_tells_a_wrong_secret_and_a_missing_server_in_words(gateway: Gateway, xmpp: XmppServer) -> None:
    gateway.stop()
    good = check(gateway)
    assert good.returncode == 0, good.stdout + good.stderr
    right = gateway.config.read_text()
    gateway.config.write_text(right.replace(f'secret = "{xmpp.secret}"', 'secret = "mistaken"'))
    wrong = check(gateway)
    assert wrong.returncode != 0
    assert "secret" in wrong.stdout + wrong.stderr
    assert "Traceback" not in wrong.stderr
    gateway.config.write_text(right.replace(str(xmpp.component_port), "1"))
    missing = check(gateway)
    assert missing.returncode != 0
    assert "127.0.0.1" in missing.stdout + missing.stderr
    gateway.config.write_text(right + "colour = 3\n[networks.bad]\nplugin = 7\n")
    broken = check(gateway)
    assert broken.returncode != 0
    for key in ("colour", "networks.bad.plugin"):
        assert key in broken.stdout + broken.stderr


def test_twistd_runs_the_same(gateway: Gateway, people: People, xmpp: XmppServer) -> None:
    gateway.stop()
    twistd = str(Path(sys.executable).with_name("twistd"))
    command = [twistd, "-n", "--pidfile=", "transport", "--config", str(gateway.config)]
    program = Program(command, log=gateway.folder / "twistd.log", folder=ROOT)
    mark = xmpp.mark()
    program.start()
    try:
        xmpp.wait_for_component(mark, program)
        assert people.romeo().query(gateway.domain, "urn:xmpp:ping", "ping").get("type") == "result"
    finally:
        program.stop()


def test_a_full_conversation_leaves_no_words_in_the_log(gateway: Gateway, scene: Any) -> None:
    romeo, ann, room = scene
    talk(romeo, ann, room, "swordfish")
    romeo.say(f"{room}/{ann.nick}", "swordfish in private")
    ann.expect("privmsg", nick=romeo.nick)
    assert "swordfish" not in gateway.log()
