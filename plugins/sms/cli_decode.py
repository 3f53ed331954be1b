"""`transport sms decode HEX`: shows a PDU to a person."""

import string
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal

from transport.plugins.sms.codec import udh
from transport.plugins.sms.codec.address_field import NAMES
from transport.plugins.sms.codec.alphabets import LANGUAGES
from transport.plugins.sms.codec.dcs import Alphabet
from transport.plugins.sms.codec.udh import Element
from transport.plugins.sms.codec.user_data import Content
from transport.plugins.sms.tpdu import (
    Absolute,
    Deliver,
    Enhanced,
    Malformed,
    Number,
    Pdu,
    Relative,
    StatusReport,
    Submit,
    decode,
)

USAGE: Final = "usage: transport sms decode [--in | --out] HEX"
Direction = Literal["in", "out"]
ALPHABETS: Final = {Alphabet.GSM7: "GSM 7-bit", Alphabet.DATA8: "8-bit data", Alphabet.UCS2: "UCS2"}
CLASSES: Final = ("flash, shown and not kept", "kept in the phone", "kept on the SIM", "for another device")
ELEMENTS: Final = {
    udh.CONCAT_8: "concatenation, 8-bit reference",
    udh.SPECIAL: "special message indication",
    udh.PORTS_8: "ports, 8-bit",
    udh.PORTS_16: "ports, 16-bit",
    0x06: "control parameters of the service centre",
    0x07: "source of the header",
    udh.CONCAT_16: "concatenation, 16-bit reference",
    0x09: "wireless control message protocol",
    0x0A: "text formatting",
    0x0B: "predefined sound",
    0x20: "e-mail header",
    0x21: "hyperlink",
    0x22: "address to reply to",
    0x23: "enhanced voice mail",
    udh.SINGLE_SHIFT: "national language, single shift",
    udh.LOCKING_SHIFT: "national language, locking shift",
}
Line = tuple[str, str]


def decode_command(words: Sequence[str]) -> int:
    """Print what a PDU says; 1 when it cannot be read, 2 when nothing was given."""
    asked: list[Direction] = []
    given = []
    for word in words:
        if word == "--in":
            asked.append("in")
        elif word == "--out":
            asked.append("out")
        elif word.startswith("--"):
            print(USAGE, file=sys.stderr)
            return 2
        else:
            given.append(word)
    if not given or len(asked) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        data = octets(" ".join(given))
        direction, pdu = read(data, asked or ["in", "out"])
    except Malformed as why:
        print(f"This is not a PDU that can be read: {why}.", file=sys.stderr)
        return 1
    assumed = "" if asked else " (assumed; --in or --out says which)"
    for name, value in (("read as", f"one that {told(direction)}{assumed}"), *describe(pdu)):
        print(f"{name:16}{value}")
    return 0


def octets(given: str) -> bytes:
    """The octets in what was pasted: hexadecimal with any spaces, after the header of an answer or before an OK."""
    words = given.replace('"', " ").split()
    if given.startswith("+"):
        # The last field of a header is a length; the PDU comes after it.
        before = "," if "," in given else ":"
        words = " ".join(words).rpartition(before)[2].split()[1:]
    digits = "".join(word for word in words if word != "OK")
    if not digits:
        raise Malformed("there are no digits")
    wrong = next((c for c in digits if c not in string.hexdigits), None)
    if wrong is not None:
        raise Malformed(f"{wrong!r} is no hexadecimal digit")
    if len(digits) % 2:
        raise Malformed(f"{len(digits)} hexadecimal digits are no whole octets")
    return bytes.fromhex(digits)


def read(data: bytes, directions: Sequence[Direction]) -> tuple[Direction, Pdu]:
    """The PDU by the first direction that makes sense; Malformed with what is wrong in each otherwise."""
    wrong = []
    for direction in directions:
        try:
            return direction, decode(data, direction)
        except Malformed as why:
            wrong.append(f"{why} (if it {told(direction)})")
    raise Malformed("; ".join(wrong))


def told(direction: Direction) -> str:
    """A direction in words."""
    return "comes from the network" if direction == "in" else "goes to the network"


def describe(pdu: Pdu) -> Iterator[Line]:
    """What there is to know, as names and values."""
    if isinstance(pdu, Deliver):
        yield "kind", "DELIVER, a text that arrives"
        yield "from", number(pdu.originator)
        yield "sent", time(pdu.timestamp)
        yield from flags(more=pdu.more, report=pdu.report, reply_path=pdu.reply_path, no_loops=pdu.loop)
    elif isinstance(pdu, Submit):
        yield "kind", "SUBMIT, a text that is sent"
        yield "to", number(pdu.to)
        yield "reference", str(pdu.reference)
        yield "valid for", valid(pdu)
        yield from flags(report=pdu.report, reject_duplicates=pdu.reject_duplicates, reply_path=pdu.reply_path)
    else:
        yield "kind", "STATUS-REPORT, what became of a text"
        yield "to", number(pdu.recipient)
        yield "reference", str(pdu.reference)
        yield "sent", time(pdu.timestamp)
        yield "decided", time(pdu.discharge)
        yield "status", f"{pdu.status:02X}, {status(pdu.status)}"
        yield from flags(more=pdu.more, for_command=pdu.command, no_loops=pdu.loop)
    yield "service centre", number(pdu.smsc) if pdu.smsc else "not said"
    if not isinstance(pdu, StatusReport) or pdu.data or pdu.header:
        yield "protocol", f"{pdu.pid:02X}"
        yield from content(pdu)


def flags(**said: bool) -> Iterator[Line]:
    """The flags that are set."""
    if any(said.values()):
        yield "flags", ", ".join(name.replace("_", " ") for name, value in said.items() if value)


def content(pdu: Content) -> Iterator[Line]:
    """What the user data are."""
    coding = pdu.coding
    compressed = ", compressed" if coding.compressed else ""
    yield "alphabet", f"{ALPHABETS[coding.alphabet]}{compressed} (data coding {pdu.dcs:02X})"
    if coding.message_class is not None:
        yield "class", f"{coding.message_class}, {CLASSES[coding.message_class]}"
    waiting = pdu.waiting
    if waiting is not None:
        count = "" if waiting.count is None else f", {waiting.count} of them"
        yield "mailbox", f"{waiting.kind.name.lower()}: {'something' if waiting.active else 'nothing'} waits{count}"
    for one in pdu.header:
        yield "header", element(one)
    place = pdu.concat
    if place is not None:
        yield "part", f"{place.number} of {place.total} (reference {place.reference})"
    if pdu.alphabet is Alphabet.DATA8:
        yield "octets", f"{len(pdu.data)}: {pdu.data.hex(' ')}" if pdu.data else "none"
    else:
        yield "text", shown(pdu.text)


def element(one: Element) -> str:
    """A header element by its name."""
    name = ELEMENTS.get(one.kind, "unknown to this program")
    if one.kind in (udh.SINGLE_SHIFT, udh.LOCKING_SHIFT) and len(one.data) == 1 and one.data[0] < len(LANGUAGES):
        name += f", {LANGUAGES[one.data[0]]}"
    places = udh.ports((one,))
    if places is not None:
        name += f", to {places[0]} from {places[1]}"
    return f"{one.kind:02X} {name}: {one.data.hex(' ') or 'empty'}"


def number(value: Number) -> str:
    """A number with its type."""
    return f"{shown(str(value))} ({NAMES[value.ton]}, plan {value.npi})"


def time(when: datetime | None) -> str:
    """A time with its zone."""
    return "at no valid time" if when is None else when.isoformat(" ")


def valid(pdu: Submit) -> str:
    """How long a text may wait."""
    validity = pdu.validity
    if validity is None:
        return "as long as the service centre likes"
    if isinstance(validity, Absolute):
        return f"until {time(validity.when)}"
    seconds = validity.seconds
    told = "a time that cannot be read" if seconds is None else f"{seconds:g} seconds"
    once = isinstance(validity, Enhanced) and validity.single_shot
    return f"{told}{' (relative)' if isinstance(validity, Relative) else ''}{', one try only' if once else ''}"


def status(value: int) -> str:
    """What a TP-ST means (3GPP TS 23.040 section 9.2.3.15)."""
    if value == 0:
        return "the phone has it"
    if value < 0x20:
        return "done, but nobody knows whether the phone has it"
    if value < 0x40:
        return "not yet, still trying"
    if value < 0x60:
        return "failed for good"
    return "failed, no more tries" if value < 0x80 else "reserved"


def shown(text: str) -> str:
    """A text on one line that cannot upset a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
