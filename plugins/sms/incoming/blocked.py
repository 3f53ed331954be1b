"""Numbers that owners do not want to hear of."""

from collections.abc import Sequence
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, succeed

from transport.api import IPluginStore, Refused

MOST = 1000


@define
class Blocked:
    """The table `sms_block` of one network, in memory too; `dropped` counts what it has kept away."""

    store: IPluginStore
    network: str
    by_owner: dict[str, set[str]] = field(factory=dict)
    dropped: int = 0

    def load(self) -> Deferred[None]:
        """Read the table."""
        sql = "SELECT owner, number FROM sms_block WHERE network = ?"

        def loaded(rows: Sequence[tuple[str, str]]) -> None:
            for owner, number in rows:
                self.by_owner.setdefault(owner, set()).add(number)

        read: Deferred[Sequence[tuple[str, str]]] = self.store.run(lambda c: c.execute(sql, (self.network,)).fetchall())
        return read.addCallback(loaded)

    def keeps_away(self, owner: str, number: str) -> bool:
        """Whether an owner is not told of a number; counted, and kept nowhere."""
        kept = number in self.by_owner.get(owner, ())
        self.dropped += kept
        return kept

    def numbers(self, owner: str) -> Deferred[Sequence[str]]:
        """An owner's, sorted."""
        return succeed(sorted(self.by_owner.get(owner, ())))

    def block(self, owner: str, number: str) -> Deferred[None]:
        """Take nothing from a number any more; Refused when there are too many."""
        numbers = self.by_owner.setdefault(owner, set())
        if len(numbers) >= MOST:
            raise Refused("resource-constraint", "You have blocked as many numbers as this gateway keeps.")
        numbers.add(number)
        return self._run("INSERT OR IGNORE INTO sms_block (network, owner, number) VALUES (?, ?, ?)", owner, number)

    def unblock(self, owner: str, number: str) -> Deferred[None]:
        """Take texts from it again."""
        self.by_owner.get(owner, set()).discard(number)
        return self._run("DELETE FROM sms_block WHERE network = ? AND owner = ? AND number = ?", owner, number)

    def forget(self, owner: str) -> Deferred[None]:
        """All of an owner who is not registered any more."""
        self.by_owner.pop(owner, None)
        return self._run("DELETE FROM sms_block WHERE network = ? AND owner = ?", owner)

    def _run(self, sql: str, *values: str) -> Deferred[None]:
        def job(c: Any) -> None:
            c.execute(sql, (self.network, *values))

        done: Deferred[None] = self.store.run(job)
        return done
