"""The configuration read again while the gateway runs; one that is wrong changes nothing."""

import signal
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.config import Config, ConfigError


def reload(load: Callable[[], Config], service: Any, tell: Callable[[str], object], log: Logger) -> None:
    """Give a service the configuration as it is now; `tell` speaks to systemd (sd_notify(3))."""
    tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
    try:
        config = load()
    except ConfigError as error:
        for problem in error.problems:
            log.error("The configuration stays as it was: {problem}", problem=str(problem))
        tell("READY=1")
        return

    def done(_: object) -> None:
        tell("READY=1")
        log.info("The configuration was read again.")

    def failed(failure: Failure) -> None:
        tell("READY=1")
        log.failure("The configuration could not be taken up", failure=failure)

    maybeDeferred(service.reload, config).addCallbacks(done, failed)


def reload_on_hangup(reactor: Any, load: Callable[[], Config], service: Any, tell: Callable[[str], object]) -> None:
    """From now on SIGHUP reads the configuration again."""
    log = Logger(namespace="transport")
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reload, load, service, tell, log))
