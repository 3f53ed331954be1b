"""Alarms by name, whose work cannot raise into the reactor."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger


class Alarms:
    """What shall be done later; each name once."""

    def __init__(self, clock: IReactorTime, log: Logger) -> None:
        self.clock = clock
        self.log = log
        self.calls: dict[str, IDelayedCall] = {}

    def later(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        """Do something later, instead of what was to be done under that name."""
        self.forget(name)
        self.calls[name] = self.clock.callLater(seconds, self.due, name, act)

    def running(self, name: str) -> bool:
        """Whether something is to be done under that name."""
        return name in self.calls

    def forget(self, name: str) -> None:
        """Do not do it."""
        call = self.calls.pop(name, None)
        if call is not None:
            call.cancel()

    def close(self) -> None:
        """Do none of it."""
        for name in list(self.calls):
            self.forget(name)

    def due(self, name: str, act: Callable[[], None]) -> None:
        """It is time."""
        self.calls.pop(name, None)
        try:
            act()
        except Exception:
            self.log.failure("A fault in what was to be done later: {name}", name=name)
