"""What the outbox and its senders share, and the steps that end a text or send it again."""

from collections.abc import Callable
from typing import TypeVar

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from transport.api import IHubHost, Refused
from transport.plugins.sms.outgoing import journal as states
from transport.plugins.sms.outgoing import outcomes
from transport.plugins.sms.outgoing.journal import Journal
from transport.plugins.sms.outgoing.lanes import Entry, Lanes
from transport.plugins.sms.outgoing.outcomes import Outcome
from transport.plugins.sms.outgoing.policy import Policy
from transport.plugins.sms.outgoing.quota import Quotas
from transport.plugins.sms.outgoing.teller import Teller

T = TypeVar("T")
WRITE_AGAIN = 5.0


@define(eq=False)
class Work:
    """The texts that wait, their journal and the policy; `soon` lets the senders look again."""

    host: IHubHost
    policy: Policy
    journal: Journal
    lanes: Lanes
    teller: Teller
    quotas: Quotas
    soon: Callable[[], None]
    reference: int
    stopping: bool = field(default=False)

    def now(self) -> float:
        """Seconds since the epoch."""
        return float(self.host.reactor.seconds())

    def new_reference(self) -> int:
        """A reference for the parts of a text, another one than the last."""
        self.reference = (self.reference + 1) % 256
        return self.reference

    async def keep(self, write: Callable[[], Deferred[T]]) -> T:
        """Write what must be kept, as often as it takes."""
        while True:
            try:
                return await write()
            except Refused:
                raise
            except Exception:
                self.host.log.failure("the outbox cannot write; it tries again")
            await deferLater(self.host.reactor, WRITE_AGAIN)

    def later(self, entry: Entry, delay: float) -> None:
        """A text that a sender had at hand waits again."""
        entry.due = self.now() + delay
        self.lanes.put_back(entry, self.now())
        self.soon()

    async def requeue(self, entry: Entry) -> None:
        """A part did not go out: it waits until it is due, unless the text was ended meanwhile."""
        waits = await self.keep(lambda: self.journal.requeue(entry))
        if not waits:
            self.gone(entry)
        elif entry.unwanted is not None:
            await self.end(entry, states.DROPPED, entry.unwanted)
        else:
            self.lanes.put_back(entry, self.now())
            self.soon()

    async def doubt(self, entry: Entry) -> None:
        """Nobody knows whether a part went out: say so and send it once more, or say so and end the text."""
        policy, now = self.policy, self.now()
        again = policy.resend and not entry.resent and entry.unwanted is None
        if again and now - entry.created <= policy.resend_age:
            await self.keep(lambda: self.teller.tell_doubled(entry))
            entry.resent, entry.due = 1, now
            await self.requeue(entry)
        else:
            await self.end(entry, states.DOUBTFUL, outcomes.doubtful(entry.number))

    async def end(self, entry: Entry, state: str, reason: Refused, fault: str = "", only: str = "") -> bool:
        """Decide that a text has failed, and tell its owner; False when it is not in the state `only`."""
        told = outcomes.partly(reason, entry.part, entry.parts)
        if entry.resent and state != states.DOUBTFUL:
            told = outcomes.perhaps(told)
        outcome = await self.keep(lambda: self.journal.end(entry.id, state, told, fault, only))
        if outcome is None and only:
            return False
        self.gone(entry)
        used = entry.part + (state == states.DOUBTFUL)
        self.quotas.refund(entry.owner, entry.created, entry.parts, used)
        self.teller.tell(outcome)
        return True

    def decided(self, outcome: Outcome | None) -> None:
        """Reports have decided a text; what a modem has at hand is seen to by its sender."""
        if outcome is not None:
            entry = self.lanes.entries.get(outcome.id)
            if entry is not None and not self.lanes.is_busy(entry):
                self.gone(entry)
            self.teller.tell(outcome)

    def gone(self, entry: Entry) -> None:
        """A text waits no more."""
        self.lanes.remove(entry.id, self.now())
        self.soon()
