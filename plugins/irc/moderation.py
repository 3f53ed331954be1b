"""Roles and affiliations of XEP-0045 as modes of IRC, kicks and bans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed

from transport.api import Affiliation, Refused, Role
from transport.plugins.irc import names, rooms
from transport.plugins.irc.channel import Channel
from transport.plugins.irc.line import format_line, word

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

MAX_BANS = 5000
_HOST = re.compile(r"[A-Za-z0-9./:_-]+\Z")
_GIVES = {
    Affiliation.OWNER: ("q", "o"),
    Affiliation.ADMIN: ("o",),
    Affiliation.MEMBER: ("v",),
}


def member(session: Link, channel: Channel, nick: str) -> str:
    """The nick of somebody in a channel as the server spells it; Refused (`item-not-found`)."""
    if nick in channel.members:
        return nick
    folded = session.shared.fold(nick)
    for known in channel.members:
        if session.shared.fold(known) == folded:
            return known
    raise Refused("item-not-found", "There is no {nick} in the channel.", nick=nick)


def set_role(session: Link, room: str, nick: str, role: Role, reason: str) -> Deferred[None]:
    """KICK, or MODE with what makes the difference."""
    channel = rooms.need(session, room)
    nick = member(session, channel, nick)
    if role is Role.NONE:
        return kick(session, channel, nick, reason)
    have = channel.members[nick]
    if role is Role.MODERATOR:
        wanted = "h" if "h" in session.support.prefixes else "o"
        given = "" if any(mode in have for mode in "qaoh") else wanted
        return change(session, channel, nick, "", given)
    above = "".join(mode for mode in have if mode != "v")
    if role is Role.VISITOR:
        return change(session, channel, nick, have, "")
    voice = "v" if channel.modes and "m" in channel.modes and "v" not in have else ""
    return change(session, channel, nick, above, voice)


def set_affiliation(session: Link, room: str, name: str, affiliation: Affiliation, reason: str) -> Deferred[None]:
    """A mode for the nick, in place of higher ones; a ban for an outcast."""
    channel = rooms.need(session, room)
    is_mask = any(c in name for c in "!@*")
    if affiliation is Affiliation.OUTCAST:
        return Deferred.fromCoroutine(ban(session, channel, name, reason))
    if is_mask:
        if affiliation is not Affiliation.NONE:
            raise Refused("not-acceptable", "Only bans can be set for a mask.")
        return mode_line(session, channel, "-b", (word(name),))
    nick = member(session, channel, name)
    have = channel.members[nick]
    order = session.support.prefixes
    given = next((mode for mode in _GIVES.get(affiliation, ()) if mode in order), "")
    if given:
        taken = "".join(mode for mode in have if mode in order[: order.index(given)])
        return change(session, channel, nick, taken, "" if given in have else given)
    return change(session, channel, nick, have, "")


def change(session: Link, channel: Channel, nick: str, taken: str, given: str) -> Deferred[None]:
    """Take modes from a nick and give others; nothing is sent when there is nothing to change."""
    modes = (f"-{taken}" if taken else "") + (f"+{given}" if given else "")
    if not modes:
        return succeed(None)
    return mode_line(session, channel, modes, (nick,) * len(taken + given))


def mode_line(session: Link, channel: Channel, modes: str, arguments: tuple[str, ...]) -> Deferred[None]:
    """MODE; errors name the channel, a nick, or the letter."""
    folded = tuple(session.shared.fold(argument) for argument in arguments)
    letters = tuple(letter for letter in modes if letter not in "+-")
    line = format_line("MODE", channel.name, modes, *arguments)
    return rooms.ask(session, line, (channel.room, *folded, *letters))


def kick(session: Link, channel: Channel, nick: str, reason: str) -> Deferred[None]:
    """KICK, with a reason where one is given."""
    words = rooms.short(reason, 200)
    line = format_line("KICK", channel.name, nick, *([words] if words else []))
    return rooms.ask(session, line, (channel.room, session.shared.fold(nick)))


async def ban(session: Link, channel: Channel, name: str, reason: str) -> None:
    """Ban a mask or a nick, and kick who has that nick; a nick changes easily, so the host is banned if known."""
    if any(c in name for c in "!@*"):
        await mode_line(session, channel, "+b", (word(name),))
        return
    nick = names.nick(name)
    host = await host_of(session, nick)
    await mode_line(session, channel, "+b", (f"*!*@{host}" if host else f"{nick}!*@*",))
    try:
        here = member(session, channel, nick)
    except Refused:
        return
    await kick(session, channel, here, reason)


async def host_of(session: Link, nick: str) -> str:
    """Where a nick comes from (USERHOST), or an empty text."""
    folded = session.shared.fold(nick)
    if session.userhosts is None:
        session.userhosts = {}
    try:
        await rooms.ask(session, format_line("USERHOST", nick), (folded,))
        host = (session.userhosts or {}).get(folded, "")
    except Refused:
        return ""
    finally:
        session.userhosts = None
    return host if _HOST.match(host) else ""


def affiliated(session: Link, room: str, affiliation: Affiliation) -> Deferred[Sequence[str]]:
    """The ban list as the server has it, other lists from who is there."""
    channel = rooms.need(session, room)
    if affiliation is Affiliation.OUTCAST:
        return bans(session, channel)
    found = [nick for nick, known in channel.standings().items() if known.affiliation is affiliation]
    return succeed(found)


def bans(session: Link, channel: Channel) -> Deferred[Sequence[str]]:
    """MODE b; the list comes as 367, before the proof that the server has read it."""
    if session.gathered is not None:
        raise Refused("resource-constraint", "This was asked a moment ago.", retry_after=10)
    done = rooms.ask(session, format_line("MODE", channel.name, "b"), (channel.room,))
    session.gathered = []

    def gathered(result: Any) -> Any:
        found, session.gathered = session.gathered or [], None
        return found if result is None else result

    return done.addBoth(gathered)
