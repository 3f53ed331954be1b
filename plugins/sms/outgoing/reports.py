"""Status reports (3GPP TS 23.040 section 9.2.3.15): which part they speak of, and what they decide."""

from collections.abc import Sequence
from enum import Enum

from transport.api import Refused

# Numbers that a network writes in another form have at least these digits in common.
SAME_DIGITS = 7
NOBODY_KNOWS = -1


class Fate(Enum):
    """What a TP-Status says of a part."""

    OPEN = "open"
    DELIVERED = "delivered"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"


def fate(status: int) -> Fate:
    """What a TP-Status means; NOBODY_KNOWS is none yet.

    03-1F and 80-FF are reserved: nothing more will come, and nobody says that the phone has it.
    """
    if status == NOBODY_KNOWS or 0x20 <= status < 0x40:
        return Fate.OPEN
    if status == 0:
        return Fate.DELIVERED
    if 0x40 <= status < 0x80:
        return Fate.FAILED
    return Fate.UNCONFIRMED


def verdict(statuses: Sequence[int]) -> Fate:
    """What the statuses of all parts of a text make of it: one failed part fails it."""
    fates = [fate(status) for status in statuses]
    for each in (Fate.FAILED, Fate.OPEN, Fate.UNCONFIRMED):
        if each in fates:
            return each
    return Fate.DELIVERED


def digits(number: str) -> str:
    """A number without the marks of its international form."""
    bare = number.removeprefix("+")
    return bare[2:] if bare == number and bare.startswith("00") else bare


def same_number(ours: str, theirs: str) -> bool:
    """Whether a report's number is the one that we wrote to; short numbers only when quite equal."""
    one, other = digits(ours), digits(theirs)
    if one == other:
        return True
    enough = min(len(one), len(other)) >= SAME_DIGITS
    return enough and one[-SAME_DIGITS:] == other[-SAME_DIGITS:]


def refusal(status: int, number: str) -> Refused:
    """What the owner is told when a report says that a text has failed; `status` is from 40 to 7F."""
    error = f"{status:02X}"
    if status == 0x43:
        return Refused(
            "item-not-found",
            "The phone network cannot reach a subscriber {number} (report {error}).",
            number=number,
            error=error,
        )
    if status == 0x46:
        return Refused(
            "recipient-unavailable",
            "The phone {number} could not be reached in time (report {error}).",
            number=number,
            error=error,
        )
    if status >= 0x60:
        return Refused(
            "recipient-unavailable",
            "The phone {number} could not be reached, and the network does not try any more (report {error}).",
            number=number,
            error=error,
        )
    return Refused(
        "not-allowed",
        "The phone network could not deliver the text to {number} (report {error}).",
        number=number,
        error=error,
    )
