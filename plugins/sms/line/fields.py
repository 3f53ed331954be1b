"""Values in the lines of a modem: fields between commas, strings in quotation marks, ranges in parentheses.

Nothing here fails: modems leave out spaces, quotation marks and whole fields.
"""

import re
from collections.abc import Iterable, Iterator

FIELD = re.compile(r'\s*(?:"([^"]*)"?|([^,"]*))[^,]*(?:,|$)')
NUMBER = re.compile(r"-?\d{1,9}")
GROUP = re.compile(r"\(([^()]*)\)?|(\d{1,3}(?:\s*-\s*\d{1,3})?)")
SPAN = re.compile(r"(\d{1,3})(?:\s*-\s*(\d{1,3}))?")
UCS2_HEX = re.compile(r"(?:[0-9A-Fa-f]{4})+")
# No parameter that we ask for has a higher value.
MOST = 255
MOST_FIELDS = 64


def fields(text: str) -> list[str]:
    """The values between commas, without quotation marks; a comma within those is no border."""
    found: list[str] = []
    at = 0
    while at < len(text) and len(found) < MOST_FIELDS:
        part = FIELD.match(text, at)
        if part is None:
            break
        found.append(part[1] if part[1] is not None else part[2].strip())
        at = part.end()
    if text.endswith(","):
        found.append("")
    return found


def number(text: str) -> int | None:
    """A whole number, None for anything else."""
    return int(text) if NUMBER.fullmatch(text) and text.isascii() else None


def field_at(found: list[str], place: int) -> str:
    """A field, empty when there are not so many."""
    return found[place] if place < len(found) else ""


def value(lines: Iterable[str], name: str) -> str | None:
    """What follows a name (`+CSQ`) in the first line that begins with it."""
    return next(values(lines, name), None)


def values(lines: Iterable[str], name: str) -> Iterator[str]:
    """What follows a name in each line that begins with it."""
    name = name.rstrip(": ")
    for line in lines:
        rest = line[len(name) :]
        if line.startswith(name) and (not rest or rest[0] in ":= "):
            yield rest.lstrip(":= ").rstrip()


def ranges(text: str) -> tuple[frozenset[int], ...]:
    """The values that each parameter may have, of `(0-2),(0,2,3),(1)`."""
    found = []
    for group in list(GROUP.finditer(text))[:MOST_FIELDS]:
        allowed: set[int] = set()
        for span in SPAN.finditer(group[1] if group[1] is not None else group[2]):
            allowed.update(range(int(span[1]), min(int(span[2] or span[1]), MOST) + 1))
        found.append(frozenset(allowed))
    return tuple(found)


def plain(text: str) -> str:
    """A name or number, of which a modem with AT+CSCS="UCS2" gives the UTF-16 units in hexadecimal."""
    if not UCS2_HEX.fullmatch(text) or not text.startswith(("00", "04", "06")):
        return text
    read = bytes.fromhex(text).decode("utf-16-be", "replace")
    return read if read.isprintable() else text
