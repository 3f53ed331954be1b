"""People apart from channels: who is there (MONITOR or ISON), away, and their programs (CTCP)."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from transport.api import Presence, Refused, Show, Target
from transport.plugins.irc import ctcp, names, rooms
from transport.plugins.irc.entries import Request
from transport.plugins.irc.line import format_line

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

MAX_WATCHED = 1000
MAX_WAITING = 100
LINE_NAMES = 400


def set_presence(session: Link, show: str, status: str) -> None:
    """AWAY for `away`, `xa` and `dnd`; sent only when it changes."""
    away = ""
    if show in (Show.AWAY, Show.XA, Show.DND):
        away = rooms.short(status, 200) or ("Do not disturb" if show == Show.DND else "Away")
    if away == session.away:
        return
    session.away = away
    session.offer(format_line("AWAY", *([away] if away else [])))


def signed_in(session: Link) -> None:
    """Say again what the server has forgotten."""
    if session.away:
        session.offer(format_line("AWAY", session.away))


def greeted(session: Link) -> None:
    """The server has told what it can; ask for those we follow."""
    if session.watched:
        watch(session, list(session.watched))


def add(session: Link, name: str) -> None:
    """Follow a nick."""
    watched = session.watched = session.watched if session.watched is not None else {}
    folded = session.shared.fold(name)
    if folded in watched or len(watched) >= MAX_WATCHED:
        return
    try:
        names.nick(folded)
    except Refused:
        # Nobody can have this name, so nobody will ever be there under it.
        return
    watched[folded] = None
    if session.up:
        watch(session, [folded])


def remove(session: Link, name: str) -> None:
    """Do not follow a nick any more."""
    folded = session.shared.fold(name)
    if session.watched is None or session.watched.pop(folded, None) is None:
        return
    if session.support.monitor:
        session.offer(format_line("MONITOR", "-", folded))


def watch(session: Link, nicks: list[str]) -> None:
    """Ask the server about nicks: MONITOR tells changes too, ISON only how it is."""
    if not nicks:
        return
    monitor = bool(session.support.monitor)
    lines = []
    rest = nicks[: session.support.monitor] if monitor else nicks
    while rest:
        count = size = 0
        while count < len(rest) and size + len(rest[count].encode()) < LINE_NAMES:
            size += len(rest[count].encode()) + 1
            count += 1
        part, rest = rest[:count], rest[count:]
        if monitor:
            lines.append(format_line("MONITOR", "+", ",".join(part)))
        else:
            session.asked.append(part)
            lines.append(format_line("ISON", *part))
    session.offer(*lines)


def beat(session: Link) -> None:
    """Ask again where the server does not tell by itself."""
    if not session.watched or not session.up or session.support.monitor or session.asked:
        return
    if session.outbox is not None and not session.outbox.queue:
        watch(session, list(session.watched))


def seen(session: Link, nick: str, online: bool) -> None:
    """A nick is there, or not."""
    folded = session.shared.fold(nick)
    watched = session.watched
    if watched is None or folded not in watched:
        return
    if watched[folded] is not online:
        watched[folded] = online
        session.deliver(Presence(folded, Show.ONLINE if online else Show.OFFLINE, "", nick))


def went_away(session: Link, nick: str, reason: str) -> None:
    """A nick we follow is away, or back when there is no reason (away-notify)."""
    folded = session.shared.fold(nick)
    if session.watched is not None and session.watched.get(folded):
        session.deliver(Presence(folded, Show.AWAY if reason else Show.ONLINE, reason, nick))


def ask(session: Link, target: Target, kind: str, text: str) -> Deferred[str]:
    """Send a CTCP request; fires with the answer's text."""
    nick = names.nick(target.occupant or target.name)
    folded = session.shared.fold(nick)
    if not session.up or session.outbox is None:
        raise rooms.not_connected()
    if len(session.waiting) >= MAX_WAITING or (folded, kind) in session.waiting:
        raise Refused("resource-constraint", "This was asked a moment ago.", retry_after=30)
    answer: Deferred[str] = Deferred()
    request = Reply((folded,), session.shared.clock.seconds() + 30, answer)
    session.waiting[folded, kind] = request
    session.outbox.put_all([format_line("PRIVMSG", nick, ctcp.write(kind, text))], request)

    def forget(result: object) -> object:
        session.waiting.pop((folded, kind), None)
        return result

    return answer.addBoth(forget)


class Reply(Request):
    """A question to somebody's program; that the server has read it is not an answer yet."""

    __slots__ = ("answer",)

    def __init__(self, names: tuple[str, ...], deadline: float, answer: Deferred[str]) -> None:
        super().__init__(names, deadline)
        self.answer = answer

    def proved(self) -> None:
        """The question is on its way."""

    def failed(self, reason: Refused) -> None:
        """There will be no answer."""
        if not self.answer.called:
            self.answer.errback(reason)


def ping(session: Link, target: Target) -> Deferred[None]:
    """CTCP PING."""
    return ask(session, target, "PING", token_hex(8)).addCallback(lambda _: None)


def version(session: Link, target: Target) -> Deferred[str]:
    """CTCP VERSION."""
    return ask(session, target, "VERSION", "")
