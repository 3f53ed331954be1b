"""Who the modem and its SIM are (3GPP TS 27.007 section 5, 7.1)."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms.simulator import charset
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import BAD_VALUE, CME, Failure
from transport.plugins.sms.simulator.handler import Handler, Handlers

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

TYPE_ALLOCATION: Final = "49015420"
ABILITIES: Final = "+GCAP: +CGSM,+DS,+ES"


def imei(modem: "SimModem") -> str:
    """Its 15 digits, made of its number, of which the last one checks the others (3GPP TS 23.003 section 6.2.1)."""
    serial = int("".join(filter(str.isdecimal, modem.number)) or "0") % 10**6
    digits = f"{TYPE_ALLOCATION}{serial:06}"
    total = sum(sum(divmod(int(digit) * (1 + at % 2), 10)) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def plain(value: Callable[["SimModem"], str]) -> Handler:
    """A command that says one thing and has nothing to set."""

    def say(modem: "SimModem", call: Call) -> Sequence[str]:
        if call.kind is Kind.SET:
            raise Failure(CME, BAD_VALUE)
        return () if call.kind is Kind.TEST else (value(modem),)

    return say


def of_sim(value: Callable[["SimModem"], str]) -> Handler:
    """One that needs the SIM."""

    def say(modem: "SimModem", call: Call) -> Sequence[str]:
        if call.kind is Kind.TEST:
            return ()
        modem.need_sim(CME)
        return (value(modem),)

    return say


def information(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATI."""
    profile = modem.profile
    return (
        f"Manufacturer: {profile.maker}",
        f"Model: {profile.model}",
        f"Revision: {profile.revision}",
        f"IMEI: {imei(modem)}",
        ABILITIES,
    )


def own_number(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CNUM."""
    if call.kind is Kind.TEST:
        return ()
    modem.need_sim(CME)
    return (f'+CNUM: "","{modem.number}",{145 if modem.number.startswith("+") else 129}',)


def phone_book(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CPBS: an empty book in the SIM."""
    if call.kind is Kind.TEST:
        return ('+CPBS: ("SM","ON")',)
    return ('+CPBS: "SM",0,250',) if call.kind is Kind.READ else ()


def phone_book_entries(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CPBR, +CPBF: nobody is in it."""
    modem.need_sim(CME)
    return (f"{call.name}: (1-250),40,14",) if call.kind is Kind.TEST else ()


def service_centre(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CSCA."""
    modem.need_sim()
    if call.kind is Kind.TEST:
        return ()
    used = modem.settings.charset
    if call.kind is Kind.READ:
        number = modem.sim.smsc
        shown = charset.encode(number, used) if modem.profile.smsc_in_charset and used == charset.UCS2 else number
        return (f'+CSCA: "{shown}",{145 if number.startswith("+") else 129}',)
    number = charset.decode(call.text(0), used) if used == charset.UCS2 else call.text(0)
    if call.number(1, 129) == 145 and not number.startswith("+"):
        number = f"+{number}"
    modem.sim.smsc = number
    return ()


COMMANDS: Final[Handlers] = {
    **{name: plain(lambda modem: modem.profile.maker) for name in ("+CGMI", "+GMI")},
    **{name: plain(lambda modem: modem.profile.model) for name in ("+CGMM", "+GMM")},
    **{name: plain(lambda modem: modem.profile.revision) for name in ("+CGMR", "+GMR")},
    **{name: plain(imei) for name in ("+CGSN", "+GSN")},
    "+GCAP": plain(lambda modem: ABILITIES),
    "I": information,
    "+CIMI": of_sim(lambda modem: modem.sim.imsi),
    "+CCID": of_sim(lambda modem: f'+CCID: "{modem.sim.iccid}"'),
    "^ICCID": of_sim(lambda modem: f"^ICCID: {modem.sim.iccid}"),
    "+ICCID": of_sim(lambda modem: f"+ICCID: {modem.sim.iccid}"),
    "+CNUM": own_number,
    "+CPBS": phone_book,
    "+CPBR": phone_book_entries,
    "+CPBF": phone_book_entries,
    "+CSCA": service_centre,
}
