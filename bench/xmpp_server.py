"""An XMPP server that accepts one component (XEP-0114) and plays all of its users."""

import asyncio
import hashlib
import socket
from collections.abc import Callable
from pyexpat import ParserCreate
from typing import Any

SEPARATOR = "\x01"
NS = f"jabber:component:accept{SEPARATOR}"
BODY, ERROR, HANDSHAKE = NS + "body", NS + "error", NS + "handshake"
STATUS = f"http://jabber.org/protocol/muc#user{SEPARATOR}status"
ERROR_TEXT = f"urn:ietf:params:xml:ns:xmpp-stanzas{SEPARATOR}text"
DISCO = f"http://jabber.org/protocol/disco#info{SEPARATOR}query"
EMPTY_RESULT = (f"urn:xmpp:ping{SEPARATOR}ping", f"jabber:iq:roster{SEPARATOR}query")
STREAM_ID = "bench"
ERRORS_KEPT = 5

# Name without namespace, attributes, text of the body, MUC status codes (XEP-0045).
StanzaHandler = Callable[[str, dict[str, str], str | None, tuple[str, ...]], None]


def escape(value: str) -> str:
    """Text as character data or as an attribute's value."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace("'", "&apos;")


class XmppServer:
    """Listens for the component; `handler` gets every stanza that is no request to the server."""

    def __init__(self, secret: str, quick_ack: bool) -> None:
        self.secret = secret
        self.quick_ack = quick_ack
        self.ready = asyncio.Event()
        self.lost = False
        self.received = 0
        self.errors: list[str] = []
        self.handler: StanzaHandler | None = None
        self.stream: ComponentStream | None = None
        self.listener: asyncio.Server | None = None
        self.port = 0

    async def start(self, host: str) -> None:
        """Listen on a free port, which is then in `port`."""
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(lambda: ComponentStream(self), host, 0)
        self.port = self.listener.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening and drop the component."""
        self.handler = None
        if self.listener is not None:
            self.listener.close()
        if self.stream is not None:
            self.stream.transport.abort()

    def send(self, data: bytes) -> None:
        """Write to the component."""
        assert self.stream is not None, "no component is connected"
        self.stream.transport.write(data)

    def stanza(self, stream: "ComponentStream") -> None:
        """The component has sent a whole stanza."""
        name, attrs = stream.name, stream.attrs
        self.received += 1
        if stream.error or attrs.get("type") == "error":
            if len(self.errors) < ERRORS_KEPT:
                self.errors.append(f"{name} {attrs} {stream.body or ''}")
        elif name == "iq" and attrs.get("type") in ("get", "set"):
            self.answer(attrs, stream.child)
            return
        elif name == "presence" and attrs.get("type") == "subscribe":
            ends = f"from='{escape(attrs['to'])}' to='{escape(attrs['from'])}'"
            self.send(f"<presence type='subscribed' {ends}/>".encode())
        if self.handler is not None:
            self.handler(name, attrs, stream.body, stream.codes)

    def answer(self, attrs: dict[str, str], child: str) -> None:
        """Say what a server and its users say to a gateway's own requests."""
        ends = (escape(attrs.get(key, "")) for key in ("id", "to", "from"))
        head = "<iq id='{}' from='{}' to='{}' type=".format(*ends)
        if child == DISCO:
            tail = (
                "'result'><query xmlns='http://jabber.org/protocol/disco#info'>"
                "<identity category='client' type='pc'/></query></iq>"
            )
        elif child in EMPTY_RESULT:
            tail = "'result'/>"
        else:
            tail = (
                "'error'><error type='cancel'><service-unavailable "
                "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            )
        self.send((head + tail).encode())


class ComponentStream(asyncio.Protocol):
    """The server's end of a component's stream; keeps of a stanza only what the workloads look at."""

    transport: asyncio.Transport

    def __init__(self, server: XmppServer) -> None:
        self.server = server
        self.depth = 0
        self.name = self.child = ""
        self.attrs: dict[str, str] = {}
        self.body: str | None = None
        self.codes: tuple[str, ...] = ()
        self.error = self.in_text = False
        self.parser = ParserCreate(None, SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start_element
        self.parser.EndElementHandler = self.end_element
        self.parser.CharacterDataHandler = self.text

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.socket: socket.socket = transport.get_extra_info("socket")
        transport.set_write_buffer_limits(high=1 << 26)

    def data_received(self, data: bytes) -> None:
        if self.server.quick_ack:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self.parser.Parse(data, False)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.server.stream is self:
            self.server.stream = None
            self.server.lost = True

    def start_element(self, tag: str, attrs: dict[str, str]) -> None:
        depth = self.depth
        self.depth = depth + 1
        if depth == 2:
            self.child = self.child or tag
            if tag == BODY:
                self.in_text, self.body = True, ""
            elif tag == ERROR:
                self.error = True
        elif depth == 1:
            self.name, self.attrs = tag.removeprefix(NS), attrs
            self.child, self.codes, self.error = "", (), False
            self.in_text, self.body = (True, "") if tag == HANDSHAKE else (False, None)
        elif depth == 3:
            if tag == STATUS:
                self.codes += (attrs.get("code", ""),)
            elif tag == ERROR_TEXT:
                self.in_text, self.body = True, ""
        elif depth == 0:
            self.open(attrs.get("to", ""))

    def end_element(self, tag: str) -> None:
        self.depth -= 1
        self.in_text = False
        if self.depth == 1:
            if tag == HANDSHAKE:
                self.handshake()
            else:
                self.server.stanza(self)
        elif self.depth == 0:
            self.transport.close()

    def text(self, data: str) -> None:
        if self.in_text:
            self.body = (self.body or "") + data

    def open(self, domain: str) -> None:
        """Answer the component's stream header."""
        head = (
            "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
            f"xmlns:stream='http://etherx.jabber.org/streams' id='{STREAM_ID}' from='{escape(domain)}'>"
        )
        self.transport.write(head.encode())

    def handshake(self) -> None:
        """Let the component in when it knows the secret."""
        right = hashlib.sha1((STREAM_ID + self.server.secret).encode()).hexdigest()
        if (self.body or "").strip().lower() != right:
            self.transport.close()
            return
        self.transport.write(b"<handshake/>")
        self.server.stream = self
        self.server.ready.set()
