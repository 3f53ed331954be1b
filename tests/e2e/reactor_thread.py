"""A reactor of its own in a thread, for tests that speak with a part of the gateway and wait for it."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.threads import blockingCallFromThread

T = TypeVar("T")


class ReactorThread:
    """Runs until `close`; it is not the reactor that `twisted.internet` names."""

    def __init__(self) -> None:
        self.reactor: Any = EPollReactor()
        self.thread = threading.Thread(target=self.reactor.run, args=(False,), name="reactor", daemon=True)
        self.thread.start()

    def run(self, function: Callable[..., T], *arguments: Any) -> Any:
        """Call in the reactor's thread; the result, or that of the Deferred."""
        return blockingCallFromThread(self.reactor, function, *arguments)

    def close(self) -> None:
        """End the thread."""
        self.reactor.callFromThread(self.reactor.stop)
        self.thread.join(10)


def wait_until(true: Callable[[], object], what: str, within: float = 10.0) -> None:
    """Wait for something another thread does."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come true in {within} s"
        time.sleep(0.01)
