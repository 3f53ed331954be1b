"""What comes from the network: stored and told of, or told directly, as +CNMI wants (3GPP TS 27.005 section 3.4.1)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms import tpdu
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.simulator import text_mode
from transport.plugins.sms.simulator.memories import SM, SR, Slot
from transport.plugins.sms.simulator.on_air import OnAir, Taken
from transport.plugins.sms.tpdu import Deliver, StatusReport

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

INDICATE, DIRECT, CLASS_3_DIRECT = 1, 2, 3
REPORT_DIRECT, REPORT_STORED = 1, 2
FLASH, FOR_SIM, FOR_CLIENT = 0, 2, 3
RECEIVE: Final = 2
ACK_TIME: Final = 10.0


def take(modem: "SimModem", item: OnAir) -> Taken:
    """Take a text or a report."""
    if item.report is not None:
        return take_report(modem, item, item.report)
    mt, kind = modem.settings.texts, item.message_class
    direct = (
        (mt == DIRECT and kind != FOR_SIM)
        or (mt == CLASS_3_DIRECT and kind == FOR_CLIENT)
        or (mt != 0 and kind == FLASH and modem.profile.flash_direct)
    )
    if direct:
        return tell(modem, item, text_lines(modem, item))
    if kind == FLASH and not modem.memories.stores:
        return Taken.DONE
    return store(modem, item)


def store(modem: "SimModem", item: OnAir) -> Taken:
    """Put a text into the memory for what comes in, and say where it is."""
    memories = modem.memories
    name = SM if item.message_class == FOR_SIM and SM in memories.stores else memories.used[RECEIVE]
    place = memories.put(name, Slot(item.pdu))
    if place is None:
        if modem.profile.full_line:
            modem.unsolicited(modem.profile.full_line.format(memory=f'"{name}"'))
        return Taken.NO_ROOM
    name, index = place
    modem.network.note("stored", id=item.number, modem=modem.number, memory=name, index=index)
    if modem.settings.texts and not modem.faults.silent:
        modem.indicate(f'+CMTI: "{name}",{index}')
    if modem.profile.full_line and memories.full(name):
        modem.unsolicited(modem.profile.full_line.format(memory=f'"{name}"'))
    return Taken.DONE


def text_lines(modem: "SimModem", item: OnAir) -> Sequence[str]:
    """+CMT."""
    if modem.settings.text_mode and isinstance(item.read, Deliver):
        return text_mode.direct(modem, item.read)
    return (f"+CMT: {modem.profile.no_alpha},{length(item.pdu)}", item.pdu.hex().upper())


def length(pdu: bytes) -> int:
    """The length of a PDU without the service centre."""
    try:
        return tpdu.tpdu_length(pdu)
    except Malformed:
        return len(pdu)


def take_report(modem: "SimModem", item: OnAir, report: StatusReport) -> Taken:
    """Tell of a status report, store it, or forget it."""
    ds = modem.settings.reports
    pdu = shortened(item.pdu) if modem.profile.short_report_address else item.pdu
    if ds == REPORT_STORED and SR in modem.memories.stores:
        place = modem.memories.put(SR, Slot(pdu))
        if place is None:
            return drop(modem, item)
        if not modem.faults.silent:
            modem.indicate(f'+CDSI: "{SR}",{place[1]}')
    elif ds:
        if modem.settings.text_mode:
            return tell(modem, item, (f"+CDS: {text_mode.report_fields(report)}",))
        header = modem.profile.report_header.format(length=length(pdu))
        return tell(modem, item, (f"+CDS: {header}", pdu.hex().upper()))
    else:
        return drop(modem, item)
    return Taken.DONE


def drop(modem: "SimModem", item: OnAir) -> Taken:
    """A report that nobody wants, or that finds no room, is gone."""
    modem.network.note("report dropped", id=item.number, modem=modem.number)
    return Taken.DROPPED


def shortened(pdu: bytes) -> bytes:
    """A report whose address says that it is an octet shorter than it is."""
    place = 1 + pdu[0] + 2
    return pdu[:place] + bytes((max(pdu[place] - 2, 0),)) + pdu[place + 1 :]


def tell(modem: "SimModem", item: OnAir, lines: Sequence[str]) -> Taken:
    """Hand something on directly; with +CSMS=1 the client must acknowledge it in time."""
    if modem.settings.service == 0:
        modem.indicate(*lines)
        return Taken.DONE
    modem.unacknowledged = item
    modem.clock.callLater(ACK_TIME, missed, modem, item)
    modem.indicate(*lines)
    return Taken.WAITS


def acknowledged(modem: "SimModem", done: bool) -> None:
    """The client has it, or could not take it, in which case it comes again."""
    item, modem.unacknowledged = modem.unacknowledged, None
    if item is None:
        return
    if done:
        modem.network.delivered(modem, item)
    else:
        give_back(modem, item)
    modem.clock.callLater(0, modem.network.offer, modem.number)


def missed(modem: "SimModem", item: OnAir) -> None:
    """No +CNMA came in time: the modem stops telling directly (section 3.4.1)."""
    if modem.unacknowledged is item:
        modem.unacknowledged = None
        give_back(modem, item)
        modem.network.offer(modem.number)


def give_back(modem: "SimModem", item: OnAir) -> None:
    """Nothing is told directly any more until +CNMI is set again."""
    modem.settings.texts = modem.settings.reports = 0
    modem.network.not_acknowledged(modem, item)
