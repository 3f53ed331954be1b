"""User data: header and content, and what can be seen in them (3GPP TS 23.040 section 9.2.3.24)."""

from typing import Final

from transport.plugins.sms.codec import gsm7, udh
from transport.plugins.sms.codec.dcs import CODINGS, Alphabet, Coding, Waiting
from transport.plugins.sms.codec.octets import Octets
from transport.plugins.sms.codec.udh import Concat, Element
from transport.plugins.sms.malformed import Malformed

MOST_OCTETS: Final = 140
UDHI: Final = 0x40


class Content:
    """What all PDUs with user data have.

    `data` is without the header: for 7-bit one septet an octet, for UCS2 the UTF-16BE octets, else the octets.
    """

    __slots__ = ()

    dcs: int
    data: bytes
    header: tuple[Element, ...]

    @property
    def coding(self) -> Coding:
        """All that the data coding scheme says."""
        return CODINGS[self.dcs]

    @property
    def alphabet(self) -> Alphabet:
        """How `data` is to be read."""
        return CODINGS[self.dcs].alphabet

    @property
    def message_class(self) -> int | None:
        """0 is shown at once and not kept, 1 to 3 say where to keep it; None when not said."""
        return CODINGS[self.dcs].message_class

    @property
    def text(self) -> str:
        """The text of this part alone; "" for octets that are none."""
        return spelt(self.data, self.alphabet, *udh.languages(self.header)) if self.data else ""

    @property
    def concat(self) -> Concat | None:
        """Its place among the parts of a longer text."""
        return udh.concat(self.header)

    @property
    def ports(self) -> tuple[int, int] | None:
        """Destination and origin port of a message for a program."""
        return udh.ports(self.header)

    @property
    def waiting(self) -> Waiting | None:
        """What waits in a mailbox; the header says more than the data coding scheme, and either may ask to store."""
        told = udh.waiting(self.header)
        coding = CODINGS[self.dcs]
        if coding.waits is None:
            return told
        if told is None:
            return Waiting(coding.waits, coding.active, coding.store)
        told.store = told.store or coding.store
        return told


def spelt(data: bytes, alphabet: Alphabet, locking: int, single: int) -> str:
    """The text of data; half a surrogate pair or an odd octet becomes U+FFFD."""
    if alphabet is Alphabet.GSM7:
        return gsm7.decode(data, locking, single)
    return data.decode("utf-16-be", "replace") if alphabet is Alphabet.UCS2 else ""


def header_septets(octets: int) -> int:
    """How many septets a header of so many octets (with its length) takes the place of."""
    return (octets * 8 + 6) // 7


def room(alphabet: Alphabet, header: int) -> int:
    """How many octets of `data` fit beside a header of so many octets (with its length)."""
    if alphabet is Alphabet.GSM7:
        return MOST_OCTETS * 8 // 7 - header_septets(header)
    return MOST_OCTETS - header


def read(octets: Octets, dcs: int, has_header: bool) -> tuple[bytes, tuple[Element, ...]]:
    """TP-UDL and TP-UD: the data and the header."""
    length = octets.octet()
    septets = CODINGS[dcs].alphabet is Alphabet.GSM7
    size = (length * 7 + 7) // 8 if septets else length
    if size > MOST_OCTETS:
        raise Malformed(f"user data of {size} octets")
    content = octets.take(size)
    if not has_header:
        return (gsm7.unpack(content, length) if septets else content), ()
    if not content or content[0] >= size:
        raise Malformed("the header is longer than the user data")
    end = 1 + content[0]
    header = udh.read(content[1:end])
    if not septets:
        return content[end:], header
    count = length - header_septets(end)
    if count < 0:
        raise Malformed("the header is longer than the user data")
    # The text begins at a septet's edge: up to six bits of filling come before it.
    return gsm7.unpack(content[end:], count, -end * 8 % 7), header


def write(content: Content) -> bytes:
    """TP-UDL and TP-UD."""
    header = udh.write(content.header)
    data = content.data
    if not 0 <= content.dcs <= 255:
        raise Malformed(f"no data coding scheme {content.dcs}")
    alphabet = CODINGS[content.dcs].alphabet
    if len(data) > room(alphabet, len(header)):
        raise Malformed(f"{len(data)} are too many for one message")
    if alphabet is Alphabet.GSM7:
        length = header_septets(len(header)) + len(data)
        return bytes((length,)) + header + gsm7.pack(data, -len(header) * 8 % 7)
    return bytes((len(header) + len(data),)) + header + data
