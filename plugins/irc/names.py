"""What can be a nick or a channel."""

import re

from transport.api import Refused
from transport.text.clean import clean

NICK_BYTES = 64
CHANNEL_BYTES = 200
_NICK = re.compile(r"[^\s\x00-\x1f\x7f,*?!@:#&+%~$.0-9-][^\s\x00-\x1f\x7f,*?!@:#&%]*\Z")
_CHANNEL = re.compile("[^\\s\x00-\x1f\x7f,:\ud800-\udfff\ufffe\uffff]+\\Z")


def nick(text: str) -> str:
    """A nick; Refused (`not-acceptable`) when no network would have it."""
    if not text.isascii() and not text.isprintable():
        raise unfit(text)
    if not _NICK.match(text) or len(text.encode("utf-8", "replace")) > NICK_BYTES:
        raise unfit(text)
    return text


def unfit(text: str) -> Refused:
    """The refusal of a nick."""
    return Refused(
        "not-acceptable",
        "“{nick}” cannot be a nickname on IRC. Use letters, digits and - _ [ ] without spaces.",
        nick=clean(text[:100]),
    )


def key(text: str) -> str:
    """The password of a channel; Refused (`not-authorized`) when none can be so."""
    if not _CHANNEL.match(text):
        raise Refused("not-authorized", "This cannot be the password of a channel.")
    return text


def channel(text: str) -> str:
    """A channel's name; Refused (`jid-malformed`) when no network would have it."""
    if not _CHANNEL.match(text) or len(text.encode("utf-8", "replace")) > CHANNEL_BYTES:
        raise Refused("jid-malformed", "“{name}” cannot be a channel on IRC.", name=clean(text[:100]))
    return text
