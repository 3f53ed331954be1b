"""The wire: bytes of a TCP or TLS connection as lines, and lines as few writes as can be."""

from typing import Any, Protocol

from twisted.internet import tcp
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.python.failure import Failure

from transport.plugins.irc.line import TAG_BYTES

# Tags, and the longest line a server may announce.
MAX_LINE = TAG_BYTES + 16384


class Receiver(Protocol):
    """Who is told what a connection hears."""

    def receive(self, connection: "Connection", raw: bytes) -> None:
        """A line without its end; never empty."""

    def opened(self, connection: "Connection") -> None:
        """Lines may be written."""

    def lost(self, connection: "Connection", reason: Failure) -> None:
        """No line will come any more."""


class Made:
    """Stands for a connector whose work is done."""

    def connectionLost(self, reason: Failure) -> None:
        """Nobody else needs to know."""


MADE = Made()


class Connection(TwistedProtocol):
    """Cuts what arrives at `\\n`, with or without `\\r`; a line that is too long costs itself only."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.rest = b""
        self.skipping = False
        self.heard = False
        self.ended = False
        self.socket: Any = None

    def connectionMade(self) -> None:
        transport: Any = self.transport
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
        # A plain connection has a socket that takes a line at once, without asking the reactor first.  The
        # class is asked, not the attribute: a TLS transport lends those of the connection below it.
        if isinstance(transport, tcp.Connection) and not transport.TLS:
            self.socket = transport.socket
            # What an endpoint puts between is of no more use, and would cost each read; what made the
            # connection is not either, and would stay in memory as long as the connection.
            transport.protocol = self
            if isinstance(transport, tcp.Client):
                transport.connector = MADE
        self.receiver.opened(self)

    def dataReceived(self, data: bytes) -> None:
        self.heard = True
        if self.rest:
            data = self.rest + data
        lines = data.split(b"\n")
        self.rest = rest = lines.pop()
        receive = self.receiver.receive
        for raw in lines:
            if self.skipping:
                self.skipping = False
                continue
            if raw[-1:] == b"\r":
                raw = raw[:-1]
            if raw and len(raw) <= MAX_LINE:
                receive(self, raw)
        if len(rest) > MAX_LINE:
            self.rest = b""
            self.skipping = True

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.socket = None
        self.ended = True
        self.receiver.lost(self, reason)

    def write(self, data: bytes) -> None:
        """Send; at once where nothing waits, else through the reactor."""
        if self.ended:
            return
        transport: Any = self.transport
        if self.socket is not None and not transport.dataBuffer and not transport._tempDataBuffer:
            if transport.disconnecting or not transport.connected:
                return
            try:
                sent = self.socket.send(data)
            except OSError:
                # Full or broken: the transport finds out which.
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)

    def close(self) -> None:
        """Close once everything is written."""
        if self.transport is not None and not self.ended:
            self.transport.loseConnection()

    def abort(self) -> None:
        """Close now."""
        transport: Any = self.transport
        if transport is not None and not self.ended:
            getattr(transport, "abortConnection", transport.loseConnection)()
