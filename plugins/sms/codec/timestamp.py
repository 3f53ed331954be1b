"""Time stamps of seven octets with a time zone (3GPP TS 23.040 section 9.2.3.11)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from transport.plugins.sms.codec.address_field import SWAPPED
from transport.plugins.sms.malformed import Malformed

LENGTH: Final = 7
# Two digits of a year: from here on they are of the last century, in which the first text was sent in 1992.
CENTURY: Final = 90
QUARTERS: Final[Sequence[timezone]] = tuple(timezone(timedelta(minutes=15 * quarters)) for quarters in range(80))
WEST: Final[Sequence[timezone]] = tuple(timezone(timedelta(minutes=-15 * quarters)) for quarters in range(80))


def read(octets: bytes) -> datetime | None:
    """The time that seven octets name; None for one that no calendar has, as careless senders put."""
    digits = octets.translate(SWAPPED).hex()
    # The sign of the zone is the highest bit of its tens.
    west = digits[12] >= "8"
    if west:
        digits = f"{digits[:12]}{int(digits[12], 16) - 8}{digits[13]}"
    if not digits.isdecimal():
        return None
    year = int(digits[:2])
    zone = (WEST if west else QUARTERS)[int(digits[12:])]
    try:
        return datetime(
            year + (1900 if year >= CENTURY else 2000),
            int(digits[2:4]),
            int(digits[4:6]),
            int(digits[6:8]),
            int(digits[8:10]),
            int(digits[10:12]),
            tzinfo=zone,
        )
    except ValueError:
        return None


def write(when: datetime | None) -> bytes:
    """Seven octets for a time, in UTC when its zone is not one of quarters of an hour; zeros for None."""
    if when is None:
        return bytes(LENGTH)
    offset = when.utcoffset()
    if offset is None:
        raise Malformed("a time without a zone")
    quarters, rest = divmod(offset, timedelta(minutes=15))
    if rest or abs(quarters) >= len(QUARTERS):
        when, quarters = when.astimezone(UTC), 0
    if not 1900 + CENTURY <= when.year < 2000 + CENTURY:
        raise Malformed(f"the year {when.year} cannot be written with two digits")
    zone = abs(quarters)
    tens = zone // 10 | (8 if quarters < 0 else 0)
    return bytes.fromhex(f"{when:%y%m%d%H%M%S}{tens:x}{zone % 10}").translate(SWAPPED)
