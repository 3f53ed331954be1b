"""Times in which a modem that is there must not be given texts, and what is done to mend it."""

from collections.abc import Callable
from typing import TypeVar

from twisted.internet.defer import Deferred

from transport.api import IHubHost
from transport.plugins.sms.outgoing.faults import Cure, FaultClass
from transport.plugins.sms.states import IsModem, ModemState

T = TypeVar("T")
CURE_TIMEOUT = 120.0
TROUBLES = 3
RESET_GAP = 600.0
BACK_OFF = (60.0, 300.0, 900.0)
# Classes that speak of the modem rather than of the text.
MODEMS_OWN = frozenset({FaultClass.MODEM, FaultClass.VENDOR, FaultClass.MOBILE})


class Hold:
    """What is wrong with one modem, as far as its answers tell; `over` is called when a pause ends."""

    def __init__(self, modem: IsModem, host: IHubHost, over: Callable[[], None]) -> None:
        self.modem = modem
        self.host = host
        self.over = over
        self.until = 0.0
        # Errors since a text went out, the numbers that had them, and the pauses made for them.
        self.errors = 0
        self.numbers: set[str] = set()
        self.pauses = 0
        self.told: set[str] = set()
        self._reset_at = 0.0
        self._was_away = False

    def lasts(self, now: float) -> bool:
        """Whether nothing may be sent."""
        return now < self.until

    def changed(self, state: ModemState) -> None:
        """A modem that was out of service and is back may try."""
        if state is not ModemState.READY:
            self._was_away = True
        elif self._was_away:
            self._was_away = False
            self.until = 0.0

    def sent(self) -> None:
        """A part went out: nothing is wrong."""
        self.errors = self.pauses = 0
        self.numbers.clear()
        self.told.clear()

    def trouble(self, kind: FaultClass | None, number: str, now: float) -> Cure:
        """An error for a number (None: no answer at all); what the modem needs after several in a row.

        A pause needs two numbers at least: one that is bad must not hold up others.
        """
        if kind is not None and kind not in MODEMS_OWN:
            return Cure.NONE
        self.errors += 1
        self.numbers.add(number)
        if self.errors < TROUBLES:
            return Cure.NONE
        several = len(self.numbers) > 1
        self.errors = 0
        self.numbers.clear()
        if not self._reset_at or now - self._reset_at >= RESET_GAP:
            return Cure.RESET
        if several:
            self._pause(now, BACK_OFF[min(self.pauses, len(BACK_OFF) - 1)])
            self.pauses += 1
        return Cure.NONE

    def _pause(self, now: float, seconds: float) -> None:
        self.until = now + seconds
        self._was_away = self.modem.health.state is not ModemState.READY
        self.host.reactor.callLater(seconds, self.over)

    async def cure(self, cure: Cure, hold: float, now: float) -> None:
        """Do what the modem needs; nothing is sent meanwhile."""
        if cure is Cure.HOLD:
            self._pause(now, hold)
        try:
            if cure is Cure.DRAIN:
                await self._limited(self.modem.drain())
            elif cure is Cure.RESET:
                self._reset_at = now
                await self._limited(self.modem.reset())
        except Exception as error:
            self.host.log.info(
                "the modem {modem} could not be mended: {error}", modem=self.modem.settings.name, error=str(error)
            )

    def _limited(self, done: Deferred[T]) -> Deferred[T]:
        return done.addTimeout(CURE_TIMEOUT, self.host.reactor)
