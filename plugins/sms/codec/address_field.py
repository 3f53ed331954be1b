"""Addresses: a number with its type, in semi-octets or as a name (3GPP TS 23.040 section 9.1.2)."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from attrs import frozen

from transport.plugins.sms.codec import gsm7
from transport.plugins.sms.codec.octets import Octets
from transport.plugins.sms.malformed import Malformed

# Section 9.1.2.5: twelve octets in all, of which two are length and type.
MOST_SEMI_OCTETS: Final = 20
MOST_SMSC_OCTETS: Final = 11
DIGITS: Final = "0123456789*#abc"
SWAPPED: Final = bytes((octet & 15) << 4 | octet >> 4 for octet in range(256))
FROM_HEX: Final = str.maketrans("abcde", "*#abc")
TO_HEX: Final = str.maketrans("*#abc", "abcde")


class TypeOfNumber(IntEnum):
    """TON."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK_SPECIFIC = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


@frozen
class Number:
    """An address: digits (0 to 9, `*`, `#`, a, b, c), or with TON 5 a text in the default alphabet."""

    digits: str
    ton: int = TypeOfNumber.UNKNOWN
    npi: int = 1

    def __str__(self) -> str:
        """International numbers with a plus sign, all others as they are."""
        return f"+{self.digits}" if self.ton == TypeOfNumber.INTERNATIONAL else self.digits

    @classmethod
    def of(cls, text: str) -> "Number":
        """The number that `+4915112345678` or `71120` means; Malformed when that is no number."""
        digits = text.removeprefix("+")
        if not digits or not set(digits) <= set(DIGITS):
            raise Malformed(f"{text!r} is not a number")
        return cls(digits, TypeOfNumber.INTERNATIONAL if text.startswith("+") else TypeOfNumber.UNKNOWN)


def semi_octets(octets: bytes, count: int) -> str:
    """The digits of swapped semi-octets, as far as the filler."""
    digits = octets.translate(SWAPPED).hex()[:count]
    if digits.isdecimal():
        return digits
    return digits.partition("f")[0].translate(FROM_HEX)


def swapped(digits: str) -> bytes:
    """Digits as swapped semi-octets, the last one with a filler when they are odd."""
    if not set(digits) <= set(DIGITS):
        raise Malformed(f"{digits!r} is not a number")
    even = digits.translate(TO_HEX) + "f" * (len(digits) % 2)
    return bytes.fromhex(even).translate(SWAPPED)


def name(octets: bytes, bits: int) -> str:
    """An alphanumeric address of so many bits.

    Eight septets are also what a sender makes of seven that it pads to whole octets, so a NUL at their end, which would
    be read as @, is taken for padding.
    """
    septets = gsm7.unpack(octets, bits // 7)
    if septets and len(septets) % 8 == 0 and septets[-1] == 0:
        septets = septets[:-1]
    return gsm7.decode(septets)


def read(octets: Octets, extra: int = 0) -> Number:
    """An address field; `extra` octets more than its length says, which some modems leave out of it."""
    count = octets.octet() + 2 * extra
    if not 0 <= count <= MOST_SEMI_OCTETS:
        raise Malformed(f"an address of {count} semi-octets")
    kind = octets.octet()
    value = octets.take((count + 1) // 2)
    ton = kind >> 4 & 7
    if ton == TypeOfNumber.ALPHANUMERIC:
        return Number(name(value, count * 4), ton, kind & 15)
    return Number(semi_octets(value, count), ton, kind & 15)


def value(number: Number) -> tuple[bytes, int]:
    """An address's octets with its type before them, and how many semi-octets of them are useful."""
    if not (0 <= number.ton <= 7 and 0 <= number.npi <= 15):
        raise Malformed(f"no type of number {number.ton}, plan {number.npi}")
    kind = bytes((0x80 | number.ton << 4 | number.npi,))
    if number.ton == TypeOfNumber.ALPHANUMERIC:
        septets = gsm7.encode(number.digits)
        octets, count = gsm7.pack(septets), (len(septets) * 7 + 3) // 4
    else:
        octets, count = swapped(number.digits), len(number.digits)
    if count > MOST_SEMI_OCTETS:
        raise Malformed(f"{number.digits!r} is too long for an address")
    return kind + octets, count


def write(number: Number) -> bytes:
    """An address field."""
    octets, count = value(number)
    return bytes((count,)) + octets


def read_smsc(octets: Octets) -> Number | None:
    """The service centre before a TPDU, whose length counts octets (3GPP TS 24.011 section 8.2.5); None when empty."""
    length = octets.octet()
    if length == 0:
        return None
    if length > MOST_SMSC_OCTETS:
        raise Malformed(f"a service centre of {length} octets")
    kind = octets.octet()
    rest = octets.take(length - 1)
    ton = kind >> 4 & 7
    if ton == TypeOfNumber.ALPHANUMERIC:
        return Number(name(rest, len(rest) * 8), ton, kind & 15)
    return Number(semi_octets(rest, 2 * len(rest)), ton, kind & 15)


def write_smsc(number: Number | None) -> bytes:
    """The service centre before a TPDU."""
    if number is None:
        return b"\0"
    octets, _ = value(number)
    return bytes((len(octets),)) + octets


NAMES: Final[Sequence[str]] = (
    "unknown",
    "international",
    "national",
    "network specific",
    "subscriber",
    "alphanumeric",
    "abbreviated",
    "reserved",
)
