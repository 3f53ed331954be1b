"""A modem from the opening of its port to the closing: who hears what it says."""

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from transport.plugins.sms.line.answers import parse_clip, parse_cusd, parse_registration
from transport.plugins.sms.line.at import Engine, Unsolicited
from transport.plugins.sms.line.dialogue import Dialogue, NoAnswer
from transport.plugins.sms.line.messages import parse_place
from transport.plugins.sms.line.unsolicited import prefix
from transport.plugins.sms.modem.calls import Calls
from transport.plugins.sms.modem.device import Device
from transport.plugins.sms.modem.receiving import Receiver
from transport.plugins.sms.modem.service import REGISTRATIONS, Registration
from transport.plugins.sms.modem.taken import Taken
from transport.plugins.sms.modem.ussd import Ussd
from transport.plugins.sms.states import ModemNews, ModemSettings

# A modem says these after it was reset, some of them also later.
REBORN = frozenset({"RDY", "SMS Ready", "SMS READY", "+CPIN: READY", "MODEM:STARTUP"})
# Some Huawei modems say this every few seconds.
BOOT = "^BOOT"


class Owner(Protocol):
    """Whose modem it is (`modem.Modem`)."""

    settings: ModemSettings
    news: ModemNews
    taken: Taken

    def sim(self) -> str:
        """What tells its SIM from others."""

    def registration_changed(self) -> None:
        """It has found a network, or lost it."""

    def reborn(self, surely: bool) -> None:
        """It has been reset, surely or perhaps."""

    def dead(self) -> None:
        """It does not answer any more."""


class Opening:
    """`started` once the modem has been brought to work; `starting` while it is."""

    def __init__(self, owner: Owner, clock: IReactorTime, write: Callable[[bytes], None], log: Logger) -> None:
        self.owner = owner
        self.log = log
        self.dialogue = Dialogue(Engine(), clock, write, self.heard, self.died, log)
        self.device = Device(self.dialogue, clock)
        self.receiver = Receiver(self.device, owner.news, owner.settings.name, owner.sim, owner.taken, log)
        self.ussd = Ussd(clock, self.device)
        self.calls = Calls(clock, self.called)
        self.registration = Registration()
        self.starting = False
        self.started = False
        self.closed = False

    @property
    def is_busy(self) -> bool:
        """Whether a command waits for its answer."""
        return self.dialogue.job is not None or bool(self.dialogue.queue)

    def close(self) -> None:
        """The port is closed: whoever waits is told."""
        if self.closed:
            return
        self.closed = True
        self.started = False
        self.dialogue.close()
        self.receiver.close()
        self.ussd.close()
        self.calls.close()

    def died(self) -> None:
        """The dialogue came to nothing."""
        if not self.closed:
            self.owner.dead()

    def heard(self, said: Unsolicited) -> None:
        """The modem says something by itself."""
        line = said.line
        name = prefix(line)
        if name in ("+CMTI", "+CDSI"):
            self.stored(line)
        elif name in ("+CMT", "+CDS") and said.second is not None:
            self.receiver.given(said.second)
        elif name in REGISTRATIONS:
            self.registered(name, line)
        elif name == "+CUSD":
            answer = parse_cusd(line)
            if answer is not None:
                self.ussd.heard(answer)
        elif name == "+CLIP":
            self.calls.caller(parse_clip(line) or "")
            self.turn_away()
        elif line == "RING" or name == "+CRING":
            self.calls.ring()
            if self.calls.rings > 1:
                # Who calls would have been said before.
                self.turn_away()
        elif name == "^SMMEMFULL":
            self.drain()
        elif line in REBORN or name in (BOOT, "+CPIN"):
            self.owner.reborn(name != BOOT)
        else:
            # Never all of it: what comes too late for its command may be somebody's text.
            self.log.debug("{modem} says {name}", modem=self.owner.settings.name, name=name or "something")

    def stored(self, line: str) -> None:
        """A message is in a memory; where the modem does not say it, in any of them."""
        place = parse_place(line)
        if place.index is None or place.memory not in self.device.reads:
            self.drain()
        else:
            self.receiver.indicated(place.memory, place.index)

    def registered(self, name: str, line: str) -> None:
        """Another state of registration."""
        state = parse_registration((line,), name)
        if state is not None:
            self.registration.heard(name, state)
            self.owner.registration_changed()

    def drain(self) -> None:
        """Take all there is, once the modem is known well enough."""
        if self.started:
            self.receiver.sweep()

    def turn_away(self) -> None:
        """Hang up, where that is wanted."""
        if self.owner.settings.hang_up and not self.calls.hung_up:
            self.calls.hung_up = True
            Deferred.fromCoroutine(self.hang_up()).addErrback(lambda failure: failure.trap(NoAnswer))

    async def hang_up(self) -> None:
        """End a call, one way or the other."""
        if await self.device.attempt("AT+CHUP") is None:
            await self.device.attempt("ATH")

    def called(self, number: str) -> None:
        """A call is over."""
        try:
            self.owner.news.called(self.owner.settings.name, number)
        except Exception:
            self.log.failure("A call could not be told")
