"""One connection of an external component (XEP-0114): the handshake, then stanzas both ways."""

import hashlib
import socket
from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.xmpp.element import Element, attribute
from transport.xmpp.ns import COMPONENT, STREAM, STREAM_ERRORS, tag
from transport.xmpp.outgoing import octets
from transport.xmpp.stream import Limits, StreamError, StreamParser

_HANDSHAKE = tag(COMPONENT, "handshake")
_ERROR = tag(STREAM, "error")
_ERROR_TEXT = tag(STREAM_ERRORS, "text")
# How long the kernel may wait for an answer to what we wrote before it calls the peer dead.
DEAD_AFTER = 90_000


class ComponentStream(Protocol):
    """`ready` fires when the server has accepted us, or fails with why not; `lost` fires with the reason."""

    def __init__(
        self,
        domain: str,
        secret: str,
        on_stanza: Callable[[Element], None],
        on_refused: Callable[[Element], None],
        limits: Limits | None,
        log: Logger,
    ) -> None:
        self.domain = domain
        self.secret = secret
        self.on_stanza = on_stanza
        self.log = log
        self.parser = StreamParser(self._opened, self._before_handshake, limits, on_refused)
        self.ready: Deferred[None] = Deferred()
        self.lost: Deferred[Exception] = Deferred()
        self.reason: Exception | None = None

    def connectionMade(self) -> None:
        """Say hello (section 3, example 1)."""
        transport = self.transport
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
            transport.setTcpKeepAlive(True)
            handle = transport.getHandle()  # type: ignore[attr-defined]
            if hasattr(socket, "TCP_USER_TIMEOUT") and isinstance(handle, socket.socket):
                handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER)
        self._say(
            f"<?xml version='1.0'?><stream:stream xmlns='{COMPONENT}' xmlns:stream='{STREAM}'"
            f" to='{attribute(self.domain)}'>"
        )

    def write(self, data: bytes) -> None:
        """Hand what is ready to go out to the connection."""
        assert self.transport is not None
        self.transport.write(data)

    def _say(self, xml: str) -> None:
        self.write(octets(xml))

    def dataReceived(self, data: bytes) -> None:
        """Read the stream; a broken one is answered with why, and dropped."""
        if self.reason is not None:
            return
        try:
            self.parser.feed(data)
        except StreamError as e:
            if e.condition != "stream-closed" and self.reason is None:
                self._say(f"<stream:error><{e.condition} xmlns='{STREAM_ERRORS}'/></stream:error>")
            self.close(e)

    def close(self, reason: Exception) -> None:
        """End the stream; `reason` is what `lost` will tell."""
        if self.reason is None:
            self.reason = reason
            self.parser.on_element = _ignored
            self._say("</stream:stream>")
            assert self.transport is not None
            self.transport.loseConnection()

    def abort(self) -> None:
        """Drop the connection without a word."""
        assert self.transport is not None
        self.transport.abortConnection()  # type: ignore[attr-defined]

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell whoever waits."""
        why = self.reason or StreamError("connection-lost", reason.getErrorMessage())
        self.reason = why
        if not self.ready.called:
            self.ready.errback(why)
        self.lost.callback(why)

    def _opened(self, attrs: dict[str, str]) -> None:
        proof = hashlib.sha1((attrs.get("id", "") + self.secret).encode("utf-8", "replace"))  # noqa: S324
        self._say(f"<handshake>{proof.hexdigest()}</handshake>")

    def _before_handshake(self, element: Element) -> None:
        if element.tag == _ERROR:
            raise error_of(element)
        if element.tag == _HANDSHAKE and not self.ready.called:
            self.parser.on_element = self._element
            self.ready.callback(None)

    def _element(self, element: Element) -> None:
        if element.tag == _ERROR:
            raise error_of(element)
        try:
            self.on_stanza(element)
        except Exception:
            self.log.failure("A stanza could not be handled: {stanza}", stanza=element.name)


def _ignored(element: Element) -> None:
    """What still comes after we have ended the stream."""


def error_of(element: Element) -> StreamError:
    """What a stream error says (RFC 6120 section 4.9)."""
    conditions = [c.name for c in element.elements() if c.tag != _ERROR_TEXT]
    return StreamError(conditions[0] if conditions else "undefined-condition", element.child_text(_ERROR_TEXT))
