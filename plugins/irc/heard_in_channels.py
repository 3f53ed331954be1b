"""What happens in channels: who comes and goes, what they are, and the topic."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import TYPE_CHECKING

from transport.api import (
    Invited,
    Leave,
    Occupant,
    OccupantLeft,
    OccupantRenamed,
    Refused,
    RoomConfig,
    RoomJoined,
    RoomMoved,
    Subject,
)
from transport.plugins.irc import moderation, modes
from transport.plugins.irc.channel import MAX_MEMBERS, Channel
from transport.plugins.irc.formatting import plain
from transport.plugins.irc.heard_messages import from_network
from transport.plugins.irc.line import Line, format_line
from transport.text.clean import clean
from transport.text.crowd import Crowd

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

MAX_CHANNELS = 1000


def find(session: Link, name: str) -> Channel | None:
    """A channel we are in, by any spelling."""
    return session.channels.get(session.shared.fold(name))


def join(session: Link, line: Line, raw: bytes) -> None:
    """JOIN: ours begins a channel, another's is an occupant."""
    if not line.params or not line.nick:
        return
    name = clean(line.params[0])
    if session.shared.fold(line.nick) == session.shared.fold(session.nick):
        entered(session, name, line)
        return
    channel = find(session, name)
    if channel is None or len(channel.members) >= MAX_MEMBERS:
        return
    nick = intern(line.nick)
    channel.members[nick] = ""
    if channel.arriving is not None:
        channel.arriving[nick] = channel.standing("")
    else:
        session.deliver(Occupant(channel.room, nick, channel.standing(""), line.address))


def entered(session: Link, name: str, line: Line) -> None:
    """We are in a channel; who else is there follows."""
    room = session.shared.fold(name)
    if len(session.channels) >= MAX_CHANNELS:
        return
    if line.address:
        session.renamed(session.nick, line.address)
    asked = room in session.joining
    session.joining.pop(room, None)
    session.joining = session.joining or {}
    session.channels[room] = Channel(name, room, session.shared.head(name), asked=asked)
    if not asked:
        session.deliver(Invited(room, None))


def names(session: Link, line: Line, raw: bytes) -> None:
    """353: who is there, in parts."""
    if len(line.params) < 4:
        return
    channel = find(session, line.params[2])
    if channel is None or channel.arriving is None or len(channel.members) >= MAX_MEMBERS:
        return
    members, standings = session.support.names(line.params[3])
    channel.members.update(members)
    channel.arriving.update(standings)


def names_end(session: Link, line: Line, raw: bytes) -> None:
    """366: all who are there were told."""
    channel = find(session, line.params[1]) if len(line.params) > 1 else None
    if channel is None or channel.arriving is None:
        return
    arriving, channel.arriving = channel.arriving, None
    if session.nick not in channel.members:
        channel.members[session.nick] = ""
        arriving[session.nick] = channel.standing("")
    channel.members = Crowd(channel.members, "")
    if channel.asked:
        session.deliver(Subject(channel.room, channel.topic, channel.setter))
        session.deliver(RoomJoined(channel.room, session.nick, arriving))


def part(session: Link, line: Line, raw: bytes) -> None:
    """PART."""
    channel = find(session, line.params[0]) if line.params else None
    if channel is not None:
        reason = plain(line.params[1])[0] if len(line.params) > 1 else ""
        left(session, channel, line.nick, Leave.LEFT, None, reason)


def kick(session: Link, line: Line, raw: bytes) -> None:
    """KICK."""
    channel = find(session, line.params[0]) if len(line.params) > 1 else None
    if channel is not None:
        reason = plain(line.params[2])[0] if len(line.params) > 2 else ""
        nick = known(session, channel, line.params[1])
        left(session, channel, nick, Leave.KICKED, line.nick or None, reason)


def known(session: Link, channel: Channel, nick: str) -> str:
    """A nick as we know it, whatever its spelling in this line."""
    try:
        return moderation.member(session, channel, nick)
    except Refused:
        return nick


def left(session: Link, channel: Channel, nick: str, how: str, actor: str | None, reason: str) -> None:
    """Somebody is gone from a channel, perhaps ourselves."""
    if channel.members.pop(nick, None) is None and nick != session.nick:
        return
    if nick == session.nick:
        session.channels.pop(channel.room, None)
    elif channel.arriving is not None:
        channel.arriving.pop(nick, None)
        return
    session.deliver(OccupantLeft(channel.room, nick, how, actor, reason))


def quit_(session: Link, line: Line, raw: bytes) -> None:
    """QUIT: gone from every channel; ours shows as the end of the connection."""
    nick = line.nick
    if nick == session.nick:
        return
    reason = plain(line.last)[0]
    for channel in session.channels.values():
        if nick in channel.members:
            left(session, channel, nick, Leave.QUIT, None, reason)
    regain(session, nick)


def regain(session: Link, free: str) -> None:
    """A nick is free; when it is the one we could not have, take it."""
    wanted = session.wanted_nick
    if wanted and session.nick != wanted and session.shared.fold(free) == session.shared.fold(wanted):
        session.offer(format_line("NICK", wanted))


def nick(session: Link, line: Line, raw: bytes) -> None:
    """NICK: another name in every channel."""
    old, new = line.nick, intern(clean(line.last))
    if not old or not new:
        return
    if old == session.nick:
        session.renamed(new, line.address)
    else:
        regain(session, old)
    for channel in session.channels.values():
        if old not in channel.members:
            continue
        channel.members[new] = channel.members.pop(old)
        if channel.arriving is not None:
            channel.arriving[new] = channel.arriving.pop(old, channel.standing(""))
        else:
            session.deliver(OccupantRenamed(channel.room, old, new))


def mode(session: Link, line: Line, raw: bytes) -> None:
    """MODE of a channel: of people in it, or of itself."""
    channel = find(session, line.params[0]) if len(line.params) > 1 else None
    if channel is None:
        return
    support = session.support
    touched: dict[str, None] = {}
    own = False
    for change in modes.parse_modes(line.params[1], line.params[2:], support.prefixes, support.chanmodes):
        if change.mode in support.prefixes:
            who = known(session, channel, change.argument or "")
            if who in channel.members:
                now = modes.with_mode(channel.members[who], change.mode, change.added, support.prefixes)
                channel.members[who] = intern(now)
                touched[who] = None
        elif change.mode not in support.chanmodes[0]:
            own = True
            if channel.modes is not None:
                kept = channel.modes.replace(change.mode, "")
                channel.modes = kept + change.mode if change.added else kept
    if channel.arriving is not None:
        channel.arriving.update((who, channel.standing(channel.members[who])) for who in touched)
        return
    for who in touched:
        session.deliver(Occupant(channel.room, who, channel.standing(channel.members[who])))
    if own:
        changed(session, channel)


def changed(session: Link, channel: Channel) -> None:
    """The channel's own modes are others; they are asked for once, when they matter first."""
    if channel.modes is not None:
        session.deliver(RoomConfig(channel.room, modes.features(channel.modes)))
    elif not channel.modes_asked:
        channel.modes_asked = True
        session.offer(format_line("MODE", channel.name))


def mode_is(session: Link, line: Line, raw: bytes) -> None:
    """324: the channel's modes; shown as they are when a person asked."""
    channel = find(session, line.params[1]) if len(line.params) > 2 else None
    if channel is None:
        return
    if channel.modes is not None or not channel.modes_asked:
        from_network(session, " ".join(line.params[1:]))
    channel.modes = "".join(dict.fromkeys(letter for letter in line.params[2] if letter not in "+-"))
    changed(session, channel)


def topic(session: Link, line: Line, raw: bytes) -> None:
    """TOPIC."""
    channel = find(session, line.params[0]) if len(line.params) > 1 else None
    if channel is not None:
        channel.topic, channel.setter = plain(line.params[1])[0], line.nick or None
        if channel.arriving is None:
            session.deliver(Subject(channel.room, channel.topic, channel.setter))


def topic_is(session: Link, line: Line, raw: bytes) -> None:
    """332."""
    channel = find(session, line.params[1]) if len(line.params) > 2 else None
    if channel is not None and channel.arriving is not None:
        channel.topic, channel.setter = plain(line.params[2])[0], None
    else:
        from_network(session, " ".join(plain(param)[0] for param in line.params[1:]))


def topic_set_by(session: Link, line: Line, raw: bytes) -> None:
    """333."""
    channel = find(session, line.params[1]) if len(line.params) > 2 else None
    if channel is not None and channel.arriving is not None:
        channel.setter = line.params[2].partition("!")[0] or None


def invite(session: Link, line: Line, raw: bytes) -> None:
    """INVITE to us; those of others (invite-notify) are none of ours."""
    if len(line.params) > 1 and session.shared.fold(line.params[0]) == session.shared.fold(session.nick):
        session.deliver(Invited(session.shared.fold(clean(line.params[1])), line.nick or None))


def banned(session: Link, line: Line, raw: bytes) -> None:
    """367: one of the list of bans."""
    if session.gathered is None:
        from_network(session, " ".join(line.params[1:]))
    elif len(line.params) > 2 and len(session.gathered) < moderation.MAX_BANS:
        session.gathered.append(line.params[2])


def bans_end(session: Link, line: Line, raw: bytes) -> None:
    """368; the proof that follows ends the list for who asked."""
    if session.gathered is None:
        from_network(session, " ".join(line.params[1:]))


def forwarded(session: Link, line: Line, raw: bytes) -> None:
    """470: the server puts us into another channel; that JOIN is one that nobody asked for."""
    if len(line.params) < 3:
        return
    room, to = session.shared.fold(line.params[1]), session.shared.fold(line.params[2])
    if room in session.joining:
        del session.joining[room]
        session.deliver(RoomMoved(room, to))


HANDLERS: dict[str, Callable[[Link, Line, bytes], None]] = {
    "JOIN": join,
    "PART": part,
    "KICK": kick,
    "QUIT": quit_,
    "NICK": nick,
    "MODE": mode,
    "TOPIC": topic,
    "INVITE": invite,
    "324": mode_is,
    "331": lambda session, line, raw: None,
    "332": topic_is,
    "333": topic_set_by,
    "353": names,
    "366": names_end,
    "367": banned,
    "368": bans_end,
    "470": forwarded,
}
