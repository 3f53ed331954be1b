"""Every value goes round, and nothing that is not one is written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdu_values import pdus

from transport.plugins.sms import tpdu
from transport.plugins.sms.tpdu import (
    Absolute,
    Deliver,
    Element,
    Enhanced,
    Malformed,
    Number,
    Pdu,
    Relative,
    StatusReport,
    Submit,
)
from transport.text.clean import clean

ONE = Number("1")


@given(pdus)
def test_every_value_goes_round(pdu: Pdu) -> None:
    octets = tpdu.encode(pdu)
    assert tpdu.decode(octets, "out" if isinstance(pdu, Submit) else "in") == pdu
    assert tpdu.tpdu_length(octets) == len(octets) - 1 - octets[0]


@given(pdus)
def test_what_is_seen_in_a_value_never_fails(pdu: Pdu) -> None:
    text = pdu.text
    text.encode()
    clean(text).encode()
    assert pdu.concat is None or 0 < pdu.concat.number <= pdu.concat.total
    assert pdu.message_class in (None, 0, 1, 2, 3)
    assert pdu.ports is None or max(pdu.ports) < 1 << 16
    assert pdu.waiting is None or pdu.waiting.count in (None, *range(256))


@given(pdus, st.integers(1, 400))
def test_every_truncation_is_refused_or_read(pdu: Pdu, cut: int) -> None:
    octets = tpdu.encode(pdu)
    shorter = octets[: max(0, len(octets) - cut)]
    try:
        read = tpdu.decode(shorter, "out" if isinstance(pdu, Submit) else "in")
    except Malformed:
        return
    # Only a report can end early: its end is optional.
    assert isinstance(read, StatusReport)


@pytest.mark.parametrize(
    "pdu",
    [
        Submit(ONE, 256),
        Submit(ONE, -1),
        Submit(ONE, pid=256),
        Submit(ONE, reference=-1),
        Submit(ONE, data=bytes(161)),
        Submit(ONE, 4, bytes(141)),
        Submit(ONE, 8, bytes(141)),
        Submit(ONE, data=b"\x80"),
        Submit(ONE, data=bytes(153), header=(Element(0x70, bytes(4)),)),
        Submit(ONE, 4, bytes(135), header=(Element(0x70, bytes(3)),)),
        Submit(ONE, header=(Element(0x70, bytes(138)),)),
        Submit(ONE, header=(Element(256, b""),)),
        Submit(ONE, header=(Element(0, bytes(256)),)),
        Submit(ONE, validity=Relative(256)),
        Submit(ONE, validity=Enhanced(bytes(6))),
        Submit(ONE, validity=Absolute(datetime(2024, 1, 1))),
        Deliver(ONE, datetime(2024, 1, 1)),
        Deliver(ONE, datetime(1989, 12, 31, tzinfo=UTC)),
        Deliver(ONE, datetime(2090, 1, 1, tzinfo=UTC)),
        StatusReport(256, ONE, None, None, 0),
        StatusReport(0, ONE, None, None, 256),
        StatusReport(0, ONE, None, None, 0, dcs=256),
    ],
)
def test_what_is_no_value_is_not_written(pdu: Pdu) -> None:
    with pytest.raises(Malformed):
        tpdu.encode(pdu)


@pytest.mark.parametrize("offset", [timedelta(minutes=7), timedelta(hours=20), timedelta(hours=-23, minutes=-59)])
def test_a_time_in_a_zone_that_cannot_be_written_is_written_in_utc(offset: timedelta) -> None:
    when = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=timezone(offset))
    read = tpdu.decode(tpdu.encode(Deliver(ONE, when)), "in")
    assert isinstance(read, Deliver)
    assert read.timestamp == when.replace(microsecond=0)
    assert read.timestamp.tzinfo == UTC
