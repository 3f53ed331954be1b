"""Giving texts that came in to their owners, or keeping them until they have one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred

from transport.api import IHubHost, Kind, Message, MessageIn, Target, Text
from transport.plugins.sms.incoming import kinds
from transport.plugins.sms.incoming.arrived import Arrived, Group, rows_of
from transport.plugins.sms.incoming.blocked import Blocked
from transport.plugins.sms.incoming.in_journal import TOLD, UNOWNED, InJournal
from transport.plugins.sms.incoming.once import Once
from transport.plugins.sms.incoming.owners import Owned, TextOwners
from transport.plugins.sms.numbers import Sender

# A time stamp is told when it is older than this; XEP-0203 is for what was delayed.
OLD = 60.0
# 3GPP TS 23.040 section 9.2.3.12.1: no service centre keeps a text for longer than 63 weeks.
OLDEST = 63 * 7 * 86400.0
DAY = 86400.0
UNOWNED_TEXT = (
    "A text from {number} came through the modem {modem}, and nobody owns it. It is kept; say whose it is with the "
    "command “reassign”."
)

# (owner, sender): an owner was told of a sender.
Met = Callable[[str, Sender], object]


@define
class Handover:
    """Tells owners; `met` hears of every sender that an owner was told of, `notices` are of mailboxes."""

    host: IHubHost
    owners: TextOwners
    blocked: Blocked
    journal: InJournal
    met: Met
    notices: bool = True
    once: Once = field(factory=lambda: Once(DAY))

    async def tell(self, whole: Group, owner: str = "") -> Deferred[None]:
        """Find the owner unless it is said, and hand over; the Deferred fires when the core keeps the text.

        It is not awaited here: the core keeps the order of what it is given, and many are written at once.
        """
        first = whole.parts[0].value
        there = {part.number: part.value.deliver for part in whole.parts}
        found = kinds.words(there, whole.key.total, whole.alone, self.notices)
        rows = rows_of(whole)
        if found is None:
            return self.journal.mark(rows, TOLD)
        owned: Owned | None = Owned(owner, found.text)
        if not owner:
            owned = await self.owners.whose(first.row.modem, first.sender.name, found.text)
        if owned is None:
            self._nobody(first)
            return self.journal.mark(rows, UNOWNED)
        if self.blocked.keeps_away(owned.owner, first.sender.name):
            return self.journal.mark(rows, TOLD, owned.owner)
        key = found.about or f"in:{rows[0][0]}"
        message = Message(owned.text, key, when=self._when(first))
        event = MessageIn(Target(Kind.CONTACT, first.sender.name), message)
        handed: Deferred[None] = self.host.account(owned.owner).deliver_safely(event, key)

        def done(_: Any) -> Deferred[None]:
            self.met(owned.owner, first.sender)
            return self.journal.mark(rows, TOLD, owned.owner)

        return handed.addCallback(done)

    def _nobody(self, first: Arrived) -> None:
        if self.once.first(first.sender.name, self.host.reactor.seconds()):
            self.host.tell_admins(Text(UNOWNED_TEXT, modem=first.row.modem, number=first.sender.spelling))

    def _when(self, arrived: Arrived) -> datetime | None:
        """When a text was sent, if that is a while ago; a clock that is ahead or far behind is not believed."""
        now, stamp = self.host.reactor.seconds(), arrived.deliver.timestamp
        sent = stamp.timestamp() if stamp is not None else arrived.row.at
        when = sent if now - OLDEST <= sent <= now + OLD else arrived.row.at
        return datetime.fromtimestamp(when, UTC) if now - when > OLD else None
