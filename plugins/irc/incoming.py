"""What the server says, by command: the table, and what belongs to the connection itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from transport.api import Text
from transport.plugins.irc import contacts, heard_in_channels, heard_messages, numerics, rooms
from transport.plugins.irc.entries import Request, Said
from transport.plugins.irc.formatting import plain
from transport.plugins.irc.heard_messages import from_network
from transport.plugins.irc.line import Line, format_line

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

Handler = Callable[["Link", Line, bytes], None]
MAX_MOTD = 200
MAX_AWAY_TOLD = 100


def ping(session: Link, line: Line, raw: bytes) -> None:
    """PING wants its own words back."""
    if session.outbox is not None:
        session.outbox.write(format_line("PONG", line.last, limit=8192))


def pong(session: Link, line: Line, raw: bytes) -> None:
    """PONG proves what was written before its PING."""
    if session.outbox is not None:
        session.outbox.pong(raw)


def cap(session: Link, line: Line, raw: bytes) -> None:
    """CAP after 001: NEW and DEL."""
    if session.caps is not None:
        for params in session.caps.handle(line):
            session.command(*params)


def error(session: Link, line: Line, raw: bytes) -> None:
    """ERROR comes right before the end."""
    session.error = plain(line.last)[0][:300]


def isupport(session: Link, line: Line, raw: bytes) -> None:
    """005."""
    session.support = session.shared.told(session.support, line.params[1:-1])


def motd_line(session: Link, line: Line, raw: bytes) -> None:
    """372: the message of the day is told as one message."""
    if session.motd is None:
        session.motd = []
    if len(session.motd) < MAX_MOTD:
        session.motd.append(plain(line.last)[0].removeprefix("- "))


def motd_end(session: Link, line: Line, raw: bytes) -> None:
    """376 or 422: the greeting is over."""
    session.shared.adopt(session.support)
    contacts.greeted(session)
    motd, session.motd = session.motd, None
    if motd is not None and any(text.strip() for text in motd):
        from_network(session, "\n".join(motd).strip("\n"))


def host_changed(session: Link, line: Line, raw: bytes) -> None:
    """396: our own host is shown otherwise from now on."""
    if len(line.params) > 1 and "@" in line.params[1]:
        session.renamed(session.nick, line.params[1])


def chghost(session: Link, line: Line, raw: bytes) -> None:
    """CHGHOST: somebody's host is another; ours matters for the length of lines."""
    if line.nick == session.nick and len(line.params) > 1:
        session.renamed(session.nick, f"{line.params[0]}@{line.params[1]}")


def away_reply(session: Link, line: Line, raw: bytes) -> None:
    """301: told once for each reason."""
    if len(line.params) < 3:
        return
    nick, reason = line.params[1], plain(line.params[2])[0]
    told = session.away_told = session.away_told if session.away_told is not None else {}
    if told.get(nick) != reason:
        if len(told) >= MAX_AWAY_TOLD:
            told.clear()
        told[nick] = reason
        session.tell(Text("{nick} is away: {reason}", nick=nick, reason=reason))


def away(session: Link, line: Line, raw: bytes) -> None:
    """AWAY (away-notify)."""
    contacts.went_away(session, line.nick, plain(line.last)[0])


def ison(session: Link, line: Line, raw: bytes) -> None:
    """303: who of those asked for is there."""
    if session.asked:
        there = {session.shared.fold(nick): nick for nick in line.last.split()}
        for folded in session.asked.pop(0):
            contacts.seen(session, there.get(folded, folded), folded in there)


def online(session: Link, line: Line, raw: bytes) -> None:
    """730."""
    for mask in line.last.split(","):
        contacts.seen(session, mask.partition("!")[0], True)


def offline(session: Link, line: Line, raw: bytes) -> None:
    """731."""
    for mask in line.last.split(","):
        contacts.seen(session, mask.partition("!")[0], False)


def ignore(session: Link, line: Line, raw: bytes) -> None:
    """Nothing a person needs to know."""


def unknown(session: Link, line: Line, raw: bytes) -> None:
    """A refusal finds its cause; any other number is shown as the server's words."""
    code = line.command
    if not (len(code) == 3 and code.isdigit()):
        return
    named = {session.shared.fold(param) for param in line.params[1:-1]}
    if code in numerics.JOIN:
        asked = [room for room in session.joining if room in named]
        if asked:
            rooms.refuse(session, asked, numerics.refusal(numerics.JOIN, line))
            return
    if code >= "400" and refused(session, line, named):
        return
    from_network(session, " ".join(plain(param)[0] for param in line.params[1:]))


def refused(session: Link, line: Line, named: set[str]) -> bool:
    """Whether a number is about something we said or asked."""
    outbox = session.outbox
    if outbox is None:
        return False
    code = line.command
    if code in numerics.REQUEST:
        reason = numerics.refusal(numerics.REQUEST, line)
        if outbox.refuse(named, reason, (Request, Said) if code in ("401", "403") else (Request,)):
            return True
    if code in numerics.MESSAGE:
        return outbox.refuse(named, numerics.refusal(numerics.MESSAGE, line), (Said, Request))
    return outbox.refuse(named, numerics.other(line), (Request,)) if code < "600" else False


def userhost(session: Link, line: Line, raw: bytes) -> None:
    """302: `nick=+user@host`, asked for before a ban."""
    if session.userhosts is None:
        from_network(session, line.last)
        return
    for item in line.last.split()[:10]:
        nick, _, address = item.partition("=")
        session.userhosts[session.shared.fold(nick.rstrip("*"))] = address[1:].partition("@")[2]


def standard_reply(session: Link, line: Line, raw: bytes) -> None:
    """FAIL, WARN, NOTE (IRCv3 standard-replies)."""
    from_network(session, " ".join(plain(param)[0] for param in line.params[1:]))


def wallops(session: Link, line: Line, raw: bytes) -> None:
    """A word to all from the operators of the network."""
    from_network(session, f"{line.nick}: {plain(line.last)[0]}")


HANDLERS: dict[str, Handler] = {
    "PING": ping,
    "PONG": pong,
    "CAP": cap,
    "ERROR": error,
    "005": isupport,
    "372": motd_line,
    "375": ignore,
    "376": motd_end,
    "422": motd_end,
    "396": host_changed,
    "CHGHOST": chghost,
    "AWAY": away,
    "301": away_reply,
    "302": userhost,
    "303": ison,
    "730": online,
    "731": offline,
    "734": ignore,
    "WALLOPS": wallops,
    "FAIL": standard_reply,
    "WARN": standard_reply,
    "NOTE": standard_reply,
    **heard_messages.HANDLERS,
    **heard_in_channels.HANDLERS,
    **{code: ignore for code in numerics.SILENT if code not in ("005", "375", "366", "396")},
}
