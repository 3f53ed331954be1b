"""Telling owners what was decided: each word once, and as often as it takes until the core keeps it."""

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from transport.api import IHubHost
from transport.plugins.sms.outgoing import outcomes
from transport.plugins.sms.outgoing.journal import Journal
from transport.plugins.sms.outgoing.lanes import Entry
from transport.plugins.sms.outgoing.outcomes import Outcome

AGAIN = 30.0


class Teller:
    """The outcomes on their way to the core."""

    def __init__(self, host: IHubHost, journal: Journal) -> None:
        self.host = host
        self.journal = journal
        self._again: dict[int, IDelayedCall] = {}
        self._stopped = False

    def tell(self, outcome: Outcome | None) -> None:
        """Tell an owner, and remember that it is done; nothing for None."""
        if outcome is None or self._stopped:
            return
        self._again.pop(outcome.id, None)
        done: Deferred[None] = maybeDeferred(self._deliver, outcome)
        done.addCallback(lambda _: self.journal.told(outcome.id))
        done.addErrback(self._failed, outcome)

    def _deliver(self, outcome: Outcome) -> Deferred[None]:
        account = self.host.account(outcome.owner)
        kept: Deferred[None] = account.deliver_safely(outcomes.event(outcome, account), outcome.key)
        return kept

    def _failed(self, failure: Failure, outcome: Outcome) -> None:
        self.host.log.failure("the outcome of text {id} could not be told", failure, id=outcome.id)
        if not self._stopped:
            self._again[outcome.id] = self.host.reactor.callLater(AGAIN, self.tell, outcome)

    def tell_doubled(self, entry: Entry) -> Deferred[None]:
        """Tell an owner that a text may arrive twice; fires once the core keeps that word."""
        account = self.host.account(entry.owner)
        kept: Deferred[None] = account.deliver_safely(outcomes.doubled(entry.number), f"out:{entry.id}:doubled")
        return kept

    def stop(self) -> None:
        """Tell nothing more: the journal knows what is untold."""
        self._stopped = True
        for call in self._again.values():
            call.cancel()
        self._again.clear()
