"""A modem on a serial port or behind a TCP server, as outbox, commands and routing see it."""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from transport.api import Refused
from transport.plugins.sms.line.dialogue import NoAnswer
from transport.plugins.sms.line.finals import Final
from transport.plugins.sms.line.port import Connector, Port
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.modem import sending
from transport.plugins.sms.modem.keeper import Keeper
from transport.plugins.sms.modem.opening import Opening
from transport.plugins.sms.modem.pins import IPins
from transport.plugins.sms.modem.ussd import check
from transport.plugins.sms.states import Health, ModemNews, ModemSettings, ModemState, NotSubmitted, UssdAnswer

T = TypeVar("T")
RAW_TIMEOUT = 30.0


class Modem:
    """Implements `states.IsModem`; tells `news` what happens.

    `endpoint(host, port)` makes a client endpoint for `tcp:` devices, `make_port` is called as `port.Port` is.
    """

    def __init__(
        self,
        settings: ModemSettings,
        reactor: Any,
        endpoint: Connector,
        news: ModemNews,
        random: Random,
        pins: IPins,
        *,
        log: Logger | None = None,
        make_port: Callable[..., Port] = Port,
    ) -> None:
        self.settings = settings
        self.stopping = False
        self.keeper = Keeper(settings, reactor, endpoint, news, random, pins, log or Logger(), make_port)

    @property
    def health(self) -> Health:
        """How it is now."""
        return self.keeper.health

    def start(self) -> None:
        """Open the port, and keep it open."""
        self.stopping = False
        self.keeper.start()

    def stop(self) -> Deferred[None]:
        """Close it; a command in flight is awaited for a short time."""
        self.stopping = True
        return Deferred.fromCoroutine(self.keeper.stop())

    def pause(self, paused: bool) -> None:
        """Do not send, or send again; receiving goes on."""
        self.keeper.facts.paused = paused
        self.keeper.refresh()

    def submit(self, pdu: bytes, more: bool) -> Deferred[int]:
        """Send one TPDU: its message reference, -1 if the modem has it but named none."""
        return Deferred.fromCoroutine(self.send(pdu, more))

    async def send(self, pdu: bytes, more: bool) -> int:
        """As `submit`; what a refusal says of the modem is heeded."""
        opening = self.keeper.opening
        if opening is None or self.stopping or self.health.state is not ModemState.READY:
            raise NotSubmitted(f"the modem is {self.health.state.value}")
        try:
            return await sending.submit(opening.device, pdu, more)
        except NotSubmitted as error:
            if error.fault is not None:
                self.keeper.chores.begin(sending.remedy(opening.device, error.fault, self.settings.smsc))
                self.keeper.refused(opening, error.fault)
            raise

    def caught_up(self) -> Deferred[None]:
        """Fires when few announced messages are left to read, so that a memory for reports does not fill."""
        opening = self.keeper.opening
        return succeed(None) if opening is None else opening.receiver.caught_up()

    def ussd(self, code: str) -> Deferred[UssdAnswer]:
        """Ask the network something, or answer what it asked; Refused when it says no or nothing."""
        return politely(self.ask_network(code))

    async def ask_network(self, code: str) -> UssdAnswer:
        """As `ussd`."""
        checked = check(code)
        return await self.working().ussd.ask(checked)

    def end_ussd(self) -> Deferred[None]:
        """Leave a USSD dialogue."""
        return politely(self.leave_network())

    async def leave_network(self) -> None:
        """As `end_ussd`."""
        if self.keeper.opening is not None:
            await self.keeper.opening.ussd.end()

    def unlock(self, pin: str, puk: str = "") -> Deferred[None]:
        """Give a PIN (with `puk`, as the new PIN); Refused when the SIM refuses it."""
        return politely(self.open_card(pin, puk))

    async def open_card(self, pin: str, puk: str) -> None:
        """As `unlock`; the modem is started afterwards."""
        opening = self.opened()
        if opening.starting:
            raise self.away()
        await self.keeper.card.unlock(opening.device, pin, puk)
        self.keeper.begin(opening)

    def drain(self) -> Deferred[int]:
        """Read and delete all that the modem has stored: how many there were."""
        return politely(self.read_all())

    async def read_all(self) -> int:
        """As `drain`."""
        return await self.working().receiver.drain()

    def reset(self) -> Deferred[None]:
        """Close the port, open it and start afresh."""
        return politely(self.reopen())

    async def reopen(self) -> None:
        """As `reset`."""
        self.opened()
        self.keeper.reset()

    def raw(self, line: str) -> Deferred[str]:
        """One command as it is, and all lines of its answer."""
        return politely(self.command(line))

    async def command(self, line: str) -> str:
        """As `raw`."""
        if not self.settings.raw:
            raise Refused("not-allowed", "The configuration does not allow commands as they are.")
        opening = self.opened()
        answer = await opening.dialogue.command(line, timeout=RAW_TIMEOUT)
        # It may have selected another memory.
        opening.device.current = ""
        return "\n".join((*answer.lines, words(answer.final)))

    def opened(self) -> Opening:
        """The open port; Refused when there is none."""
        if self.keeper.opening is None:
            raise self.away()
        return self.keeper.opening

    def working(self) -> Opening:
        """The open port of a modem that has been started; Refused when there is none."""
        opening = self.opened()
        if not opening.started:
            raise self.away()
        return opening

    def away(self) -> Refused:
        """Nothing can be asked of the modem now, and why."""
        why = self.health.why
        if why is None:
            return Refused("recipient-unavailable", "The modem is busy; try again in a minute.")
        return Refused("recipient-unavailable", why.template, **why.params)


def politely(asked: Coroutine[Any, Any, T]) -> Deferred[T]:
    """Something that a person asked for, with every refusal in words."""
    return Deferred.fromCoroutine(refusing(asked))


async def refusing(asked: Coroutine[Any, Any, T]) -> T:
    """As `politely`."""
    try:
        return await asked
    except NoAnswer:
        raise Refused("remote-server-timeout", "The modem has not answered.") from None
    except Malformed:
        raise Refused("bad-request", "A modem cannot be told that: one line of ASCII characters only.") from None


def words(final: Final) -> str:
    """The end of an answer, as the modem wrote it."""
    if final.kind in ("CMS", "CME"):
        return f"+{final.kind} ERROR: {final.text or final.code}"
    return final.text or final.kind
