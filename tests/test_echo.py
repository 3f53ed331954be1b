"""The reference plugin."""

import pytest

from transport.api import (
    SENT,
    Account,
    CommandContext,
    Connected,
    Kind,
    Message,
    MessageIn,
    Refused,
    Target,
)
from transport.plugins.echo import Echo
from transport.testing.host import FakeHost

JULIET = Target(Kind.CONTACT, "juliet")


def signed_in(prefix: str = "", **settings: str) -> tuple[FakeHost, object]:
    host = FakeHost()
    session = Echo("echo", {"prefix": prefix}).session(Account("romeo@example.org", "echo", settings), host)
    session.connect()
    return host, session


def test_whoever_is_told_something_says_it_back() -> None:
    host, session = signed_in(prefix="> ")
    assert session.send(JULIET, Message("hello")) is SENT
    assert host.of(MessageIn) == []
    host.reactor.advance(0)
    [event] = host.of(MessageIn)
    assert (event.sender, event.message.text) == (JULIET, "> hello")


def test_the_greeting_is_said_when_signing_in() -> None:
    host, _ = signed_in(greeting="welcome")
    assert isinstance(host.events[0], Connected)
    assert [e.message.text for e in host.of(MessageIn)] == ["welcome"]


def test_nothing_is_sent_while_signed_out() -> None:
    _, session = signed_in()
    session.disconnect("over")
    with pytest.raises(Refused, match="not signed in"):
        session.send(JULIET, Message("hello"))


def test_the_command_shouts() -> None:
    network = Echo("echo", {})
    [command] = network.commands
    assert str(command.run(CommandContext("romeo@example.org", argument="hello")).text) == "HELLO!"
    with pytest.raises(Refused):
        command.run(CommandContext("romeo@example.org"))


def test_names_are_checked_and_only_the_greeting_is_kept() -> None:
    network = Echo("echo", {})
    assert network.check(" Juliet ") == "Juliet"
    with pytest.raises(Refused):
        network.check("a\nb")
    assert network.check_registration({"greeting": "hi", "other": "x"}) == {"greeting": "hi"}
