"""Entering channels and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed

from transport.api import Kind, Refused, RoomJoined, RoomRefused, Subject
from transport.plugins.irc import names
from transport.plugins.irc.channel import Channel
from transport.plugins.irc.entries import JoinRequest
from transport.plugins.irc.line import format_line
from transport.text.clean import one_line

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

MAX_JOINING = 500
# Keeps a list of channels within a line, whatever the server puts before it.
JOIN_BYTES = 400


def not_connected() -> Refused:
    """There is no connection."""
    return Refused("recipient-unavailable", "You are not connected to the network.")


def need(session: Link, room: str) -> Channel:
    """A channel the owner is in; Refused (`not-acceptable`) when not."""
    channel = session.channels.get(room)
    if channel is None:
        raise Refused("not-acceptable", "You are not in {room}. Join it first.", room=room)
    return channel


def short(text: str, most: int) -> str:
    """A reason as it may end a line: one line of at most so many bytes."""
    return one_line(text).encode("utf-8", "replace")[:most].decode("utf-8", "ignore").strip()


def join(session: Link, room: str, nick: str, password: str | None) -> None:
    """Enter a channel, now or as soon as there is a connection."""
    try:
        names.channel(room)
        if session.network.address_type(room) is not Kind.ROOM:
            raise Refused("item-not-found", "“{room}” is not a channel.", room=room)
        if password:
            names.key(password)
        if not session.up:
            names.nick(nick)
        if len(session.joining) >= MAX_JOINING:
            raise Refused("resource-constraint", "Too many channels are being joined.", retry_after=60)
    except Refused as refused:
        session.deliver(RoomRefused(room, refused))
        return
    channel = session.channels.get(room)
    if channel is not None:
        if channel.arriving is None:
            joined(session, channel)
        return
    session.joining[room] = password or None
    if session.up:
        send_joins(session, [room])
    elif session.attempt is not None:
        session.attempt.nick_given(nick)
    elif session.connection is None:
        session.wanted_nick = session.wanted_nick or nick


def joined(session: Link, channel: Channel) -> None:
    """Tell that the owner is in a channel."""
    session.deliver(Subject(channel.room, channel.topic, channel.setter))
    session.deliver(RoomJoined(channel.room, session.nick, channel.standings()))


def join_all(session: Link) -> None:
    """Enter what was asked for before there was a connection."""
    send_joins(session, list(session.joining))


def send_joins(session: Link, rooms: list[str]) -> None:
    """JOIN lines for rooms; those with a key come first, as their keys do."""
    rooms.sort(key=lambda room: session.joining.get(room) is None)
    most = session.support.limit("JOIN", 1000) or 1000
    batch: list[str] = []
    size = 0
    for room in rooms:
        length = len(room.encode()) + len((session.joining.get(room) or "").encode()) + 2
        if batch and (size + length > JOIN_BYTES or len(batch) >= most):
            send_join(session, batch)
            batch, size = [], 0
        batch.append(room)
        size += length
    if batch:
        send_join(session, batch)


def send_join(session: Link, rooms: list[str]) -> None:
    """One JOIN line."""
    keys = [key for room in rooms if (key := session.joining.get(room))]
    data = format_line("JOIN", ",".join(rooms), *([",".join(keys)] if keys else []))
    entry = JoinRequest(tuple(rooms), lambda asked: unanswered(session, asked))
    try:
        if session.outbox is not None:
            session.outbox.put_all([data], entry)
    except Refused as refused:
        refuse(session, rooms, refused)


def unanswered(session: Link, rooms: Iterable[str]) -> None:
    """The server has read a JOIN; rooms it said nothing about were not entered."""
    silent = [room for room in rooms if room in session.joining]
    refuse(session, silent, Refused("remote-server-timeout", "The network has not answered."))


def refuse(session: Link, rooms: Iterable[str], reason: Refused) -> None:
    """Tell that rooms cannot be entered."""
    for room in rooms:
        session.joining.pop(room, None)
        session.deliver(RoomRefused(room, reason))


def leave(session: Link, room: str, reason: str) -> None:
    """Leave a channel; one that is only asked for is not entered, or told when it is, so that it can be left."""
    if not session.up:
        session.joining.pop(room, None)
    channel = session.channels.get(room)
    if channel is None or session.outbox is None:
        return
    reason = short(reason, 200)
    session.outbox.put_all([format_line("PART", channel.name, *([reason] if reason else []))], None, force=True)


def ask(session: Link, line: bytes, asked: tuple[str, ...], **options: object) -> Deferred[None]:
    """Send a line whose outcome somebody waits for; errors that name one of `asked` are about it."""
    if not session.up or session.outbox is None:
        raise not_connected()
    request = session.request(asked, **options)  # type: ignore[arg-type]
    session.outbox.put_all([line], request)
    return request.done


def set_nick(session: Link, room: str, nick: str) -> Deferred[None]:
    """NICK; nothing is sent for the nick one has."""
    if nick == session.nick:
        return succeed(None)
    names.nick(nick)
    refused = Refused("not-acceptable", "The network has not changed the nickname.")
    done = ask(
        session,
        format_line("NICK", nick),
        (session.shared.fold(nick),),
        verify=lambda: None if session.nick == nick else refused,
    )

    def keep(result: None) -> None:
        session.wanted_nick = nick

    return done.addCallback(keep)


def set_subject(session: Link, room: str, text: str) -> Deferred[None]:
    """TOPIC; line ends become spaces."""
    channel = need(session, room)
    topic = one_line(text)
    limit = session.support.line_bytes
    return ask(session, format_line("TOPIC", channel.name, topic, limit=limit), (room,))


def invite(session: Link, room: str, name: str) -> Deferred[None]:
    """INVITE; a reason has no place in it."""
    channel = need(session, room)
    nick = names.nick(name)
    return ask(session, format_line("INVITE", nick, channel.name), (session.shared.fold(nick), room))
