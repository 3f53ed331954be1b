"""Requests between programs, inside messages (CTCP, modern.ircdocs.horse/ctcp)."""

from attrs import define

from transport.plugins.irc.formatting import sendable

DELIMITER = "\x01"
VERSION = "transport, an XMPP gateway"
KNOWN = "ACTION CLIENTINFO PING TIME VERSION"


@define
class Ctcp:
    """A request or an answer; `kind` is in upper case."""

    kind: str
    text: str


def read(text: str) -> Ctcp | None:
    """The request in a message, or None when it is an ordinary one; the closing \\x01 may be missing."""
    if text[:1] != DELIMITER:
        return None
    kind, _, rest = text[1:].partition(DELIMITER)[0].partition(" ")
    return Ctcp(kind.upper(), rest)


def answer(request: Ctcp, time: str) -> str | None:
    """What we answer to a request, or None for one we do not answer; `time` is the time now, in words."""
    if request.kind == "VERSION":
        return write("VERSION", VERSION)
    if request.kind == "PING":
        return write("PING", request.text[:100])
    if request.kind == "TIME":
        return write("TIME", time)
    if request.kind == "CLIENTINFO":
        return write("CLIENTINFO", KNOWN)
    return None


def write(kind: str, text: str = "") -> str:
    """A request or an answer as the text of a message."""
    return f"{DELIMITER}{kind}{' ' if text else ''}{sendable(text)}{DELIMITER}"
