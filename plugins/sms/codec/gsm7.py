"""Septets and what they spell (3GPP TS 23.038 section 6): packed on the air, one an octet in our hands.

Never a silent substitution: what an alphabet does not have cannot be written in it.
"""

import codecs
from collections.abc import Mapping, Sequence
from typing import Final

from transport.plugins.sms.codec.alphabets import LOCKING, SINGLE
from transport.plugins.sms.malformed import Malformed

ESCAPE: Final = 0x1B
ESCAPE_OCTET: Final = b"\x1b"
MOST_SEPTETS: Final = 256


def masks() -> Sequence[tuple[int, int, int]]:
    """For each halving of 256 septets: which bits stay, which move, and how far.

    Runs of 7 * 2n bits become two of 7 * n that begin 8 * n bits apart: after eight steps each septet has its octet.
    """
    steps = []
    for level in range(7, -1, -1):
        size = 1 << level
        stay = sum(((1 << 7 * size) - 1) << start for start in range(0, MOST_SEPTETS * 8, 16 * size))
        steps.append((stay, stay << 7 * size, size))
    return tuple(steps)


STEPS: Final = masks()


def unpack(octets: bytes, count: int, skip: int = 0) -> bytes:
    """The first `count` septets of packed octets, one an octet; `skip` bits come before the first."""
    if count > MOST_SEPTETS or len(octets) * 8 < count * 7 + skip:
        raise Malformed(f"{count} septets are too many for {len(octets)} octets")
    bits = (int.from_bytes(octets, "little") >> skip) & ((1 << 7 * count) - 1)
    for stay, move, by in STEPS:
        bits = (bits & stay) | ((bits & move) << by)
    return bits.to_bytes(count, "little")


def pack(septets: bytes, skip: int = 0) -> bytes:
    """Septets packed, after `skip` bits of zero; the last octet is filled with zeros."""
    if len(septets) > MOST_SEPTETS:
        raise Malformed(f"{len(septets)} septets are too many")
    if not septets.isascii():
        raise Malformed("a septet has seven bits")
    bits = int.from_bytes(septets, "little")
    for stay, move, by in reversed(STEPS):
        bits = (bits & stay) | ((bits >> by) & move)
    return (bits << skip).to_bytes((len(septets) * 7 + skip + 7) // 8, "little")


def decode(septets: bytes, locking: int = 0, single: int = 0) -> str:
    """The text that septets spell, with the tables of two languages (0: default).

    An escaped septet that its table leaves open is read from the other one (section 6.2.1.1); an escape of an escape,
    or one with nothing after it, is a space.
    """
    if not septets.isascii():
        raise Malformed("a septet has seven bits")
    table = LOCKING[locking]
    if ESCAPE_OCTET not in septets:
        return codecs.charmap_decode(septets, "strict", table)[0]
    shifted = SINGLE[single]
    first, *runs = septets.split(ESCAPE_OCTET)
    pieces = [codecs.charmap_decode(first, "strict", table)[0]]
    whole = False  # The escape before the last run was itself escaped.
    for run in runs:
        if whole:
            pieces.append(codecs.charmap_decode(run, "strict", table)[0])
            whole = False
        elif run:
            pieces.append(shifted.get(run[0]) or table[run[0]])
            pieces.append(codecs.charmap_decode(run[1:], "strict", table)[0])
        else:
            pieces.append(" ")
            whole = True
    return "".join(pieces)


def spellings(locking: int, single: int) -> Mapping[int, bytes]:
    """What each character is in septets; the locking table before the single one."""
    found = {ord(char): bytes((ESCAPE, code)) for code, char in SINGLE[single].items() if code != ESCAPE}
    # A space in another place than its own is one that the table leaves open.
    found |= {ord(char): bytes((code,)) for code, char in enumerate(LOCKING[locking]) if char != " " or code == 0x20}
    return found


SPELLINGS: Final = spellings(0, 0)


def encode(text: str, locking: int = 0, single: int = 0) -> bytes:
    """A text as septets, one an octet; Malformed when a character is in neither table."""
    table = SPELLINGS if locking == single == 0 else spellings(locking, single)
    try:
        return codecs.charmap_encode(text, "strict", table)[0]
    except UnicodeEncodeError as wrong:
        raise Malformed(f"{text[wrong.start]!r} is not in the alphabet") from None


def unpack_ussd(octets: bytes) -> str:
    """The text of packed USSD octets, which carry no count of septets (section 6.1.2.3.1).

    Seven bits left over would be read as @, so they are padded with a carriage return; a text that itself ends in one
    there has another one after it.
    """
    septets = unpack(octets, len(octets) * 8 // 7)
    padded = (len(septets) % 8 == 0 and septets.endswith(b"\r")) or (
        len(septets) % 8 == 1 and septets.endswith(b"\r\r")
    )
    return decode(septets[:-1] if padded else septets)


def pack_ussd(text: str) -> bytes:
    """A text as packed USSD octets, padded as `unpack_ussd` says."""
    septets = encode(text)
    if len(septets) % 8 == 7 or (septets and len(septets) % 8 == 0 and septets.endswith(b"\r")):
        septets += b"\r"
    return pack(septets)
