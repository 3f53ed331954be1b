"""Duties done later: each is planned once, at the earliest time that it was asked for."""

from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, TimeoutError
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure


class Timers:
    """The calls that are planned."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._calls: dict[str, IDelayedCall] = {}
        self._stopped = False

    def call(self, delay: float, duty: Callable[[], object]) -> None:
        """Have something done after a time, unless it is planned for an earlier one."""
        planned = self._calls.get(duty.__name__)
        if self._stopped:
            return
        if planned is not None and planned.active():
            if planned.getTime() <= self._clock.seconds() + delay:
                return
            planned.cancel()
        self._calls[duty.__name__] = self._clock.callLater(delay, duty)

    def stop(self) -> None:
        """Plan nothing any more."""
        self._stopped = True
        for call in self._calls.values():
            if call.active():
                call.cancel()


def ended(running: Iterable[Deferred[None]], limit: float, clock: IReactorTime) -> Deferred[None]:
    """Fires once all have ended, or after a time: without cancelling any."""
    done: Deferred[Any] = DeferredList([_after(each) for each in running], consumeErrors=True)
    return done.addTimeout(limit, clock).addErrback(_late).addCallback(lambda _: None)


def _after(running: Deferred[None]) -> Deferred[None]:
    end: Deferred[None] = Deferred()

    def fire(result: Any) -> Any:
        if not end.called:
            end.callback(None)
        return result

    running.addBoth(fire)
    return end


def _late(failure: Failure) -> None:
    failure.trap(TimeoutError)
