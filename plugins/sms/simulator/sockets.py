"""Simulated modems on TCP, as ser2net offers real ones, and the control socket."""

from typing import Final

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHalfCloseableProtocol, IListeningPort, IReactorTCP, ITCPTransport
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from transport.plugins.sms.simulator.control import Control
from transport.plugins.sms.simulator.modem import SimModem

LONGEST_ORDER: Final = 65536


class TcpClient(Protocol):
    """A client of a modem."""

    transport: ITCPTransport

    def __init__(self, port: "TcpPort") -> None:
        self.port = port

    def connectionMade(self) -> None:
        """One client at a time; a second one is turned away."""
        self.transport.setTcpNoDelay(True)
        if self.port.client is None:
            self.port.client = self
        else:
            self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:
        """Hear the client."""
        if self.port.client is self:
            self.port.modem.receive(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """It has gone."""
        if self.port.client is self:
            self.port.client = None
            self.port.modem.client_gone()


class TcpPort(Factory):
    """A modem's port on the loopback interface."""

    noisy = False

    def __init__(self, modem: SimModem, number: int, reactor: IReactorTCP) -> None:
        self.modem = modem
        self.number = number
        self.reactor = reactor
        self.client: TcpClient | None = None
        self.listening: IListeningPort | None = None
        modem.line.write = self.write
        modem.hang_up = self.close
        modem.come_back = self.open

    def open(self) -> None:
        """Listen; port 0 becomes a free one, and stays that one."""
        self.listening = self.reactor.listenTCP(self.number, self, interface="127.0.0.1")  # type: ignore[arg-type]
        address = self.listening.getHost()
        if isinstance(address, IPv4Address):
            self.number = address.port

    @property
    def name(self) -> str:
        """What the gateway would call the device."""
        return f"tcp:127.0.0.1:{self.number}"

    def close(self) -> None:
        """Listen no more, and drop the client."""
        if self.listening is not None:
            self.listening.stopListening()
            self.listening = None
        if self.client is not None:
            self.client.transport.abortConnection()

    def buildProtocol(self, address: object) -> TcpClient:
        """A client."""
        return TcpClient(self)

    def write(self, data: bytes) -> None:
        """What the modem says; lost when nobody is there."""
        if self.client is not None:
            self.client.transport.write(data)


@implementer(IHalfCloseableProtocol)
class ControlClient(LineOnlyReceiver):
    """Somebody who tells the simulator what to do: one line a command, one line of JSON an answer."""

    delimiter = b"\n"
    MAX_LENGTH = LONGEST_ORDER

    def __init__(self, control: Control) -> None:
        self.control = control

    def lineReceived(self, line: bytes) -> None:
        """Do it, and answer."""
        if line.strip():
            answer = self.control.line(line.decode("utf-8", "replace")).encode("utf-8", "replace")
            self.sendLine(answer)  # type: ignore[no-untyped-call]

    def readConnectionLost(self) -> None:
        """Nothing more will be asked, as at the end of a pipe: what was answered still goes out."""
        if self.transport is not None:
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Nobody listens; the end of the connection follows."""


class ControlFactory(Factory):
    """The control socket."""

    noisy = False

    def __init__(self, control: Control) -> None:
        self.control = control

    def buildProtocol(self, address: object) -> ControlClient:
        """Somebody."""
        return ControlClient(self.control)
