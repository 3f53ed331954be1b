"""Something that is done at once when it is asked for, but not too often."""

from collections import deque
from collections.abc import Callable

from attrs import define, field
from twisted.internet.interfaces import IDelayedCall, IReactorTime

MOST, SPAN = 20, 60.0


@define(eq=False)
class Bursts:
    """Calls `act` at most `MOST` times in `SPAN` seconds; what is asked for beyond that is done once, later."""

    clock: IReactorTime
    act: Callable[[], object]
    times: deque[float] = field(factory=lambda: deque(maxlen=MOST))
    later: IDelayedCall | None = None

    def call(self) -> None:
        """Do it, or see that it is done."""
        if self.later is not None:
            return
        wait = self.times[0] + SPAN - self.clock.seconds() if len(self.times) == MOST else 0.0
        if wait > 0:
            self.later = self.clock.callLater(wait, self._now)
        else:
            self._now()

    def stop(self) -> None:
        """Do it no more."""
        if self.later is not None:
            self.later.cancel()
            self.later = None

    def _now(self) -> None:
        self.later = None
        self.times.append(self.clock.seconds())
        self.act()
