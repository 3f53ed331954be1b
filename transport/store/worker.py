"""Threads that do jobs in turn, many at once, and tell the reactor."""

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from attrs import define
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorFromThreads
from zope.interface import Attribute, Interface, implementer

T = TypeVar("T")
Job = Callable[[Any], Any]
# Does jobs and returns their results in order, `Failed` for what failed; must not raise.
Batch = Callable[[Sequence[Job]], list[Any]]

BATCH = 500


@define
class Failed:
    """The result of a job that raised."""

    error: BaseException


class IWorker(Interface):
    """Does jobs in the order they were given."""

    pending = Attribute("int: jobs whose Deferred has not fired.")

    def submit(job: Callable[[Any], T]) -> Deferred[T]:
        """Do a job; fires with what it returned."""

    def stop() -> Deferred[None]:
        """Do what is left, and end; fires when nothing runs any more."""


@implementer(IWorker)
class ThreadWorker:
    """Does jobs in a thread of its own, as many at once as wait, up to `BATCH`."""

    def __init__(self, batch: Batch, reactor: IReactorFromThreads, name: str) -> None:
        self.pending = 0
        self._batch = batch
        self._reactor = reactor
        self._queue: SimpleQueue[tuple[Job, Deferred[Any]] | None] = SimpleQueue()
        self._stopped: Deferred[None] | None = None
        Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, job: Callable[[Any], T]) -> Deferred[T]:
        done: Deferred[T] = Deferred()
        self.pending += 1
        self._queue.put((job, done))
        return done

    def stop(self) -> Deferred[None]:
        self._stopped = Deferred()
        self._queue.put(None)
        return self._stopped

    def _work(self) -> None:
        going = True
        while going:
            taken = [self._queue.get()]
            try:
                while len(taken) < BATCH and taken[-1] is not None:
                    taken.append(self._queue.get_nowait())
            except Empty:
                pass
            going = taken[-1] is not None
            jobs = [item for item in taken if item is not None]
            results = self._batch([job for job, _ in jobs]) if jobs else []
            self._reactor.callFromThread(self._tell, [done for _, done in jobs], results, not going)

    def _tell(self, waiting: list[Deferred[Any]], results: list[Any], ended: bool) -> None:
        for done, result in zip(waiting, results, strict=True):
            self.pending -= 1
            if isinstance(result, Failed):
                done.errback(result.error)
            else:
                done.callback(result)
        if ended and self._stopped is not None:
            self._stopped.callback(None)


@implementer(IWorker)
class InlineWorker:
    """Does each job at once, where it is given: for tests, and for tools that have no reactor."""

    pending = 0

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def submit(self, job: Callable[[Any], T]) -> Deferred[T]:
        [result] = self._batch([job])
        return fail(result.error) if isinstance(result, Failed) else succeed(result)

    def stop(self) -> Deferred[None]:
        return succeed(None)
