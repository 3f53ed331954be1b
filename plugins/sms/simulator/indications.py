"""How messages are told of: +CNMI, +CNMA, +CSMS, +CMGF, +CSMP (3GPP TS 27.005 sections 3.2, 3.3, 3.4)."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms.simulator import arriving
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import (
    BAD_VALUE,
    CME,
    CMS,
    CMS_NO_ACK_EXPECTED,
    CMS_NOT_ALLOWED,
    CMS_NOT_SUPPORTED,
    Failure,
)
from transport.plugins.sms.simulator.handler import Handlers, accept

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

GROUP: Final = re.compile(r"\(([^()]*)\)")


def allowed(ranges: str) -> list[set[int]]:
    """The values that a test answer like `(0-2),(0,3)` offers."""
    found = []
    for group in GROUP.findall(ranges):
        values: set[int] = set()
        for piece in group.split(","):
            first, _, last = piece.partition("-")
            values |= set(range(int(first), int(last or first) + 1))
        found.append(values)
    return found


def new_messages(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CNMI: mode, mt, bm, ds, bfr; what is left out is zero."""
    settings = modem.settings
    if call.kind is Kind.TEST:
        return (f"+CNMI: {modem.profile.cnmi}",)
    if call.kind is Kind.READ:
        now = (settings.mode, settings.texts, settings.broadcasts, settings.reports, settings.buffer)
        return ("+CNMI: " + ",".join(map(str, now)),)
    values = [call.number(place, 0) for place in range(5)]
    if len(call.values) > 5 or any(
        value not in offered for value, offered in zip(values, allowed(modem.profile.cnmi), strict=True)
    ):
        raise Failure(CMS, CMS_NOT_SUPPORTED)
    settings.mode, settings.texts, settings.broadcasts, settings.reports, settings.buffer = values
    if settings.mode:
        held = list(settings.held)
        settings.held.clear()
        if settings.buffer == 0:
            for line in held:
                modem.unsolicited(line)
    # What could not be told of before may be now.
    modem.clock.callLater(0, modem.network.offer, modem.number)
    return ()


def acknowledge(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CNMA; 2 says that the client could not take it."""
    if call.kind is Kind.TEST:
        return ("+CNMA: (0-2)",)
    if modem.unacknowledged is None:
        raise Failure(CMS, CMS_NO_ACK_EXPECTED if modem.settings.service == 1 else CMS_NOT_ALLOWED)
    arriving.acknowledged(modem, call.number(0, 0) != 2)
    return ()


def service(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CSMS: 1 wants +CNMA for what is not stored."""
    if call.kind is Kind.TEST:
        return ("+CSMS: (0,1)",)
    if call.kind is Kind.READ:
        return (f"+CSMS: {modem.settings.service},1,1,1",)
    wanted = call.number(0, 0)
    if wanted > 1:
        raise Failure(CMS, CMS_NOT_SUPPORTED)
    modem.settings.service = wanted
    return ("+CSMS: 1,1,1",)


def message_format(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CMGF."""
    if call.kind is Kind.TEST:
        return ("+CMGF: (0,1)",)
    if call.kind is Kind.READ:
        return (f"+CMGF: {int(modem.settings.text_mode)}",)
    wanted = call.number(0, 0)
    if wanted > 1:
        raise Failure(CME, BAD_VALUE)
    modem.settings.text_mode = wanted == 1
    return ()


def parameters(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CSMP: first octet, validity, protocol, coding of text mode."""
    settings = modem.settings
    if call.kind is Kind.TEST:
        return ("+CSMP: (0-255),(0-255),(0-255),(0-255)",)
    if call.kind is Kind.READ:
        return (f"+CSMP: {settings.first_octet},{settings.validity},{settings.protocol},{settings.coding}",)
    settings.first_octet = call.number(0, settings.first_octet)
    if call.text(1).isdecimal():
        settings.validity = call.number(1)
    settings.protocol = call.number(2, settings.protocol)
    settings.coding = call.number(3, settings.coding)
    return ()


def show_parameters(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CSDH."""
    if call.kind is Kind.READ:
        return (f"+CSDH: {int(modem.settings.show_header)}",)
    modem.settings.show_header = call.kind is Kind.SET and call.number(0, 0) == 1
    return ()


COMMANDS: Final[Handlers] = {
    "+CNMI": new_messages,
    "+CNMA": acknowledge,
    "+CSMS": service,
    "+CMGF": message_format,
    "+CSMP": parameters,
    "+CSDH": show_parameters,
    "+CSAS": accept,
    "+CRES": accept,
    "+CGSMS": accept,
}
