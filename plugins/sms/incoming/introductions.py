"""New senders: how their names are spelled, and whether they are offered as contacts."""

from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred

from transport.api import IHubHost, SubscriptionRequest
from transport.plugins.sms.incoming.once import Once
from transport.plugins.sms.numbers import ALPHA, Sender

DAY = 86400.0
MONTH = 30 * DAY


def spelling_key(name: str) -> str:
    """Where the spelling of an alphanumeric sender is kept."""
    return f"spelling.{name}"


@define
class Introductions:
    """Hears of all senders that owners were told of; `limit` is how many an owner is offered a day."""

    host: IHubHost
    limit: int
    known: Once = field(factory=lambda: Once(MONTH))
    offered: dict[str, list[float]] = field(factory=dict)

    def met(self, owner: str, sender: Sender) -> None:
        """An owner has had a text from a sender."""
        if self.known.first(f"{owner}\n{sender.name}", self.host.reactor.seconds()):
            done: Deferred[Any] = Deferred.fromCoroutine(self._introduce(owner, sender))
            done.addErrback(lambda failure: self.host.log.failure("a sender could not be introduced", failure))

    async def _introduce(self, owner: str, sender: Sender) -> None:
        spelling = sender.spelling if sender.name.endswith(ALPHA) else ""
        if spelling and spelling + ALPHA != sender.name:
            await self.host.store.put(spelling_key(sender.name), sender.spelling)
        if self.limit and sender.name not in await self.host.roster(owner):
            await self._offer(owner, sender.name, spelling)

    async def _offer(self, owner: str, name: str, nick: str) -> None:
        """Who has said no is not asked again."""
        key = f"offered.{owner}.{name}"
        if await self.host.store.get(key) is None and self._may_offer(owner):
            await self.host.store.put(key, "1")
            self.host.account(owner).deliver(SubscriptionRequest(name, nick=nick))

    def _may_offer(self, owner: str) -> bool:
        now = self.host.reactor.seconds()
        times = [at for at in self.offered.get(owner, ()) if at > now - DAY]
        self.offered[owner] = times
        if len(times) >= self.limit:
            return False
        times.append(now)
        return True
