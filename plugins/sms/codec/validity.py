"""How long a text may wait at the service centre (3GPP TS 23.040 section 9.2.3.12)."""

from bisect import bisect_right
from datetime import datetime
from typing import Final

from attrs import define

from transport.plugins.sms.codec import timestamp
from transport.plugins.sms.codec.address_field import SWAPPED
from transport.plugins.sms.codec.octets import Octets
from transport.plugins.sms.malformed import Malformed

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
# TP-VPF, bits 4 and 3 of the first octet.
FORMAT: Final = 0x18
NONE, ENHANCED, RELATIVE, ABSOLUTE = 0x00, 0x08, 0x10, 0x18


@define
class Relative:
    """One octet: five minutes to 63 weeks in growing steps (section 9.2.3.12.1)."""

    octet: int

    @property
    def seconds(self) -> float:
        """How long that is."""
        if self.octet <= 143:
            return (self.octet + 1) * 5 * MINUTE
        if self.octet <= 167:
            return 12 * HOUR + (self.octet - 143) * 30 * MINUTE
        if self.octet <= 196:
            return (self.octet - 166) * DAY
        return (self.octet - 192) * WEEK

    @classmethod
    def of(cls, seconds: float) -> "Relative":
        """The longest that is not longer than asked for, or the shortest that there is."""
        return cls(max(bisect_right(LENGTHS, seconds) - 1, 0))


LENGTHS: Final = tuple(Relative(octet).seconds for octet in range(256))


@define
class Absolute:
    """A point in time (section 9.2.3.12.2); None for one that no calendar has."""

    when: datetime | None


@define
class Enhanced:
    """Seven octets that begin with what they mean (section 9.2.3.12.3), kept as they are."""

    octets: bytes

    @classmethod
    def of(cls, seconds: int, single_shot: bool = False) -> "Enhanced":
        """Up to 255 seconds to the second, else up to a day as a clock says it, else the relative form."""
        shot = 0x40 if single_shot else 0
        if 0 < seconds <= 255:
            content = bytes((shot | 2, seconds))
        elif 0 < seconds < 100 * HOUR:
            clock = f"{seconds // HOUR:02}{seconds % HOUR // MINUTE:02}{seconds % MINUTE:02}"
            content = bytes((shot | 3,)) + bytes.fromhex(clock).translate(SWAPPED)
        else:
            content = bytes((shot | 1, Relative.of(seconds).octet))
        return cls(content.ljust(7, b"\0"))

    @property
    def single_shot(self) -> bool:
        """Whether the service centre shall try once only."""
        return bool(self.octets[0] & 0x40)

    @property
    def seconds(self) -> float | None:
        """How long that is; None when it does not say, or says it in a reserved way."""
        form, rest = self.octets[0] & 7, self.octets[1:]
        if self.octets[0] & 0x80:
            # Another octet of indicators comes first, and none is defined.
            return None
        if form == 1:
            return Relative(rest[0]).seconds
        if form == 2:
            return rest[0] or None
        if form == 3:
            clock = rest[:3].translate(SWAPPED).hex()
            if clock.isdecimal():
                return int(clock[:2]) * HOUR + int(clock[2:4]) * MINUTE + int(clock[4:])
        return None


Validity = Relative | Absolute | Enhanced


def read(first: int, octets: Octets) -> Validity | None:
    """The period after the data coding scheme, by the format in a SUBMIT's first octet."""
    form = first & FORMAT
    if form == NONE:
        return None
    if form == RELATIVE:
        return Relative(octets.octet())
    content = octets.take(timestamp.LENGTH)
    return Absolute(timestamp.read(content)) if form == ABSOLUTE else Enhanced(content)


def write(validity: Validity | None) -> tuple[int, bytes]:
    """The format's bits, and the octets."""
    if validity is None:
        return NONE, b""
    if isinstance(validity, Relative):
        if not 0 <= validity.octet <= 255:
            raise Malformed(f"no validity {validity.octet}")
        return RELATIVE, bytes((validity.octet,))
    if isinstance(validity, Absolute):
        return ABSOLUTE, timestamp.write(validity.when)
    if len(validity.octets) != timestamp.LENGTH:
        raise Malformed("an enhanced validity has seven octets")
    return ENHANCED, validity.octets
