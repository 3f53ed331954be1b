"""What networks tell of rooms, as changes of `Room` and stanzas to the clients in it."""

from collections.abc import Callable
from typing import Any

from transport.api import (
    Occupant,
    OccupantLeft,
    OccupantRenamed,
    Refused,
    RoomConfig,
    RoomJoined,
    RoomMoved,
    RoomRefused,
    Subject,
    Text,
)
from transport.room_view import RoomView
from transport.rooms import PARTICIPANT, Room, RoomState
from transport.session import Session, log_fault
from transport.text.crowd import Crowd

# A room that says one of these will not take the owner next time either.
FOR_GOOD = frozenset({"forbidden", "gone", "item-not-found", "not-authorized", "registration-required"})


class RenderRooms:
    """Keeps rooms true to what the network says, and tells their clients."""

    def __init__(self, view: RoomView, settle: Callable[[Session], None], forsake: Callable[[Room], None]) -> None:
        self._view = view
        self._settle = settle
        self._forsake = forsake
        self.delivery: Any = None
        self.table: dict[type, Callable[[Session, Any], None]] = {
            RoomJoined: self.joined,
            RoomRefused: self.refused,
            Occupant: self.occupant,
            OccupantRenamed: self.renamed,
            OccupantLeft: self.left,
            Subject: self.subject,
            RoomConfig: self.config,
            RoomMoved: self.moved,
        }

    def joined(self, session: Session, event: RoomJoined) -> None:
        """We are in a room; after a lost connection only what has changed is told."""
        room = session.rooms.get(event.room)
        if room is None:
            if session.rooms_of is not None:
                session.rooms_of.leave(event.room, "")
            return
        if room.state is RoomState.LEAVING:
            return
        before, room.occupants = room.occupants, Crowd(event.occupants, PARTICIPANT)
        old_nick, room.nick = room.nick, event.nick
        room.state = RoomState.JOINED
        rejoined = any(seat.there for seat in room.seats.values())
        if rejoined:
            if old_nick != event.nick:
                self._view.renamed(room, old_nick, event.nick)
            now = room.occupants
            self._view.occupants(
                room,
                [nick for nick in before if nick not in now and nick != old_nick],
                [nick for nick in now if before.get(nick) != now[nick] and nick != event.nick],
            )
            self._view.notice(room, Text("Connected to {network} again.", network=session.name))
        for seat in list(room.seats.values()):
            if not seat.there:
                self._view.enter(room, seat)
        self.delivery.flush(session)

    def refused(self, session: Session, event: RoomRefused) -> None:
        """We cannot be in a room."""
        room = session.rooms.get(event.room)
        if room is not None:
            if event.reason.condition in FOR_GOOD:
                self._forsake(room)
            self.refuse(room, event.reason)
            self._settle(session)

    def refuse(self, room: Room, reason: Refused) -> None:
        """Turn away who waits to enter, and put out who was there."""
        for seat in list(room.seats.values()):
            if not seat.there:
                room.free_seat(seat.full)
                self._view.refuse_entry(room, seat, reason)
        self._view.closed(room, reason.text)
        room.forget()
        self.delivery.fail_room(room.session, room.name, reason)

    def occupant(self, session: Session, event: Occupant) -> None:
        """Somebody came, or stands otherwise now."""
        room = session.rooms.get(event.room)
        if room is None or not room.joined:
            return
        if room.occupants.get(event.nick) != event.standing:
            room.occupants[event.nick] = event.standing
            self._view.occupant(room, event.nick, event.standing)

    def renamed(self, session: Session, event: OccupantRenamed) -> None:
        """Somebody has another nick."""
        room = session.rooms.get(event.room)
        if room is None:
            return
        standing = room.occupants.pop(event.old, None)
        if standing is not None:
            room.occupants[event.new] = standing
        if event.old == room.nick:
            room.nick = event.new
            session.nick = event.new
        fold = session.network.fold
        if session.whispers.get(fold(event.old)) == room.name:
            # A private talk goes on under the new nick.
            session.whispers[fold(event.new)] = session.whispers.pop(fold(event.old))
        self._view.renamed(room, event.old, event.new)

    def left(self, session: Session, event: OccupantLeft) -> None:
        """Somebody left; when it is the owner, every client is out, unless one has come back meanwhile."""
        room = session.rooms.get(event.room)
        if room is None:
            return
        if event.nick != room.nick:
            if room.occupants.pop(event.nick, None) is not None:
                self._view.left(room, event)
            return
        if room.state is RoomState.LEAVING and room.seats:
            # Somebody has come back meanwhile.
            self._ask(room)
            return
        self._forsake(room)
        self._view.expelled(room, event)
        room.forget()
        self._settle(session)

    def subject(self, session: Session, event: Subject) -> None:
        """The topic, on entering or when it changes."""
        room = session.rooms.get(event.room)
        if room is not None and room.subject != event:
            room.subject = event
            if room.joined:
                self._view.subject(room)

    def config(self, session: Session, event: RoomConfig) -> None:
        """What kind of room it is."""
        room = session.rooms.get(event.room)
        if room is not None and room.features != event.features:
            known, room.features = room.features, dict(event.features)
            if known:
                self._view.config_changed(room)

    def moved(self, session: Session, event: RoomMoved) -> None:
        """The room goes on elsewhere."""
        room = session.rooms.get(event.room)
        if room is not None:
            self.refuse(room, Refused("gone", "This room has moved to {room}.", room=event.to))
            self._settle(session)

    # the session comes and goes

    def enter_all(self, session: Session) -> None:
        """A new connection: ask for every room that somebody wants."""
        if session.rooms_of is None:
            return
        for room in list(session.rooms.values()):
            if session.rooms.get(room.name) is not room:
                continue
            if not room.seats and not room.kept:
                room.forget()
                continue
            self._ask(room)

    def _ask(self, room: Room) -> None:
        """Ask for a room; one that a plugin cannot even be asked for is refused."""
        try:
            room.ask()
        except Refused as refused:
            self.refuse(room, refused)
        except Exception:
            log_fault(room.session)
            self.refuse(room, Refused("internal-server-error", "The gateway failed to do this."))

    def network_gone(self, session: Session, reason: Refused, final: bool) -> None:
        """The network is away: rooms stay when it may come back."""
        for room in list(session.rooms.values()):
            was, room.state = room.state, RoomState.JOINING
            if final:
                self.refuse(room, reason)
            elif was is RoomState.JOINED:
                self._view.notice(
                    room,
                    Text("The connection to {network} was lost: {reason} Trying again.", network=session.name,
                         reason=reason.text),
                )  # fmt: skip

    def session_gone(self, session: Session, reason: Text) -> None:
        """The session has ended: its rooms too."""
        for room in list(session.rooms.values()):
            self.refuse(room, Refused("recipient-unavailable", "{reason}", reason=reason))
