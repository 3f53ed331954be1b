"""How many stanzas a user may send: a token bucket each, worked out from the time, without timers."""

from collections.abc import Callable

USERS = 10_000


class Rates:
    """Lets `rate` events a second through for each key, and `burst` at once."""

    __slots__ = ("_burst", "_now", "_rate", "_users")

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = float(max(burst, 1))
        self._now = now
        self._users: dict[str, tuple[float, float]] = {}

    def allow(self, key: str) -> bool:
        """Whether one more event of a key is within its rate."""
        now = self._now()
        left, since = self._users.get(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        allowed = left >= 1.0
        if len(self._users) >= USERS and key not in self._users:
            self._forget(now)
        self._users[key] = (left - 1.0 if allowed else left, now)
        return allowed

    def _forget(self, now: float) -> None:
        """Drop who has a full bucket again; if that is nobody, all begin anew."""
        full = self._burst / self._rate
        self._users = {key: (left, since) for key, (left, since) in self._users.items() if now - since < full}
        if len(self._users) >= USERS:
            self._users.clear()
