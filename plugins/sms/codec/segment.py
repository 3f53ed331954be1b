"""Texts to parts and back (3GPP TS 23.040 section 9.2.3.24.1)."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import define

from transport.plugins.sms.codec import gsm7, udh, user_data
from transport.plugins.sms.codec.address_field import Number
from transport.plugins.sms.codec.dcs import Alphabet, general
from transport.plugins.sms.codec.pdus import Submit
from transport.plugins.sms.codec.udh import Concat, Element
from transport.plugins.sms.codec.user_data import Content
from transport.plugins.sms.codec.validity import Relative
from transport.plugins.sms.malformed import Malformed


@define
class Measure:
    """What a text takes: `units` are septets or UTF-16 code units, `left` are those free in the last part."""

    alphabet: Alphabet
    units: int
    parts: int
    left: int


@define
class Spelling:
    """A text in an alphabet, with the header elements that the alphabet needs."""

    alphabet: Alphabet
    data: bytes
    header: tuple[Element, ...] = ()

    def room(self, *more: Element) -> int:
        """How many octets of data fit into a part that has other elements too."""
        return user_data.room(self.alphabet, len(udh.write((*more, *self.header))))


def join(parts: Sequence[Content]) -> str:
    """The text of parts in their order: their data is joined before it is read, for what straddles a boundary."""
    runs = groupby(parts, key=lambda part: (part.alphabet, udh.languages(part.header)))
    return "".join(
        user_data.spelt(b"".join(part.data for part in run), alphabet, *languages)
        for (alphabet, languages), run in runs
    )


def spell(text: str, language: int = 0) -> Spelling:
    """A text in septets where that is possible, also with a language's tables when one is named, else in UCS2."""
    found = [spelling for spelling in septet_spellings(text, language) if spelling]
    if found:
        return min(found, key=lambda spelling: len(spelling.data) - spelling.room())
    try:
        return Spelling(Alphabet.UCS2, text.encode("utf-16-be"))
    except UnicodeEncodeError:
        raise Malformed("half a surrogate pair is no character") from None


def septet_spellings(text: str, language: int) -> Iterator[Spelling | None]:
    """The ways to write a text in septets, the default alphabet first and alone when it will do."""
    try:
        yield Spelling(Alphabet.GSM7, gsm7.encode(text))
        return
    except Malformed:
        pass
    if language:
        number = bytes((language,))
        single, locking = Element(udh.SINGLE_SHIFT, number), Element(udh.LOCKING_SHIFT, number)
        for header in ((single,), (locking,), (single, locking)):
            try:
                data = gsm7.encode(text, language * (locking in header), language * (single in header))
            except Malformed:
                continue
            yield Spelling(Alphabet.GSM7, data, header)


def cuts(spelling: Spelling, size: int) -> Iterator[bytes]:
    """Data in pieces of at most `size` octets that never divide an escape or a surrogate pair."""
    data = spelling.data
    if spelling.alphabet is Alphabet.UCS2:
        size -= size % 2
    at = 0
    while at < len(data):
        end = min(at + size, len(data))
        if end < len(data):
            if spelling.alphabet is Alphabet.GSM7:
                end -= data[end - 1] == gsm7.ESCAPE
            elif data[end - 2] & 0xFC == 0xD8:
                end -= 2
        yield data[at:end]
        at = end


def pieces(spelling: Spelling, place: Concat) -> list[bytes]:
    """The parts' data: one when it fits alone, else as small as the element for `place` makes them."""
    if len(spelling.data) <= spelling.room():
        return [spelling.data]
    return list(cuts(spelling, spelling.room(udh.concat_element(place))))


def segments(
    text: str,
    to: str | Number,
    *,
    reference: int = 0,
    wide: bool = False,
    report: bool = False,
    validity: float | None = None,
    message_class: int | None = None,
    max_parts: int = 255,
    smsc: Number | None = None,
    language: int = 0,
) -> list[Submit]:
    """The PDUs that carry a text: `reference` is that of the concatenation, of 16 bits when `wide`.

    `validity` is in seconds.  `language` allows the tables of a national language (`alphabets.LANGUAGES`), which not
    every phone reads.  Malformed when the text is empty or needs more than `max_parts`.
    """
    number = to if isinstance(to, Number) else Number.of(to)
    if not text:
        raise Malformed("an empty text")
    spelling = spell(text, language)
    data = pieces(spelling, Concat(reference, 1, 1, wide))
    if len(data) > min(max_parts, 255):
        raise Malformed(f"{len(data)} parts are too many")
    period = None if validity is None else Relative.of(validity)
    dcs = general(spelling.alphabet, message_class)
    made = []
    for i, piece in enumerate(data, 1):
        place = (udh.concat_element(Concat(reference, len(data), i, wide)),) if len(data) > 1 else ()
        header = (*place, *spelling.header)
        made.append(Submit(number, dcs, piece, 0, header, validity=period, report=report, smsc=smsc))
    return made


def measure(text: str, wide: bool = False, language: int = 0) -> Measure:
    """What a text would take; Malformed for half a surrogate pair only."""
    spelling = spell(text, language)
    place = Concat(0, 1, 1, wide)
    data = pieces(spelling, place) if text else []
    room = spelling.room(*([udh.concat_element(place)] if len(data) > 1 else ()))
    unit = 2 if spelling.alphabet is Alphabet.UCS2 else 1
    left = (room - (len(data[-1]) if data else 0)) // unit
    return Measure(spelling.alphabet, len(spelling.data) // unit, len(data), left)
