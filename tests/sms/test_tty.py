"""Writing to a serial port: at once where that goes, and nothing twice or out of order."""

import os
import tty
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.error import ConnectionLost
from twisted.internet.protocol import Protocol
from twisted.internet.testing import MemoryReactor

from transport.plugins.sms.line.tty import Line, open_line

MANY = b"0123456789" * 10_000


@pytest.fixture
def terminal() -> Iterator[tuple[int, Line, Any]]:
    """The modem's side, the port on the other, and the reactor that waits for it."""
    master, slave = os.openpty()
    tty.setraw(slave)
    reactor: Any = MemoryReactor()
    line = open_line(Protocol(), os.ttyname(slave), 115200, reactor)
    yield master, line, reactor
    line.abortConnection()
    os.close(slave)
    os.close(master)


def test_a_command_is_written_without_waiting_for_the_reactor(terminal: tuple[int, Line, Any]) -> None:
    master, line, reactor = terminal
    line.write(b"AT\r")
    assert os.read(master, 100) == b"AT\r"
    assert line not in reactor.getWriters()


def test_what_does_not_go_at_once_follows_in_order(terminal: tuple[int, Line, Any]) -> None:
    master, line, reactor = terminal
    line.write(MANY)
    line.write(b"end")
    assert line in reactor.getWriters()
    heard = b""
    while len(heard) < len(MANY) + 3:
        heard += os.read(master, 4096)
        line.doWrite()  # type: ignore[no-untyped-call]
    assert heard == MANY + b"end"
    assert line not in reactor.getWriters()


def test_an_error_of_writing_is_left_to_the_reactor(
    terminal: tuple[int, Line, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, line, reactor = terminal
    monkeypatch.setattr(line, "writeSomeData", lambda data: ConnectionLost())
    line.write(b"AT\r")
    assert line in reactor.getWriters()
    assert isinstance(line.doWrite(), ConnectionLost)  # type: ignore[no-untyped-call]
