"""The link to the XMPP server: kept up, and the only way out for stanzas.

One connection after another (component.py); what is sent while there is none waits in a backlog.
"""

from collections.abc import Callable
from random import SystemRandom
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import LoopingCall, deferLater
from twisted.logger import Logger

from transport.xmpp import stanza
from transport.xmpp.backlog import Backlog
from transport.xmpp.component import ComponentStream
from transport.xmpp.element import Element
from transport.xmpp.outgoing import octets, verify
from transport.xmpp.stream import Limits, StreamError

T = TypeVar("T")
HANDSHAKE_SECONDS = 30
KEEPALIVE_SECONDS = 60
CLOSING_SECONDS = 5
# A burst of more is written at once: thousands of strings that live for one turn leave holes in the heap.
MOST_GATHERED = 256
# Trying again soon cannot help against these; somebody has to change something.
REFUSALS = {
    "not-authorized": "The XMPP server refuses the secret for {domain}. Compare `secret` in [xmpp] with the"
    " secret in the server's configuration.",
    "conflict": "The XMPP server already has a component connected as {domain}. Stop the other one, or wait"
    " until the server sees that it is gone.",
    "host-unknown": "The XMPP server knows no component {domain}. Add it to the server's configuration.",
    "invalid-namespace": "This is not the server's port for components (XEP-0114).",
}


def _quiet(stream: ComponentStream) -> Any:
    factory: Any = Factory.forProtocol(lambda: stream)
    factory.noisy = False
    return factory


class Link(Service):
    """Keeps a component connected.

    `on_stanza` gets each stanza, `on_up` is called when stanzas can flow, `on_down` with a reason when they
    cannot any more.  `stanza_bytes` is the longest stanza that the server takes, `queue` how many stanzas
    wait while the link is down.  With `check`, for tests, a stanza that is not well-formed or not from
    `domain` raises ValueError.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        endpoint: IStreamClientEndpoint,
        domain: str,
        secret: str,
        on_stanza: Callable[[Element], None],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        *,
        stanza_bytes: int = 262_144,
        queue: int = 10_000,
        log: Logger | None = None,
        check: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self.reactor = reactor
        self.endpoint = endpoint
        self.domain = domain
        self.secret = secret
        self.on_stanza = on_stanza
        self.on_up = on_up
        self.on_down = on_down
        self.stanza_bytes = stanza_bytes
        self.log = log or Logger()
        self.check = check
        self.limits = limits
        self.up = False
        self.problem = "not connected yet"
        self.oversized = 0
        self.backlog = Backlog(queue)
        self.out: list[str] = []
        self.flushing: IDelayedCall | None = None
        self.stream: ComponentStream | None = None
        self.task: Deferred[None] = succeed(None)
        self.keepalive = LoopingCall(self._keep_alive)
        self.keepalive.clock = reactor
        self.quiet = True
        self.told = ""

    def send(self, xml: str) -> None:
        """Send one stanza, or keep it until the link is up.

        What XML forbids is replaced; a stanza longer than the server takes is dropped, counted and logged,
        since it would end the stream for everybody.
        """
        # No character is longer than four bytes.
        if len(xml) * 4 > self.stanza_bytes and not self.fits(xml):
            self._drop(xml)
            return
        if self.check:
            verify(xml, self.domain)
        if not self.up:
            self.backlog.put(xml)
            return
        if not self.out:
            self.flushing = self.reactor.callLater(0, self._flush)
        self.out.append(xml)
        if len(self.out) >= MOST_GATHERED:
            self._flush()

    def put(self, xml: str) -> bool:
        """Send one stanza that fits, now or not at all: false, and nothing waits, when there is no link."""
        if self.check:
            verify(xml, self.domain)
        if not self.up or self.stream is None:
            return False
        self._flush()
        self.quiet = False
        self.stream.write(octets(xml))
        return True

    def fits(self, xml: str) -> bool:
        """Whether the server takes a stanza of this length."""
        return len(xml) * 4 <= self.stanza_bytes or len(octets(xml)) <= self.stanza_bytes

    def startService(self) -> None:
        """Begin to connect."""
        super().startService()  # type: ignore[no-untyped-call]
        self.task = Deferred.fromCoroutine(self._keep_up())
        self.task.addErrback(lambda failure: self.log.failure("The link gave up", failure))

    def stopService(self) -> Deferred[None]:
        """Say what waits to be said, end the stream; fires when the connection is gone."""
        super().stopService()  # type: ignore[no-untyped-call]
        stream = self.stream
        if stream is not None:
            self._flush()
            _cancel(None, self.flushing)
            closing = self.reactor.callLater(CLOSING_SECONDS, stream.abort)
            stream.lost.addBoth(_cancel, closing)
            stream.close(StreamError("stopped", "the gateway ends"))
        else:
            self.task.cancel()
        return self.task

    async def _keep_up(self) -> None:
        attempts = 0
        while self.running:
            reason, was_up = await self._live()
            if not self.running:
                return
            attempts = 1 if was_up else attempts + 1
            seconds = pause(attempts, _condition(reason) in REFUSALS)
            self._tell(reason, seconds)
            try:
                await deferLater(self.reactor, seconds)
            except CancelledError:
                return

    async def _live(self) -> tuple[Exception, bool]:
        """One connection from its beginning to its end: why it ended, and whether it was up."""
        stream = ComponentStream(self.domain, self.secret, self.on_stanza, self._refused, self.limits, self.log)
        try:
            await self.endpoint.connect(_quiet(stream))
        except (Exception, CancelledError) as e:
            return e, False
        try:
            await stream.ready.addTimeout(HANDSHAKE_SECONDS, self.reactor, _no_handshake)
        except (Exception, CancelledError) as e:
            stream.abort()
            await stream.lost
            return e, False
        self._come_up(stream)
        reason = await stream.lost
        self._go_down(str(reason))
        return reason, True

    def _come_up(self, stream: ComponentStream) -> None:
        self.stream = stream
        self.up = True
        self.problem = self.told = ""
        self.log.info("Connected to the XMPP server as {domain}", domain=self.domain)
        if self.backlog.dropped:
            self.log.warn("{count} stanzas were given up while there was no link", count=self.backlog.dropped)
            self.backlog.dropped = 0
        self.out = self.backlog.take()
        self._flush()
        self.keepalive.start(KEEPALIVE_SECONDS, now=False)
        try:
            self.on_up()
        except Exception:
            self.log.failure("Starting after the link came up failed")

    def _go_down(self, reason: str) -> None:
        self.up = False
        self.problem = reason
        self.stream = None
        self.keepalive.stop()
        for xml in self.out:
            self.backlog.put(xml)
        self.out = []
        try:
            self.on_down(reason)
        except Exception:
            self.log.failure("Tidying after the link went down failed")

    def _flush(self) -> None:
        """Write what this turn of the reactor had to say, at once."""
        if self.up and self.out and self.stream is not None:
            data = octets("".join(self.out))
            self.out.clear()
            self.quiet = False
            self.stream.write(data)

    def _keep_alive(self) -> None:
        if self.quiet and self.stream is not None:
            self.stream.write(b" ")
        self.quiet = True

    def _refused(self, element: Element) -> None:
        answer = stanza.error_reply(element, "policy-violation", "This is too long, or nested too deeply.")
        if answer:
            self.send(answer)

    def _drop(self, xml: str) -> None:
        self.oversized += 1
        self.log.warn(
            "Dropped a stanza of {size} characters, the server takes {most} bytes: {head}",
            size=len(xml),
            most=self.stanza_bytes,
            head=xml[: xml.find(">")][:200],
        )

    def _tell(self, reason: Exception, seconds: float) -> None:
        """Log why there is no link; the same refusal only once."""
        template = REFUSALS.get(_condition(reason))
        if template is None:
            self.problem = str(reason)
            self.log.info(
                "No link to the XMPP server: {why}; next try in {seconds:.1f} s",
                why=self.problem,
                seconds=seconds,
            )
            return
        self.problem = template.format(domain=self.domain)
        if self.problem != self.told:
            self.told = self.problem
            self.log.error("{problem}", problem=self.problem)


def pause(attempts: int, refused: bool) -> float:
    """Seconds before another try after so many in vain, at random so that components do not come at once."""
    first, most = (10, 300) if refused else (1, 60)
    longest = min(most, first * 2 ** min(attempts - 1, 16))
    return SystemRandom().uniform(longest / 2, longest)


def _condition(reason: Exception) -> str:
    return reason.condition if isinstance(reason, StreamError) else ""


def _no_handshake(_: object, seconds: float) -> None:
    raise StreamError("connection-timeout", f"no handshake within {seconds:g} seconds")


def _cancel(result: T, call: IDelayedCall | None) -> T:
    if call is not None and call.active():
        call.cancel()
    return result
