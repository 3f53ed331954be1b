"""PIN and PUK (3GPP TS 27.007 sections 7.4 and 8.3)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms.simulator import radio
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import (
    BAD_VALUE,
    CME,
    NOT_ALLOWED,
    NOT_SUPPORTED,
    PIN_WANTED,
    PUK_WANTED,
    SIM_FAILURE,
    WRONG_PIN,
    Failure,
)
from transport.plugins.sms.simulator.handler import Handlers

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

LOCKED: Final = frozenset({PIN_WANTED, PUK_WANTED, SIM_FAILURE})


def pin(modem: "SimModem", call: Call) -> Sequence[str] | None:
    """+CPIN."""
    if call.kind is Kind.TEST:
        return ()
    trouble = radio.sim_trouble(modem)
    if trouble is not None and trouble not in LOCKED:
        raise Failure(CME, trouble)
    wants = modem.sim.wants
    if wants == "BLOCKED":
        raise Failure(CME, SIM_FAILURE)
    if call.kind is Kind.READ:
        if not modem.profile.cpin_without_ok:
            return (f"+CPIN: {wants}",)
        modem.line.info((f"+CPIN: {wants}",))
        modem.idle()
        return None
    return enter(modem, call, wants)


def enter(modem: "SimModem", call: Call, wants: str) -> Sequence[str]:
    """Try what was given."""
    sim = modem.sim
    if wants == "READY":
        raise Failure(CME, NOT_ALLOWED)
    if wants == "SIM PUK":
        if not call.text(1):
            raise Failure(CME, PUK_WANTED)
        done = sim.unblock(call.text(0), call.text(1))
    else:
        done = sim.enter(call.text(0))
    modem.network.note("pin", modem=modem.number, right=done, pin_left=sim.pin_left, puk_left=sim.puk_left)
    if not done:
        raise Failure(CME, WRONG_PIN if sim.wants == wants else PUK_WANTED if sim.puk_left else SIM_FAILURE)
    radio.sim_unlocked(modem)
    return ()


def attempts(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CPINR."""
    if call.kind is Kind.TEST:
        return ()
    sim = modem.sim
    return (f"+CPINR: SIM PIN,{sim.pin_left},3", f"+CPINR: SIM PUK,{sim.puk_left},10")


def huawei_attempts(modem: "SimModem", call: Call) -> Sequence[str]:
    """^CPIN."""
    sim = modem.sim
    return (f"^CPIN: {sim.wants},{sim.puk_left},{sim.pin_left},10,3",)


def facility(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CLCK, of which the SIM's lock alone is there."""
    if call.kind is Kind.TEST:
        return ('+CLCK: ("SC")',)
    if call.text(0) != "SC":
        raise Failure(CME, NOT_SUPPORTED)
    sim = modem.sim
    if call.number(1) == 2:
        return (f"+CLCK: {int(bool(sim.pin))}",)
    modem.need_sim(CME)
    given = call.text(2)
    if not given.isdecimal():
        raise Failure(CME, BAD_VALUE)
    if sim.pin and not sim.enter(given):
        raise Failure(CME, WRONG_PIN)
    sim.pin = given if call.number(1) == 1 else ""
    sim.unlocked = True
    return ()


def change(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CPWD."""
    if call.kind is Kind.TEST:
        return ('+CPWD: ("SC",8)',)
    modem.need_sim(CME)
    if not modem.sim.pin or not modem.sim.enter(call.text(1)):
        raise Failure(CME, WRONG_PIN)
    modem.sim.pin = call.text(2)
    return ()


COMMANDS: Final[Handlers] = {
    "+CPIN": pin,
    "+CPINR": attempts,
    "^CPIN": huawei_attempts,
    "+CLCK": facility,
    "+CPWD": change,
}
