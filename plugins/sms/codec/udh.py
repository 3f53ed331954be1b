"""User data headers (3GPP TS 23.040 section 9.2.3.24)."""

from collections.abc import Sequence
from typing import Final

from attrs import define

from transport.plugins.sms.codec.alphabets import LANGUAGES
from transport.plugins.sms.codec.dcs import Waiting, Waits
from transport.plugins.sms.malformed import Malformed

CONCAT_8: Final = 0x00
SPECIAL: Final = 0x01
PORTS_8: Final = 0x04
PORTS_16: Final = 0x05
CONCAT_16: Final = 0x08
SINGLE_SHIFT: Final = 0x24
LOCKING_SHIFT: Final = 0x25


@define
class Element:
    """An information element: its identifier and its octets."""

    kind: int
    data: bytes


@define
class Concat:
    """A part's place among the parts of a text: `number` counts from 1; `wide` when `reference` has 16 bits."""

    reference: int
    total: int
    number: int
    wide: bool = False


def read(octets: bytes) -> tuple[Element, ...]:
    """The elements of a header without its length; none when one of them runs over the end, as the section wants."""
    found = []
    at = 0
    while at < len(octets):
        if at + 1 >= len(octets) or at + 2 + octets[at + 1] > len(octets):
            return ()
        end = at + 2 + octets[at + 1]
        found.append(Element(octets[at], octets[at + 2 : end]))
        at = end
    return tuple(found)


def write(header: Sequence[Element]) -> bytes:
    """A header with its length; nothing for no element."""
    content = b""
    for element in header:
        if not 0 <= element.kind <= 255 or len(element.data) > 255:
            raise Malformed("an element of a header has an octet as its kind, and at most 255 octets")
        content += bytes((element.kind, len(element.data))) + element.data
    if len(content) > 139:
        raise Malformed("a header takes more than a whole message")
    return bytes((len(content),)) + content if content else b""


def concat(header: Sequence[Element]) -> Concat | None:
    """The place among parts; the last of several counts, one without sense is as none (section 9.2.3.24.1)."""
    for element in reversed(header):
        data = element.data
        if element.kind == CONCAT_8 and len(data) == 3:
            found = Concat(data[0], data[1], data[2])
        elif element.kind == CONCAT_16 and len(data) == 4:
            found = Concat(data[0] << 8 | data[1], data[2], data[3], True)
        else:
            continue
        if 0 < found.number <= found.total:
            return found
    return None


def concat_element(place: Concat) -> Element:
    """The element that says so."""
    width = 2 if place.wide else 1
    if not (0 <= place.reference < 1 << 8 * width and 0 < place.number <= place.total <= 255):
        raise Malformed("no such place among parts")
    data = place.reference.to_bytes(width, "big") + bytes((place.total, place.number))
    return Element(CONCAT_16 if place.wide else CONCAT_8, data)


def ports(header: Sequence[Element]) -> tuple[int, int] | None:
    """Destination and origin port, of the last such element."""
    for element in reversed(header):
        data = element.data
        if element.kind == PORTS_8 and len(data) == 2:
            return data[0], data[1]
        if element.kind == PORTS_16 and len(data) == 4:
            return data[0] << 8 | data[1], data[2] << 8 | data[3]
    return None


def waiting(header: Sequence[Element]) -> Waiting | None:
    """What the last special message indication says (section 9.2.3.24.2)."""
    for element in reversed(header):
        if element.kind == SPECIAL and len(element.data) == 2:
            what, count = element.data
            # Bits 4 to 2 name more kinds, of which none is common.
            return Waiting(Waits(3 if what & 0x1C else what & 3), count > 0, bool(what & 0x80), count)
    return None


def languages(header: Sequence[Element]) -> tuple[int, int]:
    """The languages of the locking and the single shift table; an unknown one is the default."""
    locking = single = 0
    for element in header:
        if element.kind in (LOCKING_SHIFT, SINGLE_SHIFT) and len(element.data) == 1:
            language = element.data[0] if element.data[0] < len(LANGUAGES) else 0
            if element.kind == LOCKING_SHIFT:
                locking = language
            else:
                single = language
    return locking, single
