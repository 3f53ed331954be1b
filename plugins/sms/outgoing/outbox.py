"""Texts on their way out: kept before anything else happens, and each ended by one word to its owner."""

from collections.abc import Coroutine, Mapping
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.python.failure import Failure

from transport.api import IHubHost, Refused, Status, Text
from transport.plugins.sms import tpdu
from transport.plugins.sms.outgoing import journal as states
from transport.plugins.sms.outgoing import outcomes, routing
from transport.plugins.sms.outgoing.admission import Admission
from transport.plugins.sms.outgoing.journal import Journal
from transport.plugins.sms.outgoing.lanes import Entry, Lane, Lanes
from transport.plugins.sms.outgoing.policy import Policy
from transport.plugins.sms.outgoing.quota import DAY, Caps, Quotas
from transport.plugins.sms.outgoing.records import Claims, Estimate, Order, OutRow, Report
from transport.plugins.sms.outgoing.routing import View, Way
from transport.plugins.sms.outgoing.sender import Sender
from transport.plugins.sms.outgoing.teller import Teller
from transport.plugins.sms.outgoing.timers import Timers, ended
from transport.plugins.sms.outgoing.work import Work
from transport.plugins.sms.states import IsModem

SWEEP = 15.0
PRUNE = 3600.0
STOP_TIMEOUT = 5.0


class Outbox:
    """All texts of a network on their way out; `load` comes first, `put` may be called at any time."""

    def __init__(
        self, network: str, host: IHubHost, modems: Mapping[str, IsModem], policy: Policy, random: Random
    ) -> None:
        self.host = host
        self.policy = policy
        self.random = random
        self.journal = Journal(host.store, network)
        self.lanes = Lanes(self._choose)
        self.teller = Teller(host, self.journal)
        self.work = Work(
            host, policy, self.journal, self.lanes, self.teller, Quotas(self._now), self._soon, random.randrange(256)
        )
        self.senders = {
            name: Sender(modem, self.work, Caps(modem.settings.per_hour, modem.settings.per_day))
            for name, modem in modems.items()
        }
        self.admission = Admission(self.work, self.ways)
        self._loaded = False
        self._early_puts: list[Deferred[None]] = []
        self._ready: frozenset[str] = frozenset()
        self._timers = Timers(host.reactor)

    # Start and end

    async def load(self) -> None:
        """Take up what a program before this one has left."""
        now, policy = self._now(), self.policy
        await self._load_quotas(now)
        found = await self.journal.load(now, policy.sticky_age)
        for entry in found.entries:
            claims = found.claims[entry.owner, entry.number]
            entry.noticed = 0 < policy.notice_after < now - entry.created
            self._add(entry, claims, busy=entry.id in found.doubted)
        for outcome in found.untold + await self.journal.match_held(now):
            self.work.decided(outcome)
        self._loaded = True
        for entry in found.entries:
            if entry.id in found.doubted:
                self._run(self.work.doubt(entry))
        waiting, self._early_puts = self._early_puts, []
        for each in waiting:
            each.callback(None)
        self._timers.call(SWEEP, self.sweep)
        self._timers.call(0.0, self.prune)
        self._soon()

    async def _load_quotas(self, now: float) -> None:
        for owner, at, parts in await self.journal.used_since(now - DAY):
            self.work.quotas.count(owner, at, parts)

    def stop(self) -> Deferred[None]:
        """Begin nothing more; a text that a modem has at hand is awaited for a short time."""
        self.work.stopping = True
        self._timers.stop()
        for sender in self.senders.values():
            sender.stop()
        self.teller.stop()
        running = [sender.running for sender in self.senders.values() if sender.running is not None]
        return ended(running, STOP_TIMEOUT, self.host.reactor)

    # Texts

    def put(self, order: Order) -> Deferred[int]:
        """Keep a text: its id, once it is durable.

        Refused, at once where that can be known: `not-acceptable`, `not-allowed`, `forbidden`,
        `item-not-found`, `policy-violation`, `resource-constraint`.
        """
        if not self._loaded:
            loaded: Deferred[None] = Deferred()
            self._early_puts.append(loaded)
            return loaded.addCallback(lambda _: self.put(order))
        entry = self.admission.admit(order)
        since = entry.created - self.policy.sticky_age
        kept = self.journal.put(order, entry, self.admission.claims(order), since)
        return kept.addCallbacks(self._kept, self._not_kept, callbackArgs=(order, entry), errbackArgs=(entry,))

    def _kept(self, claims: Claims, order: Order, entry: Entry) -> int:
        self.admission.arrived(entry, True)
        self._add(entry, claims)
        self.admission.warn(order, claims)
        self._soon()
        return entry.id

    def _not_kept(self, failure: Failure, entry: Entry) -> Failure:
        self.admission.arrived(entry, False)
        return failure

    def _add(self, entry: Entry, claims: Claims, busy: bool = False) -> None:
        now = self._now()
        fresh = frozenset(name for name, at in claims.others.items() if at + self.policy.claim_age > now)
        self.lanes.add(entry, now, claims.mine[0] if claims.mine else "", fresh, busy)

    def ways(self, owner: str, number: str) -> list[Way]:
        """The modems that may send an owner's text to a number, the best first; Refused when there is none."""
        ready = self._ready
        views = [View(sender.modem.settings, name in ready) for name, sender in self.senders.items()]
        return routing.ways(views, owner, number)

    def _choose(self, lane: Lane) -> str | None:
        first = lane.entries[0]
        if first.part and first.modem in self.senders and self._now() - first.last <= self.policy.resume_age:
            # The parts of a text come from one number.
            return first.modem if first.modem in self._ready else None
        try:
            found = self.ways(lane.owner, lane.number)
        except Refused:
            # The configuration has changed; it may change again before the text is too old.
            return None
        if self.policy.claim == "refuse":
            free = [way for way in found if way.view.settings.owner or way.view.settings.name not in lane.claimed]
            found = free or found
        return routing.choose(found, lane.sticky, self.policy.sticky_waits, self.random)

    # What others say

    def modem_changed(self, name: str) -> None:
        """A modem's health is another one."""
        sender = self.senders.get(name)
        if sender is not None:
            sender.changed()
            if sender.uncounted:
                self._run(self._count(sender))
            self._soon()

    async def _count(self, sender: Sender) -> None:
        """Find out what a SIM has sent before, for its limits."""
        sim = sender.sim
        times = await self.work.keep(lambda: self.journal.sent_since(sim, self._now() - DAY))
        sender.count(sim, times)
        self._soon()

    def report(self, sim: str, report: tpdu.StatusReport) -> Deferred[None]:
        """Keep what a status report says; fires once it is durable."""
        found = Report(sim, report.reference, str(report.recipient), report.status, self._now())
        if report.status >= 0x80:
            self.host.log.info("a report has the reserved status {status:#x}", status=report.status)
        early = [sender for sender in self.senders.values() if sender.sends_to(sim, found.number)]
        for sender in early:
            sender.early = True
        return self.journal.report(found, bool(early)).addCallback(self.work.decided)

    # For people

    def waiting(self, owner: str | None = None) -> Deferred[list[OutRow]]:
        """The texts that wait, all or an owner's, oldest first."""
        return self.journal.waiting(owner)

    def used_today(self, owner: str) -> int:
        """How many parts an owner has sent, or is to send, in the last 24 hours."""
        return self.work.quotas.used(owner)

    def estimate(self, owner: str, number: str, text: str) -> Estimate:
        """What a text would take; Refused as by `put`, but for quotas."""
        return self.admission.estimate(owner, number, text, self.random)

    def retry(self, id: int) -> bool:
        """Try a text again now; False when it does not wait."""
        entry = self.lanes.entries.get(id)
        if entry is None or self.lanes.is_busy(entry):
            return False
        entry.due = 0.0
        self.lanes.put_back(entry, self._now())
        self._soon()
        return True

    def drop(self, id: int) -> Deferred[bool]:
        """Give a text up, and tell its owner; False when it does not wait, or a modem has it just now."""
        entry = self.lanes.entries.get(id)
        if entry is None:
            return succeed(False)
        reason = Refused(
            "not-allowed", "An administrator has taken the text to {number} out of the queue.", number=entry.number
        )
        return Deferred.fromCoroutine(self._end(entry, states.DROPPED, reason))

    def drop_owner(self, owner: str) -> Deferred[None]:
        """Give up what an owner has not sent yet: the registration has ended."""
        ending = []
        for entry in list(self.lanes.of(owner)):
            entry.unwanted = Refused(
                "not-allowed",
                "The text to {number} was not sent, because your registration has ended.",
                number=entry.number,
            )
            ending.append(Deferred.fromCoroutine(self._end(entry, states.DROPPED, entry.unwanted)))
        return DeferredList(ending, consumeErrors=True).addCallback(lambda _: None)

    async def _end(self, entry: Entry, state: str, reason: Refused) -> bool:
        """End a text that waits, if it still does; what did not go out costs its owner nothing."""
        return await self.work.end(entry, state, reason, only=states.QUEUED)

    # Time

    def _now(self) -> float:
        return float(self.host.reactor.seconds())

    def _run(self, job: Coroutine[Deferred[Any], Any, Any]) -> None:
        done = Deferred.fromCoroutine(job)
        done.addErrback(lambda failure: self.host.log.failure("the outbox has failed", failure))

    def _soon(self) -> None:
        self._timers.call(0.0, self.pump)

    def pump(self) -> None:
        """Let go what is due, through the modems that are ready."""
        now = self._now()
        ready = frozenset(name for name, sender in self.senders.items() if sender.ready)
        if ready != self._ready:
            self._ready = ready
            self.lanes.replace(now)
        due = self.lanes.wake(now)
        if due is not None:
            self._timers.call(due - now, self.pump)
        for name in ready:
            self.senders[name].kick()

    def sweep(self) -> None:
        """Look for what has waited too long."""
        now, policy = self._now(), self.policy
        for entry in list(self.lanes.entries.values()):
            if self.lanes.is_busy(entry):
                continue
            if entry.expires <= now:
                self._run(self._end(entry, states.EXPIRED, outcomes.expired(entry.number, entry.fault)))
            elif policy.notice_after and not entry.noticed and now - entry.created >= policy.notice_after:
                entry.noticed = True
                text = Text("The text to {number} still waits for the phone network.", number=entry.number)
                self.host.account(entry.owner).deliver(Status(text))
        if len(self.senders) > 1:
            # A text of several parts may go another way once it is too late to go on.
            self.lanes.replace(now)
        self._soon()
        self._timers.call(SWEEP, self.sweep)

    def prune(self) -> None:
        """Forget what is long finished."""
        self._run(self._prune())
        self._timers.call(PRUNE, self.prune)

    async def _prune(self) -> None:
        keep, age = self.policy.keep_finished, self.policy.sticky_age
        while await self.journal.prune(self._now(), keep, age) == states.PRUNED_AT_ONCE:
            pass
