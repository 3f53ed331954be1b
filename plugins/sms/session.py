"""An account signed in: what its owner sends, and what the owner is shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from zope.interface import implementer

from transport.api import (
    Account,
    Connected,
    Details,
    IHost,
    IProfiles,
    IRoster,
    ISession,
    Kind,
    Message,
    Refused,
    Sent,
    Status,
    Target,
)
from transport.plugins.sms import numbers
from transport.plugins.sms.incoming.introductions import spelling_key
from transport.plugins.sms.options import is_on
from transport.plugins.sms.outgoing.records import Order
from transport.plugins.sms.presence import Follower
from transport.text.clean import clean

if TYPE_CHECKING:
    from transport.plugins.sms.hub import Hub

CORRECTED = "(corrected) "
# XEP-0364: encrypted messages, and offers to encrypt, whose only mark is the text itself.
OTR = ("?OTR:", "?OTR,", "?OTRv", "?OTR?", "?OTR|")


@implementer(ISession, IRoster, IProfiles)
class Session:
    """Always online: what no modem can take now waits in the outbox."""

    def __init__(self, hub: "Hub", account: Account, host: IHost) -> None:
        self.hub = hub
        self.account = account
        self.host = host
        owner = account.owner
        self.follower = Follower(
            host.deliver,
            lambda number: hub.outbox.ways(owner, number),
            lambda: hub.serving(owner),
            lambda name: hub.used_up(owner) or hub.at_limit(name),
            hub.signals,
        )

    def connect(self) -> None:
        """The modems are the network's: nothing is to be waited for."""
        self.hub.sessions.add(self)
        self.host.deliver(Connected())
        self.follower.refresh()
        self.hub.came(self.account).addErrback(self._tell)

    def _tell(self, failure: Any) -> None:
        if failure.check(Refused):
            self.host.deliver(Status(failure.value.text))
        else:
            self.host.log.failure("an account could not be looked at", failure)

    def disconnect(self, reason: str) -> None:
        """The owner is not shown anything any more."""
        self.hub.sessions.discard(self)
        self.hub.left(self.account.owner)

    # texts

    def send(self, target: Target, message: Message) -> Deferred[Sent]:
        """Put a text into the outbox; responsibility is taken once it is durable there."""
        if target.kind is not Kind.CONTACT:
            raise Refused("item-not-found", "Texts go to phones.")
        number = self._number(target.name)
        text = self._text(message)
        report = message.receipt or is_on(self.account.settings, "reports")
        order = Order(
            self.account.owner, number, text, self.host.ticket(message), message.id or "", report, bulk=message.bulk
        )
        return self.hub.outbox.put(order).addCallback(self._sent)

    def _sent(self, id: int) -> Sent:
        if self.hub.used_up(self.account.owner):
            self.follower.refresh()
        return Sent(f"out:{id}")

    def _number(self, name: str) -> str:
        if numbers.E164.fullmatch(name):
            return name
        number = numbers.native(name, self.hub.settings.region)
        if numbers.is_alphanumeric(number):
            raise Refused(
                "not-acceptable", "{name} is a name and no number; it cannot be answered.", name=numbers.display(number)
            )
        return number

    def _text(self, message: Message) -> str:
        text = message.text if message.details is None else self._plainly(message.text, message.details)
        if not text.strip():
            raise Refused("not-acceptable", "A text must not be empty.")
        if text.startswith(OTR):
            raise Refused("not-acceptable", "This is encrypted, and a phone cannot read it; please turn that off.")
        if clean(text) != text:
            raise Refused("not-acceptable", "This text has characters that cannot be sent.")
        return text

    def _plainly(self, text: str, details: Details) -> str:
        """What a phone cannot show otherwise, as plain text where that is allowed."""
        if details.retracts:
            raise Refused("feature-not-implemented", "A text that was sent cannot be taken back.")
        reactions = [each for emojis in (details.reactions or {}).values() for each in emojis]
        if details.reactions is not None and not reactions:
            raise Refused("feature-not-implemented", "A reaction that was sent cannot be taken back.")
        if not self.hub.settings.fallbacks and (details.replaces or details.reply_to or reactions):
            raise Refused(
                "feature-not-implemented", "Phones know no corrections, reactions and replies; please write a new text."
            )
        if reactions:
            return " ".join(reactions)
        return CORRECTED + text if details.replaces else text

    # presence and profiles

    def add(self, name: str) -> None:
        """Show the presence of the modem that serves a number."""
        self.follower.add(name)
        if numbers.is_alphanumeric(name):
            self._spelling(name).addCallback(lambda nick: self.follower.add(name, nick))

    def remove(self, name: str) -> None:
        """Show it no more."""
        self.follower.remove(name)

    def _spelling(self, name: str) -> Deferred[str | None]:
        found: Deferred[str | None] = self.hub.host.store.get(spelling_key(name))
        return found.addErrback(lambda failure: self.host.log.failure("a name could not be read", failure))

    def profile(self, name: str) -> Deferred[Mapping[str, str]]:
        """What is known of a number: itself, and its country."""
        return Deferred.fromCoroutine(self._profile(name))

    async def _profile(self, name: str) -> Mapping[str, str]:
        number = numbers.native(name, self.hub.settings.region)
        if numbers.is_alphanumeric(number):
            spelling = await self._spelling(number) or numbers.display(number)
            return {"FN": spelling, "NICKNAME": spelling, "NOTE": "Texts only come from here."}
        country = numbers.region_of(number)
        note = f"A phone number of {country}." if country else "A short number."
        return {"FN": numbers.display(number), "TEL": number, "NOTE": note}
