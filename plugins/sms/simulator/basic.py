"""Commands that set the line itself (ITU-T V.250), and answers' manner."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from transport.plugins.sms.simulator import charset
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import BAD_VALUE, CME, Failure
from transport.plugins.sms.simulator.handler import Handlers, accept
from transport.plugins.sms.simulator.settings import Settings

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem


def reset(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATZ, AT&F: as after a start."""
    modem.settings = Settings()
    modem.line.verbose = True
    return ()


def set_echo(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATE."""
    modem.settings.echo = call.number(0, 0) == 1
    return ()


def set_verbose(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATV."""
    modem.settings.verbose = modem.line.verbose = call.number(0, 0) == 1
    return ()


def set_quiet(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATQ."""
    modem.settings.quiet = call.number(0, 0) == 1
    return ()


def register(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATS: registers are read as zero."""
    return ("000",) if call.text(1) == "?" else ()


def errors(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CMEE."""
    if call.kind is Kind.TEST:
        return ("+CMEE: (0,1,2)",)
    if call.kind is Kind.READ:
        return (f"+CMEE: {modem.settings.errors}",)
    level = call.number(0, 0)
    if level > 2:
        raise Failure(CME, BAD_VALUE)
    modem.settings.errors = level
    return ()


def character_set(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CSCS."""
    if call.kind is Kind.TEST:
        return ("+CSCS: ({})".format(",".join(f'"{name}"' for name in charset.ALL)),)
    if call.kind is Kind.READ:
        return (f'+CSCS: "{modem.settings.charset}"',)
    name = call.text(0).upper()
    # A client that has set UCS2 may name the next one in UCS2.
    name = name if name in charset.ALL else charset.decode(name, charset.UCS2).upper()
    if name not in charset.ALL:
        raise Failure(CME, BAD_VALUE)
    modem.settings.charset = name
    return ()


def clock(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CCLK."""
    if call.kind is Kind.READ:
        return (f'+CCLK: "{time_text(modem.network.now())}"',)
    return ()


def time_text(when: datetime) -> str:
    """A time as 3GPP TS 27.005 writes it, with a zone in quarters of an hour."""
    return f"{when:%y/%m/%d,%H:%M:%S}+00"


def battery(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CBC."""
    return () if call.kind is Kind.TEST else ("+CBC: 0,80",)


def reply_only(text: str) -> Handlers:
    """A command that answers its test with a text and takes everything."""
    name = text.partition(":")[0]
    return {name: lambda modem, call: (text,) if call.kind is Kind.TEST else ()}


COMMANDS: Final[Handlers] = {
    "E": set_echo,
    "V": set_verbose,
    "Q": set_quiet,
    "Z": reset,
    "&F": reset,
    "S": register,
    **dict.fromkeys(("X", "L", "M", "T", "P", "&C", "&D", "&K", "&S", "&W", "\\Q", "O"), accept),
    "+CMEE": errors,
    "+CSCS": character_set,
    "+CCLK": clock,
    "+CBC": battery,
    "+CTZU": accept,
    "+CTZR": accept,
    **reply_only("+IFC: (0-2),(0-2)"),
    **reply_only("+IPR: (),(9600,19200,38400,57600,115200)"),
    **reply_only("+FCLASS: (0)"),
    "+ICF": accept,
    "^CURC": accept,
    "^CMGSEX": accept,
}
