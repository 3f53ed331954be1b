"""What the network says to a USSD code, as modems give it: text, packed septets or UCS2, in hexadecimal or not.

The data coding scheme (3GPP TS 23.038 section 5) is what a modem should go by; many do not.
"""

import re
import unicodedata

from transport.plugins.sms.codec.gsm7 import unpack_ussd
from transport.plugins.sms.malformed import Malformed
from transport.text.clean import clean

HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2})+")
# Shorter than that, digits are more likely to be what they seem.
SHORTEST_PACKED = 8
SHORTEST_WIDE = 4


def is_ucs2(dcs: int | None) -> bool:
    """Whether a data coding scheme of cell broadcast and USSD means UCS2."""
    if dcs is None:
        return False
    return dcs == 0x11 or (0x40 <= dcs <= 0x7F and dcs & 0x0C == 0x08)


def is_plain(text: str) -> bool:
    """Whether a text is free of control characters and of what is no character."""
    return all(c in "\r\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Co") for c in text)


def from_ucs2(data: bytes) -> str | None:
    """UCS2, if it can be that."""
    if len(data) % 2:
        return None
    try:
        text = data.decode("utf-16-be")
    except UnicodeDecodeError:
        return None
    return text if is_plain(text) else None


def from_packed(data: bytes) -> str | None:
    """Packed septets of the default alphabet, if they can be that."""
    try:
        text = unpack_ussd(data)
    except Malformed:
        return None
    if len(data) % 7 == 0:
        # Some modems pad with zeros, which would be read as this.
        text = text.removesuffix("@")
    return text if is_plain(text) else None


def few_scripts(data: bytes) -> bool:
    """Whether UCS2 keeps to few blocks of characters, as real texts do; a short one must be Latin to be sure."""
    units, blocks = len(data) // 2, set(data[::2])
    return blocks == {0} or (units >= SHORTEST_WIDE and len(blocks) <= 2 + units // 8)


def by_look(data: bytes, said: str) -> str:
    """What octets mean when the coding scheme says nothing of UCS2."""
    wide = from_ucs2(data)
    if wide is not None and few_scripts(data):
        return wide
    if len(said) >= SHORTEST_PACKED and not said.isdigit():
        packed = from_packed(data)
        if packed is not None:
            return packed
        if wide is not None:
            return wide
    return said


def ussd_text(said: str, dcs: int | None) -> str:
    """What people read of a +CUSD text; never control characters but line ends."""
    text = said
    if HEXADECIMAL.fullmatch(said):
        data = bytes.fromhex(said)
        wide = from_ucs2(data) if is_ucs2(dcs) else None
        text = wide if wide is not None else by_look(data, said)
    lines = clean(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines).strip()
