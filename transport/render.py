"""What networks tell, as stanzas: the only way from legacy to XMPP."""

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

from transport.address import local_part, read
from transport.api import (
    Accepted,
    Connected,
    Delivered,
    Disconnected,
    Failed,
    Invited,
    Kind,
    Message,
    MessageIn,
    Presence,
    Read,
    Refused,
    RosterItem,
    RosterReset,
    Sent,
    Status,
    SubscriptionRequest,
    Target,
    Typing,
)
from transport.contacts import Contacts
from transport.networks import native
from transport.refusals import error_for
from transport.render_kept import receipt
from transport.render_rooms import RenderRooms
from transport.render_sessions import RenderSessions
from transport.room_view import RoomView, there
from transport.rooms import Room
from transport.session import Session
from transport.store.interface import ArchiveRow, IStore
from transport.text.styling import xhtml
from transport.text.translate import Translator
from transport.xmpp import stanza as build
from transport.xmpp.element import Element, attribute, text
from transport.xmpp.ns import CHATSTATES, MARKERS, MUC_USER, STANZA_ID, tag

_ORIGIN_ID = tag(STANZA_ID, "origin-id")
# Well below what servers take as one stanza, even when every character is escaped.
LONGEST = 30_000


class Render:
    """Turns a session's events into stanzas."""

    def __init__(
        self,
        domain: str,
        reactor: IReactorTime,
        send: Callable[[str], object],
        new_id: Callable[[], str],
        store: IStore,
        translator: Translator,
        view: RoomView,
        rooms: RenderRooms,
        news: RenderSessions,
        contacts: Contacts,
        archive: bool,
    ) -> None:
        self._domain = domain
        self._reactor = reactor
        self._send = send
        self._new_id = new_id
        self._store = store
        self._translator = translator
        self._view = view
        self._news = news
        self._archive = archive
        self._last: tuple[Message | None, str] = (None, "")
        self.sessions: Any = None
        self.table: dict[type, Callable[[Session, Any], None]] = {
            MessageIn: self.message_in,
            Accepted: lambda session, event: self.sessions.delivery.accepted(session, event.message, event.sent),
            Failed: lambda session, event: self.sessions.delivery.failed(session, event.message, event.reason),
            Connected: lambda session, event: self.sessions.connected(session, event.nick),
            Disconnected: lambda session, event: self.sessions.disconnected(session, event),
            Delivered: self.delivered,
            Read: self.read,
            Typing: self.typing,
            Status: news.status,
            Invited: self.invited,
            Presence: contacts.network_presence,
            RosterItem: contacts.network_item,
            RosterReset: contacts.network_roster,
            SubscriptionRequest: contacts.network_request,
            **rooms.table,
        }

    # addresses

    def jid(self, session: Session, name: str) -> str:
        """The address of a name on a session's network; a name too long for one is cut."""
        network = session.network
        local = local_part(network.name, name, network.case)
        if local is None:
            local = local_part(network.name, name[:200], network.case) or network.name
        return f"{local}@{self._domain}"

    def answering(self, session: Session, name: str) -> str:
        """The address that a contact answers from: as its owner spells it."""
        spelled = session.spelled
        return (spelled.get(name) if spelled else None) or self.jid(session, name)

    # messages in

    def message_in(self, session: Session, event: MessageIn) -> None:
        """Somebody said something."""
        sender, message = event.sender, event.message
        if sender.kind is Kind.ROOM:
            room = session.rooms.get(sender.name)
            if room is not None:
                self.say(room, sender.occupant or "", message)
        elif sender.kind is Kind.CONTACT:
            self._private(session, sender, message)
        else:
            self._news.say(session, message.text[:LONGEST])

    def say(self, room: Room, nick: str, message: Message, address: str = "") -> None:
        """An occupant, or the room (no nick), speaks to every client in the room."""
        last = self._last
        payload = last[1] if last[0] is message else self._payload(message)
        archived = self._new_id()
        who = self._view.nicks[nick]
        for seat in room.seats.values():
            head = seat.head if nick else seat.head[:-1]
            stanza = (
                f"{head}{who}{seat.tail}{address or archived}'>{payload}"
                f"<stanza-id xmlns='urn:xmpp:sid:0' by='{seat.address_attr}' id='{archived}'/></message>"
            )
            if seat.backlog is not None:
                seat.backlog.append(stanza)
            elif seat.there:
                self._send(stanza)
        if self._archive:
            session = room.session
            when = message.when.timestamp() if message.when else self._reactor.seconds()
            self._store.archive(
                ArchiveRow(archived, session.owner.jid, session.name, room.name, when, nick, message.text)
            )

    def _payload(self, message: Message) -> str:
        words = message.text
        if len(words) > LONGEST:
            words = words[:LONGEST] + "…"
        payload = f"<body>{text(words)}</body>"
        if message.spans and len(words) <= LONGEST // 4:
            payload += xhtml(words, message.spans)
        if message.when is not None:
            payload += build.delay(message.when, self._domain)
        if message.details is not None:
            payload += "".join(
                f"<x xmlns='jabber:x:oob'><url>{text(a.url)}</url></x>" for a in message.details.attachments
            )
        self._last = (message, payload)
        return payload

    def _private(self, session: Session, sender: Target, message: Message) -> None:
        last = self._last
        payload = last[1] if last[0] is message else self._payload(message)
        if session.whispers:
            room = session.rooms.get(session.whispers.get(sender.name, ""))
            if room is not None and self._whisper(room, sender, payload):
                return
        self._send(
            f"<message from='{attribute(self.answering(session, sender.name))}' to='{session.owner.jid_attr}' "
            f"type='chat' id='{self._new_id()}'>{payload}</message>"
        )

    def _whisper(self, room: Room, sender: Target, payload: str) -> bool:
        """The answer to a private message that the owner sent through a room comes from there."""
        fold = room.session.network.fold
        nick = next((nick for nick in room.occupants if fold(nick) == sender.name), None)
        seats = there(room)
        if nick is None or not seats:
            return False
        for seat in seats:
            # Not behind the history, which the client may not stay for.
            self._send(
                f"<message from='{seat.address_attr}/{self._view.nicks[nick]}' to='{seat.full_attr}' "
                f"type='chat' id='{self._new_id()}'>{payload}<x xmlns='{MUC_USER}'/></message>",
            )
        return True

    # the owner's own messages

    def accepted(self, session: Session, message: Message, sent: Sent) -> None:
        """The network has the owner's message: rooms get it back, with the id it came with."""
        element: Element | None = message.origin
        if element is None or sent.reflected:
            return
        attrs = element.attrs
        if attrs.get("type") != "groupchat":
            return
        room = session.owner.rooms.get(attrs["to"]) or _room_at(session, attrs["to"])
        if room is None:
            return
        own = attrs.get("id", "")
        if sent.pieces:
            for number, piece in enumerate(sent.pieces):
                self.say(room, room.nick, Message(piece), address=attribute(own) if number == 0 else "")
            return
        origin = element.child(_ORIGIN_ID) if len(element.children) > 1 else None
        if origin is None:
            self.say(room, room.nick, message, address=attribute(own))
            return
        payload = self._payload(message)
        self._last = (message, f"{payload}<origin-id xmlns='{STANZA_ID}' id='{attribute(origin.get('id'))}'/>")
        self.say(room, room.nick, message, address=attribute(own))

    def failed(self, session: Session, message: Message, reason: Refused) -> None:
        """The owner's message was not delivered: its sender gets it back as an error."""
        element: Element | None = message.origin
        # However often it fails, its sender is told once.
        message.origin = None
        if element is not None:
            error = error_for(element, reason, self._translator)
            if error is not None:
                self._send(error)

    def delivered(self, session: Session, event: Delivered) -> None:
        """The far end has a message (XEP-0184)."""
        xml = receipt(event, session.owner.jid, self.answering(session, event.sender.name), self._new_id())
        if xml:
            self._send(xml)

    def read(self, session: Session, event: Read) -> None:
        """The far end has read a message (XEP-0333)."""
        self._note(session, event.sender, f"<displayed xmlns='{MARKERS}' id='{attribute(event.message_id)}'/>")

    def typing(self, session: Session, event: Typing) -> None:
        """A contact writes, or has stopped (XEP-0085)."""
        self._note(session, event.sender, f"<{'composing' if event.active else 'paused'} xmlns='{CHATSTATES}'/>")

    def _note(self, session: Session, sender: Target, payload: str) -> None:
        self._send(build.message(self.jid(session, sender.name), session.owner.jid, "chat", payload, id=self._new_id()))

    def invited(self, session: Session, event: Invited) -> None:
        """Somebody invites the owner to a room (XEP-0045 section 7.8.2)."""
        by = self.jid(session, event.by) if event.by else f"{session.name}@{self._domain}"
        reason = f"<reason>{text(event.reason)}</reason>" if event.reason else ""
        self._send(
            build.message(
                self.jid(session, event.room), session.owner.jid, "",
                f"<x xmlns='{MUC_USER}'><invite from='{attribute(by)}'>{reason}</invite></x>", id=self._new_id(),
            )
        )  # fmt: skip


def _room_at(session: Session, address: str) -> Room | None:
    """The room of an address that no client uses any more."""
    name = read(address.rpartition("@")[0]).name
    return session.rooms.get(native(session.network, name)) if name else None
