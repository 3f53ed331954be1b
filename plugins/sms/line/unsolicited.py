"""What a modem says without being asked (3GPP TS 27.005 and 27.007), told from answers by its look."""

import re

# An indication's name may be a command's too: what AT+CPIN="..." brings in this form is not its answer.
NAMES = frozenset(
    {
        # Messages, calls and services.
        *("+CMT", "+CDS", "+CBM", "+CMTI", "+CDSI", "+CBMI", "+CUSD", "+CSSI", "+CSSU", "^SMMEMFULL"),
        *("+CRING", "+CLIP", "+CCWA", "+CNAP", "+COLP", "^CEND", "^CONN", "^ORIG", "^CONF"),
        # Network, card and power.
        *("+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CIEV", "+CGEV", "+CTZV", "+CTZE", "+CSCON", "+PACSP"),
        *("^RSSI", "^MODE", "^SRVST", "^HCSQ", "^DSFLOWRPT", "^CREG"),
        *("+CPIN", "+CFUN", "+WIND", "+QIND", "^BOOT", "^SIMST", "^STIN"),
    }
)
WORDS = frozenset(
    {
        "RING",
        "RDY",
        "SMS Ready",
        "SMS READY",
        "SMS DONE",
        "Call Ready",
        "CALL READY",
        "PB DONE",
        "MODEM:STARTUP",
        "NORMAL POWER DOWN",
        "POWERED DOWN",
    }
)
PREFIX = re.compile(r"([+^*#$%&!][A-Z][A-Z0-9_]*)(?=[:= ]|$)")
REGISTRATION = frozenset({"+CREG", "+CGREG", "+CEREG", "+C5GREG"})
TWO_LINES = frozenset({"+CMT", "+CDS", "+CBM"})
# One separator only: with any number of them a line of blanks would take long to read.
PDU_AT_END = re.compile(r"(.*?)[,\s]([0-9A-Fa-f]{20,})\"?")
# Text mode puts a whole status report into one line.
MOST_FIELDS_BEFORE_PDU = 4
USSD_END = re.compile(r'"(?:\s*,\s*\d*)?\s*$')


def prefix(line: str) -> str:
    """The name that a line begins with, as `+CMTI`; empty for a bare text."""
    found = PREFIX.match(line)
    return found[1] if found else ""


def is_known(line: str) -> bool:
    """Whether a line has the look of an indication that we know."""
    return line in WORDS or prefix(line) in NAMES


def has_second_line(line: str) -> bool:
    """Whether the next line belongs to this one: the PDU of +CMT, +CDS and +CBM."""
    name = prefix(line)
    if name not in TWO_LINES or PDU_AT_END.fullmatch(line):
        return False
    return name != "+CDS" or line.count(",") < MOST_FIELDS_BEFORE_PDU


def split_pdu(line: str) -> tuple[str, str | None]:
    """Header and PDU of an indication that has both in one line."""
    found = PDU_AT_END.fullmatch(line) if prefix(line) in TWO_LINES else None
    return (found[1].rstrip(", "), found[2]) if found else (line, None)


def is_open_ussd(line: str) -> bool:
    """Whether the text of a +CUSD goes on in the next line: its quotation mark is not closed yet."""
    if prefix(line) != "+CUSD":
        return False
    _, quote, text = line.partition('"')
    return bool(quote) and not USSD_END.search(text)


def is_registration_change(line: str) -> bool:
    """Whether a +CREG (+CGREG, +CEREG) tells of a change by itself, not the answer to a question.

    An answer has one field more, at the head: `<n>,<stat>[,<lac>,<ci>[,<AcT>]]`; the area is never one or two
    digits without quotation marks.
    """
    if prefix(line) not in REGISTRATION:
        return False
    fields = [part.strip() for part in line.partition(":")[2].split(",")]
    if len(fields) in (1, 3):
        return True
    return not (fields[1].isdecimal() and len(fields[1]) <= 2)
