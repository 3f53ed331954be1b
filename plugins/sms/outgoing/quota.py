"""How much was sent of late: counts over a window of time that moves along."""

from collections import deque
from collections.abc import Callable, Iterable

from attrs import define, field

HOUR = 3600.0
DAY = 86400.0


@define
class Window:
    """What happened in the last `DAY`, as (time, count), oldest first; `total` is the sum."""

    events: deque[tuple[float, int]] = field(factory=deque)
    total: int = 0

    def add(self, now: float, count: int = 1) -> None:
        """Something happened."""
        self.events.append((now, count))
        self.total += count

    def used(self, now: float) -> int:
        """How much there was in the last day."""
        events = self.events
        while events and events[0][0] <= now - DAY:
            self.total -= events.popleft()[1]
        return self.total

    def change(self, at: float, count: int, right: int) -> None:
        """What was counted at a time was less."""
        for i, event in enumerate(self.events):
            if event == (at, count):
                self.events[i] = (at, right)
                self.total -= count - right
                return

    def since(self, start: float) -> int:
        """How much there was after a time."""
        total = 0
        for at, count in reversed(self.events):
            if at <= start:
                break
            total += count
        return total

    def free_in(self, now: float, limit: int, wanted: int) -> float:
        """In how many seconds `wanted` more are within the day's limit."""
        excess = self.used(now) + wanted - limit
        for at, count in self.events:
            excess -= count
            if excess <= 0:
                return max(1.0, at + DAY - now)
        return DAY


@define
class Quotas:
    """How many parts each owner used in the last day; a part that did not go out costs nothing."""

    clock: Callable[[], float]
    windows: dict[str, Window] = field(factory=dict)

    def used(self, owner: str) -> int:
        """How many parts an owner used."""
        window = self.windows.get(owner)
        used = 0 if window is None else window.used(self.clock())
        if not used:
            self.windows.pop(owner, None)
        return used

    def count(self, owner: str, at: float, parts: int) -> None:
        """An owner used some parts at a time."""
        self.windows.setdefault(owner, Window()).add(at, parts)

    def refund(self, owner: str, at: float, parts: int, used: int) -> None:
        """Of the parts counted at a time only some were used."""
        window = self.windows.get(owner)
        if window is not None and used < parts:
            window.change(at, parts, used)

    def free_in(self, owner: str, limit: int, wanted: int) -> float:
        """In how many seconds an owner may use so many parts."""
        window = self.windows.get(owner)
        return DAY if window is None else window.free_in(self.clock(), limit, wanted)


@define
class Caps:
    """What one SIM may send, in parts an hour and a day; 0 is no limit."""

    per_hour: int
    per_day: int
    window: Window = field(factory=Window)

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return bool(self.per_hour or self.per_day)

    def fill(self, times: Iterable[float]) -> None:
        """Take what a SIM has sent before, oldest first, and forget all else."""
        self.window = Window()
        for at in times:
            self.window.add(at)

    def add(self, now: float) -> None:
        """A part goes out."""
        if self.limited:
            self.window.add(now)

    def wait(self, now: float, count: int = 1) -> float:
        """How many seconds until `count` more parts may go out; 0 is now.

        What is more than the limit may go out once nothing else did.
        """
        window, wait = self.window, 0.0
        for limit, span in ((self.per_day, DAY), (self.per_hour, HOUR)):
            excess = window.since(now - span) + min(count, limit) - limit
            if limit and excess > 0:
                first = [at for at, _ in window.events if at > now - span][excess - 1]
                wait = max(wait, first + span - now)
        window.used(now)
        return wait
