"""What a plugin sees of the gateway."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from attrs import define, field
from twisted.internet import endpoints
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.logger import Logger
from zope.interface import implementer

from transport import tickets
from transport.api import (
    Accepted,
    Account,
    Delivered,
    Event,
    Failed,
    IHost,
    IHubHost,
    INetwork,
    IPluginStore,
    Message,
    Text,
)
from transport.guard import guarded_endpoint
from transport.owners import Owner, Owners
from transport.render import Render
from transport.render_kept import RenderKept
from transport.safe import Safe
from transport.session import Session, State
from transport.sessions import Sessions
from transport.store.interface import AccountRow, IStore

T = TypeVar("T")
# What a network that waits and retries by itself may tell of a message when its session has ended.
OUTCOMES = (Accepted, Delivered, Failed)


@define
class Core:
    """The parts of the gateway that hosts need."""

    reactor: Any
    owners: Owners
    sessions: Sessions
    render: Render
    kept: RenderKept
    store: IStore
    safe: Safe
    tell_admins: Callable[[Text], None]
    closing: Callable[[], bool]
    logs: dict[str, Logger] = field(factory=dict)

    def log(self, network: INetwork) -> Logger:
        """The log of a kind of network; one for all its sessions."""
        name: str = network.plugin
        if name not in self.logs:
            self.logs[name] = Logger(namespace=f"transport.plugins.{name}")
        return self.logs[name]


def _endpoint(core: Core, host: str, port: int, tls: Any, public_only: bool) -> IStreamClientEndpoint:
    return guarded_endpoint(core.reactor, host, port, tls, public_only)


@implementer(IHost)
class SessionHost:
    """The gateway as one session sees it.

    A fault of the gateway or of a plugin's event costs that event, never the network's connection.
    """

    __slots__ = ("_core", "_session", "_table", "log")

    def __init__(self, core: Core, session: Session) -> None:
        self._core = core
        self._session = session
        self._table = core.render.table
        self.log = core.log(session.network)

    @property
    def reactor(self) -> Any:
        """The reactor."""
        return self._core.reactor

    @property
    def restarting(self) -> bool:
        """Whether the gateway is going down."""
        return self._core.closing()

    def deliver(self, event: Event) -> None:
        """Take an event of a session that is still the owner's."""
        session = self._session
        if session.state is State.OFFLINE and not (session.network.queues and isinstance(event, OUTCOMES)):
            return
        try:
            self._table[event.__class__](session, event)
        except Exception:
            self.log.failure(
                "an event of {network} for {owner} could not be handled",
                network=session.name,
                owner=session.owner.jid,
            )

    def deliver_safely(self, event: Event, key: str) -> Deferred[None]:
        """Keep an event until the XMPP server has it."""
        return _safely(self._core, self._session.owner.jid, self._session.network, event, key)

    def ticket(self, message: Message) -> str:
        """What names a message of the owner for ever."""
        return tickets.ticket(message, self._core.reactor.seconds())

    def recall(self, ticket: str) -> Message:
        """The message of a ticket, without its text."""
        return tickets.recall(ticket)

    def endpoint(self, host: str, port: int, tls: Any = None, public_only: bool = False) -> IStreamClientEndpoint:
        """Where to connect."""
        return _endpoint(self._core, host, port, tls, public_only)


@implementer(IHost)
class OwnerHost:
    """The gateway as a network sees it for one owner, signed in or not."""

    __slots__ = ("_core", "_network", "_owner", "log")

    def __init__(self, core: Core, network: INetwork, owner: str) -> None:
        self._core = core
        self._network = network
        self._owner = owner
        self.log = core.log(network)

    @property
    def reactor(self) -> Any:
        """The reactor."""
        return self._core.reactor

    @property
    def restarting(self) -> bool:
        """Whether the gateway is going down."""
        return self._core.closing()

    def deliver(self, event: Event) -> None:
        """Take an event; the owner is loaded, and signed in to the network, where that is needed."""
        self._core.owners.load(self._owner).addCallback(self._deliver, event).addErrback(
            lambda failure: self.log.failure("an event for {owner} could not be handled", failure, owner=self._owner)
        )

    def _deliver(self, owner: Owner, event: Event) -> None:
        if self._network.name not in owner.state.accounts:
            self.log.warn("an event is for {owner}, who is not registered", owner=owner.jid)
            return
        session = self._core.sessions.sign_in(owner, self._network)
        self._core.render.table[event.__class__](session, event)

    def deliver_safely(self, event: Event, key: str) -> Deferred[None]:
        """Keep an event until the XMPP server has it."""
        return _safely(self._core, self._owner, self._network, event, key)

    def ticket(self, message: Message) -> str:
        """What names a message of the owner for ever."""
        return tickets.ticket(message, self._core.reactor.seconds())

    def recall(self, ticket: str) -> Message:
        """The message of a ticket, without its text."""
        return tickets.recall(ticket)

    def endpoint(self, host: str, port: int, tls: Any = None, public_only: bool = False) -> IStreamClientEndpoint:
        """Where to connect."""
        return _endpoint(self._core, host, port, tls, public_only)


def _safely(core: Core, owner: str, network: INetwork, event: Event, key: str) -> Deferred[None]:
    return core.safe.deliver(owner, network.name, core.kept.parcel(owner, network, event), key)


@implementer(IPluginStore)
@define
class PluginStore:
    """A network's own part of the store; networks of one plugin share its tables."""

    store: IStore
    plugin: str
    network: str

    def migrate(self, scripts: Iterable[str]) -> Deferred[None]:
        """Bring the plugin's tables up to date."""
        return self.store.migrate(self.plugin, scripts)

    def run(self, fn: Callable[[Any], T]) -> Deferred[T]:
        """Call `fn(connection)` in a transaction."""
        return self.store.run(fn)

    def get(self, key: str) -> Deferred[str | None]:
        """A small durable fact."""
        return self.store.get(self.network, key)

    def put(self, key: str, value: str) -> Deferred[None]:
        """Keep a small durable fact."""
        return self.store.put(self.network, key, value)


@implementer(IHubHost)
class HubHost:
    """The gateway as a network as a whole sees it."""

    def __init__(self, core: Core, network: INetwork) -> None:
        self._core = core
        self._network = network
        self.store = PluginStore(core.store, network.plugin, network.name)
        self.log = core.log(network)

    @property
    def reactor(self) -> Any:
        """The reactor."""
        return self._core.reactor

    def account(self, owner: str) -> IHost:
        """A host that delivers to one owner."""
        return OwnerHost(self._core, self._network, owner)

    def accounts(self) -> Deferred[Sequence[Account]]:
        """All accounts registered on this network."""

        def made(rows: Sequence[tuple[str, AccountRow]]) -> Sequence[Account]:
            return [Account(owner, row.network, {**row.settings, **row.secrets}) for owner, row in rows]

        return self._core.store.accounts(self._network.name).addCallback(made)

    def roster(self, owner: str) -> Deferred[Sequence[str]]:
        """The names on this network that an owner is subscribed to."""

        def named(loaded: Owner) -> Sequence[str]:
            return [
                name
                for (network, name), row in loaded.state.contacts.items()
                if network == self._network.name and name and row.to_contact
            ]

        return self._core.owners.load(owner).addCallback(named)

    def followers(self, name: str) -> Deferred[Sequence[str]]:
        """The owners who are subscribed to a name."""
        return self._core.store.followers(self._network.name, name)

    def tell_admins(self, text: Text) -> None:
        """A message to every administrator."""
        self._core.tell_admins(text)

    def endpoint(self, host: str, port: int, tls: Any = None, public_only: bool = False) -> IStreamClientEndpoint:
        """Where to connect."""
        return _endpoint(self._core, host, port, tls, public_only)

    def listen(self, description: str, factory: Any) -> Deferred[Any]:
        """Listen on a server endpoint."""
        listening: Deferred[Any] = endpoints.serverFromString(self._core.reactor, description).listen(factory)
        return listening
