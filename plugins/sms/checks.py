"""What is wrong with a value of the configuration, in words; None when nothing is."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from transport.plugins.sms import numbers
from transport.plugins.sms.line.port import tcp_address
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.outgoing.faults import FaultClass

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
OWNER = re.compile(r"[^@/\s%]+@[^@/\s]+")
ENTRY = re.compile(r"\*|(?:[^@/\s]+@)?(?:\*\.)?[^@/\s*]+")
PREFIX = re.compile(r"\+?[0-9]{1,15}")
PIN = re.compile(r"[0-9]{4,8}")
# One line of a command, without what would end it.
COMMAND = re.compile(r"AT[\x20-\x7e]{0,200}", re.IGNORECASE)
ERROR = re.compile(r"([0-9]{1,3})\s*=\s*([a-z-]+)")
SHORTEST_VALIDITY, LONGEST_VALIDITY = 300.0, 63 * 7 * 86400.0
MOST_PARTS = 255


def device(value: str) -> str | None:
    """A path, or a host and a port."""
    try:
        tcp_address(value)
    except Malformed:
        return f'“{value}” must be a device such as "/dev/serial/by-id/...", or tcp:host:port'
    return None


def region(value: str) -> str | None:
    """Two letters, or nothing."""
    if not value or numbers.is_region(value):
        return None
    wanted = value.upper() if numbers.is_region(value.upper()) else "DE"
    return f'“{value}” is not a country: write its two letters, such as "{wanted}"'


def number(value: str) -> str | None:
    """A number in E.164, or nothing."""
    if not value or (numbers.E164.fullmatch(value) and numbers.e164(value, "") == value):
        return None
    return f'“{value}” must be a number with its country, such as "+4915112345678"'


def smsc(value: str) -> str | None:
    """A service centre: any number, or nothing."""
    return None if not value or PREFIX.fullmatch(value) else f"“{value}” must be a number, such as +491710760000"


def prefixes(values: tuple[str, ...]) -> str | None:
    """Beginnings of numbers."""
    for value in values:
        if not PREFIX.fullmatch(value):
            return f'“{value}” must be the beginning of a number, such as "+49"'
    return None


def owner(value: str) -> str | None:
    """A person, or nothing."""
    return None if not value or OWNER.fullmatch(value) else f"“{value}” must be an address, such as romeo@example.org"


def owners(values: tuple[str, ...]) -> str | None:
    """People."""
    return next(
        (wrong for value in values if (wrong := owner(value) or (None if value else "has an empty text"))), None
    )


def users(values: tuple[str, ...]) -> str | None:
    """People, domains, `*.domain` and `*`."""
    for value in values:
        if not ENTRY.fullmatch(value):
            return f'“{value}” is neither an address (romeo@example.org) nor a domain (example.org) nor "*"'
    return None


def pin(value: str) -> str | None:
    """Four to eight digits."""
    return None if not value or PIN.fullmatch(value) else "a PIN has 4 to 8 digits"


def commands(values: tuple[str, ...]) -> str | None:
    """Lines for a modem."""
    for value in values:
        if not COMMAND.fullmatch(value):
            return f'“{value}” must be a command of the modem, such as "AT^CURC=0"'
    return None


def one_of(*words: str) -> Any:
    """A check for a word."""
    return lambda value: None if value in words else f"“{value}” must be one of: {', '.join(words)}"


def at_least(least: float) -> Any:
    """A check for numbers."""
    return lambda value: None if value >= least else f"must be at least {least:g}"


def parts(value: int) -> str | None:
    """How many parts a text may have."""
    return None if 1 <= value <= MOST_PARTS else f"must be from 1 to {MOST_PARTS}"


def ttl(value: float) -> str | None:
    """What TP-VP can say (3GPP TS 23.040 section 9.2.3.12.1)."""
    return None if SHORTEST_VALIDITY <= value <= LONGEST_VALIDITY else "must be from 5 minutes to 63 weeks"


def codes(values: tuple[str, ...]) -> str | None:
    """Patterns of USSD codes."""
    for n, value in enumerate(values):
        try:
            any_of(values[: n + 1])
        except re.error as error:
            return f"“{value}” is not a pattern: {error}"
    return None


def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One pattern for what any of some fits; re.error when they do not go together."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")


def errors(values: tuple[str, ...]) -> str | None:
    """Classes of error codes."""
    known = {kind.value for kind in FaultClass}
    for value in values:
        found = ERROR.fullmatch(value)
        if found is None or found[2] not in known:
            example = 'such as "512=permanent"; known are'
            return f"“{value}” must be a code and what it means, {example}: {', '.join(sorted(known))}"
    return None


def modems(tables: Mapping[str, Mapping[str, Any]]) -> str | None:
    """All modems together."""
    seen: dict[str, str] = {}
    for name, table in tables.items():
        if not NAME.fullmatch(name):
            return f"“{name}” cannot be a modem's name: use letters a-z, digits, dots and dashes"
        known = table.get("device")
        if known and known in seen:
            return f"{seen[known]} and {name} have the same device"
        seen[str(known)] = name
    return None if tables else NO_MODEM


NO_MODEM = 'needs at least one modem: write [networks.NAME.modems.MODEM] and below it device = "/dev/..."'
