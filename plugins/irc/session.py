"""One user on one network: the connection, what is known through it, and the way of a message out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure
from zope.interface import implementer

from transport.api import (
    PENDING,
    SENT,
    Affiliation,
    IClientInfo,
    IPresence,
    IRawLines,
    IRooms,
    IRoster,
    ISession,
    Kind,
    Message,
    Pending,
    Refused,
    Role,
    Sent,
    Target,
    Text,
)
from transport.plugins.irc import contacts, moderation, rooms, signin, split
from transport.plugins.irc.entries import Said
from transport.plugins.irc.line import check_raw, format_line
from transport.plugins.irc.link import Link

QUIT_TIMEOUT = 5.0
T = TypeVar("T")


@implementer(ISession, IRooms, IRawLines, IClientInfo, IRoster, IPresence)
class Session(Link):
    """What the core asks for; the state is the link's."""

    __slots__ = ()

    # ISession

    def connect(self) -> None:
        if self.connection is None and self.attempt is None:
            self.attempt = signin.Attempt(self)
            self.attempt.start()

    def disconnect(self, reason: str) -> None:
        attempt, self.attempt = self.attempt, None
        connection, outbox = self.connection, self.outbox
        self.clear(Refused("recipient-unavailable", "You have signed out."), tell=False)
        self.forget_nick()
        if attempt is not None:
            attempt.cancel()
        if connection is not None:
            if outbox is not None:
                connection.write(format_line("QUIT", rooms.short(reason, 200) or "Signed out"))
            connection.close()
            self.host.reactor.callLater(QUIT_TIMEOUT, connection.abort)

    def send(self, target: Target, message: Message) -> Sent | Pending | Deferred[Sent]:
        outbox = self.outbox
        if not self.up or outbox is None:
            raise rooms.not_connected()
        name = target.name
        quick = False
        if target.kind is Kind.ROOM:
            if target.occupant is None:
                head = rooms.need(self, name).head
                quick = True
            else:
                head = self.shared.head(target.occupant)
                name = self.shared.fold(target.occupant)
        elif target.kind is Kind.CONTACT:
            head = self.shared.head(name)
        else:
            self.raw(message.text)
            return SENT
        text = message.text
        budget = self.support.line_bytes - 2 - self.overhead - len(head)
        if text.isprintable() and not text.startswith("/me ") and text.strip():
            data = text.encode()
            if len(data) <= budget:
                outbox.put(b"%b%b\r\n" % (head, data), Said(message, name, self.deliver), quick)
                return PENDING
        pieces = split.messages(text, budget)
        if not pieces:
            raise Refused("not-acceptable", "There is no text that can be sent.")
        shown = tuple(piece for _, piece in pieces) if len(pieces) > 1 else ()
        lines = [b"%b%b\r\n" % (head, payload.encode()) for payload, _ in pieces]
        outbox.put_all(lines, Said(message, name, self.deliver, len(lines), shown))
        return PENDING

    # IRawLines

    def raw(self, line: str) -> None:
        data = check_raw(line, self.support.line_bytes)
        if not self.up or self.outbox is None:
            raise rooms.not_connected()
        if data[:4].upper() == b"QUIT" and not data[4:5].isalnum():
            self.tell(Text("You asked the network to end the connection."))
        self.outbox.put_all([data], None)

    # IRooms

    def join(self, room: str, nick: str, password: str | None) -> None:
        rooms.join(self, room, nick, password)

    def leave(self, room: str, reason: str) -> None:
        rooms.leave(self, room, reason)

    def set_nick(self, room: str, nick: str) -> Deferred[None]:
        return refusable(rooms.set_nick, self, room, nick)

    def set_subject(self, room: str, text: str) -> Deferred[None]:
        return refusable(rooms.set_subject, self, room, text)

    def set_role(self, room: str, nick: str, role: Role, reason: str) -> Deferred[None]:
        return refusable(moderation.set_role, self, room, nick, role, reason)

    def set_affiliation(self, room: str, name: str, affiliation: Affiliation, reason: str) -> Deferred[None]:
        return refusable(moderation.set_affiliation, self, room, name, affiliation, reason)

    def affiliated(self, room: str, affiliation: Affiliation) -> Deferred[Sequence[str]]:
        return refusable(moderation.affiliated, self, room, affiliation)

    def invite(self, room: str, name: str, reason: str) -> Deferred[None]:
        return refusable(rooms.invite, self, room, name)

    # IPresence, IRoster, IClientInfo

    def set_presence(self, show: str, status: str) -> None:
        contacts.set_presence(self, show, status)

    def add(self, name: str) -> None:
        contacts.add(self, name)

    def remove(self, name: str) -> None:
        contacts.remove(self, name)

    def ping(self, target: Target) -> Deferred[None]:
        return refusable(contacts.ping, self, target)

    def version(self, target: Target) -> Deferred[str]:
        return refusable(contacts.version, self, target)


def refusable(call: Callable[..., Deferred[T]], *args: object) -> Deferred[T]:
    """What `call` returns; what it raises as a failed Deferred."""
    try:
        return call(*args)
    except Refused:
        return fail(Failure())
