"""A command line taken apart (ITU-T V.250 section 5.2)."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from attrs import frozen

from transport.plugins.sms.simulator.failure import BAD_VALUE, CME, Failure

PREFIX: Final = re.compile("at", re.IGNORECASE)
EXTENDED: Final = re.compile(r"[+^$*%#@][A-Za-z0-9]+")
BASIC: Final = re.compile(r"([&\\]?[A-Za-z])([0-9]*)")
REGISTER: Final = re.compile(r"[Ss]([0-9]+)(=[0-9]*|\?)?")
VALUE: Final = re.compile(r'\s*(?:"([^"]*)"?|([^,"]*))\s*(?:,|$)')


class Kind(Enum):
    """What is done with a command's value."""

    RUN = ""
    SET = "="
    READ = "?"
    TEST = "=?"


@frozen
class Call:
    """One command of a line; `name` is in upper case, values are without their quotes."""

    name: str
    kind: Kind = Kind.RUN
    values: tuple[str, ...] = ()

    def text(self, place: int, default: str = "") -> str:
        """A value, or the default when it is left out."""
        return self.values[place] if place < len(self.values) and self.values[place] else default

    def number(self, place: int, default: int | None = None) -> int:
        """A value that must be a number; without a default it must be there."""
        value = self.text(place)
        if value.isdecimal() and len(value) < 10:
            return int(value)
        if value or default is None:
            raise Failure(CME, BAD_VALUE)
        return default


def calls(line: str) -> list[Call] | None:
    """The commands of a line; None when it has no AT (a modem says nothing then).  Failure when it is no command."""
    start = PREFIX.search(line)
    if start is None:
        return None
    return list(taken_apart(line[start.end() :].strip()))


def taken_apart(text: str) -> Iterator[Call]:
    """The commands after AT one by one; `;` ends an extended one."""
    at = 0
    while at < len(text):
        if text[at] in "; ":
            at += 1
        elif found := EXTENDED.match(text, at):
            end = end_of(text, found.end())
            yield extended(found[0].upper(), text[found.end() : end].strip())
            at = end
        elif text[at] in "Dd":
            end = end_of(text, at)
            yield Call("D", Kind.RUN, (text[at + 1 : end],))
            at = end
        elif found := REGISTER.match(text, at):
            yield Call("S", Kind.RUN, (found[1], found[2] or ""))
            at = found.end()
        elif found := BASIC.match(text, at):
            yield Call(found[1].upper(), Kind.RUN, (found[2],))
            at = found.end()
            at += text[at : at + 2] == "=?" and 2
        else:
            raise Failure


def end_of(text: str, at: int) -> int:
    """Where the next semicolon outside quotes is."""
    quoted = False
    for place in range(at, len(text)):
        if text[place] == '"':
            quoted = not quoted
        elif text[place] == ";" and not quoted:
            return place
    return len(text)


def extended(name: str, rest: str) -> Call:
    """A command with a sign before its name."""
    if rest == "":
        return Call(name)
    if rest == "?":
        return Call(name, Kind.READ)
    if rest == "=?":
        return Call(name, Kind.TEST)
    if rest.startswith("="):
        return Call(name, Kind.SET, values(rest[1:]))
    raise Failure


def values(text: str) -> tuple[str, ...]:
    """Values between commas."""
    found = []
    at = 0
    while at <= len(text):
        value = VALUE.match(text, at)
        if value is None:
            raise Failure
        found.append(value[1] if value[1] is not None else value[2].strip())
        at = value.end()
        if at == len(text) and not text.endswith(","):
            break
        if value.end() == value.start():
            break
    return tuple(found)
