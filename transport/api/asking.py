"""What a network asks for: keys of the configuration, fields of forms, and commands."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from attrs import define

from transport.api.values import Account, Text


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
