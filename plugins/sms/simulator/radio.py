"""Power, SIM and network: what the modem can reach (3GPP TS 27.007 sections 7.2, 7.3, 8.2, 8.5)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms.simulator import charset
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import (
    BAD_VALUE,
    CME,
    NO_SIM,
    PIN_WANTED,
    PLEASE_WAIT,
    PUK_WANTED,
    SIM_BUSY,
    SIM_FAILURE,
    Failure,
)
from transport.plugins.sms.simulator.handler import Handlers, accept
from transport.plugins.sms.simulator.memories import Memories
from transport.plugins.sms.simulator.settings import Settings

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

REGISTERED: Final = frozenset({1, 5, 6, 7})
CELL: Final = '"00C3","0000A1B2"'
WANTS: Final = {"SIM PIN": PIN_WANTED, "SIM PUK": PUK_WANTED, "BLOCKED": SIM_FAILURE}
FUNCTIONS: Final = frozenset({0, 1, 4, 5, 6, 7})
NUMERIC: Final = "24008"


def sim_trouble(modem: "SimModem") -> int | None:
    """The +CME ERROR of what needs the SIM; None when it can be used."""
    if modem.waits:
        modem.waits -= 1
        return PLEASE_WAIT
    if not modem.sim.present:
        return NO_SIM
    if modem.clock.seconds() < modem.faults.sim_busy_until:
        return SIM_BUSY
    return WANTS.get(modem.sim.wants)


def registration(modem: "SimModem") -> int:
    """What +CREG says."""
    if modem.function != 1 or not modem.sim.present or modem.sim.wants != "READY":
        return 0
    return modem.registration


def changed(modem: "SimModem") -> None:
    """Tell what has changed of the registration, and take what waited for it."""
    now = registration(modem)
    if now != modem.told_registration:
        modem.told_registration = now
        for name, level in modem.settings.registration.items():
            if level:
                cell = f",{CELL}" if level > 1 and now in REGISTERED else ""
                modem.unsolicited(f"{name}: {now}{cell}")
    modem.network.offer(modem.number)


def register(modem: "SimModem", state: int) -> None:
    """The network takes the modem (1, roaming 5), denies it (3), or is not there (0, 2)."""
    modem.registration = state
    changed(modem)


def sim_unlocked(modem: "SimModem") -> None:
    """The SIM can be used from now on, or when it is ready."""
    busy = modem.faults.busy_after_pin
    modem.faults.sim_busy_until = modem.clock.seconds() + busy
    modem.later(busy, sim_ready, modem)


def sim_ready(modem: "SimModem") -> None:
    """The SIM has been read."""
    modem.unsolicited(*[line for line in modem.profile.boot_lines if "SMS" in line])
    changed(modem)


def restart(modem: "SimModem", silence: float | None = None) -> None:
    """The modem starts again."""
    power_lost(modem)
    modem.booting = True
    modem.later(modem.pace.boot if silence is None else silence, started, modem)


def power_lost(modem: "SimModem") -> None:
    """All settings are lost, and what it was doing."""
    modem.life += 1
    modem.ringing.over()
    modem.settings = Settings()
    modem.line.verbose = True
    modem.line.clear()
    modem.memories.used = Memories.of(modem.profile.sizes).used
    modem.prompt = None
    modem.chain.clear()
    modem.held.clear()
    modem.forget_heard(len(modem.heard))
    modem.busy = False
    modem.function = 1
    modem.ussd_menu = None
    modem.sim.unlocked = False
    modem.told_registration = registration(modem)
    item, modem.unacknowledged = modem.unacknowledged, None
    if item is not None:
        modem.network.not_acknowledged(modem, item)


def started(modem: "SimModem") -> None:
    """It is there again."""
    modem.booting = False
    for line in modem.profile.boot_lines:
        if "SMS" not in line and not line.startswith("+CPIN"):
            modem.unsolicited(line)
        elif modem.sim.present and (modem.sim.wants == "READY" or line.startswith("+CPIN")):
            modem.unsolicited(line.replace("READY", modem.sim.wants) if line.startswith("+CPIN") else line)
    changed(modem)


def function(modem: "SimModem", call: Call) -> Sequence[str] | None:
    """+CFUN."""
    if call.kind is Kind.TEST:
        return (f"+CFUN: {modem.profile.cfun}",)
    if call.kind is not Kind.SET:
        return (f"+CFUN: {modem.function}",)
    wanted = call.number(0)
    if wanted not in FUNCTIONS:
        raise Failure(CME, BAD_VALUE)
    if call.number(1, 0) == 1:
        modem.finish()
        restart(modem)
        return None
    if wanted == 1 and modem.function != 1:
        modem.waits = modem.profile.please_wait
    modem.function = wanted
    changed(modem)
    return ()


def registration_report(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CREG, +CGREG, +CEREG."""
    levels = modem.settings.registration
    if call.kind is Kind.TEST:
        return (f"{call.name}: (0-2)",)
    if call.kind is Kind.READ:
        level, state = levels.get(call.name, 0), registration(modem)
        cell = f",{CELL}" if level > 1 and state in REGISTERED else ""
        return (f"{call.name}: {level},{state}{cell}",)
    level = call.number(0, 0)
    if level > 2:
        raise Failure(CME, BAD_VALUE)
    levels[call.name] = level
    return ()


def operator(modem: "SimModem", call: Call) -> Sequence[str] | None:
    """+COPS."""
    settings = modem.settings
    name = charset.encode(modem.network.operator, settings.charset)
    if call.kind is Kind.TEST:
        found = f'+COPS: (2,"{name}","{name}","{NUMERIC}",2),,(0,1,2,3,4),(0,1,2)'
        modem.later(modem.pace.scan, modem.answer, (found,))
        return None
    if call.kind is Kind.READ:
        if registration(modem) not in REGISTERED:
            return ("+COPS: 0",)
        shown = NUMERIC if settings.operator_format == 2 else name
        return (f'+COPS: 0,{settings.operator_format},"{shown}",2',)
    mode = call.number(0, 0)
    if mode == 3:
        settings.operator_format = call.number(1, 0)
    elif mode == 2:
        register(modem, 0)
    elif registration(modem) == 0 and mode in (0, 1, 4):
        register(modem, 1)
    return ()


def signal_quality(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CSQ."""
    return ("+CSQ: (0-31,99),(0-7,99)",) if call.kind is Kind.TEST else (f"+CSQ: {modem.signal},99",)


def attached(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CGATT."""
    if call.kind is Kind.READ:
        return (f"+CGATT: {int(registration(modem) in REGISTERED)}",)
    return ("+CGATT: (0,1)",) if call.kind is Kind.TEST else ()


def activity(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CPAS."""
    return ("+CPAS: (0-5)",) if call.kind is Kind.TEST else (f"+CPAS: {3 if modem.ringing.number is not None else 0}",)


COMMANDS: Final[Handlers] = {
    "+CFUN": function,
    "+CREG": registration_report,
    "+CGREG": registration_report,
    "+CEREG": registration_report,
    "+COPS": operator,
    "+CSQ": signal_quality,
    "+CGATT": attached,
    "+CPAS": activity,
    "+CSCB": accept,
}
