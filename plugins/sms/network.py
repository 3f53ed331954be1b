"""Text messages as the core sees them."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer, provider

from transport.api import (
    Account,
    Case,
    Command,
    Feature,
    Identity,
    IGreeting,
    IHost,
    IHub,
    IHubHost,
    ILocalNames,
    INetwork,
    INetworkPlugin,
    Kind,
    Markup,
    Refused,
    Text,
)
from transport.plugins.sms import numbers
from transport.plugins.sms.admin_commands import AdminCommands
from transport.plugins.sms.hub import Hub, MakeModem, real_modem
from transport.plugins.sms.options import OPTIONS, REGISTRATION, check_registration, read
from transport.plugins.sms.outgoing.routing import is_anothers
from transport.plugins.sms.session import Session
from transport.plugins.sms.states import IsModem
from transport.plugins.sms.user_commands import UserCommands

# What is not plainly a number of a phone is for others to claim.
FEWEST_DIGITS = 7


def decode(words: Sequence[str]) -> int:
    """`transport sms decode`."""
    from transport.plugins.sms.cli_decode import decode_command

    return decode_command(words)


def simulator(words: Sequence[str]) -> int:
    """`transport sms simulator`."""
    from transport.plugins.sms.simulator.cli import simulator_command

    return simulator_command(words)


@provider(INetworkPlugin)
@implementer(INetwork, IHub, ILocalNames, IGreeting)
class Sms:
    """Phones, through modems that all users share; `make_modem` makes one of them."""

    options = OPTIONS
    plugin = "sms"
    identities: tuple[Identity, ...] = (Identity("gateway", "sms"),)
    contact_identity = Identity("client", "phone")
    registration = REGISTRATION
    instructions = Text("Text any phone: its number is its address.")
    # Corrections, reactions and replies too: the session refuses or rewrites them.
    features = frozenset(
        {
            Feature.RECEIPTS,
            Feature.NEWLINES,
            Feature.GROUPS,
            Feature.CORRECTION,
            Feature.REACTIONS,
            Feature.REPLIES,
        }
    )
    case = Case.FOLD
    markup = Markup.PLAIN
    queues = True
    cli: Mapping[str, Callable[[Sequence[str]], int]] = {"decode": decode, "simulator": simulator}
    make_modem: MakeModem = staticmethod(real_modem)

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self.settings = read(name, options)
        self.hub: Hub | None = None
        self.modems: dict[str, IsModem] = {}
        users = UserCommands(
            lambda owner: self.running().serving(owner),
            lambda: self.running().outbox,
            lambda: self.running().blocked,
            self.number,
            lambda owner, message: self.running().host.account(owner).ticket(message),
            self.settings.ussd,
        )
        admins = AdminCommands(
            self.modems,
            lambda: self.running().outbox,
            lambda: self.running().inbox,
            self.number,
            any(modem.raw for modem in self.settings.modems.values()),
        )
        self.commands: tuple[Command, ...] = (*users.commands(), *admins.commands())

    def running(self) -> Hub:
        """What runs; Refused before the daemon does."""
        if self.hub is None:
            raise Refused("recipient-unavailable", "The gateway is being started.")
        return self.hub

    def start(self, hub_host: IHubHost) -> None:
        """Put the parts together; they begin with `start_hub`."""
        self.hub = Hub(self.name, self.settings, hub_host, Random(), self.make_modem)  # noqa: S311
        self.modems.update(self.hub.modems)

    def start_hub(self, hub_host: IHubHost) -> None:
        """Open the modems."""
        self.running().start()

    def stop_hub(self) -> Deferred[None]:
        """Close them."""
        return self.hub.stop() if self.hub is not None else succeed(None)

    def address_type(self, name: str) -> Kind:
        """There are no rooms."""
        return Kind.CONTACT

    def fold(self, name: str) -> str:
        """E.164, or lower case."""
        return numbers.fold(name, self.settings.region)

    def check(self, name: str) -> str:
        """A number, or the name of a sender that has none."""
        return numbers.native(name, self.settings.region)

    def localise(self, name: str, settings: Mapping[str, str]) -> str:
        """A number as it is dialled in the owner's country; a short one is what it is where the modems are.

        Otherwise the answer to a short number would go to whom its digits reach in the owner's country.
        """
        if numbers.is_short(name, self.settings.region):
            return name
        try:
            return self.number(name, settings)
        except Refused:
            return name

    def number(self, typed: str, settings: Mapping[str, str]) -> str:
        """The number that an owner typed, as `localise` and `check` give it; Refused (`jid-malformed`)."""
        return numbers.native(typed, settings.get("region") or self.settings.region)

    def claims(self, text: str) -> str | None:
        """Any number of a phone, and `tel:` and `sms:` addresses."""
        if sum(c.isdigit() for c in text) < FEWEST_DIGITS or text.endswith(numbers.ALPHA):
            return None
        try:
            return numbers.native(text, self.settings.region)
        except Refused:
            return None

    def check_registration(self, settings: Mapping[str, str]) -> Mapping[str, str]:
        """Refuse countries that do not exist, and keywords that could not be typed."""
        return check_registration(settings)

    def greeting(self, owner: str) -> Text:
        """Which numbers an owner's texts come from."""
        serving = self.hub.serving(owner) if self.hub is not None else ()
        if not serving:
            return Text("No modem of this gateway serves you.")
        shown = [numbers.display(each.settings.number) or each.settings.name for each in serving]
        if any(is_anothers(each.settings, owner) for each in serving):
            return Text(
                "Text any phone: its number is its address. Your texts come from {numbers}; answers go to somebody "
                "else, who gets all texts to that number.",
                numbers=", ".join(shown),
            )
        return Text(
            "Text any phone: its number is its address. Your texts come from {numbers}; answers go there.",
            numbers=", ".join(shown),
        )

    def status(self) -> Mapping[str, str]:
        """Modems, and how much waits."""
        return self.hub.status() if self.hub is not None else {}

    def session(self, account: Account, host: IHost) -> Session:
        """A session for an account."""
        return Session(self.running(), account, host)
