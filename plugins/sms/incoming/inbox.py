"""Texts that came in: kept first, then handed to their owners in order (sms_in)."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from transport.api import IHubHost, Refused, Text
from transport.plugins.sms import tpdu
from transport.plugins.sms.incoming.arrived import Arrived, Group, arrived, part_of, read, rows_of, whole_of
from transport.plugins.sms.incoming.handover import Handover
from transport.plugins.sms.incoming.in_journal import BAD, NEW, PART, TOLD, UNOWNED, Place, Row, groups
from transport.plugins.sms.incoming.once import Once
from transport.plugins.sms.incoming.reassembly import TIMEOUT, Reassembly, Waiting, Whole
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.states import Incoming
from transport.plugins.sms.tpdu import Deliver, StatusReport

AGAIN = 60.0
PRUNE = 86400.0
HOUR = 3600.0
# How long a set may wait after a start for what lies in the SIM.
GRACE = 120.0
READABLE_BYTES = 2000
BAD_TEXT = "A message that cannot be told came through the modem {modem} ({why}); it is kept, with the number {id}."


class Inbox:
    """Takes what modems receive: texts, for their owners, and status reports, for the outbox."""

    def __init__(
        self, host: IHubHost, handover: Handover, report: Callable[[str, StatusReport], Deferred[None]], region: str
    ) -> None:
        self.host = host
        self.handover = handover
        self.journal = handover.journal
        self.owners = handover.owners
        self._report = report
        self._region = region
        self._reassembly: Reassembly[Arrived] = Reassembly()
        self._waiting: deque[Arrived | Group] = deque()
        self._busy = False
        self._stopped = False
        self._calls: set[Any] = set()
        self._expiry: Any = None
        self._told_bad = Once(HOUR)

    # life

    async def load(self) -> None:
        """Go on where a program before this one stopped."""
        now = self.host.reactor.seconds()
        for rows in groups(await self.journal.past(now)):
            parts = [Place.read(row).part for row in rows]
            self._reassembly.remember(Whole(parts[0].key, tuple(parts)), max(part.at for part in parts))
        for item in await self._kept(NEW, PART):
            item.row.at = max(item.row.at, now - TIMEOUT + GRACE)
            self._put(item)
        self._prune()

    def stop(self) -> None:
        """Begin nothing more; what is kept is found again."""
        self._stopped = True
        for call in self._calls:
            if call.active():
                call.cancel()

    def _later(self, seconds: float, act: Callable[..., object], *args: object) -> Any:
        self._calls = {call for call in self._calls if call.active()}
        if self._stopped:
            return None
        call = self.host.reactor.callLater(seconds, act, *args)
        self._calls.add(call)
        return call

    def _prune(self) -> None:
        self._log(self.journal.prune(self.host.reactor.seconds()))
        self._later(PRUNE, self._prune)

    def _log(self, done: Deferred[Any]) -> None:
        done.addErrback(lambda failure: self.host.log.failure("texts that came in could not be looked after", failure))

    async def _kept(self, *states: str) -> list[Arrived]:
        """What is kept in some states, as it is read."""
        found = []
        for row in await self.journal.rows(*states):
            try:
                found.append(read(row, self._region))
            except Malformed as error:
                self._log(self.journal.mark([(row.id, row.batch)], BAD))
                self._tell_bad(row.id, row.modem, str(error))
        return found

    # what modems say

    def received(self, incoming: Incoming) -> Deferred[None]:
        """Keep a PDU; fires once it is durable."""
        try:
            pdu = tpdu.decode(incoming.pdu, "in")
        except Malformed as error:
            return self._keep_bad(incoming, str(error))
        if isinstance(pdu, StatusReport):
            return self._report(incoming.sim, pdu)
        if not isinstance(pdu, Deliver):
            return self._keep_bad(incoming, "no text")
        now = self.host.reactor.seconds()
        return self.journal.keep(incoming, now).addCallback(self._take, incoming, pdu, now)

    def _take(self, id: int | None, incoming: Incoming, deliver: Deliver, now: float) -> None:
        if id is not None:
            row = Row(id, incoming.modem, incoming.sim, incoming.pdu, now)
            self._put(arrived(row, deliver, self._region))

    def unreadable(self, modem: str, sim: str, text: str, place: tuple[str, int] | None) -> Deferred[None]:
        """Keep what is no hexadecimal at all."""
        octets = text[:READABLE_BYTES].encode("utf-8", "replace")
        return self._keep_bad(Incoming(modem, sim, octets, place), "it is not hexadecimal")

    def _keep_bad(self, incoming: Incoming, why: str) -> Deferred[None]:
        kept = self.journal.keep(incoming, self.host.reactor.seconds(), BAD)
        return kept.addCallback(self._tell_bad, incoming.modem, why)

    def _tell_bad(self, id: int | None, modem: str, why: str) -> None:
        if id is not None and self._told_bad.first(modem, self.host.reactor.seconds()):
            self.host.tell_admins(Text(BAD_TEXT, modem=modem, why=why, id=id))

    # one after the other

    def _put(self, item: Arrived | Group) -> None:
        self._waiting.append(item)
        if not self._busy:
            self._busy = True
            self._log(Deferred.fromCoroutine(self._work()))

    async def _work(self) -> None:
        try:
            while self._waiting and not self._stopped:
                item = self._waiting.popleft()
                if isinstance(item, Whole):
                    await self._tell(item)
                else:
                    self._gathered(item)
        finally:
            self._busy = False

    def _gathered(self, item: Arrived) -> None:
        """A fault costs one text its place until the next start, and the others nothing."""
        try:
            self._gather(item)
        except Exception:
            self.host.log.failure("the text of row {id} could not be looked at", id=item.row.id)

    def _gather(self, item: Arrived) -> None:
        part = part_of(item)
        found = self._reassembly.add(part)
        if isinstance(found, Whole):
            self._waiting.appendleft(found)
        elif found is Waiting.FOR_MORE:
            self._log(self.journal.mark([(item.row.id, Place(part).written())], PART))
        else:
            self._log(self.journal.mark([(item.row.id, "")], TOLD))
        self._watch()

    async def _tell(self, whole: Group, owner: str = "") -> None:
        try:
            (await self.handover.tell(whole, owner)).addErrback(self._failed, whole)
        except Exception:
            self._failed(Failure(), whole)

    def _failed(self, failure: Failure, whole: Group) -> None:
        if self._stopped:
            return
        self.host.log.failure("a text that came in could not be handed over", failure)
        if isinstance(failure.value, Refused):
            # Nobody would ever take it.
            rows, modem = rows_of(whole), whole.parts[0].value.row.modem
            self._log(self.journal.mark(rows, BAD))
            self._tell_bad(rows[0][0], modem, str(failure.value.text))
        else:
            self._later(AGAIN, self._put, whole)

    def _watch(self) -> None:
        """Look at the next set that may stay incomplete when its time has come, or at once when there are too many."""
        if self._reassembly.is_crowded:
            self._expire()
            return
        due = self._reassembly.due()
        if due is not None and (self._expiry is None or not self._expiry.active()):
            self._expiry = self._later(max(due - self.host.reactor.seconds(), 1.0), self._expire)

    def _expire(self) -> None:
        for whole in self._reassembly.expired(self.host.reactor.seconds()):
            self._put(whole)
        self._watch()

    # what nobody owns

    async def _unowned(self) -> list[Group]:
        known = {item.row.id: item for item in await self._kept(UNOWNED)}
        grouped = groups([item.row for item in known.values()])
        return [whole_of([known[row.id] for row in rows]) for rows in grouped]

    def unowned(self) -> Deferred[Sequence[tuple[str, str]]]:
        """Numbers whose texts nobody owns, each with the modem that got them."""

        def numbers(wholes: list[Group]) -> Sequence[tuple[str, str]]:
            first = [whole.parts[0].value for whole in wholes]
            return list(dict.fromkeys((each.sender.name, each.row.modem) for each in first))

        return Deferred.fromCoroutine(self._unowned()).addCallback(numbers)

    def assign(self, number: str, owner: str) -> Deferred[int]:
        """A number's texts belong to an owner from now on: how many waited and are handed over."""
        return Deferred.fromCoroutine(self._assign(number, owner))

    async def _assign(self, number: str, owner: str) -> int:
        mine = [whole for whole in await self._unowned() if whole.key.sender == number]
        await self.owners.give(number, owner)
        for whole in mine:
            await self._tell(whole, owner)
        return len(mine)

    async def look_again(self) -> None:
        """Somebody has registered: what nobody owned may have an owner now."""
        for whole in await self._unowned():
            self._put(whole)
