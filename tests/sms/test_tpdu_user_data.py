"""Codings (TS 23.038 section 4), headers (TS 23.040 section 9.2.3.24) and what they make of the data."""

import pytest
from pdu_reading import deliver

from transport.plugins.sms import tpdu
from transport.plugins.sms.codec.dcs import CODINGS
from transport.plugins.sms.tpdu import (
    Alphabet,
    Concat,
    Deliver,
    Element,
    Number,
    Waiting,
    Waits,
)

GSM7, DATA8, UCS2 = Alphabet.GSM7, Alphabet.DATA8, Alphabet.UCS2


@pytest.mark.parametrize(
    ("dcs", "alphabet", "message_class"),
    [
        (0x00, GSM7, None), (0x03, GSM7, None), (0x04, DATA8, None), (0x08, UCS2, None), (0x0C, GSM7, None),
        (0x10, GSM7, 0), (0x11, GSM7, 1), (0x16, DATA8, 2), (0x1B, UCS2, 3), (0x1F, GSM7, 3),
        (0x20, DATA8, None), (0x32, DATA8, 2), (0x28, DATA8, None),
        (0x40, GSM7, None), (0x48, UCS2, None), (0x59, UCS2, 1), (0x64, DATA8, None),
        (0x80, GSM7, None), (0x88, GSM7, None), (0xBF, GSM7, None),
        (0xC0, GSM7, None), (0xCB, GSM7, None), (0xD8, GSM7, None), (0xE0, UCS2, None), (0xEB, UCS2, None),
        (0xF0, GSM7, 0), (0xF1, GSM7, 1), (0xF6, DATA8, 2), (0xF7, DATA8, 3), (0xF8, GSM7, 0), (0xFD, DATA8, 1),
    ],
)  # fmt: skip
def test_every_group_of_codings(dcs: int, alphabet: Alphabet, message_class: int | None) -> None:
    pdu = Deliver(Number("1"), None, dcs=dcs)
    assert (pdu.alphabet, pdu.message_class) == (alphabet, message_class)
    assert pdu.coding.auto_delete is (0x40 <= dcs < 0x80)
    assert pdu.coding.compressed is (dcs < 0x80 and bool(dcs & 0x20))


def test_all_codings_have_a_reading() -> None:
    assert len(CODINGS) == 256


@pytest.mark.parametrize(
    ("dcs", "waiting"),
    [
        (0xC0, Waiting(Waits.VOICE, False, False)),
        (0xC8, Waiting(Waits.VOICE, True, False)),
        (0xD9, Waiting(Waits.FAX, True, True)),
        (0xDA, Waiting(Waits.EMAIL, True, True)),
        (0xEB, Waiting(Waits.OTHER, True, True)),
        (0x00, None),
        (0xF8, None),
    ],
)
def test_what_waits_by_the_coding(dcs: int, waiting: Waiting | None) -> None:
    assert deliver(dcs, "00").waiting == waiting


@pytest.mark.parametrize(
    ("dcs", "octets", "waiting"),
    [
        (0x00, "8003", Waiting(Waits.VOICE, True, True, 3)),
        (0x00, "0000", Waiting(Waits.VOICE, False, False, 0)),
        (0x00, "8201", Waiting(Waits.EMAIL, True, True, 1)),
        (0x00, "0701", Waiting(Waits.OTHER, True, False, 1)),
        (0xD8, "0002", Waiting(Waits.VOICE, True, True, 2)),
    ],
)
def test_what_waits_by_the_header(dcs: int, octets: str, waiting: Waiting) -> None:
    assert deliver(dcs, f"06040102{octets}00", first="44").waiting == waiting


def test_ucs2_with_a_pair_and_halves_of_one() -> None:
    assert deliver(8, "08 0041 D83D DE00 20AC".replace(" ", "")).text == "A😀€"
    assert deliver(8, "06 0041 D83D 0042".replace(" ", "")).text == "A\ufffdB"
    assert deliver(8, "04 DE00 D83D".replace(" ", "")).text == "\ufffd\ufffd"
    assert deliver(8, "03 0041 D8".replace(" ", "")).text == "A\ufffd"


def test_eight_bit_data_are_no_text() -> None:
    pdu = deliver(4, "03414243")
    assert (pdu.data, pdu.text, pdu.alphabet) == (b"ABC", "", Alphabet.DATA8)


def test_the_padding_of_a_packed_text_is_no_character() -> None:
    assert deliver(0, "07 31D98C56B3DD00".replace(" ", "")).text == "1234567"
    assert deliver(0, "08 31D98C56B3DD00".replace(" ", "")).text == "1234567@"
    assert deliver(0, "08 31D98C56B3DD1A".replace(" ", "")).text == "1234567\r"


@pytest.mark.parametrize(
    ("header", "concat"),
    [
        ("0003AA0201", Concat(0xAA, 2, 1)),
        ("0804AA550302", Concat(0xAA55, 3, 2, True)),
        # Without sense: no part 0, none after the last.
        ("0003AA0200", None), ("0003AA0203", None), ("0003AA0000", None), ("0804AA550304", None),
        # Of a wrong length.
        ("0002AA02", None), ("0804AA5503", None),
        # Of several the last that makes sense.
        ("0003AA02010003BB0202", Concat(0xBB, 2, 2)),
        ("0003AA02010804BB000202", Concat(0xBB00, 2, 2, True)),
        ("0003AA02010003BB0200", Concat(0xAA, 2, 1)),
        # Among others.
        ("0003AA020105040B8423F0", Concat(0xAA, 2, 1)),
        ("7000" "0003AA0201", Concat(0xAA, 2, 1)),
    ],
)  # fmt: skip
def test_places_among_parts(header: str, concat: Concat | None) -> None:
    octets = bytes.fromhex(header)
    assert deliver(4, f"{len(octets) + 2:02X}{len(octets):02X}{header}41", first="44").concat == concat


@pytest.mark.parametrize(
    ("header", "ports"),
    [("0402F123", (0xF1, 0x23)), ("05040B8423F0", (2948, 9200)), ("05040B84", None), ("0402F12305040B8423F0", (2948, 9200))],
)  # fmt: skip
def test_ports(header: str, ports: tuple[int, int] | None) -> None:
    octets = bytes.fromhex(header)
    assert deliver(4, f"{len(octets) + 1:02X}{len(octets):02X}{header}", first="44").ports == ports


def test_unknown_elements_are_kept() -> None:
    pdu = deliver(4, "0A077F02AABBFF01CC4142", first="44")
    assert pdu.header == (Element(0x7F, b"\xaa\xbb"), Element(0xFF, b"\xcc"))
    assert pdu.data == b"AB"
    assert tpdu.decode(tpdu.encode(pdu), "in") == pdu


@pytest.mark.parametrize("header", ["0003AA02", "0003AA020105", "00", "0003AA02017FFF"])
def test_a_header_with_an_element_over_its_end_is_as_none(header: str) -> None:
    octets = bytes.fromhex(header)
    pdu = deliver(4, f"{len(octets) + 3:02X}{len(octets):02X}{header}4142", first="44")
    assert (pdu.header, pdu.data) == ((), b"AB")


@pytest.mark.parametrize("length", range(20))
def test_a_text_begins_at_a_septet_after_any_header(length: int) -> None:
    pdu = Deliver(Number("1"), None, data=b"Hello", header=(Element(0x7F, bytes(length)),))
    octets = tpdu.encode(pdu)
    read = tpdu.decode(octets, "in")
    assert read == pdu
    assert read.text == "Hello"
    bits = int.from_bytes(octets[-(len(octets) - octets.index(b"\x7f")) - 1 :], "little")
    septets = ((3 + length) * 8 + 6) // 7
    assert [bits >> 7 * (septets + i) & 127 for i in range(5)] == list(b"Hello")


@pytest.mark.parametrize(
    ("header", "septets", "text"),
    [
        ("240101", b"\x1bS\x1bi", "Şı"),
        ("250101", b"\x07\x40", "ıİ"),
        ("2401032501 03".replace(" ", ""), b"\x7c\x1b\x7c", "õõ"),
        ("240106", b"\x1b\x1c", "\u0966"),
        ("25010D", b"\x00\x01", "\u0627\u0622"),
        # Unknown languages are the default.
        ("24010E2501FF", b"\x00\x1b\x65", "@€"),
        ("2500", b"\x00", "@"),
    ],
)
def test_national_languages(header: str, septets: bytes, text: str) -> None:
    octets = bytes.fromhex(header)
    elements = [Element(octets[i], octets[i + 2 : i + 3]) for i in range(0, len(octets), 3)]
    pdu = Deliver(Number("1"), None, data=septets, header=tuple(elements))
    assert tpdu.decode(tpdu.encode(pdu), "in").text == text
