"""Septets: packing, the alphabets, and what escapes mean."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdu_values import SEPTET_CHARS

from transport.plugins.sms.codec import gsm7
from transport.plugins.sms.codec.alphabets import LANGUAGES, LOCKING, SINGLE
from transport.plugins.sms.malformed import Malformed

septets = st.lists(st.integers(0, 127), max_size=256).map(bytes)


def unpacked_by_hand(octets: bytes, count: int, skip: int) -> bytes:
    """Section 6.1.2.1 bit by bit."""
    bits = [octet >> i & 1 for octet in octets for i in range(8)][skip:]
    return bytes(sum(bits[7 * k + i] << i for i in range(7)) for k in range(count))


@given(septets, st.integers(0, 6))
def test_what_is_packed_unpacks(data: bytes, skip: int) -> None:
    packed = gsm7.pack(data, skip)
    assert len(packed) == (len(data) * 7 + skip + 7) // 8
    assert gsm7.unpack(packed, len(data), skip) == data == unpacked_by_hand(packed, len(data), skip)


@given(st.binary(max_size=40), st.integers(0, 300), st.integers(0, 6))
def test_never_more_septets_than_octets_hold(octets: bytes, count: int, skip: int) -> None:
    if count * 7 + skip <= len(octets) * 8:
        assert gsm7.unpack(octets, count, skip) == unpacked_by_hand(octets, count, skip)
    else:
        with pytest.raises(Malformed):
            gsm7.unpack(octets, count, skip)


def test_the_example_that_everybody_knows() -> None:
    assert gsm7.pack(b"hellohello").hex().upper() == "E8329BFD4697D9EC37"


@pytest.mark.parametrize("bad", [b"\x80", b"abc\xff"])
def test_a_septet_has_seven_bits(bad: bytes) -> None:
    for act in (gsm7.pack, gsm7.decode):
        with pytest.raises(Malformed):
            act(bad)


@given(st.text(SEPTET_CHARS))
def test_all_of_the_alphabet_goes_round(text: str) -> None:
    assert gsm7.decode(gsm7.encode(text)) == text


@given(st.binary().map(lambda data: bytes(octet & 127 for octet in data)), st.integers(0, 13), st.integers(0, 13))
def test_any_septets_are_a_text_in_any_language(data: bytes, locking: int, single: int) -> None:
    assert isinstance(gsm7.decode(data, locking, single), str)


@pytest.mark.parametrize("language", range(14))
def test_each_language_writes_what_it_reads(language: int) -> None:
    for locking, single in ((language, 0), (0, language), (language, language)):
        text = "".join({*LOCKING[locking], *SINGLE[single].values()})
        assert gsm7.decode(gsm7.encode(text, locking, single), locking, single) == text


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("@", b"\x00"),
        ("§", b"\x5f"),
        ("\f", b"\x1b\x0a"),
        ("€", b"\x1b\x65"),
        ("^{}\\[~]|", b"\x1b\x14\x1b\x28\x1b\x29\x1b\x2f\x1b\x3c\x1b\x3d\x1b\x3e\x1b\x40"),
        (" \n\r", b"\x20\x0a\x0d"),
        ("Çéà¿¡ß", b"\x09\x05\x7f\x60\x40\x1e"),
        ("ΔΦΓΛΩΠΨΣΘΞ", b"\x10\x12\x13\x14\x15\x16\x17\x18\x19\x1a"),
    ],
)
def test_characters_that_are_often_got_wrong(text: str, data: bytes) -> None:
    assert gsm7.encode(text) == data
    assert gsm7.decode(data) == text


@pytest.mark.parametrize("text", ["ç", "`", "\t", "ê", "…", "’", "\x1b", "\ud800", "😀"])
def test_nothing_is_written_as_something_else(text: str) -> None:
    with pytest.raises(Malformed):
        gsm7.encode(text)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\x1b", "a "),
        (b"\x1b\x1ba", " a"),
        (b"\x1b\x1b\x65", " e"),
        (b"\x1b\x1b\x1b\x65", " €"),
        (b"\x1b\x1b", " "),
        (b"\x1b\x1b\x1b", "  "),
        (b"\x1ba", "a"),
        (b"\x1b\x00", "@"),
        (b"\x1b\x65\x1b\x65", "€€"),
    ],
)
def test_escapes_that_mean_nothing(data: bytes, text: str) -> None:
    assert gsm7.decode(data) == text


@pytest.mark.parametrize(
    ("language", "locking", "single"),
    [
        ("Turkish", {0x07: "ı", 0x40: "İ", 0x0B: "Ğ", 0x60: "ç"}, {0x53: "Ş", 0x63: "ç", 0x65: "€"}),
        ("Spanish", {0x40: "¡"}, {0x09: "ç", 0x41: "Á", 0x75: "ú"}),
        ("Portuguese", {0x0B: "Ô", 0x15: "∞", 0x5C: "Õ", 0x7D: "`"}, {0x05: "ê", 0x1F: "Ê", 0x7F: "â"}),
        ("Bengali", {0x03: "\u0985", 0x5F: "\u09cd", 0x7F: "\u09f1"}, {0x19: "\u09e6", 0x34: "\u09fa"}),
        ("Gujarati", {0x0C: "\u0a8d", 0x60: "\u0ad0"}, {0x1C: "\u0ae6", 0x19: "\u0964"}),
        ("Hindi", {0x11: "\u0911", 0x3C: "\u0929", 0x7B: "\u0972"}, {0x1C: "\u0966", 0x3A: "\u0971"}),
        ("Kannada", {0x15: "\u0c95", 0x24: "\u0caa", 0x7F: "\u0ce3"}, {0x26: "\u0cde", 0x2A: "\u0cf2"}),
        ("Malayalam", {0x48: "\u0d34", 0x7F: "\u0d79"}, {0x2E: "\u0d7a", 0x34: "\u0d7f"}),
        ("Oriya", {0x60: "\u0b56", 0x7F: "\u0b63"}, {0x26: "\u0b5c", 0x2C: "\u0b71"}),
        ("Punjabi", {0x4A: "\u0a36", 0x7F: "\u0a74"}, {0x2D: "\u0a75"}),
        ("Tamil", {0x48: "\u0bb4", 0x7F: "\u0bf9"}, {0x2E: "\u0bfa"}),
        ("Telugu", {0x45: "\u0c31", 0x7F: "\u0c63"}, {0x32: "\u0c7f", 0x0F: "/"}),
        ("Urdu", {0x00: "\u0627", 0x4A: "\u06af", 0x7F: "\u0670"}, {0x1C: "\u06f0", 0x3F: "\u06d4"}),
    ],
)
def test_tables_as_annex_a_prints_them(language: str, locking: dict[int, str], single: dict[int, str]) -> None:
    number = LANGUAGES.index(language)
    assert {code: LOCKING[number][code] for code in locking} == locking
    assert {code: SINGLE[number][code] for code in single} == single


def test_tables_have_their_size() -> None:
    assert len(LANGUAGES) == len(LOCKING) == len(SINGLE) == 14
    for table in LOCKING:
        assert len(table) == 128
        # Digits, small letters, line ends and the escape are where they always are.
        assert table[0x30:0x3A] == "0123456789"
        assert table[0x61:0x7B] == "abcdefghijklmnopqrstuvwxyz"
        assert (table[0x0A], table[0x0D], table[0x1B], table[0x20]) == ("\n", "\r", " ", " ")


def test_no_table_changes_unseen() -> None:
    """Compared with two other readings of annex A; Telugu has no euro and Kannada has U+0CAA twice in both."""
    said = repr((LOCKING, [sorted(table.items()) for table in SINGLE]))
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == "5b7624847c7e8d11"


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("1234567", "31D98C56B3DD1A"),
        ("12345678", "31D98C56B3DD70"),
        ("1234567\r", "31D98C56B3DD1A0D"),
        ("*100#", "AA180C3602"),
        ("", ""),
    ],
)
def test_seven_bits_left_over_are_a_carriage_return(text: str, octets: str) -> None:
    assert gsm7.pack_ussd(text).hex().upper() == octets
    assert gsm7.unpack_ussd(bytes.fromhex(octets)) == text


@given(st.text(SEPTET_CHARS, max_size=100).filter(lambda text: not text.endswith("\r")))
def test_ussd_texts_go_round(text: str) -> None:
    assert gsm7.unpack_ussd(gsm7.pack_ussd(text)) == text
