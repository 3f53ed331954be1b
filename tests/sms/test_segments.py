"""Texts to parts and back (TS 23.040 section 9.2.3.24.1)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdu_values import SEPTET_CHARS

from transport.plugins.sms import tpdu
from transport.plugins.sms.codec.alphabets import LANGUAGES, LOCKING, SINGLE
from transport.plugins.sms.tpdu import (
    Alphabet,
    Concat,
    Deliver,
    Element,
    Malformed,
    Measure,
    Number,
    Relative,
    Submit,
    measure,
    segments,
)

TO = "+4915112345678"
anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400)
septets = st.text(SEPTET_CHARS, min_size=1, max_size=700)
emoji = st.text("a€😀ß§[]ç👍🏽", min_size=1, max_size=300)
texts = anything | septets | emoji


def delivered(parts: list[Submit]) -> list[Deliver]:
    """The parts as they arrive, after a way over the air."""
    read = [tpdu.decode(tpdu.encode(part), "out") for part in parts]
    assert read == parts
    return [Deliver(Number("1"), None, dcs=part.dcs, data=part.data, header=part.header) for part in parts]


@given(texts, st.booleans(), st.integers(0, 255))
def test_any_text_goes_round(text: str, wide: bool, reference: int) -> None:
    parts = segments(text, TO, reference=reference, wide=wide)
    assert tpdu.join(delivered(parts)) == text
    if len(parts) > 1:
        assert [part.concat for part in parts] == [
            Concat(reference, len(parts), i, wide) for i in range(1, len(parts) + 1)
        ]
    else:
        assert parts[0].header == ()


@given(texts, st.booleans())
def test_every_part_is_a_text_of_its_own(text: str, wide: bool) -> None:
    parts = segments(text, TO, wide=wide)
    assert "".join(part.text for part in parts) == text
    assert "\ufffd" in text or not any("\ufffd" in part.text for part in parts)


@given(texts, st.booleans())
def test_a_text_takes_what_was_measured(text: str, wide: bool) -> None:
    parts = segments(text, TO, wide=wide)
    found = measure(text, wide)
    unit = 2 if found.alphabet is Alphabet.UCS2 else 1
    assert (found.alphabet, found.parts) == (parts[0].alphabet, len(parts))
    assert found.units == sum(len(part.data) for part in parts) // unit
    # The text grows by so many units and by no more before it takes another part.
    more = text + "a" * found.left
    assert measure(more, wide).parts == found.parts
    assert measure(more + "a", wide).parts > found.parts


@given(texts)
def test_no_part_but_the_last_has_room_for_the_next_character(text: str) -> None:
    parts = segments(text, TO)
    for one, other in pairwise(parts):
        room = 153 if one.alphabet is Alphabet.GSM7 else 134
        first = (
            segments(other.text[0], TO)[0].data if one.alphabet is Alphabet.GSM7 else other.text[0].encode("utf-16-be")
        )
        assert len(one.data) + len(first) > room


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("x" * 160, [160]),
        ("x" * 161, [153, 8]),
        ("x" * 306, [153, 153]),
        ("x" * 307, [153, 153, 1]),
        ("€" * 80, [160]),
        ("€" * 81, [152, 10]),
        ("x" + "€" * 80, [153, 8]),
        ("ç" * 70, [140]),
        ("ç" * 71, [134, 8]),
        ("😀" * 35, [140]),
        ("😀" * 36, [132, 12]),
        ("ç" + "😀" * 35, [134, 8]),
    ],
)
def test_sizes_of_parts(text: str, sizes: list[int]) -> None:
    assert [len(part.data) for part in segments(text, TO)] == sizes


@pytest.mark.parametrize(("text", "sizes"), [("x" * 161, [152, 9]), ("ç" * 71, [132, 10]), ("x" * 304, [152, 152])])
def test_a_wide_reference_takes_one_more(text: str, sizes: list[int]) -> None:
    parts = segments(text, TO, wide=True, reference=0xABCD)
    assert [len(part.data) for part in parts] == sizes
    assert parts[0].header == (Element(8, bytes((0xAB, 0xCD, len(sizes), 1))),)


def test_what_is_asked_for_is_in_every_part() -> None:
    smsc = Number("31624000000", 1)
    parts = segments("x" * 161, Number("71120"), report=True, validity=86400, message_class=0, smsc=smsc)
    assert len(parts) == 2
    for part in parts:
        assert (part.to, part.report, part.validity, part.message_class, part.smsc) == (
            Number("71120"), True, Relative(167), 0, smsc,
        )  # fmt: skip
        assert part.dcs == 0x10
    assert segments("ç", TO, message_class=1)[0].dcs == 0x19
    assert segments("ç", TO)[0].dcs == 8
    assert segments("c", TO)[0] == Submit(Number("4915112345678", 1), data=b"c")


@pytest.mark.parametrize(
    ("text", "to", "options"),
    [
        ("", TO, {}),
        ("x", "fonic", {}),
        ("x" * 161, TO, {"max_parts": 1}),
        ("x" * (153 * 255 + 1), TO, {"max_parts": 1000}),
        ("x" * 161, TO, {"reference": 256}),
        ("x" * 161, TO, {"reference": 65536, "wide": True}),
        ("\ud83d", TO, {}),
    ],
)
def test_what_cannot_be_sent(text: str, to: str, options: dict[str, int]) -> None:
    with pytest.raises(Malformed):
        segments(text, to, **options)  # type: ignore[arg-type]


def test_as_many_parts_as_there_can_be() -> None:
    assert len(segments("x" * (153 * 255), TO)) == 255


def test_pairs_over_the_edge_of_parts_that_others_cut_there() -> None:
    def part(dcs: int, octets: bytes, number: int) -> Deliver:
        return Deliver(Number("1"), None, dcs=dcs, data=octets, header=(Element(0, bytes((7, 2, number))),))

    halves = [part(8, b"\x00a\xd8\x3d", 1), part(8, b"\xde\x00\x00b", 2)]
    assert tpdu.join(halves) == "a😀b"
    assert [half.text for half in halves] == ["a\ufffd", "\ufffdb"]
    assert tpdu.join([part(0, b"a\x1b", 1), part(0, b"\x65b", 2)]) == "a€b"
    # A part in another alphabet is read by itself.
    assert tpdu.join([part(8, b"\x00a\xd8\x3d", 1), part(0, b"b", 2)]) == "a\ufffdb"
    assert tpdu.join([part(4, b"abc", 1), part(0, b"b", 2)]) == "b"
    assert tpdu.join([]) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Measure(Alphabet.GSM7, 0, 0, 160)),
        ("hello", Measure(Alphabet.GSM7, 5, 1, 155)),
        ("€", Measure(Alphabet.GSM7, 2, 1, 158)),
        ("x" * 161, Measure(Alphabet.GSM7, 161, 2, 145)),
        ("ç", Measure(Alphabet.UCS2, 1, 1, 69)),
        ("😀", Measure(Alphabet.UCS2, 2, 1, 68)),
        ("😀" * 36, Measure(Alphabet.UCS2, 72, 2, 61)),
    ],
)
def test_measures(text: str, expected: Measure) -> None:
    assert measure(text) == expected


@pytest.mark.parametrize("language", range(1, len(LANGUAGES)))
def test_a_language_is_written_with_its_tables_when_that_is_allowed(language: int) -> None:
    text = "".join(sorted({*LOCKING[language], *SINGLE[language].values()} - set("\f\r\n"))) * 3
    plain = segments(text, TO)
    assert {part.alphabet for part in plain} == {Alphabet.UCS2}
    parts = segments(text, TO, language=language)
    assert {part.alphabet for part in parts} == {Alphabet.GSM7}
    assert tpdu.join(delivered(parts)) == text
    assert "".join(part.text for part in parts) == text
    assert len(parts) <= len(plain)
    assert measure(text, language=language).parts == len(parts)


def test_tables_are_used_only_where_they_are_needed() -> None:
    assert segments("hello", TO, language=1)[0].header == ()
    assert segments("Şì", TO, language=1)[0].header == (Element(0x24, b"\x01"),)
    assert segments("Şşğıİ" * 30, TO, language=1)[0].header == (Element(0x25, b"\x01"),)
    assert segments("Ж", TO, language=1)[0].alphabet is Alphabet.UCS2
