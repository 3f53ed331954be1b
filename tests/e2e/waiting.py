"""Waiting for what another thread receives: a list, a condition and a deadline."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
PATIENCE = 10.0


class Missed(AssertionError):
    """What was expected did not come in time; tells what came instead."""


class Inbox(Generic[T]):
    """What came and was not asked for yet, and everything that ever came."""

    def __init__(self, name: str, show: Callable[[T], str]) -> None:
        self.name = name
        self.show = show
        self.waiting: list[T] = []
        self.everything: list[tuple[float, T]] = []
        self.changed = threading.Condition()

    def put(self, thing: T) -> None:
        """Take in what came; called in the receiving thread."""
        with self.changed:
            self.waiting.append(thing)
            self.everything.append((time.time(), thing))
            self.changed.notify_all()

    def take(self, fits: Callable[[T], bool], within: float = PATIENCE, why: str = "") -> T:
        """The first thing that fits, out of what waits or comes in time."""
        deadline = time.monotonic() + within
        with self.changed:
            seen = 0
            while True:
                for index in range(seen, len(self.waiting)):
                    if fits(self.waiting[index]):
                        return self.waiting.pop(index)
                seen = len(self.waiting)
                left = deadline - time.monotonic()
                if left <= 0:
                    came = "\n".join(f"  {self.show(thing)}" for thing in self.waiting[-30:]) or "  nothing"
                    raise Missed(f"{self.name} missed {why} in {within} s; unread is:\n{came}")
                self.changed.wait(left)

    def has(self, fits: Callable[[T], bool]) -> bool:
        """Whether something that fits waits now."""
        with self.changed:
            return any(fits(thing) for thing in self.waiting)

    def clear(self) -> None:
        """Forget what waits."""
        with self.changed:
            self.waiting.clear()
