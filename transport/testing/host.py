"""A core that only remembers what a plugin tells it, with a clock that stands still until it is moved."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IProtocol, IStreamClientEndpoint
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.test.iosim import FakeTransport, IOPump, connect
from zope.interface import implementer

from transport import tickets
from transport.api import (
    Account,
    Delivered,
    Event,
    Failed,
    IHost,
    IHubHost,
    IPluginStore,
    Message,
    MessageIn,
    Text,
)

T = TypeVar("T")
ServerFactory = Callable[[str, int], Any]


@implementer(IStreamClientEndpoint)
class FakeEndpoint:
    """Where a plugin connects to: a server in memory, made by the host's `server`."""

    def __init__(self, host: "FakeHost", address: str, port: int, tls: Any, public_only: bool) -> None:
        self.host = host
        self.address = address
        self.port = port
        self.tls = tls
        self.public_only = public_only

    def connect(self, factory: Any) -> Deferred[IProtocol]:
        """Connect to what `server` makes; it may return a Deferred or an Exception instead."""
        self.host.endpoints.append(self)
        server = self.host.server(self.address, self.port)
        if isinstance(server, Exception):
            return fail(server)
        if isinstance(server, Deferred):
            return server
        if self.tls is not None and self.host.encrypted:
            factory = TLSMemoryBIOFactory(self.tls, True, factory, clock=self.host.reactor)
        protocol = factory.buildProtocol(None)
        ours, theirs = FakeTransport(protocol, False), FakeTransport(server, True)
        # Nothing is said before the caller has its protocol, as on a real network.
        pump = connect(server, theirs, protocol, ours, greet=False, clock=self.host.reactor)
        self.host.pumps.append(pump)
        return succeed(getattr(protocol, "wrappedProtocol", protocol))


def no_server(host: str, port: int) -> Exception:
    """A network without servers."""
    return ConnectionRefusedError(f"nobody listens on {host}:{port}")


@implementer(IHost)
class FakeHost:
    """A host for one account; `events` are all that were delivered, in order.

    `server(host, port)` makes the protocol of the other side of a connection; `pump` lets both sides
    talk until neither has anything to say.  With `encrypted`, TLS is really spoken.
    """

    def __init__(self, server: ServerFactory = no_server, reactor: Any = None, encrypted: bool = False) -> None:
        self.reactor: Any = reactor if reactor is not None else MemoryReactorClock()
        self.log = Logger(namespace="transport.testing")
        self.restarting = False
        self.events: list[Event] = []
        self.keys: set[str] = set()
        self.server = server
        self.encrypted = encrypted
        self.endpoints: list[FakeEndpoint] = []
        self.pumps: list[IOPump] = []

    def deliver(self, event: Event) -> None:
        self.events.append(event)

    def deliver_safely(self, event: Event, key: str) -> Deferred[None]:
        if not isinstance(event, MessageIn | Delivered | Failed):
            raise TypeError("only messages and what became of them can be delivered safely")
        if key not in self.keys:
            self.keys.add(key)
            self.events.append(event)
        return succeed(None)

    def ticket(self, message: Message) -> str:
        return tickets.ticket(message, self.reactor.seconds())

    def recall(self, ticket: str) -> Message:
        return tickets.recall(ticket)

    def endpoint(self, host: str, port: int, tls: Any = None, public_only: bool = False) -> IStreamClientEndpoint:
        return FakeEndpoint(self, host, port, tls, public_only)

    def pump(self) -> None:
        """Let all connections talk until it is quiet."""
        while any(pump.pump() for pump in self.pumps):
            # What was put off to the next turn of the reactor is due.
            self.reactor.advance(0)

    def advance(self, seconds: float) -> None:
        """Let time pass, and let the connections talk."""
        self.reactor.advance(seconds)
        self.pump()

    def of(self, *kinds: type[T]) -> list[T]:
        """The events of some kinds."""
        return [event for event in self.events if isinstance(event, kinds)]

    def take(self) -> list[Event]:
        """The events so far; they are forgotten."""
        events, self.events = self.events, []
        return events


@implementer(IPluginStore)
class FakePluginStore:
    """Facts in a dict, tables in memory; everything is done at once."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self.database = sqlite3.connect(":memory:")
        self.applied = 0

    def migrate(self, scripts: Iterable[str]) -> Deferred[None]:
        for script in list(scripts)[self.applied :]:
            self.database.executescript(script)
            self.applied += 1
        return succeed(None)

    def run(self, fn: Callable[[Any], T]) -> Deferred[T]:
        try:
            with self.database:
                return succeed(fn(self.database))
        except Exception as error:
            return fail(error)

    def get(self, key: str) -> Deferred[str | None]:
        return succeed(self.facts.get(key))

    def put(self, key: str, value: str) -> Deferred[None]:
        self.facts[key] = value
        return succeed(None)


@implementer(IHubHost)
class FakeHubHost:
    """A host for a network as a whole; `hosts` are those of its owners."""

    def __init__(self, reactor: Any = None, accounts: Sequence[Account] = ()) -> None:
        self.reactor: Any = reactor if reactor is not None else MemoryReactorClock()
        self.log = Logger(namespace="transport.testing")
        self.store = FakePluginStore()
        self.registered = tuple(accounts)
        self.rosters: dict[str, tuple[str, ...]] = {}
        self.hosts: dict[str, FakeHost] = {}
        self.told: list[Text] = []
        self.listening: list[tuple[str, Any]] = []

    def account(self, owner: str) -> FakeHost:
        return self.hosts.setdefault(owner, FakeHost(reactor=self.reactor))

    def accounts(self) -> Deferred[Sequence[Account]]:
        return succeed(self.registered)

    def roster(self, owner: str) -> Deferred[Sequence[str]]:
        return succeed(self.rosters.get(owner, ()))

    def followers(self, name: str) -> Deferred[Sequence[str]]:
        return succeed(sorted(owner for owner, names in self.rosters.items() if name in names))

    def tell_admins(self, text: Text) -> None:
        self.told.append(text)

    def endpoint(self, host: str, port: int, tls: Any = None, public_only: bool = False) -> IStreamClientEndpoint:
        return self.account("").endpoint(host, port, tls, public_only)

    def listen(self, description: str, factory: Any) -> Deferred[Any]:
        self.listening.append((description, factory))
        return succeed(None)
