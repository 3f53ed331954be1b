"""Errors that answer stanzas of owners (RFC 6120 section 8.3)."""

from transport.address import read
from transport.api import Refused, Text
from transport.text.translate import Translator
from transport.tickets import Copy
from transport.xmpp import stanza as build
from transport.xmpp.element import Element


def error_for(element: Element, reason: Refused, translator: Translator, payload: str = "") -> str | None:
    """The error that answers a stanza; None when nothing must answer it.

    What may work later is of the type `wait`, whatever the condition.
    """
    return build.error_reply(
        element,
        reason.condition,
        translator.render(words_for(element, reason), element.lang),
        lang=element.lang,
        kind="wait" if reason.retry_after is not None else None,
        extra=getattr(reason, "extra", ""),
        payload=payload,
    )


def words_for(element: Element, reason: Refused) -> Text:
    """Why, and of a message to several people also to whom."""
    if not isinstance(element, Copy):
        return reason.text
    name = read(element.recipient.rpartition("@")[0]).name or element.recipient
    return Text("Not sent to {name}: {why}", name=name, why=reason.text)
