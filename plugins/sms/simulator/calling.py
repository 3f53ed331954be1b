"""Calls that come, ring and are hung up (3GPP TS 27.007 sections 6 and 7.6)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import CME, NOT_ALLOWED, Failure
from transport.plugins.sms.simulator.handler import Handlers, accept

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

RING_GAP: Final = 5.0


class Ringing:
    """A call that nobody has taken yet; `number` is None when there is none, empty when it is withheld."""

    def __init__(self, modem: "SimModem") -> None:
        self.modem = modem
        self.number: str | None = None
        self.call = 0

    def begin(self, number: str, rings: int) -> None:
        """Let it ring so many times, five seconds apart."""
        self.call += 1
        self.number = number
        self.modem.network.note("call", **{"from": number}, to=self.modem.number)
        self.ring(self.call, rings)

    def ring(self, call: int, left: int) -> None:
        """One ring."""
        if call != self.call or self.number is None:
            return
        if not left:
            self.over()
            return
        modem = self.modem
        modem.unsolicited("+CRING: VOICE" if modem.settings.ring_kind else "RING")
        if modem.settings.clip:
            kind = 145 if self.number.startswith("+") else 129
            modem.unsolicited(f'+CLIP: "{self.number}",{kind},,,,{0 if self.number else 1}')
        modem.clock.callLater(RING_GAP, self.ring, call, left - 1)

    def over(self) -> None:
        """The caller gives up, or is hung up."""
        self.number = None


def hang_up(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATH, +CHUP."""
    if call.kind is not Kind.TEST and modem.ringing.number is not None:
        modem.network.note("hung up", modem=modem.number)
        modem.ringing.over()
    return ()


def take_call(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATA."""
    if modem.ringing.number is None:
        raise Failure(CME, NOT_ALLOWED)
    modem.network.note("answered", modem=modem.number)
    modem.ringing.over()
    return ()


def dial(modem: "SimModem", call: Call) -> Sequence[str]:
    """ATD: nobody is there to talk with, so that is refused."""
    raise Failure(CME, NOT_ALLOWED)


def show_caller(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CLIP."""
    if call.kind is Kind.TEST:
        return ("+CLIP: (0,1)",)
    if call.kind is Kind.READ:
        return (f"+CLIP: {int(modem.settings.clip)},1",)
    modem.settings.clip = call.number(0, 0) == 1
    return ()


def show_kind(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CRC."""
    if call.kind is Kind.TEST:
        return ("+CRC: (0,1)",)
    if call.kind is Kind.READ:
        return (f"+CRC: {int(modem.settings.ring_kind)}",)
    modem.settings.ring_kind = call.number(0, 0) == 1
    return ()


def current(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CLCC."""
    number = modem.ringing.number
    if call.kind is Kind.TEST or number is None:
        return ()
    return (f'+CLCC: 1,1,4,0,0,"{number}",{145 if number.startswith("+") else 129}',)


COMMANDS: Final[Handlers] = {
    "H": hang_up,
    "+CHUP": hang_up,
    "A": take_call,
    "D": dial,
    "+CLIP": show_caller,
    "+CRC": show_kind,
    "+CLCC": current,
    "+CVHU": accept,
    "+CCWA": accept,
    "+COLP": accept,
}
