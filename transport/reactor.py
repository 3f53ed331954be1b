"""The reactor of the daemon: epoll, without a log context made for each event that is just input."""

from typing import Any

from twisted.internet import default
from twisted.internet.main import installReactor
from twisted.python import log

_NEEDED = ("_poller", "_selectables", "_disconnectSelectable", "_doReadOrWrite")


def install() -> None:
    """Install the fastest reactor there is here."""
    reactor = _direct()
    if reactor is None:
        default.install()
    else:
        installReactor(reactor)


def _direct() -> Any:
    """An epoll reactor that reads straight away, or None where Twisted or the system has another."""
    try:
        from select import EPOLLIN

        from twisted.internet.epollreactor import EPollReactor
    except ImportError:
        return None

    class DirectReactor(EPollReactor):
        """Calls doRead itself when there is input and nothing else; all else goes Twisted's way."""

        def doPoll(self, timeout: float | None) -> None:
            try:
                events = self._poller.poll(-1 if timeout is None else timeout, len(self._selectables))
            except InterruptedError:
                return
            selectables = self._selectables
            for fd, event in events:
                # What was closed by an event before this one is not there any more.
                selectable = selectables.get(fd)
                if selectable is None:
                    continue
                if event != EPOLLIN:
                    log.callWithLogger(selectable, self._doReadOrWrite, selectable, fd, event)
                    continue
                try:
                    why = selectable.doRead()
                except BaseException as error:
                    log.err()
                    why = error
                if why:
                    self._disconnectSelectable(selectable, why, True)  # type: ignore[no-untyped-call]

        doIteration = doPoll

    reactor: Any = DirectReactor()  # type: ignore[no-untyped-call]
    return reactor if all(hasattr(reactor, name) for name in _NEEDED) else None
