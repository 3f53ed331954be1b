"""Codes that the network answers, such as `*100#` for the balance (+CUSD, 3GPP TS 27.007 section 7.15)."""

import re
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from transport.api import Refused
from transport.plugins.sms.codec.gsm7 import pack_ussd
from transport.plugins.sms.line.answers import Cusd
from transport.plugins.sms.line.dialogue import NoAnswer, TimedOut, Unplugged
from transport.plugins.sms.modem.device import CommandFailed, Device
from transport.plugins.sms.modem.ussd_text import ussd_text
from transport.plugins.sms.states import UssdAnswer

# A line of a command: nothing that could end it, or its quotes.
CODE = re.compile(r"[0-9A-Za-z*#+ .,:?!-]{1,160}")
TIMEOUT = 60.0
# +CUSD's first value.
MORE, BY_NETWORK, ELSEWHERE, UNSUPPORTED, NO_ANSWER = 1, 2, 3, 4, 5


def check(code: str) -> str:
    """The code, if it can be sent."""
    if not CODE.fullmatch(code):
        raise Refused("bad-request", "A code has digits, letters, *, # and + only: {code}", code=code[:160])
    return code


def late() -> Refused:
    """The network says nothing."""
    return Refused("remote-server-timeout", "The network has not answered the code.")


def gone() -> Refused:
    """The modem is away."""
    return Refused("recipient-unavailable", "The modem is gone; nothing came back.")


class Ussd:
    """One dialogue at a time; `open` while the network waits for an answer."""

    def __init__(self, clock: IReactorTime, device: Device) -> None:
        self.clock = clock
        self.device = device
        self.answer: Deferred[UssdAnswer] | None = None
        self.timer: Any = None
        self.open = False

    async def ask(self, code: str) -> UssdAnswer:
        """Ask, or answer what the network asked."""
        if self.answer is not None:
            raise Refused("resource-constraint", "The modem is busy with another code; try again in a minute.")
        answer: Deferred[UssdAnswer] = Deferred()
        self.answer = answer
        # The answer may come before the OK, and even that may be missing.
        self.timer = self.clock.callLater(TIMEOUT, self.expired)
        Deferred.fromCoroutine(self.send(code)).addErrback(self.unsent)
        return await answer

    async def send(self, code: str) -> None:
        """Give the modem the command."""
        try:
            await self.give(code)
        except TimedOut:
            raise late() from None
        except Unplugged:
            raise gone() from None
        except CommandFailed as error:
            raise Refused(
                "service-unavailable", "The modem or the network refused the code ({fault}).", fault=str(error)
            ) from None

    async def give(self, code: str) -> None:
        """As letters; where only packed septets are taken, as those."""
        try:
            await self.device.ask(f'AT+CUSD=1,"{code}",15', within=TIMEOUT)
        except CommandFailed:
            if not self.device.packs_codes:
                raise
            await self.device.ask(f'AT+CUSD=1,"{pack_ussd(code).hex().upper()}",15', within=TIMEOUT)

    def heard(self, said: Cusd) -> None:
        """A +CUSD came."""
        self.open = said.m == MORE
        text = ussd_text(said.text, said.dcs)
        if said.m == UNSUPPORTED:
            self.failed(Refused("service-unavailable", "The network does not know such codes."))
        elif said.m == NO_ANSWER:
            self.failed(late())
        elif said.m in (BY_NETWORK, ELSEWHERE) and not text:
            self.failed(Refused("service-unavailable", "The network ended the dialogue."))
        else:
            answer = self.settle()
            if answer is not None:
                answer.callback(UssdAnswer(text, self.open))

    async def end(self) -> None:
        """Leave the dialogue, if there is one."""
        was_open, self.open = self.open, False
        if was_open or self.answer is not None:
            self.failed(Refused("service-unavailable", "The dialogue was ended."))
            await self.device.attempt("AT+CUSD=2")

    def expired(self) -> None:
        """Nothing came in time; the network is told so too, or the next code would be its answer."""
        self.timer = None
        self.failed(late())
        Deferred.fromCoroutine(self.device.attempt("AT+CUSD=2")).addErrback(lambda failure: failure.trap(NoAnswer))

    def close(self) -> None:
        """The modem is gone."""
        self.open = False
        self.failed(gone())

    def unsent(self, failure: Failure) -> None:
        """The command was not taken."""
        self.failed(failure.value or late())

    def failed(self, reason: BaseException) -> None:
        """The question comes to nothing."""
        answer = self.settle()
        if answer is not None:
            answer.errback(reason)

    def settle(self) -> Deferred[UssdAnswer] | None:
        """Nobody waits any more."""
        answer, self.answer = self.answer, None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        return answer
