"""`transport run`: the service in the foreground, with its signals, its logs and what systemd is told."""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport import logs, reactor
from transport.config import Config
from transport.notify import notify, watchdog_seconds
from transport.reload import reload

M_MMAP_THRESHOLD = -3
STOP_SECONDS = 8.0
STOPPED, FAILED = 0, 1
# Few objects become garbage in cycles, and looking for them costs more the more live: look seldom.
GC_THRESHOLD = (20_000, 20, 50)

Load = Callable[[], Config]
Make = Callable[[Config, Any], Any]


def run(load: Load, level: str, form: str) -> int:
    """Run the gateway until a signal ends it; returns the status of the process.

    ConfigError when it cannot begin.
    """
    config = load()
    reactor.install()
    from twisted.internet import reactor as installed

    from transport.tap import make_service

    logs.begin(sys.stderr, form, level)
    daemon = Daemon(installed, load, make_service(config, installed))
    installed.callWhenRunning(daemon.start)
    installed.run()
    return daemon.status


def trim_large_blocks() -> None:
    """Let glibc give large blocks back when they are freed; by itself it soon stops to (mallopt(3))."""
    try:
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 128 * 1024)
    except (AttributeError, OSError):
        return


def settle() -> None:
    """Let the collector of garbage leave what there is after the start alone."""
    trim_large_blocks()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLD)


@define
class Daemon:
    """One run of a service: an IService with `started` (a Deferred) and `reload(config)`."""

    reactor: Any
    load: Load
    service: Any
    tell: Callable[[str], bool] = notify
    leave: Callable[[int], None] = os._exit
    settle: Callable[[], None] = settle
    status: int = STOPPED
    running: bool = False
    stopping: bool = False
    log: Logger = field(factory=lambda: Logger(namespace="transport"))

    def start(self) -> None:
        """Begin; the reactor runs."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        seconds = watchdog_seconds()
        if seconds is not None:
            clock: IReactorTime = self.reactor
            watchdog = LoopingCall(self.tell, "WATCHDOG=1")
            watchdog.clock = clock
            watchdog.start(seconds)
        maybeDeferred(self._start).addCallbacks(self._started, self._failed)

    def _start(self) -> Deferred[None]:
        self.service.startService()
        started: Deferred[None] | None = getattr(self.service, "started", None)
        return succeed(None) if started is None else started

    def _started(self, _: object) -> None:
        self.settle()
        self.running = True
        if not self.stopping:
            self.tell("READY=1")
            self.log.info("Running.")

    def _failed(self, failure: Failure) -> None:
        self.log.critical("The gateway cannot start: {reason}", reason=failure.getErrorMessage())
        self.log.debug("The reason in full", log_failure=failure)
        self.status = FAILED
        self.stop()

    def on_signal(self, number: int, frame: object) -> None:
        """What the process is told from outside; a second wish to end is granted at once."""
        if number == signal.SIGHUP:
            self.reactor.callFromThread(self.reload)
        elif self.stopping:
            self.leave(FAILED)
        else:
            self.stopping = True
            self.reactor.callFromThread(self.stop)

    def stop(self) -> None:
        """End cleanly, or after some seconds anyhow."""
        self.stopping = True
        self.tell("STOPPING=1")
        self.log.info("Stopping.")
        stopped = maybeDeferred(self.service.stopService)
        stopped.addTimeout(STOP_SECONDS, self.reactor)
        stopped.addErrback(self._not_stopped)
        stopped.addCallback(lambda _: self.reactor.stop())

    def _not_stopped(self, failure: Failure) -> None:
        self.status = FAILED
        self.log.error("The gateway did not stop cleanly: {reason}", reason=failure.getErrorMessage())

    def reload(self) -> None:
        """Take up the configuration as it is now."""
        if not self.stopping and self.running:
            reload(self.load, self.service, self.tell, self.log)
