"""Finds the handler of a stanza, and turns what a handler raises into an error for the sender."""

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.access import Access
from transport.address import Address, read
from transport.api import Refused
from transport.jid import bare
from transport.owners import Owner, Owners
from transport.rates import Rates
from transport.refusals import error_for
from transport.text.translate import Translator
from transport.xmpp import stanza as build
from transport.xmpp.element import Element, Escaped, attribute
from transport.xmpp.ns import IQ, MESSAGE

QUEUED = 200
# Characters of an answer: what is longer might be more than the server takes, and would be lost.
LONGEST = 60_000

IqHandler = Callable[["Stanza", Element], str | Awaitable[str]]
OwnerHandler = Callable[[Owner, Element, str, str], None]


class Stanza:
    """An IQ on its way to its handler; what few handlers want is worked out when asked for."""

    __slots__ = ("element", "from_", "id", "to", "type")

    def __init__(self, element: Element, type: str, id: str, from_: str, to: str) -> None:
        self.element = element
        self.type = type
        self.id = id
        self.from_ = from_
        self.to = to

    @property
    def owner(self) -> str:
        """The sender's bare address."""
        return bare(self.from_)

    @property
    def address(self) -> Address:
        """What `to` means."""
        return address_of(self.to)

    @property
    def lang(self) -> str:
        """The language the sender reads."""
        return self.element.lang


class Router:
    """Takes every stanza of the link.

    Message and presence handlers get the owner, loaded; stanzas of one owner stay in order.  IQ handlers
    get a `Stanza` and the payload, and return the content of the result.
    """

    log = Logger()

    def __init__(
        self,
        domain: str,
        owners: Owners,
        access: Access,
        translator: Translator,
        send: Callable[[str], object],
        answered: Callable[[Element], bool],
        rates: Rates | None = None,
    ) -> None:
        self._domain = domain
        self._owners = owners
        self._access = access
        self._translator = translator
        self._send = send
        self._answered = answered
        self._rates = rates
        self._iqs: dict[tuple[str, str], IqHandler] = {}
        self._handlers: dict[str, OwnerHandler] = {}
        self._loading: dict[str, list[Element]] = {}
        self._escaped = Escaped()

    def iq(self, kind: str, payload: str, handler: IqHandler) -> None:
        """Answer IQs of a type (`get` or `set`) whose payload has a tag."""
        self._iqs[kind, payload] = handler

    def stanzas(self, element: str, handler: OwnerHandler) -> None:
        """Handle messages or presences: `handler(owner, element, from, to)`."""
        self._handlers[element] = handler

    def receive(self, element: Element) -> None:
        """Take a stanza; never raises."""
        attrs = element.attrs
        from_, to = attrs.get("from"), attrs.get("to")
        if not from_ or not to:
            return
        if self._rates is not None and not self._rates.allow(from_.partition("/")[0]):
            self._too_fast(element)
            return
        handler = self._handlers.get(element.tag)
        if handler is None:
            if element.tag == IQ:
                self._receive_iq(element, from_, to)
            return
        jid = from_.partition("/")[0]
        owner = self._owners.get(jid)
        if owner is None or self._loading:
            self._receive_cold(jid, element)
            return
        try:
            handler(owner, element, from_, to)
        except Exception:
            self._fault(element)

    # owners that are not alive yet

    def _receive_cold(self, jid: str, element: Element) -> None:
        waiting = self._loading.get(jid)
        if waiting is not None:
            if len(waiting) < QUEUED:
                waiting.append(element)
            else:
                self.refuse(element, Refused("resource-constraint", "Too much at once; please wait.", retry_after=5))
            return
        owner = self._owners.get(jid)
        if owner is not None:
            self._handle(owner, element)
        elif self._access.denied(jid):
            self.refuse(element, Refused("forbidden", "You may not use this gateway."))
        elif jid.rpartition("@")[2] == self._domain:
            self.log.warn("a stanza came from an address of our own")
        else:
            self._loading[jid] = [element]
            self._owners.load(jid).addCallbacks(self._loaded, self._unloaded, errbackArgs=(jid,))

    def _loaded(self, owner: Owner) -> None:
        while waiting := self._loading.get(owner.jid):
            self._handle(owner, waiting.pop(0))
        self._loading.pop(owner.jid, None)
        self._owners.release(owner)

    def _unloaded(self, failure: Failure, jid: str) -> None:
        self.log.failure("cannot read what is kept of {owner}", failure, owner=jid)
        for element in self._loading.pop(jid, []):
            self.refuse(element, Refused("internal-server-error", "The gateway cannot read its storage."))

    def _handle(self, owner: Owner, element: Element) -> None:
        try:
            self._handlers[element.tag](owner, element, element.attrs["from"], element.attrs["to"])
        except Exception:
            self._fault(element)

    # errors

    def refuse(self, element: Element, reason: Refused, payload: str = "") -> None:
        """Answer a stanza with an error; one that is itself an error is never answered."""
        answer = error_for(element, reason, self._translator, payload)
        if answer is not None:
            self._send(answer)

    def _too_fast(self, element: Element) -> None:
        # An answer must still arrive, or our own questions would fail for who is merely busy.
        if element.tag == IQ and element.attrs.get("type") in ("result", "error"):
            self._answered(element)
            return
        # A message of ours that comes back must not be lost with them.
        if element.tag == MESSAGE and element.attrs.get("type") == "error":
            self._receive_cold(element.attrs["from"].partition("/")[0], element)
            return
        self.refuse(element, Refused("policy-violation", "You are sending too fast; please wait.", retry_after=5))

    def _fault(self, element: Element, failure: Failure | None = None) -> None:
        failure = failure or Failure()
        if isinstance(failure.value, Refused):
            self.refuse(element, failure.value)
            return
        self.log.failure("a stanza could not be handled", failure)
        self.refuse(element, Refused("internal-server-error", "The gateway failed to handle this."))

    # IQ

    def _receive_iq(self, element: Element, from_: str, to: str) -> None:
        attrs = element.attrs
        kind = attrs.get("type")
        id = attrs.get("id")
        if kind not in ("get", "set"):
            if kind in ("result", "error"):
                self._answered(element)
            return
        payload = element.first()
        if payload is None or not id:
            self.refuse(element, Refused("bad-request", "This request is not complete."))
            return
        handler = self._iqs.get((kind, payload.tag))
        if handler is None:
            self.refuse(element, Refused("service-unavailable", "The gateway does not know this request."))
            return
        if self._access.denied(from_.partition("/")[0]):
            self.refuse(element, Refused("forbidden", "You may not use this gateway."))
            return
        try:
            result = handler(Stanza(element, kind, id, from_, to), payload)
        except Exception:
            self._fault(element)
            return
        if isinstance(result, str) and len(result) <= LONGEST:
            escaped = self._escaped
            head = f"<iq type='result' id='{attribute(id)}' from='{escaped[to]}' to='{escaped[from_]}'"
            self._send(f"{head}>{result}</iq>" if result else f"{head}/>")
        else:
            self._await(element, result)

    def _await(self, element: Element, result: str | Awaitable[Any]) -> None:
        async def wait() -> str:
            answer: str = result if isinstance(result, str) else await result
            if len(answer) > LONGEST:
                raise Refused("resource-constraint", "The answer is too long to be sent.")
            return answer

        Deferred.fromCoroutine(wait()).addCallbacks(
            lambda answer: self._send(build.reply(element, answer)),
            lambda failure: self._fault(element, failure),
        ).addErrback(lambda failure: self.log.failure("an answer could not be written", failure))


def address_of(to: str) -> Address:
    """What an address of ours means."""
    address, _, resource = to.partition("/")
    local, at, _ = address.rpartition("@")
    return read(local, resource) if at else Address("", "", resource)
