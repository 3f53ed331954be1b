"""A network as unlike IRC as can be: one link for all owners, own tables, own queue, case that matters.

Letters are put into a post box (`post`) and taken out by a postman that the test moves.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer, provider

from transport.api import (
    Account,
    Case,
    Command,
    CommandContext,
    Connected,
    Delivered,
    Done,
    Feature,
    Field,
    Identity,
    IHost,
    IHub,
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

SCHEMA = (
    "CREATE TABLE letters_out (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, message TEXT, name TEXT NOT NULL, "
    "text TEXT NOT NULL);",
    "CREATE TABLE letters_in (key TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL);",
)


@implementer(ISession)
class Counter:
    """Where one owner hands in letters."""

    def __init__(self, network: "Post", account: Account, host: IHost) -> None:
        self.network = network
        self.account = account
        self.host = host

    def connect(self) -> None:
        self.host.deliver(Connected(self.account.settings.get("box")))

    def disconnect(self, reason: str) -> None:
        """The box stays open; the link is the network's."""

    def send(self, target: Target, message: Message) -> Sent | Pending | Deferred[Sent]:
        if target.kind is not Kind.CONTACT or not target.name:
            raise Refused("item-not-found", "Letters go to people.")
        if "\0" in message.text or any("\ud800" <= c <= "\udfff" for c in message.text + target.name):
            raise Refused("not-acceptable", "This cannot be written on paper.")
        return self.network.hand_in(self.account.owner, target.name, message)


@provider(INetworkPlugin)
@implementer(INetwork, IHub)
class Post:
    """The network; `postman` is what the link would be."""

    options = (Option("town", "string", "Where the post office is.", "Verona"),)
    plugin = "post"
    identities: tuple[Identity, ...] = (Identity("gateway", "sms"),)
    contact_identity = Identity("client", "phone")
    registration = (Field("box", "Post box", required=True, legacy="username"),)
    instructions = Text("Choose the name of your post box.")
    features = frozenset({Feature.RECEIPTS, Feature.NEWLINES})
    case = Case.KEEP
    markup = Markup.PLAIN
    queues = True

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self.town = options.get("town", "Verona")
        self.commands = (Command("box", "How many letters wait", self.count),)
        self.cli: Mapping[str, Callable[[Sequence[str]], int]] = {}
        self.open = False
        self.host: Any = None

    def start(self, hub_host: IHubHost) -> None:
        self.host = hub_host

    def start_hub(self, hub_host: IHubHost) -> None:
        self.host = hub_host
        ready: Deferred[None] = hub_host.store.migrate(SCHEMA)
        ready.addCallback(self.opened)

    def opened(self, result: None) -> None:
        self.open = True

    def stop_hub(self) -> Deferred[None]:
        self.open = False
        return succeed(None)

    def address_type(self, name: str) -> Kind:
        return Kind.CONTACT

    def fold(self, name: str) -> str:
        return name

    def check(self, name: str) -> str:
        if not name.strip() or len(name) > 200 or not name.isprintable():
            raise Refused("jid-malformed", "This is nobody's name.")
        return name

    def claims(self, text: str) -> str | None:
        return text[5:] if text.startswith("post:") else None

    def check_registration(self, settings: Mapping[str, str]) -> Mapping[str, str]:
        if not settings.get("box", "").strip():
            raise Refused("not-acceptable", "A post box needs a name.")
        return {"box": settings["box"].strip()}

    def status(self) -> Mapping[str, str]:
        return {"open": str(self.open)}

    def session(self, account: Account, host: IHost) -> Counter:
        return Counter(self, account, host)

    # The letters

    def hand_in(self, owner: str, name: str, message: Message) -> Deferred[Sent]:
        """Responsibility is taken once the letter is in the box; it stays there until the postman has it."""

        def insert(connection: Any) -> int:
            row = (owner, message.id, name, message.text)
            added = connection.execute("INSERT INTO letters_out (owner, message, name, text) VALUES (?, ?, ?, ?)", row)
            return int(added.lastrowid)

        kept: Deferred[int] = self.host.store.run(insert)
        return kept.addCallback(lambda number: Sent(native_id=str(number)))

    def postman(self) -> Deferred[list[tuple[str, str]]]:
        """Take all letters out; their owners are told that they arrived."""

        def take(connection: Any) -> list[tuple[str, str, str, str]]:
            rows = connection.execute("SELECT owner, message, name, text FROM letters_out ORDER BY id").fetchall()
            connection.execute("DELETE FROM letters_out")
            return list(rows)

        def tell(rows: list[tuple[str, str, str, str]]) -> list[tuple[str, str]]:
            for owner, message, name, _ in rows:
                if message:
                    self.host.account(owner).deliver(Delivered(message, Target(Kind.CONTACT, name)))
            return [(name, text) for _, _, name, text in rows]

        taken: Deferred[list[tuple[str, str, str, str]]] = self.host.store.run(take)
        return taken.addCallback(tell)

    def post(self, owner: str, name: str, text: str, key: str) -> Deferred[None]:
        """A letter comes for an owner; the post keeps it until the gateway has it for good."""

        def keep(connection: Any) -> None:
            connection.execute("INSERT OR IGNORE INTO letters_in VALUES (?, ?, ?, ?)", (key, owner, name, text))

        def hand_over(result: None) -> Deferred[None]:
            event = MessageIn(Target(Kind.CONTACT, name), Message(text, id=key))
            handed: Deferred[None] = self.host.account(owner).deliver_safely(event, key)
            return handed

        def forget(result: None) -> Any:
            return self.host.store.run(lambda c: c.execute("DELETE FROM letters_in WHERE key = ?", (key,)) and None)

        kept: Deferred[None] = self.host.store.run(keep)
        return kept.addCallback(hand_over).addCallback(forget)

    async def count(self, context: CommandContext) -> Done:
        """The command."""

        def waiting(connection: Any) -> int:
            query = "SELECT count(*) FROM letters_out WHERE owner = ?"
            return int(connection.execute(query, (context.owner,)).fetchone()[0])

        return Done(Text("{count} letters wait.", count=await self.host.store.run(waiting)))
