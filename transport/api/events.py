"""What a network tells the core: values handed to `host.deliver`."""

from collections.abc import Mapping

from attrs import define

from transport.api.values import Message, Refused, Sent, Standing, Target, Text


@define
class MessageIn:
    """Somebody said something: a contact, an occupant of a room, a room, or the network itself.

    The same value may be delivered for many accounts (one line that many connections read).
    """

    sender: Target
    message: Message


@define
class Accepted:
    """The network has taken a message for which `send` returned `PENDING`."""

    message: Message
    sent: Sent


@define
class Delivered:
    """The far end has a message; becomes a receipt (XEP-0184).

    With `message` the receipt comes from the address that the owner wrote to.
    """

    message_id: str
    sender: Target
    message: Message | None = None


@define
class Read:
    """The far end has read a message and all before it."""

    message_id: str
    sender: Target


@define
class Failed:
    """A message was not delivered, and why; it may have been accepted before."""

    message: Message
    reason: Refused


class Show:
    """The values of a contact's availability; all but OFFLINE are RFC 6121 section 4.7.2.1."""

    ONLINE = ""
    AWAY = "away"
    CHAT = "chat"
    DND = "dnd"
    XA = "xa"
    OFFLINE = "offline"


@define
class Presence:
    """A contact's availability, and the nick as the network spells it; the network's own when `name` is empty."""

    name: str
    show: str
    status: str = ""
    nick: str | None = None


@define
class Typing:
    """A contact or an occupant is writing, or has stopped (XEP-0085)."""

    sender: Target
    active: bool


@define
class RoomJoined:
    """The owner is in a room, under `nick`; `occupants` are all there, the owner too.

    A `Subject` that is known comes before.  The `address` of an occupant (`user@host`) is told by
    `Occupant` only.
    """

    room: str
    nick: str
    occupants: Mapping[str, Standing]


@define
class RoomRefused:
    """The owner could not join a room."""

    room: str
    reason: Refused


@define
class Occupant:
    """Somebody came into a room, or has another standing there now."""

    room: str
    nick: str
    standing: Standing
    address: str | None = None


@define
class OccupantRenamed:
    """Somebody in a room has another nick; the owner when `old` is the owner's nick there."""

    room: str
    old: str
    new: str


class Leave:
    """How somebody left a room."""

    LEFT = "left"
    QUIT = "quit"
    KICKED = "kicked"
    BANNED = "banned"


@define
class OccupantLeft:
    """Somebody left a room (the owner too); `how` is one of `Leave`."""

    room: str
    nick: str
    how: str = Leave.LEFT
    actor: str | None = None
    reason: str = ""


@define
class Subject:
    """The topic of a room; `setter` is a nick, or None when unknown."""

    room: str
    text: str
    setter: str | None = None


@define
class RoomConfig:
    """What a room is: `features` are the field's names, such as `moderated` or `hidden`."""

    room: str
    features: Mapping[str, str]


@define
class RoomMoved:
    """A room goes on under another name."""

    room: str
    to: str


@define
class Invited:
    """Somebody invites the owner to a room."""

    room: str
    by: str | None
    reason: str = ""


@define
class RosterItem:
    """A contact of the account's own list on the network."""

    name: str
    nick: str | None = None
    groups: tuple[str, ...] = ()


@define
class RosterReset:
    """The account's whole list on the network; what is not in it is gone."""

    items: tuple[RosterItem, ...]


@define
class SubscriptionRequest:
    """A contact asks to see the owner's presence; `nick` is what it calls itself (XEP-0172)."""

    name: str
    reason: str = ""
    nick: str = ""


@define
class Status:
    """Progress or news of the session for its owner, shown as a message from the network."""

    text: Text


@define
class Connected:
    """The session is signed in; `nick` is the owner's name there."""

    nick: str | None = None


@define
class Disconnected:
    """The session is not signed in (any more).

    `retry` says whether trying again without the owner can help; the core then waits and calls
    `connect` again.
    """

    reason: Refused
    retry: bool = True


Event = (
    MessageIn
    | Accepted
    | Delivered
    | Read
    | Failed
    | Presence
    | Typing
    | RoomJoined
    | RoomRefused
    | Occupant
    | OccupantRenamed
    | OccupantLeft
    | Subject
    | RoomConfig
    | RoomMoved
    | Invited
    | RosterItem
    | RosterReset
    | SubscriptionRequest
    | Status
    | Connected
    | Disconnected
)
