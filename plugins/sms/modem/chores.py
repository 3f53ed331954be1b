"""What is done later, or goes on by itself; none of it can raise into the reactor."""

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.plugins.sms.line.dialogue import NoAnswer


class Chores:
    """Those of one modem; what is to be done later has a name, and each name stands once."""

    def __init__(self, clock: IReactorTime, log: Logger) -> None:
        self.clock = clock
        self.log = log
        self.calls: dict[str, IDelayedCall] = {}

    def later(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        """Do something later, instead of what was to be done under that name."""
        self.forget(name)
        self.calls[name] = self.clock.callLater(seconds, self.due, name, act)

    def planned(self, name: str) -> bool:
        """Whether something is to be done under that name."""
        return name in self.calls

    def forget(self, *names: str) -> None:
        """Do not do it."""
        for name in names:
            call = self.calls.pop(name, None)
            if call is not None:
                call.cancel()

    def close(self) -> None:
        """Do none of it."""
        self.forget(*self.calls)

    def due(self, name: str, act: Callable[[], None]) -> None:
        """It is time."""
        self.calls.pop(name, None)
        try:
            act()
        except Exception:
            self.log.failure("A fault in what was to be done later: {name}", name=name)

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Something that goes on by itself; that the modem goes away meanwhile is told elsewhere."""
        Deferred.fromCoroutine(work).addErrback(self.slipped)

    def slipped(self, failure: Failure) -> None:
        """A fault of ours must not end the program."""
        if failure.check(NoAnswer) is None:
            self.log.failure("A fault with a modem", failure)
