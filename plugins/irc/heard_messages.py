"""PRIVMSG and NOTICE as they come in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from transport.api import Kind, Message, MessageIn, Span, Target, Text
from transport.plugins.irc import contacts, ctcp
from transport.plugins.irc.flood import bucket
from transport.plugins.irc.formatting import plain
from transport.plugins.irc.line import Line, format_line

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

# What a bot may ask of us: so many at once, then so many a second.
CTCP_BURST, CTCP_RATE = 4, 1 / 15
NOTICE_BURST, NOTICE_RATE = 200, 20.0
# A message is as new as that, or its time is told.
NOW = timedelta(seconds=5)
_IN_CHANNEL = re.compile(r"\[([^\s\]]+)\] ")
NETWORK = Target(Kind.NETWORK, "")


def privmsg(session: Link, line: Line, raw: bytes) -> None:
    """Somebody talks, in a channel or to us alone; or their program asks ours."""
    if len(line.params) < 2:
        return
    text = line.params[1]
    if text[:1] == ctcp.DELIMITER:
        request = ctcp.read(text)
        if request is None or request.kind != "ACTION":
            if request is not None and line.params[0][:1] not in session.support.chantypes:
                asked(session, line.nick, request)
            return
        body, spans = plain(request.text)
        said(session, line, raw, f"/me {body}", tuple(Span(s.start + 4, s.end + 4, s.style) for s in spans), False)
    else:
        said(session, line, raw, *plain(text), False)


def notice(session: Link, line: Line, raw: bytes) -> None:
    """A NOTICE: from the server, from services, or as an answer of a program."""
    if len(line.params) < 2:
        return
    text = line.params[1]
    answer = ctcp.read(text)
    if answer is not None:
        answered(session, line.nick, answer)
    elif not session.up or (from_server(line) and line.params[0][:1] not in session.support.chantypes):
        from_network(session, plain(text)[0])
    else:
        said(session, line, raw, *plain(text), True)


def said(session: Link, line: Line, raw: bytes, text: str, spans: tuple[Span, ...], is_notice: bool) -> None:
    """Deliver what somebody said; what all occupants read is made once."""
    if not text:
        return
    to, nick = line.params[0], line.nick
    support = session.support
    message = Message(text, None, spans, notice=is_notice)
    if line.tags:
        message.id = line.tags.get("msgid")
        message.when = when(session, line.tags.get("time"))
    while to[:1] and to[0] in support.statusmsg and to[1:2] in support.chantypes:
        to = to[1:]
    if to[:1] and to[0] in support.chantypes:
        sender = session.shared.occupant(to, nick)
        event = MessageIn(Target(Kind.ROOM, sender.name) if from_server(line) else sender, message)
        if nick == session.nick:
            message.own = True
        elif "label" not in line.tags and "batch" not in line.tags:
            session.shared.remember(raw, event)
        session.deliver(event)
        return
    about = _IN_CHANNEL.match(text) if is_notice else None
    if about is not None and session.shared.fold(about[1]) in session.channels:
        session.deliver(MessageIn(session.shared.occupant(about[1], nick), message))
        return
    session.deliver(MessageIn(Target(Kind.CONTACT, session.shared.fold(nick)), message))


def from_server(line: Line) -> bool:
    """Whether a server speaks, not a person; its name has dots, a nick has none."""
    return "!" not in line.source and (not line.source or "." in line.source)


def when(session: Link, stamp: str | None) -> datetime | None:
    """The time a message was said (server-time), or None when it is new."""
    if stamp is None:
        return None
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    if time.tzinfo is None:
        return None
    now = datetime.fromtimestamp(session.shared.clock.seconds(), UTC)
    return time if time < now - NOW else None


def asked(session: Link, nick: str, request: ctcp.Ctcp) -> None:
    """Somebody's program asks ours; answered, but not for ever."""
    now = session.shared.clock.seconds()
    if session.ctcp_bucket is None:
        session.ctcp_bucket = bucket(CTCP_BURST, CTCP_RATE)
    if not nick or not session.ctcp_bucket.take(now):
        return
    time = datetime.fromtimestamp(now, UTC).strftime("%a, %d %b %Y %H:%M:%S UTC")
    answer = ctcp.answer(request, time)
    if answer is not None:
        session.offer(format_line("NOTICE", nick, answer))
    elif request.kind == "DCC":
        session.tell(Text("{nick} offers a direct connection (DCC), which is not possible here.", nick=nick))


def answered(session: Link, nick: str, answer: ctcp.Ctcp) -> None:
    """An answer to what we asked; any other is nothing for a person."""
    waiting = session.waiting.get((session.shared.fold(nick), answer.kind))
    if isinstance(waiting, contacts.Reply) and not waiting.answer.called:
        waiting.answer.callback(plain(answer.text)[0])


def from_network(session: Link, text: str) -> None:
    """The network itself says something."""
    if session.notice_bucket is None:
        session.notice_bucket = bucket(NOTICE_BURST, NOTICE_RATE)
    if text.strip() and session.notice_bucket.take(session.shared.clock.seconds()):
        session.deliver(MessageIn(NETWORK, Message(text, notice=True)))


HANDLERS: dict[str, Callable[[Link, Line, bytes], None]] = {"PRIVMSG": privmsg, "NOTICE": notice}
