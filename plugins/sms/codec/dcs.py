"""The data coding scheme octet (3GPP TS 23.038 section 4)."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from attrs import define, frozen

GENERAL_CLASS: Final = 0x10


class Alphabet(Enum):
    """How the user data is to be read; the values are those of bits 3 and 2 in the general groups."""

    GSM7 = 0
    DATA8 = 1
    UCS2 = 2


class Waits(Enum):
    """What waits for the subscriber, by bits 1 and 0 of the octet."""

    VOICE = 0
    FAX = 1
    EMAIL = 2
    OTHER = 3


@define
class Waiting:
    """Messages that wait elsewhere, or (`active` false) no more; `count` is None when it was not told.

    `store` says that the text is worth keeping, not only the notice.
    """

    kind: Waits
    active: bool = True
    store: bool = True
    count: int | None = None


@frozen
class Coding:
    """What a data coding scheme says; compressed text cannot be read, so it is DATA8."""

    alphabet: Alphabet
    message_class: int | None = None
    compressed: bool = False
    auto_delete: bool = False
    waits: Waits | None = None
    active: bool = False
    store: bool = True


def coding(dcs: int) -> Coding:
    """What one octet says; reserved codings are the default alphabet, as section 4 wants."""
    group, low = dcs >> 4, dcs & 3
    if group < 8:
        compressed = bool(dcs & 0x20)
        # The fourth alphabet is reserved.
        alphabet = Alphabet.DATA8 if compressed else Alphabet((dcs >> 2 & 3) % 3)
        return Coding(alphabet, low if dcs & GENERAL_CLASS else None, compressed, group >= 4)
    if group < 12:
        return Coding(Alphabet.GSM7)
    if group < 15:
        alphabet = Alphabet.UCS2 if group == 14 else Alphabet.GSM7
        return Coding(alphabet, waits=Waits(low), active=bool(dcs & 8), store=group != 12)
    # Bit 3 is reserved and senders do set it.
    return Coding(Alphabet.DATA8 if dcs & 4 else Alphabet.GSM7, low)


CODINGS: Final[Sequence[Coding]] = tuple(map(coding, range(256)))


def general(alphabet: Alphabet, message_class: int | None = None) -> int:
    """The octet of the general group for an alphabet, and a class."""
    if message_class is None:
        return alphabet.value << 2
    return GENERAL_CLASS | alphabet.value << 2 | message_class
