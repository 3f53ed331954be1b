"""Calls to the SIM: one notice for each, once it is over (RING, +CLIP)."""

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

# A phone rings every 2 to 5 seconds.
SILENCE = 8.0


class Calls:
    """Counts rings; `over` is told the caller's number, empty when withheld."""

    def __init__(self, clock: IReactorTime, over: Callable[[str], None]) -> None:
        self.clock = clock
        self.over = over
        self.number = ""
        self.end: Any = None

    @property
    def ringing(self) -> bool:
        """Whether a call is on."""
        return self.end is not None

    def ring(self) -> bool:
        """It rings; tells whether this is the first time of a call."""
        first = self.end is None
        if not first:
            self.end.cancel()
        self.end = self.clock.callLater(SILENCE, self.stopped)
        return first

    def caller(self, number: str) -> bool:
        """Who calls; another number than before is another call.  Tells whether this call is a new one."""
        if self.number and number and number != self.number:
            self.close()
        first = self.ring()
        self.number = number or self.number
        return first

    def stopped(self) -> None:
        """It rings no more."""
        number, self.number, self.end = self.number, "", None
        self.over(number)

    def close(self) -> None:
        """Nothing more will be heard: what rang is over."""
        if self.end is not None:
            self.end.cancel()
            self.stopped()
