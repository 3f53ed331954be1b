"""Rooms as their owner's clients see them: who is there, and which clients listen (XEP-0045)."""

from enum import Enum
from typing import TYPE_CHECKING

from attrs import define

from transport.api import Affiliation, Kind, Role, Standing, Subject, Target
from transport.text.crowd import Crowd
from transport.xmpp.element import attribute

if TYPE_CHECKING:
    from transport.session import Session


# What most people in a room are.
PARTICIPANT = Standing(Affiliation.NONE, Role.PARTICIPANT)


class RoomState(Enum):
    """Whether the network has us in the room."""

    JOINING = "joining"
    JOINED = "joined"
    LEAVING = "leaving"


@define
class HistoryWish:
    """How much history a client wants on joining (XEP-0045 section 7.2.14); `since` as epoch seconds."""

    limit: int
    since: float | None = None


class Seat:
    """A client in a room.

    `address` is the room's, as this client spells it; `nick` is the one it knows, `asked` the one it asked
    for.  `head` and `tail` are what a message to it has before the nick and before the id, ready for the
    wire.  While history is fetched, `backlog` holds what must come after it.
    """

    __slots__ = (
        "address",
        "address_attr",
        "asked",
        "backlog",
        "full",
        "full_attr",
        "head",
        "nick",
        "tail",
        "there",
        "wish",
    )

    def __init__(self, full: str, address: str, nick: str, wish: HistoryWish) -> None:
        self.full = full
        self.address = address
        self.nick = self.asked = nick
        self.wish = wish
        self.full_attr = attribute(full)
        self.address_attr = attribute(address)
        self.head = f"<message from='{self.address_attr}/"
        self.tail = f"' to='{self.full_attr}' type='groupchat' id='"
        self.there = False
        self.backlog: list[str] | None = None


class Room:
    """A room that an owner is in, or is about to enter.

    `seats` are by full JID, `occupants` by nick as the network spells it.  Who joins while we are leaving
    waits until we have left; then the network is asked again.
    """

    __slots__ = (
        "features", "kept", "name", "nick", "occupants", "password", "seats", "session",
        "state", "subject", "target",
    )  # fmt: skip

    def __init__(self, session: "Session", name: str, nick: str, password: str | None) -> None:
        self.session = session
        self.name = name
        self.nick = nick
        self.password = password
        self.target = Target(Kind.ROOM, name)
        self.state = RoomState.JOINING
        self.occupants: Crowd[Standing] = Crowd({}, PARTICIPANT)
        self.seats: dict[str, Seat] = {}
        self.subject: Subject | None = None
        self.features: dict[str, str] = {}
        self.kept = False

    @property
    def joined(self) -> bool:
        """Whether the network has us in the room."""
        return self.state is RoomState.JOINED

    def ask(self) -> None:
        """Ask the network for the room; without a connection, that happens when there is one."""
        self.state = RoomState.JOINING
        session = self.session
        if session.reachable and session.rooms_of is not None:
            nick = next((seat.asked for seat in self.seats.values()), self.nick)
            session.rooms_of.join(self.name, nick, self.password)

    def depart(self, reason: str) -> None:
        """Ask the network to take the owner out; a room that was not entered yet is forgotten at once."""
        session = self.session
        was, self.state = self.state, RoomState.LEAVING
        if session.rooms_of is None or not session.reachable:
            self.forget()
        elif was is not RoomState.LEAVING:
            told = session.guarded(session.rooms_of.leave, self.name, reason)
            if was is RoomState.JOINING or not told:
                self.forget()

    def take_seat(self, seat: Seat) -> None:
        """A client enters; its owner's stanzas to `seat.address` belong here from now on."""
        self.seats[seat.full] = seat
        self.session.owner.rooms[seat.address] = self

    def free_seat(self, full: str) -> Seat | None:
        """A client leaves."""
        seat = self.seats.pop(full, None)
        if seat is not None and not any(s.address == seat.address for s in self.seats.values()):
            self.session.owner.rooms.pop(seat.address, None)
        return seat

    def forget(self) -> None:
        """The owner is not in the room any more; no client is told."""
        for full in list(self.seats):
            self.free_seat(full)
        if self.session.rooms.get(self.name) is self:
            del self.session.rooms[self.name]
