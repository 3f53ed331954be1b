"""What a plugin is given: the core as one session, and as a network as a whole, sees it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from zope.interface import Attribute, Interface

from transport.api.events import Event
from transport.api.values import Account, Message, Text

T = TypeVar("T")


class IHost(Interface):
    """What a session sees of the core."""

    reactor = Attribute("The reactor (IReactorTime, IReactorCore); its clock is the only clock.")
    log = Attribute("twisted.logger.Logger that names the account; never give it secrets or texts.")
    restarting = Attribute("bool: the daemon is going down or coming up; do not blame the user for it.")

    def deliver(event: Event) -> None:
        """Tell the core; never raises."""

    def deliver_safely(event: Event, key: str) -> Deferred[None]:
        """Tell the core what must not be lost: `MessageIn`, `Delivered` or `Failed`.

        It is durable before the Deferred fires; a repeated key is dropped; it is kept until the XMPP
        server has it.  Fails with Refused (`not-acceptable`) when no server would take it.
        """

    def ticket(message: Message) -> str:
        """What names a message of the owner for ever: opaque, to be kept beside what waits on disk."""

    def recall(ticket: str) -> Message:
        """The message of a ticket, without its text: what `Delivered` and `Failed` name after a restart."""

    def endpoint(host: str, port: int, tls: Any = None, public_only: bool = False) -> IStreamClientEndpoint:
        """Where to connect; `tls` is an IOpenSSLClientConnectionCreator, `public_only` the SSRF guard."""


class IHubHost(Interface):
    """What a network as a whole sees of the core."""

    reactor = Attribute("As for IHost.")
    log = Attribute("As for IHost, naming the network.")
    store = Attribute("IPluginStore: the plugin's own tables, and small durable facts.")

    def account(owner: str) -> IHost:
        """A host that delivers to one owner, signed in or not."""

    def accounts() -> Deferred[Sequence[Account]]:
        """All accounts registered on this network."""

    def roster(owner: str) -> Deferred[Sequence[str]]:
        """The names on this network that an owner is subscribed to."""

    def followers(name: str) -> Deferred[Sequence[str]]:
        """The owners who are subscribed to a name on this network, sorted."""

    def tell_admins(text: Text) -> None:
        """A message to every administrator."""

    def endpoint(host: str, port: int, tls: Any = None, public_only: bool = False) -> IStreamClientEndpoint:
        """As for IHost."""

    def listen(description: str, factory: Any) -> Deferred[Any]:
        """Listen on a Twisted server endpoint description."""


class IPluginStore(Interface):
    """A network's own durable state."""

    def migrate(scripts: Iterable[str]) -> Deferred[None]:
        """Bring the plugin's tables up to date: numbered SQL scripts, each applied once, in order.

        All networks of the plugin share the tables.
        """

    def run(fn: Callable[[Any], T]) -> Deferred[T]:
        """Call `fn(connection)` in the writer thread, in a transaction; fires once it is committed."""

    def get(key: str) -> Deferred[str | None]:
        """A small durable fact."""

    def put(key: str, value: str) -> Deferred[None]:
        """Keep a small durable fact."""
