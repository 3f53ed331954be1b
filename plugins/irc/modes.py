"""Modes of channels and of the people in them (RFC 2811 section 4), and what they are in XEP-0045."""

from collections.abc import Sequence

from attrs import define

from transport.api import Affiliation, Role, Standing

OWNER = Standing(Affiliation.OWNER, Role.MODERATOR)
ADMIN = Standing(Affiliation.ADMIN, Role.MODERATOR)
HELPER = Standing(Affiliation.MEMBER, Role.MODERATOR)
SOMEBODY = Standing(Affiliation.NONE, Role.PARTICIPANT)
SILENT = Standing(Affiliation.NONE, Role.VISITOR)
_BY_MODE = {"q": OWNER, "a": ADMIN, "o": ADMIN, "h": HELPER, "v": SOMEBODY}

# Features of a room as XEP-0045 section 16.3 names them, by channel mode.
FEATURES = {
    "m": ("moderated", "unmoderated"),
    "s": ("hidden", "public"),
    "i": ("membersonly", "open"),
    "k": ("passwordprotected", "unsecured"),
}


def standing(modes: str) -> Standing:
    """What somebody with these prefix modes (highest first) is; a mode unknown to us counts as nothing."""
    for mode in modes:
        known = _BY_MODE.get(mode)
        if known is not None:
            return known
    return SOMEBODY


@define
class Change:
    """One change of a mode, with its argument where it has one."""

    added: bool
    mode: str
    argument: str | None


def parse_modes(modes: str, arguments: Sequence[str], prefixes: str, kinds: tuple[str, str, str, str]) -> list[Change]:
    """Read the parameters of a MODE line.

    `prefixes` are the modes of people, `kinds` those of ISUPPORT CHANMODES: lists, always with an
    argument, with one when set, never with one.  Arguments that are missing are None.
    """
    lists, always, setting, _ = kinds
    rest = list(arguments)
    changes = []
    added = True
    for mode in modes:
        if mode in "+-":
            added = mode == "+"
            continue
        takes = mode in prefixes or mode in lists or mode in always or (added and mode in setting)
        changes.append(Change(added, mode, rest.pop(0) if takes and rest else None))
    return changes


def with_mode(modes: str, mode: str, added: bool, order: str) -> str:
    """Somebody's modes after a change, highest first as `order` has them."""
    have = set(modes) | {mode} if added else set(modes) - {mode}
    return "".join(m for m in order if m in have)


def features(modes: str) -> dict[str, str]:
    """A channel's features by XEP-0045 name, from its modes."""
    return {(yes if mode in modes else no): "1" for mode, (yes, no) in FEATURES.items()}
