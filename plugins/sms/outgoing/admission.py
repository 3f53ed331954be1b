"""Whether a text may join the queue: its number, its size, the way, the quota, and who else writes there."""

from collections.abc import Callable, Sequence
from random import Random

from transport.api import Refused, Status, Text
from transport.plugins.sms import tpdu
from transport.plugins.sms.outgoing import barred, routing
from transport.plugins.sms.outgoing.lanes import Entry
from transport.plugins.sms.outgoing.records import Claims, Estimate, Order
from transport.plugins.sms.outgoing.routing import Way
from transport.plugins.sms.outgoing.work import Work

# Septets in a part, and no text is shorter in septets than it is in characters.
PART = 160
QUEUE_RETRY = 300.0


class Admission:
    """The checks before a text is kept; what is on its way to the journal counts already."""

    def __init__(self, work: Work, ways: Callable[[str, str], Sequence[Way]]) -> None:
        self.work = work
        self.ways = ways
        self._coming: dict[str, int] = {}

    def admit(self, order: Order) -> Entry:
        """The text as it will wait; Refused when it may not."""
        work = self.work
        barred.check(order.number, work.policy)
        parts = measured(order.text, work.policy.max_parts).parts
        ways = self.ways(order.owner, order.number)
        self._check_rivals(order, ways)
        self._check_room(order.owner)
        now = work.now()
        self._check_quota(order.owner, parts)
        work.quotas.count(order.owner, now, parts)
        self._coming[order.owner] = self._coming.get(order.owner, 0) + 1
        reference = work.new_reference() if parts > 1 else 0
        expires = now + work.policy.ttl
        return Entry(0, order.owner, order.number, order.bulk, now, expires, parts, reference=reference)

    def arrived(self, entry: Entry, kept: bool) -> None:
        """The journal has a text, or could not keep it."""
        left = self._coming[entry.owner] - 1
        if left:
            self._coming[entry.owner] = left
        else:
            del self._coming[entry.owner]
        if not kept:
            self.work.quotas.refund(entry.owner, entry.created, entry.parts, 0)

    def claims(self, order: Order) -> Callable[[Claims], None]:
        """What refuses a text, in the transaction that keeps it, when all its ways are others'."""
        policy, now = self.work.policy, self.work.now()
        ways = [way.view.settings for way in self.ways(order.owner, order.number)]
        names = [settings.name for settings in ways if not settings.owner]
        if policy.claim != "refuse" or len(names) < len(ways):
            return lambda claims: None

        def check(claims: Claims) -> None:
            fresh = [claims.others.get(name, 0.0) + policy.claim_age - now for name in names]
            if min(fresh) > 0:
                raise claimed(order.number, min(fresh))

        return check

    def warn(self, order: Order, claims: Claims) -> None:
        """Tell an owner that answers may reach somebody else, where that is the policy."""
        policy, now = self.work.policy, self.work.now()
        if policy.claim == "warn" and any(at + policy.claim_age > now for at in claims.others.values()):
            text = Text(
                "Somebody else here wrote to {number} not long ago. Answers now come to you.", number=order.number
            )
            self.work.host.account(order.owner).deliver(Status(text))

    def estimate(self, owner: str, number: str, text: str, random: Random) -> Estimate:
        """What a text would take; Refused when no modem would send it."""
        measure = measured(text, self.work.policy.max_parts)
        ways = self.ways(owner, number)
        name = routing.choose(ways, "", False, random)
        best = next((way for way in ways if way.view.settings.name == name), ways[0]).view.settings
        cost = measure.parts * best.cost
        return Estimate(measure.alphabet.name, measure.units, measure.parts, measure.left, best.name, cost)

    def _check_rivals(self, order: Order, ways: Sequence[Way]) -> None:
        policy = self.work.policy
        if policy.claim != "refuse" or any(way.view.settings.owner for way in ways):
            return
        if len(ways) == 1 and self.work.lanes.rivals(order.owner, order.number):
            raise claimed(order.number, policy.claim_age)

    def _check_room(self, owner: str) -> None:
        policy, lanes = self.work.policy, self.work.lanes
        if lanes.count(owner) + self._coming.get(owner, 0) >= policy.queue_per_user:
            raise Refused(
                "resource-constraint",
                "Too many of your texts wait to be sent. Try again later.",
                retry_after=QUEUE_RETRY,
            )
        if len(lanes) + sum(self._coming.values()) >= policy.queue:
            raise Refused(
                "resource-constraint", "Too many texts wait to be sent. Try again later.", retry_after=QUEUE_RETRY
            )

    def _check_quota(self, owner: str, parts: int) -> None:
        limit = self.work.policy.per_user_day
        used = self.work.quotas.used(owner)
        if limit and used + parts > limit:
            raise Refused(
                "policy-violation",
                "You may send {limit} texts in 24 hours, where a long one counts as several. {used} are used, "
                "and this one counts as {parts}.",
                retry_after=self.work.quotas.free_in(owner, limit, parts),
                limit=limit,
                used=used,
                parts=parts,
            )


def measured(text: str, max_parts: int) -> tpdu.Measure:
    """What a text takes; Refused (`not-acceptable`) when it is empty, too long or no text."""
    if not text.strip():
        raise Refused("not-acceptable", "There is no text that can be sent.")
    try:
        measure = tpdu.measure(text[: max_parts * PART + 1])
    except tpdu.Malformed:
        raise Refused("not-acceptable", "The text holds something that cannot be sent.") from None
    if measure.parts > max_parts or len(text) > max_parts * PART:
        raise Refused(
            "not-acceptable", "The text is too long: more than {max_parts} parts are not sent.", max_parts=max_parts
        )
    return measure


def claimed(number: str, wait: float) -> Refused:
    """Answers would reach the wrong person."""
    return Refused(
        "policy-violation",
        "Somebody else here wrote to {number} not long ago, and answers could not be told apart. Try again later.",
        retry_after=wait,
        number=number,
    )
