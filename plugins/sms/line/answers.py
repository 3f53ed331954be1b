"""What the answers to single commands say (3GPP TS 27.007, TS 27.005); None when they do not say it."""

import re
from collections.abc import Iterable

from attrs import define

from transport.plugins.sms.line.fields import field_at, fields, number, plain, ranges, value, values
from transport.plugins.sms.line.messages import (
    Place,
    Stored,
    parse_cmgl,
    parse_cmgr,
    parse_hex,
    parse_length,
    parse_place,
)
from transport.plugins.sms.line.unsolicited import prefix

__all__ = [
    "Cusd",
    "Place",
    "Stored",
    "parse_attempts",
    "parse_cfun",
    "parse_clip",
    "parse_cmgl",
    "parse_cmgr",
    "parse_cmgs",
    "parse_cnmi_ranges",
    "parse_cops",
    "parse_cpin",
    "parse_cpms_ranges",
    "parse_cpms_totals",
    "parse_cpms_used",
    "parse_csca",
    "parse_csms",
    "parse_csms_ranges",
    "parse_csq",
    "parse_cusd",
    "parse_fact",
    "parse_hex",
    "parse_iccid",
    "parse_length",
    "parse_place",
    "parse_registration",
]

DIALABLE = re.compile(r"\+?[0-9*#]{1,32}")
DIGITS = re.compile(r"[0-9A-Fa-f]{10,22}")
STORAGE_GROUP = re.compile(r'\(([^()]*)\)?|("[A-Z]{2}")')
STORAGE = re.compile(r"[A-Z]{2}")
INTERNATIONAL = 145
BEST_SIGNAL = 31
# The highest state of registration so far: for emergency services only.
MOST_STATE = 11
KINDS_OF_MESSAGE = 3


@define
class Cusd:
    """A +CUSD: `m` is 0 for no more, 1 asks for an answer, 2 and above ended; `text` is as it came, perhaps in
    hexadecimal; `dcs` is None when not told."""

    m: int
    text: str = ""
    dcs: int | None = None


def parse_csq(lines: Iterable[str]) -> int | None:
    """The signal in dBm."""
    level = number(field_at(fields(value(lines, "+CSQ") or ""), 0))
    return 2 * level - 113 if level is not None and 0 <= level <= BEST_SIGNAL else None


def parse_registration(lines: Iterable[str], name: str = "+CREG") -> int | None:
    """The state of registration (`<stat>`), of an answer or of an indication.

    An answer has `<n>` first; what follows the state, if anything, is the area, which is no short number.
    """
    text = value(lines, name)
    if text is None:
        return None
    # Quotation marks may be unpaired here, so they are no guide.
    found = [part.strip() for part in text.split(",")]
    second = number(field_at(found, 1))
    is_answer = len(found) not in (1, 3) and second is not None and len(found[1]) <= 2
    state = second if is_answer else number(found[0])
    return state if state is not None and 0 <= state <= MOST_STATE else None


def parse_cops(lines: Iterable[str]) -> str | None:
    """The operator's name, or number if the modem tells only that."""
    return plain(field_at(fields(value(lines, "+COPS") or ""), 2)).strip() or None


def parse_cpin(lines: Iterable[str]) -> str | None:
    """What the SIM card waits for: READY, SIM PIN, SIM PUK ..."""
    return field_at(fields(value(lines, "+CPIN") or ""), 0).upper() or None


def parse_attempts(lines: Iterable[str]) -> int | None:
    """How often the PIN may still be wrong: `+CPINR: SIM PIN,3,3`, `^CPIN: READY,,10,3,10,3` (PUK, PIN, PUK2, PIN2)."""
    lines = tuple(lines)
    for text in values(lines, "+CPINR"):
        found = fields(text)
        if field_at(found, 0).upper() == "SIM PIN":
            return number(field_at(found, 1))
    found = fields(value(lines, "^CPIN") or "")
    return number(field_at(found, 3))


def parse_iccid(lines: Iterable[str]) -> str | None:
    """The number of the SIM card, bare or after a name."""
    for line in lines:
        text = line[len(prefix(line)) :].lstrip(": ").strip(' "')
        if DIGITS.fullmatch(text):
            return text.upper().rstrip("F")
    return None


def parse_fact(lines: Iterable[str], name: str) -> str | None:
    """A maker, model, serial number ..., bare or after a name."""
    for line in lines:
        told = value((line,), name)
        text = (line if told is None else told).strip(' "')
        if text and (told is not None or not prefix(line)):
            return text[:80]
    return None


def parse_cfun(lines: Iterable[str]) -> int | None:
    """How far a modem is switched on; 1 is all of it."""
    return number(field_at(fields(value(lines, "+CFUN") or ""), 0))


def parse_csca(lines: Iterable[str]) -> str | None:
    """The number of the service centre."""
    found = fields(value(lines, "+CSCA") or "")
    centre = plain(field_at(found, 0)).strip()
    if not DIALABLE.fullmatch(centre):
        return None
    is_international = number(field_at(found, 1)) == INTERNATIONAL
    return f"+{centre}" if is_international and not centre.startswith("+") else centre


def parse_csms(lines: Iterable[str]) -> int | None:
    """The service that is in use, of the answer to a question; 1 wants +CNMA.

    The answer to setting it has three numbers, which are not this one.
    """
    found = fields(value(lines, "+CSMS") or "")
    return number(field_at(found, 0)) if len(found) != KINDS_OF_MESSAGE else None


def parse_csms_ranges(lines: Iterable[str]) -> frozenset[int]:
    """The services that a modem knows."""
    return next(iter(ranges(value(lines, "+CSMS") or "")), frozenset())


def parse_cnmi_ranges(lines: Iterable[str]) -> tuple[frozenset[int], ...] | None:
    """What +CNMI offers for mode, mt, bm, ds and bfr; there may be fewer."""
    text = value(lines, "+CNMI")
    return (ranges(text) or None) if text is not None else None


def parse_cpms_ranges(lines: Iterable[str]) -> tuple[tuple[str, ...], ...] | None:
    """The memories that can be read, written and receive; always three, of which some may be empty."""
    text = value(lines, "+CPMS")
    if text is None:
        return None
    groups = []
    for group in STORAGE_GROUP.finditer(text):
        # An opening parenthesis around all of them is no memory.
        inside = group[1] if group[1] is not None else group[2]
        if text[group.end() : group.end() + 1] == "(" and not inside.strip():
            continue
        groups.append(tuple(dict.fromkeys(STORAGE.findall(inside))))
    return (*groups, (), (), ())[:3]


def parse_cpms_used(lines: Iterable[str]) -> tuple[tuple[int, int], ...] | None:
    """How many messages each memory has, and how many fit: of `"SM",1,20,...` and of `1,20,...`."""
    text = value(lines, "+CPMS")
    if text is None:
        return None
    found = [part for part in (number(part) for part in fields(text)) if part is not None]
    return tuple(zip(found[::2], found[1::2], strict=False))


def parse_cpms_totals(lines: Iterable[str]) -> tuple[int, ...] | None:
    """How many messages fit into each memory."""
    used = parse_cpms_used(lines)
    return tuple(total for _, total in used) if used is not None else None


def parse_cmgs(lines: Iterable[str]) -> int | None:
    """The message reference (0 to 255) that +CMGS tells."""
    reference = number(field_at(fields(value(lines, "+CMGS") or ""), 0))
    return reference % 256 if reference is not None and reference >= 0 else None


def parse_cusd(line: str) -> Cusd | None:
    """What the network says to a code; its text may have several lines, and quotation marks within."""
    text = value((line,), "+CUSD")
    if text is None:
        return None
    m, _, rest = text.partition(",")
    head, quote, quoted = rest.partition('"')
    state = number(m.strip())
    if state is None:
        return None
    if not quote:
        said, _, dcs = head.partition(",")
        return Cusd(state, said.strip(), number(dcs.strip()))
    said, closed, dcs = quoted.rpartition('"')
    if not closed:
        return Cusd(state, quoted)
    return Cusd(state, said, number(dcs.strip(" ,")))


def parse_clip(line: str) -> str | None:
    """Who calls; empty when withheld."""
    text = value((line,), "+CLIP")
    if text is None:
        return None
    found = fields(text)
    caller = plain(field_at(found, 0)).replace(" ", "")
    if not DIALABLE.fullmatch(caller):
        return ""
    is_international = number(field_at(found, 1)) == INTERNATIONAL
    return f"+{caller}" if is_international and not caller.startswith("+") else caller
