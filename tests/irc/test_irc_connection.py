"""The wire: where bytes go, and that they never pass by the encryption."""

import socket
from typing import Any

import pytest
from twisted.internet import tcp
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from transport.plugins.irc.connection import Connection


class Receiver:
    """Remembers the lines."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def opened(self, connection: Connection) -> None:
        connection.write(b"NICK romeo\r\n")

    def receive(self, connection: Connection, raw: bytes) -> None:
        self.lines.append(raw)

    def lost(self, connection: Connection, reason: object) -> None:
        self.lines.append(b"lost")


@pytest.fixture
def pair() -> Any:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    yield ours, theirs
    ours.close()
    theirs.close()


def connected(ours: socket.socket, protocol: Any) -> tcp.Connection:
    transport = tcp.Connection(ours, protocol, MemoryReactorClock())
    transport.connected = 1
    transport.setTcpNoDelay = lambda on: None  # type: ignore[method-assign]
    protocol.makeConnection(transport)
    return transport


def arrived(theirs: socket.socket) -> bytes:
    try:
        return theirs.recv(65536)
    except BlockingIOError:
        return b""


def test_a_plain_connection_is_written_at_once_and_in_order(pair: Any) -> None:
    ours, theirs = pair
    connection = Connection(Receiver())
    transport = connected(ours, connection)
    assert arrived(theirs) == b"NICK romeo\r\n"
    transport.write(b"queued\r\n")
    connection.write(b"after\r\n")
    assert arrived(theirs) == b""
    transport.doWrite()
    assert arrived(theirs) == b"queued\r\nafter\r\n"


def test_a_full_socket_queues_the_rest(pair: Any) -> None:
    ours, theirs = pair
    connection = Connection(Receiver())
    transport = connected(ours, connection)
    data = b"x" * 3_000_000
    connection.write(data)
    connection.write(b"end")
    received = bytearray()
    for _ in range(1000):
        received += arrived(theirs)
        if transport.dataBuffer or transport._tempDataBuffer:
            transport.doWrite()
    assert bytes(received) == b"NICK romeo\r\n" + data + b"end"


def test_nothing_passes_by_a_layer_between(pair: Any) -> None:
    """A TLS transport lends the attributes of the socket below; to use them would send in the clear."""
    ours, theirs = pair
    connection = Connection(Receiver())
    wrapper = ProtocolWrapper(WrappingFactory(Factory()), connection)
    written: list[bytes] = []
    wrapper.write = written.append  # type: ignore[method-assign]
    connected(ours, wrapper)
    assert wrapper.socket is ours
    connection.write(b"PASS secret\r\n")
    assert arrived(theirs) == b""
    assert written == [b"NICK romeo\r\n", b"PASS secret\r\n"]


def test_nothing_is_written_after_the_end(pair: Any) -> None:
    ours, theirs = pair
    receiver = Receiver()
    connection = Connection(receiver)
    connected(ours, connection)
    arrived(theirs)
    connection.connectionLost(None)  # type: ignore[arg-type]
    connection.write(b"x")
    connection.close()
    connection.abort()
    assert arrived(theirs) == b""
    assert receiver.lines == [b"lost"]
