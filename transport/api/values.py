"""Values that cross the line between the core and a plugin; all are treated as immutable."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import define, field


class Kind(Enum):
    """What a name on a network stands for."""

    CONTACT = "contact"
    ROOM = "room"
    NETWORK = "network"


class Case(Enum):
    """Whether upper and lower case spell the same name on a network."""

    FOLD = "fold"
    KEEP = "keep"


class Feature(Enum):
    """What a network can carry; the core turns the rest into text or refuses it.

    GUESTS: its rooms are open to people who are not registered.  GROUPS: a message to several names, joined by
    commas or listed as XEP-0033 says, goes to each of them by itself.
    """

    ROOMS = "rooms"
    TYPING = "typing"
    RECEIPTS = "receipts"
    MARKERS = "markers"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    REACTIONS = "reactions"
    REPLIES = "replies"
    ATTACHMENTS = "attachments"
    NEWLINES = "newlines"
    GUESTS = "guests"
    GROUPS = "groups"


class Markup(Enum):
    """How a network writes emphasis in its text."""

    PLAIN = "plain"
    SPANS = "spans"


class Affiliation(Enum):
    """A person's lasting standing in a room (XEP-0045 section 5.2)."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    NONE = "none"
    OUTCAST = "outcast"


class Role(Enum):
    """A person's standing in a room while there (XEP-0045 section 5.1)."""

    MODERATOR = "moderator"
    PARTICIPANT = "participant"
    VISITOR = "visitor"
    NONE = "none"


@define(frozen=True, cache_hash=True)
class Standing:
    """Affiliation and role of an occupant; a network shares one value among all who have it."""

    affiliation: Affiliation
    role: Role


@define(eq=True, hash=True)
class Target:
    """Somebody or something on a network.

    `name` is folded as the network's `fold` gives it; `occupant` is a nick as the network spells it, and
    only goes with a room.  The network itself is `Target(Kind.NETWORK, "")`.
    """

    kind: Kind
    name: str
    occupant: str | None = None


@define(init=False, frozen=True)
class Text:
    """A text for people: an English template with named parameters, translated when it is shown."""

    template: str
    params: Mapping[str, Any]

    def __init__(self, template: str, **params: Any) -> None:
        self.__attrs_init__(template, params)

    def __str__(self) -> str:
        return self.template.format_map(self.params) if self.params else self.template


class Refused(Exception):
    """How anything says no: an RFC 6120 section 8.3.3 condition and a text a person understands.

    `retry_after` is in seconds and means that the same request may work later.
    """

    def __init__(self, condition: str, template: str, *, retry_after: float | None = None, **params: Any) -> None:
        self.condition = condition
        self.text = Text(template, **params)
        self.retry_after = retry_after
        super().__init__(condition, str(self.text))


@define
class Span:
    """Emphasis of `text[start:end]`; `style` is one of bold, italic, underline, strike, mono, link.

    `value` holds the address of a link.
    """

    start: int
    end: int
    style: str
    value: str | None = None


@define
class Attachment:
    """A file somebody shares, by its address on the web."""

    url: str
    name: str | None = None
    media_type: str | None = None
    size: int | None = None


@define
class Details:
    """What few messages have, kept apart so that the others stay small.

    `replaces`, `retracts`, `reply_to` and the key of `reactions` are message ids as the network gave them.
    """

    reply_to: str | None = None
    replaces: str | None = None
    retracts: str | None = None
    reactions: Mapping[str, tuple[str, ...]] | None = None
    attachments: tuple[Attachment, ...] = ()


@define(eq=False)
class Message:
    """What somebody says; an action ("waves") is a text that begins with `/me ` (XEP-0245).

    `id` is the network's for a message that comes from it, the client's for one that goes to it.  `when`
    is None for now.  `notice` marks what must not be answered by a machine (an IRC NOTICE).  `own` marks
    what the owner said with another client of the network.  `bulk` marks a copy of what goes to several people,
    which may wait behind conversations.  `origin` belongs to the core: a plugin keeps the message it was
    given and names it in `Accepted` and `Failed`.
    """

    text: str
    id: str | None = None
    spans: tuple[Span, ...] = ()
    when: datetime | None = None
    own: bool = False
    notice: bool = False
    receipt: bool = False
    bulk: bool = False
    details: Details | None = None
    origin: Any = None


@define
class Sent:
    """Responsibility taken for a message.

    `pieces` are the texts that went out when the plugin had to split, else empty; the reflection is cut in
    the same way.  `reflected` is true when the network itself will send the message back to its owner.
    """

    native_id: str | None = None
    pieces: tuple[str, ...] = ()
    reflected: bool = False


class Pending:
    """The answer of `send` when the outcome follows as `Accepted` or `Failed`."""

    __slots__ = ()


PENDING = Pending()
SENT = Sent()


@define
class Identity:
    """What an address answers as (XEP-0030 section 3.1)."""

    category: str
    type: str
    name: str | None = None


@define
class Account:
    """A user's registration on a network, or a guest's stay there.

    `owner` is an opaque name, the same for the same person.  `settings` holds the registration's fields.
    """

    owner: str
    network: str
    settings: Mapping[str, str] = field(factory=dict, repr=False)
    guest: bool = False
