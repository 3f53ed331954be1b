"""Values that cross the line between the core and a plugin; all are treated as immutable."""

from collections.abc import Callable, Mapping
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
    """What a network can carry; the core turns the rest into text or refuses it."""

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
    what the owner said with another client of the network.  `origin` belongs to the core: a plugin keeps
    the message it was given and names it in `Accepted` and `Failed`.
    """

    text: str
    id: str | None = None
    spans: tuple[Span, ...] = ()
    when: datetime | None = None
    own: bool = False
    notice: bool = False
    receipt: bool = False
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


class FieldKind(Enum):
    """How a form asks for a value (XEP-0004 section 3.3)."""

    TEXT = "text-single"
    SECRET = "text-private"
    LINES = "text-multi"
    BOOLEAN = "boolean"
    CHOICE = "list-single"
    NOTE = "fixed"


@define
class Field:
    """One question of a form.

    `options` are (value, label) pairs of a choice.  `legacy` names the XEP-0077 element that carries the
    same value for clients without forms (`nick`, `username`, `password`, ...).
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    default: str = ""
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    legacy: str | None = None


@define
class Account:
    """A user's registration on a network, or a guest's stay there.

    `owner` is an opaque name, the same for the same person.  `settings` holds the registration's fields.
    """

    owner: str
    network: str
    settings: Mapping[str, str] = field(factory=dict, repr=False)
    guest: bool = False


@define
class Option:
    """A key of a network's table in the configuration file.

    `type` is one of `string`, `integer`, `number`, `boolean`, `duration` (seconds as float), `size`
    (bytes), `strings` (a tuple), `path` (a string, absolute once read), `secret` (a string, never shown) and
    `tables` (a table of tables, each read by `options`).  `check` gets the typed value and returns what is
    wrong with it, or None.
    """

    key: str
    type: str
    doc: str
    default: Any = None
    required: bool = False
    check: Callable[[Any], str | None] | None = None
    options: tuple["Option", ...] = ()


class Who(Enum):
    """Who may use a command."""

    ANYONE = "anyone"
    MEMBER = "member"
    ADMIN = "admin"


@define
class Ask:
    """The next question of a command: `answered` gets the values by field name and goes on from there.

    `more` says that another question is likely to follow.
    """

    title: Text
    fields: tuple[Field, ...]
    answered: Callable[[Mapping[str, str]], Any]
    instructions: Text | None = None
    more: bool = False


@define
class Done:
    """The end of a command: what happened, and a table of (heading, value) rows where that says more."""

    text: Text
    rows: tuple[tuple[str, ...], ...] = ()


@define
class Command:
    """Something a person may ask for, as an ad-hoc command (XEP-0050) or in a chat.

    `run` gets a `CommandContext`; it returns, or is a coroutine that returns, an `Ask` or a `Done`, and
    raises `Refused` when it cannot.
    """

    name: str
    title: str
    run: Callable[["CommandContext"], Any]
    who: Who = Who.MEMBER
    help: str = ""


@define
class CommandContext:
    """Who runs a command, and where.

    `account` is the owner's on the network where the command was asked for, a guest's when there is none,
    and None at the gateway.  `session` is the owner's session (`ISession`) there, None when there is none.
    `argument` is what followed the command's name in a chat.
    """

    owner: str
    account: Account | None = None
    session: Any = None
    argument: str = ""
    admin: bool = False
    lang: str = "en"
