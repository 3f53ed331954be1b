"""The port of a modem, opened again and again: a serial device, or `tcp:host:port` (ser2net and its like).

However it fails, the modem is unplugged: a device that is not there, is busy or not permitted, a hang-up, which
arrives as a clean end, and a connection that breaks.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall, IStreamClientEndpoint, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.plugins.sms.malformed import Malformed

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
# A port that stays open for so long was worth opening: the next pause is short again.
LASTING = 30.0
TCP = re.compile(r"tcp:(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]\s]+)):(\d{1,5})")

Opener = Callable[["Wire", str, int, Any], Any]
Connector = Callable[[str, int], IStreamClientEndpoint]


def tcp_address(device: str) -> tuple[str, int] | None:
    """Host and port of `tcp:host:port` or `tcp:[address]:port`; None for a device; Malformed for neither."""
    found = TCP.fullmatch(device)
    if found is not None and 0 < int(found[3]) <= 65535:
        return found[1] or found[2], int(found[3])
    if device.startswith("/") and "\0" not in device:
        return None
    raise Malformed("a modem is at /dev/... or tcp:host:port")


def open_tty(wire: "Wire", device: str, baud: int, reactor: Any) -> Any:
    """Open a device, with pyserial, which is not needed before."""
    from transport.plugins.sms.line.tty import open_line

    return open_line(wire, device, baud, reactor)


class Wire(Protocol):
    """One opening of a port; `watchers` wait for its end."""

    def __init__(self, port: "Port") -> None:
        self.port = port
        self.watchers: list[Deferred[None]] = []

    def dataReceived(self, data: bytes) -> None:
        """Octets of the modem."""
        self.port.received(self, data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """It is gone."""
        self.port.lost(self, reason)
        watchers, self.watchers = self.watchers, []
        for watcher in watchers:
            watcher.callback(None)


class Port:
    """Keeps a port open.

    `endpoint` makes a client endpoint of host and port.  `on_open` is called each time when the port can be written
    to, `on_data` with octets, `on_closed` with a reason, each time the port was lost or could not be opened.
    """

    def __init__(
        self,
        reactor: Any,
        device: str,
        baud: int,
        endpoint: Connector,
        on_open: Callable[[], None],
        on_data: Callable[[bytes], None],
        on_closed: Callable[[str], None],
        *,
        random: Random,
        opener: Opener = open_tty,
    ) -> None:
        self.reactor = reactor
        self.device = device
        self.baud = baud
        self.endpoint = endpoint
        self.on_open = on_open
        self.on_data = on_data
        self.on_closed = on_closed
        self.random = random
        self.opener = opener
        self.address = tcp_address(device)
        self.log = Logger()
        self.running = False
        self.attempts = 0
        self.opened_at = 0.0
        self.wire: Wire | None = None
        self.closing: Wire | None = None
        self.connecting: Deferred[Any] | None = None
        self.waiting: IDelayedCall | None = None

    @property
    def is_open(self) -> bool:
        """Whether octets can flow."""
        return self.wire is not None

    def start(self) -> None:
        """Open it in the next turn of the reactor, and again after every failure."""
        if not self.running:
            self.running = True
            self.attempts = 0
            self._wait(0)

    def stop(self) -> Deferred[None]:
        """Close it and leave it closed: fires when it is; `on_closed` is not called any more."""
        self.running = False
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None
        connecting, self.connecting = self.connecting, None
        if connecting is not None:
            connecting.cancel()
        self._drop()
        if self.closing is None:
            return succeed(None)
        closed: Deferred[None] = Deferred()
        self.closing.watchers.append(closed)
        return closed

    def reopen(self) -> None:
        """Close it, since the modem does not answer, and open it again after a pause."""
        if self._drop():
            self._failed("closed to be opened again")

    def write(self, data: bytes) -> None:
        """Send octets; nothing happens when the port is closed."""
        if self.wire is not None and self.wire.transport is not None:
            self.wire.transport.write(data)

    def received(self, wire: Wire, data: bytes) -> None:
        """A wire has octets."""
        if wire is self.wire:
            self.on_data(data)

    def lost(self, wire: Wire, reason: Failure) -> None:
        """A wire is gone."""
        if wire is self.closing:
            self.closing = None
        if wire is self.wire:
            self.wire = None
            self._failed(reason.getErrorMessage())

    def _drop(self) -> bool:
        """Close what is open; tells whether there was anything."""
        wire, self.wire = self.wire, None
        if wire is not None and wire.transport is not None:
            self.closing = wire
            # What waits to be written would be written to a modem that does not listen.
            transport: Any = wire.transport
            transport.abortConnection()
        return wire is not None

    def _wait(self, seconds: float) -> None:
        self.waiting = self.reactor.callLater(seconds, self._open)

    def _open(self) -> None:
        self.waiting = None
        wire = Wire(self)
        if self.address is None:
            try:
                self.opener(wire, self.device, self.baud, self.reactor)
            except Exception as error:
                # SerialException, OSError, termios.error, and ImportError without pyserial.
                self._failed(str(error) or type(error).__name__)
            else:
                self._opened(wire)
            return
        factory: Any = Factory.forProtocol(lambda: wire)
        factory.noisy = False
        connecting = self.connecting = maybeDeferred(self._connect, factory)
        connecting.addCallbacks(self._connected, self._not_connected, callbackArgs=(wire,))
        connecting.addErrback(lambda failure: self.log.failure("Greeting a modem failed", failure))

    def _connect(self, factory: Any) -> Deferred[Any]:
        if self.address is None:
            raise ValueError("not at a TCP address")
        return self.endpoint(*self.address).connect(factory)

    def _connected(self, _: object, wire: Wire) -> None:
        transport: Any = wire.transport
        if self.connecting is None:
            transport.abortConnection()
            return
        self.connecting = None
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
            # A server that vanished says nothing, and a modem may say nothing for hours.
            transport.setTcpKeepAlive(True)
        self._opened(wire)

    def _not_connected(self, failure: Failure) -> None:
        if self.running:
            self.connecting = None
            self._failed(failure.getErrorMessage())

    def _opened(self, wire: Wire) -> None:
        self.wire = wire
        self.opened_at = self.reactor.seconds()
        self.on_open()

    def _failed(self, why: str) -> None:
        """Tell it, and try again after a pause that grows, at random so that modems do not come all at once."""
        if self.opened_at and self.reactor.seconds() - self.opened_at >= LASTING:
            self.attempts = 0
        self.opened_at = 0.0
        self.attempts += 1
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.attempts, 16))
        self._wait(self.random.uniform(longest / 2, longest))
        self.on_closed(why)
