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
        self.rings = 0
        self.hung_up = False
        self.end: Any = None

    def ring(self) -> None:
        """It rings."""
        self.rings += 1
        self.goes_on()

    def caller(self, number: str) -> None:
        """Who calls; another number than before is another call."""
        if self.number and number and number != self.number:
            self.close()
        self.number = number or self.number
        self.goes_on()

    def goes_on(self) -> None:
        """The call is not over yet."""
        if self.end is not None:
            self.end.cancel()
        self.end = self.clock.callLater(SILENCE, self.stopped)

    def stopped(self) -> None:
        """It rings no more."""
        number, self.number, self.end = self.number, "", None
        self.rings, self.hung_up = 0, False
        self.over(number)

    def close(self) -> None:
        """Nothing more will be heard: what rang is over."""
        if self.end is not None:
            self.end.cancel()
            self.stopped()
