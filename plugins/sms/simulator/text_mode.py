"""Messages as text mode writes them, as far as clients use it (3GPP TS 27.005 sections 3 and 4)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms import tpdu
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.simulator import charset
from transport.plugins.sms.simulator.basic import time_text
from transport.plugins.sms.simulator.failure import CMS, CMS_BAD_TEXT, Failure
from transport.plugins.sms.simulator.memories import Slot, Status
from transport.plugins.sms.tpdu import Alphabet, Deliver, Number, StatusReport, Submit

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

STATES: Final = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")
REPORT: Final = 0x20
UCS2_CODING: Final = 8


def stored(modem: "SimModem", slot: Slot) -> tuple[str, str]:
    """The fields after the index or state, and the text, of a stored message."""
    read = decoded(slot)
    if isinstance(read, StatusReport):
        return report_fields(read), ""
    if isinstance(read, Deliver):
        return f'{number_field(modem, read.originator)},,"{when(modem, read)}"', text_of(modem, read)
    return f"{number_field(modem, read.to)},,", text_of(modem, read)


def decoded(slot: Slot) -> tpdu.Pdu:
    """What a stored PDU is."""
    try:
        return tpdu.decode(slot.pdu, "out" if slot.status in (Status.UNSENT, Status.SENT) else "in")
    except Malformed:
        raise Failure(CMS, CMS_BAD_TEXT) from None


def number_field(modem: "SimModem", number: Number) -> str:
    """A number in quotes."""
    text = str(number)
    return f'"{charset.encode(text, charset.UCS2) if modem.settings.charset == charset.UCS2 else text}"'


def when(modem: "SimModem", read: Deliver) -> str:
    """The time stamp."""
    return time_text(read.timestamp or modem.network.now())


def text_of(modem: "SimModem", read: Deliver | Submit) -> str:
    """The text as it is written; what is no text is written in hexadecimal."""
    if read.alphabet is Alphabet.GSM7:
        return charset.encode(read.text, modem.settings.charset)
    return read.data.hex().upper()


def report_fields(report: StatusReport) -> str:
    """A status report's fields."""
    number = report.recipient
    sent, done = (time_text(each) if each else "" for each in (report.timestamp, report.discharge))
    return f'6,{report.reference},"{number}",{145 if number.ton == 1 else 129},"{sent}","{done}",{report.status}'


def direct(modem: "SimModem", read: Deliver) -> Sequence[str]:
    """+CMT."""
    return (f'+CMT: {number_field(modem, read.originator)},,"{when(modem, read)}"', text_of(modem, read))


def submits(modem: "SimModem", number: str, kind: int, data: bytes) -> list[Submit]:
    """What a text typed after the prompt becomes, by +CSCS and +CSMP."""
    settings = modem.settings
    typed = data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    text = charset.decode(typed, settings.charset)
    digits = charset.decode(number, charset.UCS2) if settings.charset == charset.UCS2 else number
    if kind == 145 and not digits.startswith("+"):
        digits = f"+{digits}"
    try:
        parts = tpdu.segments(text, digits, report=bool(settings.first_octet & REPORT), max_parts=1)
        if settings.coding == UCS2_CODING and settings.charset != charset.UCS2:
            # The text is then given in hexadecimal whatever +CSCS says.
            parts[0].dcs, parts[0].data = UCS2_CODING, bytes.fromhex(typed)
    except ValueError:
        raise Failure(CMS, CMS_BAD_TEXT) from None
    return parts
