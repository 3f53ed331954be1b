"""Messages as modems hand them over: +CMGL, +CMGR, +CMTI, +CMT and their kind (3GPP TS 27.005 sections 3.4 and 4)."""

import re
from collections.abc import Iterable, Sequence

from attrs import define

from transport.plugins.sms.line.fields import field_at, fields, number, value
from transport.plugins.sms.line.unsolicited import PDU_AT_END, prefix
from transport.plugins.sms.malformed import Malformed

HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
MEMORY = re.compile(r"[A-Za-z]{2}")
STATES = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")


@define
class Stored:
    """A message in a memory: `status` is 0 to 3 (unread, read, unsent, sent), `length` is what the modem says of it.

    `pdu` is as it came, without what surely does not belong to it; `octets` reads it.
    """

    index: int
    status: int | None
    length: int | None
    pdu: str

    def octets(self) -> bytes:
        """The PDU with its SMSC octets; Malformed when it is no hexadecimal."""
        return parse_hex(self.pdu)


@define
class Place:
    """Where +CMTI and +CDSI say that a message is: `memory` is empty, `index` is None when they do not say it."""

    memory: str
    index: int | None


def parse_hex(pdu: str) -> bytes:
    """What a hexadecimal PDU stands for; Malformed when it is none."""
    pdu = tidy(pdu)
    if not HEX.fullmatch(pdu):
        raise Malformed("a PDU that is not hexadecimal, or was cut")
    return bytes.fromhex(pdu)


def tidy(pdu: str) -> str:
    """A PDU without the quotation marks and spaces that some modems put around it."""
    return pdu.strip(' \t",')


def parse_cmgl(lines: Iterable[str]) -> tuple[Stored, ...]:
    """All messages of a list; one without a readable index is left out, since nothing could be done with it."""
    found = []
    for header, pdu in _pairs(lines, "+CMGL"):
        parts = fields(header)
        index = number(field_at(parts, 0))
        if index is not None and index >= 0:
            # Some modems have no field for the name: `17,3,35`.
            length = next((number(part) for part in reversed(parts[2:]) if part), None)
            found.append(Stored(index, _status(field_at(parts, 1)), length, pdu))
    return tuple(found)


def parse_cmgr(lines: Iterable[str], index: int = -1) -> Stored | None:
    """The message at the index that was asked for; None for an empty place, which some answer with OK alone."""
    for header, pdu in _pairs(lines, "+CMGR"):
        parts = fields(header)
        length = next((number(part) for part in reversed(parts[1:]) if part), None)
        return Stored(index, _status(field_at(parts, 0)), length, pdu)
    return None


def parse_place(line: str) -> Place:
    """Where a new message or report is: `"SM",3`, also `"SM",1,"MMS PUSH",2,1`, `0,111` and nothing at all."""
    parts = fields(value((line,), prefix(line)) or "")
    memory = field_at(parts, 0)
    index = number(field_at(parts, 1))
    return Place(
        memory.upper() if MEMORY.fullmatch(memory) else "", index if index is not None and index >= 0 else None
    )


def parse_length(line: str) -> int | None:
    """The length that the header of +CMT, +CDS or +CBM tells, for a warning only."""
    parts = fields(value((line,), prefix(line)) or "")
    return number(field_at(parts, len(parts) - 1)) if parts else None


def _pairs(lines: Iterable[str], name: str) -> Sequence[tuple[str, str]]:
    """Headers and PDUs; a header without a PDU has an empty one."""
    found: list[tuple[str, str]] = []
    for line in lines:
        header = value((line,), name)
        if header is not None:
            joined = PDU_AT_END.fullmatch(header)
            found.append((joined[1].rstrip(", "), tidy(joined[2])) if joined else (header, ""))
        elif found and not found[-1][1] and not prefix(line):
            found[-1] = (found[-1][0], tidy(line))
    return found


def _status(text: str) -> int | None:
    if text.upper() in STATES:
        return STATES.index(text.upper())
    return number(text)
