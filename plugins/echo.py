"""A network of one voice: every contact says back what it is told.  The smallest whole plugin."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import implementer, provider

from transport.api import (
    SENT,
    Account,
    Case,
    Command,
    CommandContext,
    Connected,
    Done,
    Feature,
    Field,
    Identity,
    IHost,
    IHubHost,
    INetwork,
    INetworkPlugin,
    ISession,
    Kind,
    Markup,
    Message,
    MessageIn,
    Option,
    Pending,
    Refused,
    Sent,
    Target,
    Text,
)

LONGEST_NAME = 40


@implementer(ISession)
class EchoSession:
    """An account signed in."""

    def __init__(self, account: Account, host: IHost, prefix: str) -> None:
        self.greeting = account.settings.get("greeting", "")
        self.host = host
        self.prefix = prefix
        self.connected = False

    def connect(self) -> None:
        self.connected = True
        self.host.deliver(Connected())
        if self.greeting:
            self.host.deliver(MessageIn(Target(Kind.CONTACT, "echo"), Message(self.greeting)))

    def disconnect(self, reason: str) -> None:
        self.connected = False

    def send(self, target: Target, message: Message) -> Sent | Pending | Deferred[Sent]:
        if not self.connected:
            raise Refused("recipient-unavailable", "You are not signed in.")
        answer = Message(self.prefix + message.text)
        # The answer comes after the message: not before `send` has returned.
        self.host.reactor.callLater(0, self.host.deliver, MessageIn(target, answer))
        return SENT


@provider(INetworkPlugin)
@implementer(INetwork)
class Echo:
    """The network; `prefix` is written before what is said back."""

    options = (Option("prefix", "string", "Written before what is said back.", ""),)
    plugin = "echo"
    identities: tuple[Identity, ...] = (Identity("gateway", "echo"),)
    contact_identity = Identity("client", "bot")
    registration = (Field("greeting", "Greeting", help="What echo says when you come online."),)
    instructions = Text("Whoever you write to says it back.")
    features: frozenset[Feature] = frozenset()
    case = Case.FOLD
    markup = Markup.PLAIN
    queues = False

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self.prefix = options.get("prefix", "")
        self.commands = (Command("shout", "Say something loudly", self.shout, help="shout TEXT"),)
        self.cli: Mapping[str, Callable[[Sequence[str]], int]] = {}

    def start(self, hub_host: IHubHost) -> None:
        """Nothing to prepare."""

    def address_type(self, name: str) -> Kind:
        return Kind.CONTACT

    def fold(self, name: str) -> str:
        return name.lower()

    def check(self, name: str) -> str:
        if not name.isprintable() or not 0 < len(name.strip()) <= LONGEST_NAME:
            raise Refused("jid-malformed", "“{name}” cannot be a name here.", name=name[:LONGEST_NAME])
        return name.strip()

    def claims(self, text: str) -> str | None:
        return None

    def check_registration(self, settings: Mapping[str, str]) -> Mapping[str, str]:
        return {key: value for key, value in settings.items() if key == "greeting" and value}

    def status(self) -> Mapping[str, str]:
        return {}

    def session(self, account: Account, host: IHost) -> EchoSession:
        return EchoSession(account, host, self.prefix)

    def shout(self, context: CommandContext) -> Done:
        """The command: its argument in capitals."""
        if not context.argument:
            raise Refused("bad-request", "Say what to shout: shout TEXT")
        return Done(Text("{loud}!", loud=context.argument.upper()))
