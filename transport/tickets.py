"""What is remembered of an owner's message while its outcome is awaited, in memory or on disk."""

import json
from datetime import UTC, datetime

from transport.api import Message
from transport.jid import bare
from transport.xmpp.element import Element
from transport.xmpp.ns import MESSAGE, XML, tag

_LANG = tag(XML, "lang")


class Copy(Element):
    """A message to several people, as one of them gets it; `recipient` is that one's address.

    It keeps the address that its sender wrote to, from which errors must come.
    """

    __slots__ = ("recipient",)

    recipient: str


def ticket(message: Message, now: float) -> str:
    """A message without its text, as JSON; `now` is seconds since the epoch."""
    origin: Element | None = message.origin
    attrs = origin.attrs if origin is not None else {}
    when = message.when.timestamp() if message.when is not None else now
    recipient = origin.recipient if isinstance(origin, Copy) else ""
    lang = attrs.get(_LANG, "")
    kept = (attrs.get("from", ""), attrs.get("to", ""), attrs.get("type", ""), lang, recipient, message.id or "")
    return json.dumps((*kept, int(when), int(message.receipt)), ensure_ascii=False, separators=(",", ":"))


def recall(ticket: str) -> Message:
    """The message of a ticket; one whose sender nobody knows when the ticket is broken."""
    try:
        *kept, when, receipt = json.loads(ticket)
        from_, to, kind, lang, recipient, id = (str(value) for value in kept)
        message = Message("", id or None, when=datetime.fromtimestamp(when, UTC), receipt=bool(receipt))
    except (ValueError, TypeError, OverflowError, OSError, RecursionError):
        return Message("")
    if from_ and to:
        given = {"from": from_, "to": to, "id": id, "type": kind, _LANG: lang}
        attrs = {name: value for name, value in given.items() if value}
        message.origin = copy(Element(MESSAGE, attrs), recipient) if recipient else Element(MESSAGE, attrs)
    return message


def copy(element: Element, recipient: str) -> Copy:
    """A message as one of its recipients gets it."""
    made = Copy(element.tag, element.attrs, *element.children)
    made.recipient = recipient
    return made


def written_to(message: Message | None) -> str | None:
    """The bare address that the owner wrote to; None when that is not known."""
    origin = message.origin if message is not None else None
    if origin is None:
        return None
    return origin.recipient if isinstance(origin, Copy) else bare(origin.attrs["to"])
