"""The way out of a message: to the plugin, or held while the network is away; every one has an outcome."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.api import PENDING, Message, Refused, Sent, Target
from transport.session import Outcomes, Session, State

log = Logger()  # stateless


class Delivery:
    """Messages of owners on their way to networks."""

    def __init__(self, reactor: IReactorTime, outcomes: Outcomes, limits: Any) -> None:
        self._reactor = reactor
        self._outcomes = outcomes
        self._limits = limits

    def send(self, session: Session, target: Target, message: Message) -> None:
        """Give a message to the network, or hold it while the network is away; the outcome follows."""
        if session.state is not State.ONLINE and not session.network.queues:
            self._hold(session, target, message)
            return
        session.pending[message] = None
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
                lambda value: self.accepted(session, message, value),
                lambda failure: self.failed(session, message, reason_of(session, failure)),
            )
        elif isinstance(sent, Sent):
            self.accepted(session, message, sent)

    def accepted(self, session: Session, message: Message, sent: Sent) -> None:
        """The network has taken a message; a second word on the same message is ignored."""
        if message in session.pending:
            del session.pending[message]
            self._outcomes.accepted(session, message, sent)

    def failed(self, session: Session, message: Message, reason: Refused) -> None:
        """A message was not delivered, whether it was taken before or not."""
        session.pending.pop(message, None)
        self._outcomes.failed(session, message, reason)

    def _hold(self, session: Session, target: Target, message: Message) -> None:
        if session.state is State.OFFLINE:
            self.failed(session, message, session.why or Refused(
                "recipient-unavailable", "You are not connected to {network}.", network=session.name))  # fmt: skip
            return
        if len(session.held) >= self._limits.queue_per_target:
            self.failed(session, message, Refused(
                "resource-constraint", "Too many messages wait for {network} already.", network=session.name,
                retry_after=60))  # fmt: skip
            return
        session.held.append((target, message))
        if len(session.held) == 1:
            self._reactor.callLater(self._limits.hold, self._expire, session, message)

    def _expire(self, session: Session, first: Message) -> None:
        """Give back what has waited too long; what came later gets a full wait from now on."""
        if session.held and session.held[0][1] is first:
            self.fail_held(session, Refused(
                "remote-server-timeout", "{network} could not be reached in time; this was not sent.",
                network=session.name))  # fmt: skip

    def flush(self, session: Session) -> None:
        held, session.held = session.held, []
        for target, message in held:
            self.send(session, target, message)

    def fail_held(self, session: Session, reason: Refused) -> None:
        held, session.held = session.held, []
        for _, message in held:
            self.failed(session, message, reason)

    def fail_all(self, session: Session, reason: Refused) -> None:
        self.fail_pending(session, reason)
        self.fail_held(session, reason)

    def fail_pending(self, session: Session, reason: Refused) -> None:
        """The plugin will not tell the outcome of these any more."""
        for message in list(session.pending):
            self.failed(session, message, reason)


def reason_of(session: Session, failure: Failure) -> Refused:
    """What to tell a user of a failed Deferred; a fault that is no refusal is logged."""
    if isinstance(failure.value, Refused):
        return failure.value
    log_fault(session, failure)
    return Refused("internal-server-error", "The gateway failed to do this.")


def log_fault(session: Session, failure: Failure | None = None) -> None:
    """A plugin raised what it must not."""
    log.failure("the plugin of {network} failed for {owner}", failure, network=session.name, owner=session.owner.jid)
