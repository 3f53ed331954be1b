"""Every way to write a number leads to one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.api import Refused
from transport.plugins.sms import numbers
from transport.plugins.sms.codec.address_field import Number, TypeOfNumber

TYPED = st.text(st.sampled_from("0123456789+ -()./;alphTELsms:ßΣé😀\0\ud800ⅷ１"), max_size=25)
REGIONS = st.sampled_from(("", "DE", "US", "SE", "AD", "AR", "IT", "MX", "AU", "RU", "GB"))


@pytest.mark.parametrize(
    ("typed", "region", "name"),
    [
        ("+4915112345678", "", "+4915112345678"),
        ("0151 123-456 78", "DE", "+4915112345678"),
        ("+49 (0)151 12345678", "US", "+4915112345678"),
        ("0049 151 12345678", "DE", "+4915112345678"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("+1 555 555 0123", "DE", "+15555550123"),
        ("tel:+49-151-12345678;phone-context=x", "DE", "+4915112345678"),
        ("SMS:+4915112345678?body=hi", "DE", "+4915112345678"),
        ("71120", "SE", "71120"),
        ("22000", "DE", "22000"),
        ("712345", "AD", "+376712345"),
        ("112", "DE", "112"),
        ("000", "AU", "000"),
        ("１１２", "DE", "112"),
        ("Fonic;alpha", "DE", "fonic;alpha"),
        ("STRASSE;Alpha", "DE", "strasse;alpha"),
        ("Straße;alpha", "DE", "strasse;alpha"),
        ("06 698 12345", "IT", "+390669812345"),
    ],
)
def test_what_people_type_is_one_name(typed: str, region: str, name: str) -> None:
    assert numbers.native(typed, region) == name
    assert numbers.native(name, region) == name
    assert numbers.fold(typed, region) == name


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("", "DE"), ("juliet", "DE"), ("*100#", "DE"), ("+", "DE"), ("5551234", "US"), ("0151 12345678", ""),
        ("+49151123456789012345", "DE"), ("+999123456789", "DE"), ("015", "DE"), ("12", "DE"), ("+49 0", "DE"),
        ("1-800-FLOWERS", "US"), ("+4915112345678" + " " * 200 + "x", "DE"),
    ],
)  # fmt: skip
def test_what_no_phone_can_have_is_refused(typed: str, region: str) -> None:
    with pytest.raises(Refused) as refused:
        numbers.native(typed, region)
    assert refused.value.condition == "jid-malformed"


@given(TYPED, REGIONS)
def test_folding_and_naming_are_stable(text: str, region: str) -> None:
    once = numbers.fold(text, region)
    assert numbers.fold(once, region) == once == once.lower()
    try:
        name = numbers.native(text, region)
    except Refused:
        return
    assert numbers.native(name, region) == name == numbers.fold(text, region)


@pytest.mark.parametrize(
    ("digits", "ton", "region", "name"),
    [
        ("4915112345678", 1, "DE", "+4915112345678"),
        ("015112345678", 2, "DE", "+4915112345678"),
        ("15112345678", 2, "DE", "+4915112345678"),
        ("015112345678", 0, "DE", "+4915112345678"),
        ("71120", 0, "SE", "71120"),
        ("71120", 1, "SE", "71120"),
        ("5215512345678", 1, "MX", "+5215512345678"),
        ("0049", 0, "DE", "0049"),
        ("*12#ab", 0, "DE", "*12#ab"),
        ("1232111", 3, "DE", "1232111"),
        ("1232111", 6, "DE", "1232111"),
        ("", 3, "DE", "unknown;alpha"),
        ("", 0, "DE", "unknown;alpha"),
        ("", 5, "DE", "unknown;alpha"),
        ("Megafon", 5, "DE", "megafon;alpha"),
        ("+4915112345", 5, "DE", "+4915112345;alpha"),
        ("a\r\nb", 5, "DE", "a b;alpha"),
    ],
)
def test_senders_have_names(digits: str, ton: int, region: str, name: str) -> None:
    assert numbers.originator(Number(digits, ton), region).name == name


def test_the_spelling_of_a_sender_is_kept() -> None:
    sender = numbers.originator(Number("MegaFon", TypeOfNumber.ALPHANUMERIC), "RU")
    assert (sender.name, sender.spelling) == ("megafon;alpha", "MegaFon")


@given(st.text(st.sampled_from("0123456789*#abc"), max_size=20), st.integers(0, 7), REGIONS)
def test_every_sender_has_a_stable_name(digits: str, ton: int, region: str) -> None:
    name = numbers.originator(Number(digits, ton), region).name
    assert name
    assert name == name.lower()
    assert not any(c.isspace() for c in name)


def test_numbers_are_shown_to_people() -> None:
    assert numbers.display("+4915112345678") == "+49 1511 2345678"
    assert numbers.display("71120") == "71120"
    assert numbers.display("fonic;alpha") == "fonic"
    assert numbers.display("+999") == "+999"
    assert numbers.region_of("+4915112345678") == "DE"
    assert numbers.region_of("+999") == numbers.region_of("71120") == ""
