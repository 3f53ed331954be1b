"""Nothing that a user types becomes another command: every public method with hostile arguments."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from irc_world import World

from transport.api import Affiliation, Kind, Message, Refused, Role, Target

HOSTILE = (
    "x\r\nQUIT :injected",
    "x\nQUIT :injected",
    "x\rQUIT :injected",
    "x\0QUIT",
    ":x",
    "x y",
    "x :y",
    "",
    " ",
    "#a,#b",
    "x\u2028QUIT",
    "\x01DCC\x01",
    "\ud800",
    "x" * 600,
)
Call = Callable[[Any, str], Any]
CALLS: dict[str, Call] = {
    "send_room": lambda s, t: s.send(Target(Kind.ROOM, "#garden"), Message(t)),
    "send_action": lambda s, t: s.send(Target(Kind.ROOM, "#garden"), Message("/me " + t)),
    "send_to_room": lambda s, t: s.send(Target(Kind.ROOM, t), Message("hello")),
    "send_to_occupant": lambda s, t: s.send(Target(Kind.ROOM, "#garden", t), Message("hello")),
    "send_to_contact": lambda s, t: s.send(Target(Kind.CONTACT, t), Message("hello")),
    "send_contact": lambda s, t: s.send(Target(Kind.CONTACT, "juliet"), Message(t)),
    "join": lambda s, t: s.join(t, "romeo", None),
    "join_nick": lambda s, t: s.join("#other", t, None),
    "join_key": lambda s, t: s.join("#other", "romeo", t),
    "leave": lambda s, t: s.leave("#garden", t),
    "leave_room": lambda s, t: s.leave(t, ""),
    "set_nick": lambda s, t: s.set_nick("#garden", t),
    "set_subject": lambda s, t: s.set_subject("#garden", t),
    "set_subject_room": lambda s, t: s.set_subject(t, "x"),
    "kick": lambda s, t: s.set_role("#garden", t, Role.NONE, ""),
    "kick_reason": lambda s, t: s.set_role("#garden", "romeo", Role.NONE, t),
    "ban": lambda s, t: s.set_affiliation("#garden", t, Affiliation.OUTCAST, ""),
    "ban_mask": lambda s, t: s.set_affiliation("#garden", "*!*@" + t, Affiliation.OUTCAST, ""),
    "admin": lambda s, t: s.set_affiliation("#garden", t, Affiliation.ADMIN, ""),
    "invite": lambda s, t: s.invite("#garden", t, ""),
    "invite_reason": lambda s, t: s.invite("#garden", "juliet", t),
    "affiliated": lambda s, t: s.affiliated(t, Affiliation.OUTCAST),
    "presence": lambda s, t: s.set_presence("away", t),
    "add": lambda s, t: s.add(t),
    "remove": lambda s, t: s.remove(t),
    "ping": lambda s, t: s.ping(Target(Kind.CONTACT, t)),
    "version": lambda s, t: s.version(Target(Kind.ROOM, "#garden", t)),
    "raw": lambda s, t: s.raw("WHOIS " + t),
    "disconnect": lambda s, t: s.disconnect(t),
}
# What a call may cause to be sent, besides the PING that proves it.
COMMANDS = {
    "PRIVMSG", "JOIN", "PART", "NICK", "TOPIC", "KICK", "MODE", "INVITE", "AWAY", "ISON", "WHOIS", "USERHOST", "QUIT",
}  # fmt: skip
BEGINNING = ("PRIVMSG #garden :", "PRIVMSG juliet :")


def call(world: World, name: str, text: str) -> list[str]:
    """The lines a call made, as a server cuts them that ends lines at CR, LF and NUL."""
    world.host.advance(2)
    world.server.raw = b""
    try:
        answer = CALLS[name](world.session, text)
    except Refused as refused:
        assert str(refused.text)
        answer = None
    if hasattr(answer, "addErrback"):
        answer.addErrback(lambda failure: failure.trap(Refused))
    for _ in range(3):
        world.host.advance(2)
    raw = world.server.raw
    for end in (b"\n", b"\0"):
        raw = raw.replace(end, b"\r")
    return [line.decode() for line in raw.split(b"\r") if line and not line.startswith(b"PING :p")]


def is_harmless(name: str, text: str, lines: list[str]) -> None:
    """Every line is one of the command that was meant, and no longer than it may be."""
    for line in lines:
        command, _, rest = line.partition(" ")
        assert command in COMMANDS
        assert (command == "QUIT") == (name == "disconnect"), line
        assert len(line.encode()) <= 510
        if name.startswith("send"):
            assert command == "PRIVMSG"
            assert rest.partition(" ")[2].startswith(":")
    most = len(text.splitlines()) + 5 if name in ("send_room", "send_action", "send_contact") else 2
    assert len(lines) <= most


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_arguments_stay_arguments(world: World, name: str, text: str) -> None:
    is_harmless(name, text, call(world, name, text))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(CALLS)), st.text(alphabet=st.sampled_from("aQUIT :#,\r\n\0\x01\u2028%!@*é😀"), max_size=30)
)
def test_no_text_becomes_another_line(name: str, text: str) -> None:
    is_harmless(name, text, call(World().up(), name, text))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_names_that_break_a_line_reach_no_server(world: World, text: str) -> None:
    for name in ("send_to_occupant", "send_to_contact", "set_nick", "invite", "ping"):
        if text not in ("#a,#b", "\x01DCC\x01", "\ud800", "x" * 600, "x\u2028QUIT"):
            assert call(world, name, text) == []


@pytest.mark.parametrize("field", ["nick", "username", "password", "realname", "server_password"])
@pytest.mark.parametrize("text", ["x\r\nQUIT", "x\nQUIT", "x\rQUIT", "x\0", "\ud800", "x" * 400])
def test_registrations_that_break_a_line_are_refused(world: World, field: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        world.network.check_registration({"nick": "romeo", field: text})
    assert refused.value.condition == "not-acceptable"


@pytest.mark.parametrize(
    "settings",
    [{"nick": "x\r\nQUIT"}, {"nick": "r", "realname": "x\r\nQUIT"}, {"nick": "r", "server_password": "x\nQUIT"}],
)
def test_even_a_registration_that_was_never_checked_cannot_inject(settings: dict[str, str]) -> None:
    world = World(settings)
    world.session.connect()
    for _ in range(5):
        world.host.advance(30)
    assert not [line for line in world.server.lines if line.startswith("QUIT") and "Not signed" not in line]
