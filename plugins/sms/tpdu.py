"""Octets to PDUs and back (3GPP TS 23.040 section 9.2.2); the entry to the codec.

Data starts with the SMSC octets, as +CMGR gives it and +CMGS takes it.  What is malformed is refused, with Malformed
and nothing else; these are the leniencies that real modems and networks need: octets after the end are ignored, a time
that no calendar has is None, a header whose elements run over its end is as none, reserved codings are the default
alphabet, the unknown message type 3 is a DELIVER (section 9.2.3.1), and a report whose optional end is broken is read
without it.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from transport.plugins.sms.codec import address_field, timestamp, user_data, validity
from transport.plugins.sms.codec.address_field import Number, TypeOfNumber
from transport.plugins.sms.codec.dcs import Alphabet, Waiting, Waits
from transport.plugins.sms.codec.octets import Octets
from transport.plugins.sms.codec.pdus import Deliver, Pdu, StatusReport, Submit
from transport.plugins.sms.codec.segment import Measure, join, measure, segments
from transport.plugins.sms.codec.udh import Concat, Element
from transport.plugins.sms.codec.validity import Absolute, Enhanced, Relative, Validity
from transport.plugins.sms.malformed import Malformed

__all__ = [
    "Absolute",
    "Alphabet",
    "Concat",
    "Deliver",
    "Element",
    "Enhanced",
    "Malformed",
    "Measure",
    "Number",
    "Pdu",
    "Relative",
    "StatusReport",
    "Submit",
    "TypeOfNumber",
    "Validity",
    "Waiting",
    "Waits",
    "decode",
    "encode",
    "join",
    "measure",
    "segments",
    "tpdu_length",
]

TYPE: Final = 0x03
DELIVER, SUBMIT, STATUS_REPORT = 0, 1, 2
# Bits of the first octet; bit 2 says "no more" in what comes in and "reject duplicates" in what goes out.
NO_MORE = REJECT_DUPLICATES = 0x04
LOOP: Final = 0x08
REPORT = COMMAND = 0x20
UDHI: Final = user_data.UDHI
REPLY_PATH: Final = 0x80
# TP-PI (section 9.2.3.27).
PI_PID, PI_DCS, PI_DATA, PI_MORE = 0x01, 0x02, 0x04, 0x80


def decode(data: bytes, direction: Literal["in", "out"]) -> Pdu:
    """The PDU in some octets: "in" comes from the network, "out" goes to it.  Raises Malformed only."""
    octets = Octets(bytes(data))
    smsc = address_field.read_smsc(octets)
    first = octets.octet()
    if direction == "in":
        if first & TYPE == SUBMIT:
            raise Malformed("a SUBMIT-REPORT, which is no message")
        return read_report(first, octets, smsc) if first & TYPE == STATUS_REPORT else read_deliver(first, octets, smsc)
    if first & TYPE != SUBMIT:
        raise Malformed(f"not a SUBMIT but type {first & TYPE}, which is no message")
    return read_submit(first, octets, smsc)


def read_deliver(first: int, octets: Octets, smsc: Number | None) -> Deliver:
    """Section 9.2.2.1."""
    originator = address_field.read(octets)
    pid = octets.octet()
    dcs = octets.octet()
    when = timestamp.read(octets.take(timestamp.LENGTH))
    data, header = user_data.read(octets, dcs, bool(first & UDHI))
    return Deliver(
        originator,
        when,
        pid,
        dcs,
        data,
        header,
        smsc,
        not first & NO_MORE,
        bool(first & REPORT),
        bool(first & REPLY_PATH),
        bool(first & LOOP),
    )


def read_submit(first: int, octets: Octets, smsc: Number | None) -> Submit:
    """Section 9.2.2.2."""
    reference = octets.octet()
    to = address_field.read(octets)
    pid = octets.octet()
    dcs = octets.octet()
    period = validity.read(first, octets)
    data, header = user_data.read(octets, dcs, bool(first & UDHI))
    return Submit(
        to,
        dcs,
        data,
        pid,
        header,
        reference,
        period,
        bool(first & REPORT),
        bool(first & REJECT_DUPLICATES),
        bool(first & REPLY_PATH),
        smsc,
    )


def read_report(first: int, octets: Octets, smsc: Number | None) -> StatusReport:
    """Section 9.2.2.3; where neither time makes sense the address may have a wrong length, as from ZTE modems."""
    begin = octets.at
    try:
        report = report_after_address(first, octets, smsc, 0)
    except Malformed:
        report = None
    if report is not None and (report.timestamp or report.discharge):
        return report
    for extra in (1, -1):
        try:
            other = report_after_address(first, Octets(octets.data, begin), smsc, extra)
        except Malformed:
            continue
        if other.timestamp and other.discharge:
            return other
    return report or report_after_address(first, Octets(octets.data, begin), smsc, 0)


def report_after_address(first: int, octets: Octets, smsc: Number | None, extra: int) -> StatusReport:
    """A report whose address has `extra` octets more than it says."""
    reference = octets.octet()
    recipient = address_field.read(octets, extra)
    sent = timestamp.read(octets.take(timestamp.LENGTH))
    discharge = timestamp.read(octets.take(timestamp.LENGTH))
    report = StatusReport(
        reference,
        recipient,
        sent,
        discharge,
        octets.octet(),
        smsc,
        not first & NO_MORE,
        bool(first & LOOP),
        bool(first & COMMAND),
    )
    if octets.left():
        try:
            read_parameters(first, octets, report)
        except Malformed:
            report.pid, report.dcs, report.data, report.header = 0, 0, b"", ()
    return report


def read_parameters(first: int, octets: Octets, report: StatusReport) -> None:
    """The optional end of a report: TP-PI, and what it says there is."""
    present = more = octets.octet()
    while more & PI_MORE:
        more = octets.octet()
    if present & PI_PID:
        report.pid = octets.octet()
    if present & PI_DCS:
        report.dcs = octets.octet()
    if present & PI_DATA:
        report.data, report.header = user_data.read(octets, report.dcs, bool(first & UDHI))


def encode(pdu: Pdu) -> bytes:
    """The octets of a PDU, with the SMSC's first (00 when None); Malformed when it cannot be written."""
    return address_field.write_smsc(pdu.smsc) + WRITERS[type(pdu)](pdu)


def octet(value: int) -> bytes:
    """One octet."""
    if not 0 <= value <= 255:
        raise Malformed(f"{value} is not an octet")
    return bytes((value,))


def write_deliver(pdu: Deliver) -> bytes:
    """Section 9.2.2.1."""
    first = DELIVER | NO_MORE * (not pdu.more) | LOOP * pdu.loop | REPORT * pdu.report
    first |= UDHI * bool(pdu.header) | REPLY_PATH * pdu.reply_path
    return (
        octet(first)
        + address_field.write(pdu.originator)
        + octet(pdu.pid)
        + octet(pdu.dcs)
        + timestamp.write(pdu.timestamp)
        + user_data.write(pdu)
    )


def write_submit(pdu: Submit) -> bytes:
    """Section 9.2.2.2."""
    form, period = validity.write(pdu.validity)
    first = SUBMIT | REJECT_DUPLICATES * pdu.reject_duplicates | form | REPORT * pdu.report
    first |= UDHI * bool(pdu.header) | REPLY_PATH * pdu.reply_path
    return (
        octet(first)
        + octet(pdu.reference)
        + address_field.write(pdu.to)
        + octet(pdu.pid)
        + octet(pdu.dcs)
        + period
        + user_data.write(pdu)
    )


def write_report(pdu: StatusReport) -> bytes:
    """Section 9.2.2.3."""
    first = STATUS_REPORT | NO_MORE * (not pdu.more) | LOOP * pdu.loop | COMMAND * pdu.command
    first |= UDHI * bool(pdu.header)
    content = bool(pdu.data or pdu.header)
    present = PI_PID * bool(pdu.pid) | PI_DCS * bool(pdu.dcs) | PI_DATA * content
    written = octet(first) + octet(pdu.reference) + address_field.write(pdu.recipient)
    written += timestamp.write(pdu.timestamp) + timestamp.write(pdu.discharge) + octet(pdu.status)
    if present:
        written += octet(present) + (octet(pdu.pid) if pdu.pid else b"") + (octet(pdu.dcs) if pdu.dcs else b"")
    return written + (user_data.write(pdu) if content else b"")


WRITERS: Final[Mapping[type[Pdu], Callable[..., bytes]]] = {
    Deliver: write_deliver,
    Submit: write_submit,
    StatusReport: write_report,
}


def tpdu_length(pdu: bytes) -> int:
    """How many octets a PDU has without those of its SMSC, as AT+CMGS wants."""
    length = len(pdu) - 1 - pdu[0] if pdu else 0
    if length <= 0:
        raise Malformed("nothing but a service centre")
    return length
