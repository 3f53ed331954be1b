"""The kinds of PDU, their flags, and what is none (TS 23.040 section 9.2.2)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pdu_reading import SCTS, SENDER, deliver, report, submit

from transport.plugins.sms import tpdu
from transport.plugins.sms.tpdu import (
    Deliver,
    Malformed,
    Number,
    Relative,
    StatusReport,
    Submit,
)


def test_a_text_that_arrives() -> None:
    data = bytes.fromhex("07911326040000F0040B911346610089F60000208062917314800CC8F71D14969741F977FD07")
    assert tpdu.decode(data, "in") == Deliver(
        Number("31641600986", 1),
        datetime(2002, 8, 26, 19, 37, 41, tzinfo=timezone(timedelta(hours=2))),
        data=b"How are you?",
        smsc=Number("31624000000", 1),
    )
    assert tpdu.decode(data, "in").text == "How are you?"
    assert tpdu.encode(tpdu.decode(data, "in")) == data


def test_a_text_that_is_sent() -> None:
    data = bytes.fromhex("0011000B916407281553F80000AA0AE8329BFD4697D9EC37")
    pdu = tpdu.decode(data, "out")
    assert pdu == Submit(Number("46708251358", 1), data=b"hellohello", validity=Relative(0xAA))
    assert str(pdu.to) == "+46708251358"
    assert tpdu.encode(pdu) == data
    assert tpdu.tpdu_length(data) == 23


def test_what_became_of_a_text() -> None:
    pdu = report("23 0B911346610089F6 20806291731480 20806291734180 00")
    assert pdu == StatusReport(
        0x23,
        Number("31641600986", 1),
        datetime(2002, 8, 26, 19, 37, 41, tzinfo=timezone(timedelta(hours=2))),
        datetime(2002, 8, 26, 19, 37, 14, tzinfo=timezone(timedelta(hours=2))),
        0,
    )
    assert pdu.text == ""


@pytest.mark.parametrize(
    ("end", "pid", "dcs", "text"),
    [
        ("", 0, 0, ""),
        ("00", 0, 0, ""),
        ("01 41", 0x41, 0, ""),
        ("02 08", 0, 8, ""),
        ("07 41 08 02 0041", 0x41, 8, "A"),
        ("04 01 41", 0, 0, "A"),
        ("84 00 01 41", 0, 0, "A"),
        ("84 80 80 00 01 41", 0, 0, "A"),
        # Reserved bits say that there is more after what is known (section 9.2.3.27).
        ("7C 01 41 FFFF", 0, 0, "A"),
        # An end that is broken, or is none, costs nothing of the report.
        ("FF", 0, 0, ""),
        ("07 41 08 05 0041", 0, 0, ""),
    ],
)
def test_the_optional_end_of_a_report(end: str, pid: int, dcs: int, text: str) -> None:
    pdu = report(f"23 0B911346610089F6 {SCTS} {SCTS} 30 {end}")
    assert (pdu.status, pdu.pid, pdu.dcs, pdu.text) == (0x30, pid, dcs, text)


@pytest.mark.parametrize("length", ["0B", "0D", "09"])
def test_a_report_whose_address_has_a_wrong_length_is_read_by_its_times(length: str) -> None:
    pdu = report(f"23 {length}911346610089F6 {SCTS} {SCTS} 00")
    assert pdu.recipient.digits.startswith("316416009")
    assert pdu.timestamp == pdu.discharge == datetime(2002, 8, 26, 19, 37, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "flags"),
    [
        ("04", (False, False, False, False)),
        ("00", (True, False, False, False)),
        ("24", (False, True, False, False)),
        ("84", (False, False, True, False)),
        ("0C", (False, False, False, True)),
        # The reserved type is read as a DELIVER.
        ("07", (False, False, False, False)),
    ],
)
def test_flags_of_what_arrives(first: str, flags: tuple[bool, ...]) -> None:
    pdu = deliver(first=first)
    assert (pdu.more, pdu.report, pdu.reply_path, pdu.loop) == flags


@pytest.mark.parametrize(
    ("first", "flags"),
    [("01", (False, False, False)), ("05", (True, False, False)), ("21", (False, True, False)), ("81", (False, False, True))],
)  # fmt: skip
def test_flags_of_what_is_sent(first: str, flags: tuple[bool, ...]) -> None:
    pdu = submit(first)
    assert (pdu.reject_duplicates, pdu.report, pdu.reply_path) == flags


@pytest.mark.parametrize(
    ("first", "direction"), [("01", "in"), ("05", "in"), ("00", "out"), ("02", "out"), ("03", "out"), ("FE", "out")]
)
def test_what_is_no_message_is_refused(first: str, direction: str) -> None:
    with pytest.raises(Malformed, match="no message"):
        tpdu.decode(bytes.fromhex(f"00{first}000B911346610089F60000{SCTS}0130"), direction)  # type: ignore[arg-type]


def test_octets_after_the_end_are_ignored() -> None:
    assert deliver(ud="0CC8F71D14969741F977FD070000FF") == deliver()
    assert submit("01", ud="0130FF") == submit("01")


def test_any_bytes_like_will_do() -> None:
    octets = bytes.fromhex(f"0004{SENDER}0000{SCTS}0130")
    assert tpdu.decode(bytearray(octets), "in") == tpdu.decode(memoryview(octets), "in") == tpdu.decode(octets, "in")
