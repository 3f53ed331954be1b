"""When to try again, and how fast many may try at once."""

from collections.abc import Callable

FIRST = 2.0
CAP = 300.0
FACTOR = 2.0


class Backoff:
    """Waits that double up to five minutes, each a random part shorter; `jitter` gives 0 to 1."""

    __slots__ = ("_delay", "_jitter")

    def __init__(self, jitter: Callable[[], float], first: float = FIRST) -> None:
        self._jitter = jitter
        self._delay = first

    def next(self) -> float:
        """Seconds to wait now."""
        delay, self._delay = self._delay, min(self._delay * FACTOR, CAP)
        return delay * (0.5 + self._jitter() / 2)


class Pace:
    """Lets `rate` events a second through, and a second's worth at once; no timers."""

    __slots__ = ("_free", "_rate")

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._free = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the event asked for may happen; its place is taken."""
        if self._rate <= 0:
            return 0.0
        self._free = max(self._free, now - 1.0) + 1.0 / self._rate
        return max(0.0, self._free - now)
