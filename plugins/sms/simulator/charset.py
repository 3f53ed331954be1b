"""The character sets of +CSCS, in which texts are written on the line (3GPP TS 27.007 section 5.5)."""

from typing import Final

from transport.plugins.sms.codec import gsm7
from transport.plugins.sms.malformed import Malformed

GSM: Final = "GSM"
IRA: Final = "IRA"
UCS2: Final = "UCS2"
HEX: Final = "HEX"
ALL: Final = (GSM, UCS2, IRA, HEX)


def septets(text: str) -> bytes:
    """A text in the default alphabet, with question marks for what it lacks."""
    try:
        return gsm7.encode(text)
    except Malformed:
        return b"".join(gsm7.SPELLINGS.get(ord(char), b"?") for char in text)


def encode(text: str, charset: str) -> str:
    """A text as it is written between quotes."""
    if charset == UCS2:
        return text.encode("utf-16-be", "surrogatepass").hex().upper()
    if charset == HEX:
        return septets(text).hex().upper()
    if charset == GSM:
        return septets(text).decode("latin-1")
    return text.encode("ascii", "replace").decode("ascii")


def decode(value: str, charset: str) -> str:
    """What was meant by the client; a value that is no hexadecimal is taken as it is."""
    try:
        if charset == UCS2:
            return bytes.fromhex(value).decode("utf-16-be", "replace")
        if charset == HEX:
            return gsm7.decode(bytes(octet & 127 for octet in bytes.fromhex(value)))
    except ValueError:
        return value
    if charset == GSM:
        return gsm7.decode(bytes(octet & 127 for octet in value.encode("latin-1", "replace")))
    return value
