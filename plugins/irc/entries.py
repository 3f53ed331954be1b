"""What waits in the outbox for its proof: messages, and requests."""

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred

from transport.api import SENT, Accepted, Event, Failed, Message, Refused, Sent


class Entry(Protocol):
    """What waits for its proof: `lines` are all its lines, `left` those not yet written.

    `names` are the folded names that an error about it would name, `errors` how many there were.
    """

    names: tuple[str, ...]
    lines: int
    left: int
    errors: int

    def proved(self) -> None:
        """The server has read all lines; there may have been errors."""

    def failed(self, reason: Refused) -> None:
        """Something is wrong with it; called at most once a line."""


class Said:
    """A message; the server having read it without complaint is all that IRC can tell."""

    __slots__ = ("deliver", "errors", "left", "lines", "message", "names", "pieces")

    def __init__(
        self,
        message: Message,
        name: str,
        deliver: Callable[[Event], None],
        lines: int = 1,
        pieces: tuple[str, ...] = (),
    ) -> None:
        self.message = message
        self.names: tuple[str, ...] = (name,)
        self.deliver = deliver
        self.lines = self.left = lines
        self.errors = 0
        self.pieces = pieces

    def proved(self) -> None:
        """All of it was read."""
        if not self.errors:
            self.deliver(Accepted(self.message, Sent(None, self.pieces) if self.pieces else SENT))

    def failed(self, reason: Refused) -> None:
        """A line of it was refused; told once."""
        if self.errors <= 1:
            self.deliver(Failed(self.message, reason))


class Request:
    """Something asked of the server that somebody waits for.

    `verify` is asked once the server has read it without complaint, and may still say why it is not done.
    """

    __slots__ = ("deadline", "done", "errors", "left", "lines", "names", "verify")

    def __init__(
        self,
        names: tuple[str, ...],
        deadline: float,
        lines: int = 1,
        verify: Callable[[], Refused | None] | None = None,
    ) -> None:
        self.names = names
        self.deadline = deadline
        self.lines = self.left = lines
        self.errors = 0
        self.verify = verify
        self.done: Deferred[None] = Deferred()

    def proved(self) -> None:
        """All of it was read."""
        if self.done.called:
            return
        reason = self.verify() if self.verify is not None else None
        if reason is None:
            self.done.callback(None)
        else:
            self.done.errback(reason)

    def failed(self, reason: Refused) -> None:
        """It was refused; the first reason counts."""
        if not self.done.called:
            self.done.errback(reason)


class JoinRequest:
    """A JOIN; `unanswered` is told which rooms the server has said nothing about."""

    __slots__ = ("errors", "left", "lines", "names", "unanswered")

    def __init__(self, names: tuple[str, ...], unanswered: Callable[[tuple[str, ...]], None]) -> None:
        self.names = names
        self.lines = self.left = 1
        self.errors = 0
        self.unanswered = unanswered

    def proved(self) -> None:
        """All of it was read; by now every room has its answer."""
        self.unanswered(self.names)

    def failed(self, reason: Refused) -> None:
        """The rooms are refused with the connection."""
