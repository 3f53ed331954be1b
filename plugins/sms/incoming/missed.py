"""Calls to a SIM, as messages to whom they are for."""

from datetime import datetime

from attrs import define
from twisted.internet.defer import Deferred

from transport.api import IHubHost, Kind, Message, MessageIn, Target
from transport.plugins.sms import numbers
from transport.plugins.sms.incoming.blocked import Blocked
from transport.plugins.sms.incoming.owners import TextOwners
from transport.plugins.sms.options import is_on

MISSED = "Missed call on {at}."
WITHHELD = "Missed call on {at}, from a number that was withheld."


@define
class MissedCalls:
    """One message for each call; a call that is for nobody is told to nobody."""

    host: IHubHost
    owners: TextOwners
    blocked: Blocked
    region: str

    def called(self, modem: str, number: str) -> None:
        """A call came and is over; `number` is empty when withheld."""
        done = Deferred.fromCoroutine(self._called(modem, number))
        done.addErrback(lambda failure: self.host.log.failure("a call could not be told of", failure))

    async def _called(self, modem: str, number: str) -> None:
        now = self.host.reactor.seconds()
        name = numbers.heard(number, self.region) if number else ""
        owned = await self.owners.whose(modem, name, "")
        if owned is None or self.blocked.keeps_away(owned.owner, name):
            return
        account = (await self.owners.registered()).get(owned.owner)
        if account is None or not is_on(account.settings, "calls"):
            return
        at = datetime.fromtimestamp(now).astimezone().strftime("%Y-%m-%d %H:%M %Z")
        target = Target(Kind.CONTACT, name) if name else Target(Kind.NETWORK, "")
        text = (MISSED if name else WITHHELD).format(at=at)
        key = f"call:{modem}:{name}:{now:.0f}"
        await self.host.account(owned.owner).deliver_safely(MessageIn(target, Message(text, key)), key)
