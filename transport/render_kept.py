"""What must not be lost, as stanzas to be kept: messages, and what became of the owner's own.

An error is for one client, and servers drop it when that client is gone; so the same is also kept in words.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from twisted.internet.interfaces import IReactorTime

from transport.api import Delivered, Event, Failed, INetwork, MessageIn, Text
from transport.parcel import Parcel
from transport.refusals import error_for
from transport.text.translate import Translator
from transport.tickets import written_to
from transport.xmpp import stanza as build
from transport.xmpp.element import Element, attribute, text
from transport.xmpp.ns import HINTS, RECEIPTS

# Characters of one stanza, and what one may become when it is escaped (`&amp;`); what is around the text.
LONGEST = 40_000
ESCAPED = 5
AROUND = 4000
_STORE = f"<store xmlns='{HINTS}'/>"


class RenderKept:
    """Turns events that must not be lost into what is kept of them; `address` is a contact's for an owner."""

    def __init__(
        self,
        domain: str,
        reactor: IReactorTime,
        new_id: Callable[[], str],
        translator: Translator,
        address: Callable[[str, INetwork, str], str],
        stanza_bytes: int,
    ) -> None:
        self._domain = domain
        self._reactor = reactor
        self._new_id = new_id
        self._translator = translator
        self._address = address
        self._longest = max(min(LONGEST, (stanza_bytes - AROUND) // ESCAPED), 100)

    def parcel(self, owner: str, network: INetwork, event: Event) -> Parcel:
        """What to keep for an owner; nothing for what nobody has asked for."""
        if isinstance(event, MessageIn):
            return self._message(owner, network, event)
        if isinstance(event, Delivered):
            xml = receipt(event, owner, self._address(owner, network, event.sender.name), self._new_id())
            return Parcel((xml,) if xml else ())
        if isinstance(event, Failed):
            return self._failure(owner, network, event)
        raise TypeError("only messages and what became of them can be delivered safely")

    def _message(self, owner: str, network: INetwork, event: MessageIn) -> Parcel:
        """A contact's message, with its own time; a long one in several stanzas."""
        message, longest = event.message, self._longest
        when = message.when or datetime.fromtimestamp(self._reactor.seconds(), UTC)
        from_, delay = self._address(owner, network, event.sender.name), build.delay(when, self._domain)
        links = "".join(
            f"<x xmlns='jabber:x:oob'><url>{text(a.url)}</url></x>"
            for a in (message.details.attachments if message.details is not None else ())
        )
        pieces = [message.text[start : start + longest] for start in range(0, len(message.text) or 1, longest)]
        return Parcel(
            tuple(
                build.message(
                    from_, owner, "chat", f"{build.body(piece)}{delay}{'' if number else links}", id=self._new_id()
                )
                for number, piece in enumerate(pieces)
            )
        )

    def _failure(self, owner: str, network: INetwork, event: Failed) -> Parcel:
        origin: Element | None = event.message.origin
        error = error_for(origin, event.reason, self._translator) if origin is not None else None
        # What no client sent, but a command, has no place for an error.
        lang = origin.lang if origin is not None else "en"
        words = self._translator.render(self._words(event), lang)
        from_ = written_to(event.message) or f"{network.name}@{self._domain}"
        told = build.message(from_, owner, "chat", build.body(words) + _STORE, id=self._new_id())
        client = origin.attrs["from"] if origin is not None and error else ""
        return Parcel((told,), error or "", client)

    def _words(self, event: Failed) -> Text:
        when, why = event.message.when, event.reason.text
        if when is None:
            return Text("A message of yours was not delivered: {why}", why=why)
        return Text("Your message of {time} was not delivered: {why}", time=f"{when:%Y-%m-%d %H:%M} UTC", why=why)


def receipt(event: Delivered, owner: str, contact: str, id: str) -> str:
    """The far end has a message (XEP-0184); nothing when its sender has not asked, or gave it no id."""
    message = event.message
    if not event.message_id or (message is not None and message.origin is not None and not message.receipt):
        return ""
    received = f"<received xmlns='{RECEIPTS}' id='{attribute(event.message_id)}'/>"
    return build.message(written_to(message) or contact, owner, "chat", received + _STORE, id=id)
