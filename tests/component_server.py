"""An XMPP server in memory, to which any component connects (XEP-0114).

It reads with the standard library's parser, and like real servers it closes the stream of a component that
sends what is not XML or not a stream.
"""

import hashlib
from collections.abc import Callable
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionRefusedError
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.internet.task import Clock
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from transport.xmpp.link import Link

DOMAIN = "gw.localhost"
SECRET = "correct"
OPEN = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept'"
    " xmlns:stream='http://etherx.jabber.org/streams' id='{id}' from='gw.localhost'>"
)
ERROR = "<stream:error><{0} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
C = "{jabber:component:accept}"


class Session:
    """One connection: the transport of the component's side, and what the server sees and says."""

    def __init__(self, server: "ComponentServer", protocol: IProtocol) -> None:
        self.server = server
        self.protocol = protocol
        self.id = f"session{len(server.sessions)}"
        self.parser = XMLPullParser(["start", "end"])
        self.depth = 0
        self.written: list[bytes] = []
        self.accepted = False
        self.closed = ""
        self.disconnected = False
        self.steps: list[Callable[[], None]] = []

    # what a transport does

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self._do(lambda: self._read(data))

    def writeSequence(self, data: list[bytes]) -> None:
        self.write(b"".join(data))

    def loseConnection(self, reason: Exception | None = None) -> None:
        self.closed = self.closed or "by the component"
        self._do(lambda: self._lose(reason or ConnectionDone()))

    def abortConnection(self) -> None:
        self.loseConnection(ConnectionAborted())

    def _lose(self, reason: Exception) -> None:
        if not self.disconnected:
            self.disconnected = True
            self.protocol.connectionLost(Failure(reason))

    def _do(self, step: Callable[[], None]) -> None:
        """One step after the other, never one inside another, as on a real network."""
        self.steps.append(step)
        if len(self.steps) == 1:
            while self.steps:
                self.steps[0]()
                del self.steps[0]

    def getPeer(self) -> IPv4Address:
        return IPv4Address("TCP", "127.0.0.1", 5347)

    def getHost(self) -> IPv4Address:
        return self.getPeer()

    # what a server does

    def deliver(self, xml: str | bytes) -> None:
        """Send to the component, in one read."""
        data = xml if isinstance(xml, bytes) else xml.encode()
        self._do(lambda: None if self.disconnected else self.protocol.dataReceived(data))

    def close(self, condition: str, detail: str = "") -> None:
        """End the stream with an error, as servers do with a broken one."""
        self.closed = f"{condition} {detail}".strip()
        self.deliver(ERROR.format(condition))
        self.loseConnection()

    def _read(self, data: bytes) -> None:
        if self.closed:
            return
        try:
            self.parser.feed(data)
            events = list(self.parser.read_events())
        except ParseError as e:
            self.close("not-well-formed", str(e))
            return
        for event, element in events:
            self.depth += 1 if event == "start" else -1
            if event == "start" and self.depth == 1:
                self._opened(element)
            elif event == "end" and self.depth == 1:
                self._stanza(element)

    def _opened(self, element: Element) -> None:
        if element.tag != "{http://etherx.jabber.org/streams}stream":
            self.close("invalid-namespace")
        elif self.server.polite:
            self.deliver(OPEN.format(id=self.id))

    def _stanza(self, element: Element) -> None:
        if self.accepted:
            self.server.stanzas.append(element)
        elif element.text != hashlib.sha1((self.id + self.server.secret).encode()).hexdigest():
            self.close("not-authorized")
        elif any(s.accepted and not s.disconnected for s in self.server.sessions):
            self.close("conflict")
        else:
            self.accepted = True
            self.deliver("<handshake/>" + self.server.with_handshake)


@implementer(IStreamClientEndpoint)
class ComponentServer:
    """The server; also the endpoint that leads to it.

    When not `polite` it says nothing by itself, when `down` it refuses connections.
    """

    def __init__(self, secret: str = SECRET) -> None:
        self.secret = secret
        self.sessions: list[Session] = []
        self.stanzas: list[Element] = []
        self.polite = True
        self.down = False
        self.with_handshake = ""
        self.attempts = 0

    @property
    def session(self) -> Session:
        """The newest connection."""
        return self.sessions[-1]

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect a component, ours or another."""
        self.attempts += 1
        if self.down:
            return fail(ConnectionRefusedError())
        protocol = factory.buildProtocol(None)
        self.accept(protocol)
        return succeed(protocol)

    def accept(self, protocol: IProtocol) -> Session:
        """A component that has made its own protocol."""
        session = Session(self, protocol)
        self.sessions.append(session)
        session._do(lambda: protocol.makeConnection(session))
        return session

    def texts(self, name: str = "body") -> list[str | None]:
        """Bodies of the messages that have arrived."""
        return [m.findtext(f"{C}{name}") for m in self.stanzas if m.tag == f"{C}message"]


class Gateway:
    """Our link on such a server, with all that it tells."""

    def __init__(self, server: ComponentServer, secret: str = SECRET, **options: object) -> None:
        self.clock = Clock()
        self.got: list[object] = []
        self.events: list[str] = []
        self.logged: list[dict[str, object]] = []
        self.server = server
        self.link = Link(
            self.clock,
            server,
            DOMAIN,
            secret,
            self.stanza,
            lambda: self.events.append("up"),
            lambda reason: self.events.append(f"down: {reason}"),
            log=Logger(observer=self.logged.append),
            **options,
        )

    def stanza(self, element: object) -> None:
        self.got.append(element)

    def start(self) -> "Gateway":
        self.link.startService()
        return self

    def turn(self) -> None:
        """Let one turn of the reactor pass."""
        self.clock.advance(0)

    def pass_time(self, seconds: int) -> None:
        """Let seconds pass, one by one."""
        for _ in range(seconds):
            self.clock.advance(1)

    def errors(self) -> list[dict[str, object]]:
        """What was logged as an error."""
        return [e for e in self.logged if e["log_level"].name in ("error", "critical")]


def message(body: str, to: str = "romeo@localhost", sender: str = f"nick%net@{DOMAIN}") -> str:
    """A message as callers of the link make it."""
    return f"<message from='{sender}' to='{to}' type='chat'><body>{body}</body></message>"
