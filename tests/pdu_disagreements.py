"""What other codecs are known to read otherwise, each with the clause that decides it.

TS is 3GPP TS 23.040 unless said.  A row without cases is as wrong as a case without a row.
"""

from typing import Any

from pdu_corpus import THEY_REFUSE, WE_REFUSE, Case, Disagreement, View

from transport.plugins.sms import tpdu
from transport.plugins.sms.codec import gsm7, udh
from transport.plugins.sms.codec.dcs import Alphabet
from transport.plugins.sms.tpdu import Pdu, StatusReport

TIMES = ("when", "zone", "discharge", "validity")


def pdu(case: Case) -> Pdu:
    """What we read, as the value that it is."""
    return tpdu.decode(case.octets, case.direction)


def first(case: Case) -> int:
    """The first octet of the TPDU."""
    return case.octets[1 + case.octets[0]]


def field(view: View | None, name: str) -> Any:
    """A field of a view that must be there."""
    assert view is not None
    return view[name]


def is_name(case: Case) -> bool:
    """Whether the address is alphanumeric."""
    return field(case.ours, "ton") == 5


def reserved(dcs: int) -> bool:
    """Whether a coding is reserved, or has reserved bits set (TS 23.038 section 4)."""
    group = dcs >> 4
    if group < 8:
        return dcs & 0x0C == 0x0C
    return group < 12 or bool(dcs & (8 if group == 15 else 4))


def odd_coding(case: Case, name: str) -> bool:
    """A reserved coding."""
    return reserved(pdu(case).dcs)


def compressed(case: Case, name: str) -> bool:
    """A compressed text."""
    return pdu(case).coding.compressed


def languages(case: Case, name: str) -> bool:
    """A text with a national language's tables."""
    read = pdu(case)
    return read.alphabet is Alphabet.GSM7 and udh.languages(read.header) != (0, 0)


def stray_escape(case: Case, name: str) -> bool:
    """A text with an escape that the extension table does not know."""
    read = pdu(case)
    if read.alphabet is not Alphabet.GSM7:
        return False
    data = read.data
    for known in b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65":
        data = data.replace(bytes((0x1B, known)), b"")
    return b"\x1b" in data


def trailing(case: Case, name: str) -> bool:
    """A text or name that ends in what might be padding."""
    said, read = field(case.ours, name), field(case.theirs, name)
    return isinstance(said, str) and said.endswith(("@", "\r")) and read == said[:-1]


def no_time(case: Case, name: str) -> bool:
    """A time that no calendar has."""
    read = pdu(case)
    stamp = "discharge" if name == "discharge" else "timestamp"
    if name == "validity":
        return getattr(getattr(read, "validity", None), "when", 0) is None
    return getattr(read, stamp, 0) is None


def last_century(by: int) -> Any:
    """A year from 90 on, which the other has so many years later."""

    def applies(case: Case, name: str) -> bool:
        said, read = field(case.ours, name), field(case.theirs, name)
        return isinstance(said, list) and said[0] < 2000 and [said[0] + by, *said[1:]] == read

    return applies


def binary_zone(case: Case, name: str) -> bool:
    """A zone whose tens were taken for sixteens."""
    said, read = field(case.ours, name), field(case.theirs, name)
    return said is not None and abs(read) == int(str(abs(said)), 16)


def refused_for(*words: str) -> Any:
    """What we refuse for a reason with one of these words."""

    def applies(case: Case, name: str) -> bool:
        try:
            pdu(case)
        except tpdu.Malformed as why:
            return any(word in str(why) for word in words)
        return False

    return applies


def half_pair(case: Case, name: str) -> bool:
    """UCS2 with half a surrogate pair, or an odd octet."""
    read = pdu(case)
    return read.alphabet is Alphabet.UCS2 and "\ufffd" in read.text


def reserved_type(case: Case, name: str) -> bool:
    """The message type that is reserved."""
    return case.direction == "in" and first(case) & 3 == 3


def longer_address(case: Case, name: str) -> bool:
    """A report whose address is longer than it says, as its times show."""
    read = pdu(case)
    return isinstance(read, StatusReport) and case.octets[3 + case.octets[0]] != len(read.recipient.digits)


def element_over_end(case: Case, name: str) -> bool:
    """A header of which nothing is left because an element runs over its end."""
    return bool(first(case) & 0x40) and not pdu(case).header


def foreign_name(case: Case, name: str) -> bool:
    """A name with characters that are not what their septets are in ASCII."""
    said: str = field(case.ours, "number")
    return is_name(case) and gsm7.encode(said) != said.encode("latin-1", "replace")


def enhanced(case: Case, name: str) -> bool:
    """The enhanced form of validity."""
    return isinstance(getattr(pdu(case), "validity", None), tpdu.Enhanced)


def deleted(case: Case, name: str) -> bool:
    """The group of codings whose messages are deleted automatically."""
    return pdu(case).coding.auto_delete


def odd_octet(case: Case, name: str) -> bool:
    """UCS2 of an odd length."""
    read = pdu(case)
    return read.alphabet is Alphabet.UCS2 and len(read.data) % 2 == 1


def nul_after(case: Case, name: str) -> bool:
    """A text with escapes after which the other has NULs, and what happens to be there."""
    said, read = field(case.ours, name), field(case.theirs, name)
    return bool(read.startswith(said + "\0")) and b"\x1b" in pdu(case).data


def optional_end(case: Case, name: str) -> bool:
    """A report with something after TP-ST."""
    read = pdu(case)
    return isinstance(read, StatusReport) and bool(read.pid or read.dcs or read.data)


def broken_end(case: Case, name: str) -> bool:
    """A report whose optional end cannot be read."""
    read = pdu(case)
    return isinstance(read, StatusReport) and (read.pid, read.dcs, read.data) == (0, 0, b"")


COMMON = (
    Disagreement(
        "a report with a broken end", ("pid", "dcs", "text", THEY_REFUSE), "9.2.2.3: all after TP-ST is optional; "
        "read as without it", "ours", broken_end,
    ),
    Disagreement("the reserved type", (THEY_REFUSE,), "9.2.3.1: processed as if it were a DELIVER", "ours", reserved_type),
    Disagreement(
        "an address with a wrong length", ("number", "person", "when", "discharge", "status", THEY_REFUSE), "9.1.2.5 is broken "
        "by the modem; 9.2.3.11 tells where the times are", "both", longer_address,
    ),
    Disagreement(
        "an element over the end of its header", ("header", "text"), "9.2.3.24: the whole header shall be ignored", "ours",
        element_over_end,
    ),
    Disagreement(
        "more than a message holds", (WE_REFUSE,), "9.2.3.24: 140 octets of user data", "ours", refused_for("user data of")
    ),
)  # fmt: skip

PYCRATE = (
    Disagreement("truncated octets", (WE_REFUSE,), "9.2.2: all that is mandatory", "ours", refused_for("it ends")),
    Disagreement(
        "the zone's tens are in semi-octets", ("zone",), "9.2.3.11: as the other parts, in semi-octets of decimal digits",
        "ours", binary_zone,
    ),
    Disagreement(
        "a time that no calendar has is none", TIMES, "9.2.3.11 gives no meaning to it; nor is there a time to show",
        "both", no_time,
    ),
    Disagreement(
        "the century of a year of two digits", TIMES, "9.2.3.11 names none; texts were sent in the 1990s", "both",
        last_century(100),
    ),
    Disagreement(
        "an @ or CR at the end belongs to the text", ("text", "number"), "9.2.3.16: TP-UDL says how many septets there are; "
        "TS 23.038 6.1.2.3.1 pads with CR in USSD only", "ours", trailing,
    ),
    Disagreement(
        "a language's tables", ("text",), "9.2.3.24.15 and 9.2.3.24.16; pycrate has none", "ours", languages
    ),
    Disagreement(
        "an escape before what the extension lacks", ("text",), "TS 23.038 6.2.1.1: shown as in the default alphabet",
        "ours", stray_escape,
    ),
    Disagreement(
        "reserved codings", ("text", THEY_REFUSE), "TS 23.038 4: any reserved codings shall be assumed to be the default alphabet",
        "ours", odd_coding,
    ),
    Disagreement(
        "half a surrogate pair", (THEY_REFUSE,), "TS 23.038 6.2.3 has UCS2, which knows no pairs; a part may end in one",
        "ours", half_pair,
    ),
    *COMMON,
)  # fmt: skip

GAMMU = (
    Disagreement(
        "semi-octets that are no digits", ("person",), "9.1.2.3: 1010 to 1110 are *, #, a, b and c; gammu drops them", "ours",
        lambda case, name: not is_name(case) and bool(set(field(case.ours, "number")) & set("*#abc")),
    ),
    Disagreement(
        "TP-Reply-Path", ("reply_path",), "9.2.3.17; the binding does not show it", "ours",
        lambda case, name: bool(first(case) & 0x80),
    ),
    Disagreement(
        "TP-Reject-Duplicates", ("reject_duplicates",), "9.2.3.25; the binding does not show it", "ours",
        lambda case, name: bool(first(case) & 0x04),
    ),
    Disagreement(
        "the century of a year of two digits", TIMES, "9.2.3.11 names none; texts were sent in the 1990s", "both",
        last_century(90),
    ),
    Disagreement(
        "a language's tables", ("text",), "9.2.3.24.15 and 9.2.3.24.16; gammu has none", "ours", languages
    ),
    Disagreement(
        "an escape before what the extension lacks", ("text",), "TS 23.038 6.2.1.1: shown as in the default alphabet",
        "ours", stray_escape,
    ),
    Disagreement(
        "reserved codings", ("text", "class", THEY_REFUSE), "TS 23.038 4: any reserved codings shall be assumed to be the default alphabet",
        "ours", odd_coding,
    ),
    Disagreement(
        "names in the default alphabet", ("person",), "9.1.2.5: alphanumeric is TS 23.038's default alphabet; gammu takes "
        "septets for ASCII", "ours", foreign_name,
    ),
    Disagreement("the enhanced validity", (THEY_REFUSE,), "9.2.3.12.3", "ours", enhanced),
    Disagreement("a report with TP-PI", (THEY_REFUSE, "text"), "9.2.3.27", "ours", optional_end),
    Disagreement(
        "compressed texts", ("text", "class", THEY_REFUSE), "TS 23.038 4: compressed by TS 23.042; octets for us, refused "
        "by gammu", "both", compressed,
    ),
    Disagreement(
        "messages to be deleted", ("text", "class", THEY_REFUSE), "TS 23.038 4: group 01xx is as 00xx in all else", "ours",
        deleted,
    ),
    Disagreement("an odd octet of UCS2", ("text",), "TS 23.038 6.2.3: units of 16 bits; we show the loss", "both", odd_octet),
    Disagreement(
        "NULs after a text with escapes", ("text",), "9.2.3.16: TP-UDL says how many septets there are", "ours", nul_after
    ),
    *COMMON,
)  # fmt: skip
