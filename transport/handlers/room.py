"""Clients in rooms: entering, leaving, nicks and invitations (XEP-0045)."""

from collections.abc import Callable
from datetime import UTC, datetime

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from transport.access import Access
from transport.address import Address, read
from transport.api import INetwork, Kind, Refused, Text
from transport.jid import parse
from transport.kept import Kept
from transport.networks import Networks, native, spelled
from transport.owners import Owner
from transport.room_view import HISTORY, RoomView
from transport.rooms import HistoryWish, Room, Seat
from transport.session import Session
from transport.sessions import Sessions
from transport.store.interface import KeptRoom
from transport.xmpp import stanza as build
from transport.xmpp.element import Element, attribute, text
from transport.xmpp.ns import MUC, MUC_USER, tag

_X = tag(MUC, "x")
_X_USER = tag(MUC_USER, "x")
_HISTORY = tag(MUC, "history")
_PASSWORD = tag(MUC, "password")
_INVITE = tag(MUC_USER, "invite")
_REASON = tag(MUC_USER, "reason")
SEATS = 50
# A client that answers with one of these is not there any more (XEP-0045 section 18.1.1).
GHOST = frozenset(
    {"gone", "item-not-found", "recipient-unavailable", "remote-server-not-found", "remote-server-timeout"}
    | {"service-unavailable", "redirect", "jid-malformed", "internal-server-error"}
)


class RoomPresences:
    """Takes the presence that owners send to rooms."""

    log = Logger()

    def __init__(
        self,
        domain: str,
        reactor: IReactorTime,
        networks: Networks,
        sessions: Sessions,
        kept: Kept,
        access: Access,
        view: RoomView,
        send: Callable[[str], object],
        refuse: Callable[..., None],
        persistent: Callable[[str], bool],
        limit: int,
    ) -> None:
        self._domain = domain
        self._reactor = reactor
        self._networks = networks
        self._sessions = sessions
        self._kept = kept
        self._access = access
        self._view = view
        self._send = send
        self._refuse = refuse
        self._persistent = persistent
        self._limit = limit

    def handle(self, owner: Owner, element: Element, from_: str, to: str, network: INetwork, address: Address) -> None:
        """A presence to a room or somebody in it."""
        kind = element.attrs.get("type", "")
        bare = to.partition("/")[0]
        room = owner.rooms.get(bare)
        if kind == "unavailable":
            if room is not None and from_ in room.seats:
                status = next((e.text for e in element.elements() if e.name == "status"), "")
                self.unseat(room, from_, Text("{status}", status=status))
        elif kind == "error":
            if room is not None:
                self.bounced(room, element, from_)
        elif kind == "subscribe":
            # Rooms are joined.
            self._send(build.presence(bare, from_.partition("/")[0], "unsubscribed"))
        elif not kind:
            self._enter_or_change(owner, element, from_, bare, room, network, address)

    def _enter_or_change(
        self, owner: Owner, element: Element, from_: str, bare: str, room: Room | None, network: INetwork,
        address: Address,
    ) -> None:  # fmt: skip
        wants = element.child(_X)
        seated = room is not None and from_ in room.seats
        try:
            if wants is not None:
                self._enter(owner, wants, from_, bare, network, address)
            elif room is None or not seated:
                raise Refused("not-acceptable", "You are not in this room; join it first.")
            elif address.resource and address.resource != room.nick and room.joined:
                self._change_nick(room, element, address.resource)
        except Refused as refused:
            self._refuse(element, refused, f"<x xmlns='{MUC}'/>")

    # entering

    def _enter(self, owner: Owner, wants: Element, from_: str, bare: str, network: INetwork, address: Address) -> None:
        if not address.resource:
            raise Refused("jid-malformed", "Choose a nick to join with.")
        name = native(network, address.name)
        if not (owner.member or self._access.may_visit(owner.jid)):
            raise Refused("registration-required", "Register with the gateway to join rooms.")
        session = owner.sessions.get(network.name)
        room = session.rooms.get(name) if session is not None else None
        fresh = room is None
        if room is None:
            if session is not None and len(session.rooms) >= self._limit:
                raise Refused("resource-constraint", "You are in as many rooms as this gateway allows.")
            session = self._sessions.sign_in(owner, network)
            if session.rooms_of is None:
                self._sessions.settle(owner)
                raise Refused("service-unavailable", "This network has no rooms.")
            room = self._open(session, name, address.resource, wants)
        elif not room.seats:
            room.password = wants.child_text(_PASSWORD) or room.password
        if from_ not in room.seats and len(room.seats) >= SEATS:
            raise Refused("resource-constraint", "Too many clients at once.")
        seat = Seat(from_, bare, address.resource, wish(wants, self._reactor.seconds()))
        seat.there = self._was_there(room, from_, bare)
        room.take_seat(seat)
        if room.joined:
            self._view.enter(room, seat)
        elif fresh:
            self._ask(room)

    def _was_there(self, room: Room, full: str, address: str) -> bool:
        """Whether a client that joins is in the room already; what it had there before is taken from it."""
        old = room.free_seat(full)
        if old is None:
            return False
        if old.address != address:
            self._view.leave(room, old)
        elif not room.joined:
            self._view.forget(old)
        return old.there

    def _open(self, session: Session, name: str, nick: str, wants: Element) -> Room:
        password = wants.child_text(_PASSWORD) or None
        room = Room(session, name, session.nick or nick, password)
        if self._persistent(session.name) and session.owner.member:
            self._kept.keep(room)
        session.rooms[name] = room
        return room

    def _change_nick(self, room: Room, element: Element, nick: str) -> None:
        done: Deferred[None] = room.session.open_rooms().set_nick(room.name, nick)
        done.addErrback(self._nick_refused, element)

    def _nick_refused(self, failure: object, element: Element) -> None:
        value = getattr(failure, "value", None)
        if not isinstance(value, Refused):
            self.log.error("a nick could not be changed: {failure}", failure=failure)
            value = Refused("internal-server-error", "The gateway failed to do this.")
        self._refuse(element, value, f"<x xmlns='{MUC}'/>")

    # leaving

    def unseat(self, room: Room, full: str, reason: Text) -> None:
        """A client is not in a room any more; the last one takes the owner out of it, unless it is kept."""
        seat = room.free_seat(full)
        if seat is None:
            return
        self._view.leave(room, seat)
        if room.seats or room.kept:
            return
        room.depart(str(reason))
        self._sessions.delivery.fail_room(
            room.session, room.name, Refused("recipient-unavailable", "You have left {room}.", room=room.name)
        )
        self._sessions.settle(room.session.owner)

    def bounced(self, room: Room, element: Element, full: str) -> None:
        """Something that was sent to a client came back."""
        error = next((e for e in element.elements() if e.name == "error"), None)
        if error is not None and any(e.name in GHOST for e in error.elements()):
            self.unseat(room, full, Text("The client is gone."))

    def reopen(self, session: Session, kept: KeptRoom) -> None:
        """Enter a room that is kept, with no client in it."""
        if kept.room not in session.rooms:
            room = session.rooms[kept.room] = Room(session, kept.room, kept.nick, None)
            room.kept = True
            self._ask(room)

    def _ask(self, room: Room) -> None:
        """Ask the network for a room; nothing is left of one that a plugin cannot even be asked for."""
        try:
            room.ask()
        except Exception:
            room.forget()
            self._sessions.settle(room.session.owner)
            raise

    # invitations

    def invitation(self, owner: Owner, room: Room | None, element: Element, from_: str) -> bool:
        """Take a mediated invitation (XEP-0045 section 7.8.2); false when the message is none."""
        x = element.child(_X_USER)
        invites = list(x.elements(_INVITE)) if x is not None else []
        if not invites:
            return False
        if room is None or from_ not in room.seats:
            raise Refused("not-acceptable", "You are not in this room; join it first.")
        for invite in invites[:20]:
            self._invite(room, element, invite.get("to"), invite.child_text(_REASON), from_)
        return True

    def _invite(self, room: Room, element: Element, to: str, reason: str, from_: str) -> None:
        jid = parse(to)
        if jid is None:
            raise Refused("jid-malformed", "{address} is not an address.", address=to)
        if jid.local and jid.domain != self._domain:
            self._invite_beyond(room, to, reason, from_)
            return
        network, nick = room.session.network, to
        if jid.local:
            address = read(jid.local, jid.resource)
            if self._networks.get(address.network) is not network:
                raise Refused("item-not-found", "They are not on {network}.", network=network.name)
            nick = address.resource if is_room(network, address) else address.name
        nick = spelled(network, nick) if nick != self._domain else ""
        if not nick:
            raise Refused("jid-malformed", "{address} is not an address.", address=to)
        done: Deferred[None] = room.session.open_rooms().invite(room.name, nick, reason)
        done.addErrback(lambda failure: self._refuse(element, failure.value) if failure.check(Refused) else failure)
        done.addErrback(lambda failure: self.log.failure("an invitation failed", failure))

    def _invite_beyond(self, room: Room, to: str, reason: str, from_: str) -> None:
        """Somebody on XMPP: the invitation goes there, and the room's address works for them too."""
        why = f"<reason>{text(reason)}</reason>" if reason else ""
        address = next(iter(room.seats.values())).address
        self._send(
            build.message(
                address, to, "",
                f"<x xmlns='{MUC_USER}'><invite from='{attribute(from_)}'>{why}</invite></x>",
            )
        )  # fmt: skip


def wish(wants: Element, now: float) -> HistoryWish:
    """How much history a joining client asks for (XEP-0045 section 7.2.14); `now` is seconds since the epoch."""
    asked = wants.child(_HISTORY)
    if asked is None:
        return HistoryWish(HISTORY)
    limit = HISTORY
    for name in ("maxstanzas", "maxchars"):
        value = asked.get(name)
        # A limit in characters is known only as none at all.
        if value.isdecimal() and (name == "maxstanzas" or not value.strip("0")):
            limit = min(limit, int(value[:6]))
    since: list[float] = []
    seconds = asked.get("seconds")
    if seconds.isdecimal():
        since.append(now - int(seconds[:10]))
    try:
        when = datetime.fromisoformat(asked.get("since"))
        since.append((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        pass
    return HistoryWish(limit, max(since, default=None))


def is_room(network: INetwork, address: Address) -> bool:
    """Whether an address of a network is a room."""
    return bool(address.name) and network.address_type(address.name) is Kind.ROOM
