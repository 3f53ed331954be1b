"""Addresses (TS 23.040 section 9.1.2) and service centres (TS 24.011 section 8.2.5)."""

import pytest
from pdu_reading import SCTS, SENDER, deliver

from transport.plugins.sms import tpdu
from transport.plugins.sms.tpdu import Deliver, Malformed, Number


@pytest.mark.parametrize(
    ("field", "number", "text"),
    [
        ("0B911346610089F6", Number("31641600986", 1), "+31641600986"),
        ("0A815012345678", Number("0521436587"), "0521436587"),
        ("05811727F0", Number("71720"), "71720"),
        ("03A121F3", Number("123", 2), "123"),
        ("04B92143", Number("1234", 3, 9), "1234"),
        ("08812A01CBED", Number("*210#abc"), "*210#abc"),
        ("148121436587092143658709", Number("12345678901234567890"), "12345678901234567890"),
        # A filler before its place ends the number.
        ("06912143F5", Number("12345", 1), "+12345"),
        ("0091", Number("", 1), "+"),
    ],
)
def test_digits(field: str, number: Number, text: str) -> None:
    assert deliver(sender=field).originator == number
    assert str(number) == text


@pytest.mark.parametrize(
    ("field", "name"),
    [
        # Seven septets in 13 semi-octets, and from a sender that counts whole octets: no @ at the end of either.
        ("0DD0CDF2396C7EBB01", "Megafon"),
        ("0ED0CDF2396C7EBB01", "Megafon"),
        ("0ED0CDF2396C7EBB63", "Megafon1"),
        ("09D049B7F90D00", "Info@"),
        ("0AD049B7F90D00", "Info@"),
        ("04D06100", "a@"),
        ("09D09B725DFE06", "€uro"),
        ("14D0D637396C7EBBCB335B0D", "Vodafone365"),
        ("02D031", "1"),
        ("01D000", ""),
    ],
)
def test_names(field: str, name: str) -> None:
    number = deliver(sender=field).originator
    assert number == Number(name, 5, 0)
    assert str(number) == name


@pytest.mark.parametrize("field", ["15911234567890123456789012", "FF91", "16D0" + "00" * 11])
def test_addresses_of_more_than_twelve_octets_are_refused(field: str) -> None:
    with pytest.raises(Malformed, match="address"):
        deliver(sender=field)


@pytest.mark.parametrize(
    ("octets", "number"),
    [
        ("00", None),
        ("0191", Number("", 1)),
        ("07911326040000F0", Number("31624000000", 1)),
        ("0491214365", Number("123456", 1)),
        ("08D0CDF2396C7EBB01", Number("Megafon", 5, 0)),
        ("0B8121436587092143658709", Number("12345678901234567890")),
    ],
)
def test_service_centres(octets: str, number: Number | None) -> None:
    data = bytes.fromhex(f"{octets}04{SENDER}0000{SCTS}0130")
    pdu = tpdu.decode(data, "in")
    assert pdu.smsc == number
    assert tpdu.encode(pdu)[: len(octets) // 2].hex().upper() == octets
    assert tpdu.tpdu_length(data) == len(data) - len(octets) // 2


def test_a_service_centre_of_more_than_eleven_octets_is_refused() -> None:
    with pytest.raises(Malformed, match="service centre"):
        tpdu.decode(b"\x0c\x91" + bytes(40), "in")


@pytest.mark.parametrize(
    "number",
    [
        Number("123456789012345678901"), Number("12 34"), Number("+12"), Number("12f"), Number("A"), Number("١٢"),
        Number("twelve chars", 5), Number("a€bcdefghij", 5), Number("ñandú", 5), Number("1", 8), Number("1", -1),
        Number("1", 1, 16),
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_written(number: Number) -> None:
    with pytest.raises(Malformed):
        tpdu.encode(Deliver(number, None))
    with pytest.raises(Malformed):
        tpdu.encode(Deliver(Number("1"), None, smsc=number))


@pytest.mark.parametrize(
    ("text", "number"),
    [("+4915112345678", Number("4915112345678", 1)), ("71120", Number("71120")), ("*100#", Number("*100#"))],
)
def test_numbers_from_what_people_write(text: str, number: Number) -> None:
    assert Number.of(text) == number
    assert str(number) == text


@pytest.mark.parametrize("text", ["", "+", "++1", "1 2", "1+2", "fonic", "-1", "1\n"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(Malformed):
        Number.of(text)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x02\x91\x12", b"\x05\x91"])
def test_a_service_centre_alone_has_no_length(data: bytes) -> None:
    with pytest.raises(Malformed):
        tpdu.tpdu_length(data)
