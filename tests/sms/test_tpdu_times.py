"""Time stamps and validity (TS 23.040 sections 9.2.3.11 and 9.2.3.12)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pdu_reading import SCTS, deliver, submit

from transport.plugins.sms.tpdu import (
    Absolute,
    Enhanced,
    Relative,
)


@pytest.mark.parametrize("quarters", range(-79, 80))
def test_every_time_zone(quarters: int) -> None:
    tens = quarters // 10 if quarters >= 0 else -quarters // 10 | 8
    pdu = deliver(scts=f"208062917314{abs(quarters) % 10}{tens:X}")
    zone = timezone(timedelta(minutes=15 * quarters))
    assert pdu.timestamp == datetime(2002, 8, 26, 19, 37, 41, tzinfo=zone)
    assert pdu.timestamp.utcoffset() == zone.utcoffset(None)


@pytest.mark.parametrize(
    "scts",
    ["00000000000000", "FFFFFFFFFFFFFF", "20312030000000", "20200300000000", "20806252000000", "208062917306 00",
     "20806291731 4A8".replace(" ", ""), "2A806291731408"],
)  # fmt: skip
def test_a_time_that_no_calendar_has_is_none(scts: str) -> None:
    pdu = deliver(scts=scts)
    assert pdu.timestamp is None
    assert pdu.text == "How are you?"


def test_a_year_of_two_digits() -> None:
    assert [deliver(scts=f"{year}10100000000 0".replace(" ", "")).timestamp.year for year in ("29", "98", "09")] == [
        1992,
        2089,
        1990,
    ]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("octet", "seconds"),
    [(0, 300), (1, 600), (143, 43200), (144, 45000), (167, 86400), (168, 172800), (196, 2592000), (197, 3024000), (255, 38102400)],
)  # fmt: skip
def test_relative_validity(octet: int, seconds: int) -> None:
    pdu = submit("11", f"{octet:02X}")
    assert pdu.validity == Relative(octet)
    assert Relative(octet).seconds == seconds
    assert Relative.of(seconds) == Relative(octet)


def test_a_wish_for_a_validity_is_never_exceeded_but_for_the_shortest() -> None:
    assert [Relative.of(seconds).octet for seconds in (0, 299, 599, 86399, 86401, 1e9)] == [0, 0, 0, 166, 167, 255]


def test_absolute_validity() -> None:
    assert submit("19", SCTS).validity == Absolute(datetime(2002, 8, 26, 19, 37, 41, tzinfo=UTC))
    assert submit("19", "00" * 7).validity == Absolute(None)


@pytest.mark.parametrize(
    ("octets", "seconds", "once"),
    [
        ("00000000000000", None, False),
        ("40000000000000", None, True),
        ("01A70000000000", 86400, False),
        ("02FF0000000000", 255, False),
        ("42010000000000", 1, True),
        ("02000000000000", None, False),
        ("03103254000000", 3600 + 23 * 60 + 45, False),
        ("03FA3254000000", None, False),
        ("04000000000000", None, False),
        ("07FFFFFFFFFFFF", None, False),
        ("81001000000000", None, False),
    ],
)
def test_enhanced_validity(octets: str, seconds: int | None, once: bool) -> None:
    validity = submit("09", octets).validity
    assert validity == Enhanced(bytes.fromhex(octets))
    assert (validity.seconds, validity.single_shot) == (seconds, once)


@pytest.mark.parametrize("seconds", [1, 255, 256, 3600, 86399, 172800])
def test_enhanced_validity_says_what_it_was_made_for(seconds: int) -> None:
    assert Enhanced.of(seconds).seconds == seconds
    assert Enhanced.of(seconds, single_shot=True).single_shot
