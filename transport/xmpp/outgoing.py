"""The last look at what goes out."""

from transport.text.clean import clean
from transport.xmpp.element import Element
from transport.xmpp.ns import COMPONENT, IQ, MESSAGE, PRESENCE, STREAM
from transport.xmpp.stream import StreamError, StreamParser

_HEAD = f"<s:stream xmlns='{COMPONENT}' xmlns:s='{STREAM}'>".encode()

_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
# How U+FFFE and U+FFFF begin, and some characters that are allowed.
_NEAR_THE_END = b"\xef\xbf"


def octets(xml: str) -> bytes:
    """A text as it goes out: one search over it, and what XML forbids becomes U+FFFD."""
    try:
        data = xml.encode()
    except UnicodeEncodeError:
        return clean(xml).encode()
    if len(data.translate(None, _CONTROLS)) != len(data) or (not xml.isascii() and _NEAR_THE_END in data):
        return clean(xml).encode()
    return data


def verify(xml: str, domain: str) -> Element:
    """The one stanza that a text is; for tests.

    Raises ValueError when it is not exactly one well-formed stanza with `to`, and with `from` within
    `domain` (a server closes the whole stream for less).
    """
    found: list[Element] = []
    parser = StreamParser(lambda attrs: None, found.append)
    try:
        parser.feed(_HEAD)
        parser.feed(octets(xml))
    except StreamError as e:
        raise ValueError(f"not well-formed ({e}): {xml!r}") from None
    if len(found) != 1 or len(parser.path) != 1 or found[0].tag not in (MESSAGE, PRESENCE, IQ):
        raise ValueError(f"not one stanza: {xml!r}")
    sender = found[0].get("from").partition("/")[0].rpartition("@")[2]
    if sender != domain or not found[0].get("to"):
        raise ValueError(f"`from` is not within {domain}, or `to` is absent: {xml!r}")
    return found[0]
