"""A strict look at what we are about to send, for tests."""

from transport.xmpp.element import Element
from transport.xmpp.ns import COMPONENT, IQ, MESSAGE, PRESENCE, STREAM
from transport.xmpp.stream import StreamError, StreamParser

_HEAD = f"<s:stream xmlns='{COMPONENT}' xmlns:s='{STREAM}'>".encode()


def verify(xml: str, domain: str) -> Element:
    """The one stanza that a text is.

    Raises ValueError when it is not exactly one well-formed stanza with `to`, and with `from` within
    `domain` (a server closes the whole stream for less).
    """
    found: list[Element] = []
    parser = StreamParser(lambda attrs: None, found.append)
    try:
        parser.feed(_HEAD)
        parser.feed(xml.encode())
    except (StreamError, UnicodeEncodeError) as e:
        raise ValueError(f"not well-formed ({e}): {xml!r}") from None
    if len(found) != 1 or len(parser.path) != 1 or found[0].tag not in (MESSAGE, PRESENCE, IQ):
        raise ValueError(f"not one stanza: {xml!r}")
    sender = found[0].get("from").partition("/")[0].rpartition("@")[2]
    if sender != domain or not found[0].get("to"):
        raise ValueError(f"`from` is not within {domain}, or `to` is absent: {xml!r}")
    return found[0]
