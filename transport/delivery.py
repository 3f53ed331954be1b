"""The way out of a message: to the plugin, or held while the network is away; every one has an outcome."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from transport.api import PENDING, Kind, Message, Refused, Sent, Target
from transport.session import Held, Outcomes, Session, State, log_fault


class Delivery:
    """Messages of owners on their way to networks."""

    def __init__(self, reactor: IReactorTime, outcomes: Outcomes, limits: Any) -> None:
        self._reactor = reactor
        self._outcomes = outcomes
        self._limits = limits

    def send(self, session: Session, target: Target, message: Message, since: float | None = None) -> None:
        """Give a message to the network, or hold it while the network or the room is not ready.

        The outcome follows.  `since` is when a message that was held before began to wait.
        """
        if (session.state is not State.ONLINE or waits(session, target)) and not session.network.queues:
            self._hold(session, target, message, since)
            return
        session.pending[message] = None
        session.used = True
        try:
            sent = session.plugin.send(target, message)
        except Refused as refused:
            self.failed(session, message, refused)
            return
        except Exception:
            log_fault(session)
            self.failed(session, message, Refused("internal-server-error", "The gateway failed to send this."))
            return
        if sent is PENDING:
            return
        if isinstance(sent, Deferred):
            sent.addCallbacks(
                lambda value: self._answered(session, message, value),
                lambda failure: self.failed(session, message, reason_of(session, failure)),
            )
        else:
            self._answered(session, message, sent)

    def _answered(self, session: Session, message: Message, sent: object) -> None:
        if isinstance(sent, Sent):
            self.accepted(session, message, sent)
        else:
            log_fault(session, Failure(TypeError(f"send gave {type(sent).__name__}")))
            self.failed(session, message, Refused("internal-server-error", "The gateway failed to send this."))

    def accepted(self, session: Session, message: Message, sent: Sent) -> None:
        """The network has taken a message; a second word on the same message is ignored."""
        if message in session.pending:
            del session.pending[message]
            self._outcomes.accepted(session, message, sent)

    def failed(self, session: Session, message: Message, reason: Refused) -> None:
        """A message was not delivered, whether it was taken before or not."""
        session.pending.pop(message, None)
        self._outcomes.failed(session, message, reason)

    def _hold(self, session: Session, target: Target, message: Message, since: float | None) -> None:
        if session.state is State.OFFLINE:
            self.failed(session, message, session.why or Refused(
                "recipient-unavailable", "You are not connected to {network}.", network=session.name))  # fmt: skip
            return
        if len(session.held) >= self._limits.queue_per_target:
            self.failed(session, message, Refused(
                "resource-constraint", "Too many messages wait for {network} already.", network=session.name,
                retry_after=60))  # fmt: skip
            return
        session.held.append(Held(self._reactor.seconds() if since is None else since, target, message))
        self._watch(session)

    def _watch(self, session: Session) -> None:
        if session.held and session.expiry is None:
            left = session.held[0].since + self._limits.hold - self._reactor.seconds()
            session.expiry = self._reactor.callLater(max(left, 0.01), self._expire, session)

    def _expire(self, session: Session) -> None:
        """Give back what has waited too long."""
        session.expiry = None
        before = self._reactor.seconds() - self._limits.hold + 0.01
        self._give_back(session, lambda held: held.since <= before, Refused(
            "remote-server-timeout", "{network} could not be reached in time; this was not sent.",
            network=session.name))  # fmt: skip
        self._watch(session)

    def flush(self, session: Session) -> None:
        """The network, or one of its rooms, is ready: send what waits for it."""
        waiting, session.held = session.held, []
        for held in waiting:
            self.send(session, held.target, held.message, held.since)

    def fail_held(self, session: Session, reason: Refused) -> None:
        """Give back all that waits."""
        self._give_back(session, lambda held: True, reason)

    def fail_room(self, session: Session, room: str, reason: Refused) -> None:
        """Give back what waits for a room that is not entered."""
        if session.held:
            self._give_back(session, lambda held: _is_to(held.target, room), reason)

    def _give_back(self, session: Session, which: Callable[[Held], bool], reason: Refused) -> None:
        waiting = session.held
        session.held = [held for held in waiting if not which(held)]
        for held in waiting:
            if which(held):
                self.failed(session, held.message, reason)

    def fail_all(self, session: Session, reason: Refused) -> None:
        self.fail_pending(session, reason)
        self.fail_held(session, reason)

    def fail_pending(self, session: Session, reason: Refused) -> None:
        """The plugin will not tell the outcome of these any more, unless it waits and retries by itself."""
        if session.network.queues:
            return
        for message in list(session.pending):
            self.failed(session, message, reason)


def reason_of(session: Session, failure: Failure) -> Refused:
    """What to tell a user of a failed Deferred; a fault that is no refusal is logged."""
    if isinstance(failure.value, Refused):
        return failure.value
    log_fault(session, failure)
    return Refused("internal-server-error", "The gateway failed to do this.")


def waits(session: Session, target: Target) -> bool:
    """Whether a message is for a room that the network has not let us into yet."""
    if target.kind is not Kind.ROOM or target.occupant is not None:
        return False
    room = session.rooms.get(target.name)
    return room is not None and not room.joined


def _is_to(target: Target, room: str) -> bool:
    return target.kind is Kind.ROOM and target.occupant is None and target.name == room
