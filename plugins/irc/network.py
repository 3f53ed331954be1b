"""An IRC network as the core sees it."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from zope.interface import implementer, provider

from transport.api import (
    Account,
    Case,
    Command,
    Feature,
    Identity,
    IHost,
    IHubHost,
    INetwork,
    INetworkPlugin,
    ISession,
    Kind,
    Markup,
    Refused,
    Text,
)
from transport.plugins.irc import casemap, names
from transport.plugins.irc.isupport import ISupport
from transport.plugins.irc.options import (
    OPTIONS,
    PORTS,
    REGISTRATION,
    Server,
    check_registration,
    check_servers,
    read_server,
)
from transport.plugins.irc.shared import Shared

if TYPE_CHECKING:
    from transport.plugins.irc.tls import Verifier

_KEPT = ("CHANTYPES", "CASEMAPPING")


@provider(INetworkPlugin)
@implementer(INetwork)
class IRC:
    """A network of IRC servers; one connection for each user.

    `options` may hold `wildcard`: the network's name is then the host, reached by TLS, on public
    addresses only.
    """

    options = OPTIONS
    plugin = "irc"
    identities: tuple[Identity, ...] = (Identity("gateway", "irc"), Identity("conference", "irc"))
    contact_identity = Identity("client", "pc")
    registration = REGISTRATION
    instructions = Text(
        "Choose the nickname you want to have. If it is registered on the network, give the account's password too."
    )
    features = frozenset({Feature.ROOMS, Feature.GUESTS})
    case = Case.FOLD
    markup = Markup.SPANS
    queues = False
    commands: tuple[Command, ...] = ()

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self.settings = {option.key: option.default for option in self.options} | dict(options)
        self.wildcard = bool(options.get("wildcard"))
        self.servers = read_servers(name, self.settings["servers"], self.wildcard)
        self.cli: Mapping[str, Callable[[Sequence[str]], int]] = {}
        self.support = ISupport({})
        self.hub_host: Any = None
        self.shared: Shared | None = None
        self.context: Any = None

    def start(self, hub_host: IHubHost) -> None:
        """Ask the store what the server told last; a network that is configured will be used."""
        import_module("transport.plugins.irc.session")
        self.hub_host = hub_host
        for key in _KEPT:
            kept: Deferred[str | None] = hub_host.store.get(f"isupport.{key.lower()}")
            kept.addCallback(self.recall, key)
            kept.addErrback(lambda f: hub_host.log.failure("What the server told last is not known", f))

    def recall(self, value: str | None, key: str) -> None:
        """Use what was kept, until a server says something else."""
        if value is not None and self.shared is None:
            self.support = ISupport(self.support.tokens | {key: value})

    def learned(self, support: ISupport) -> None:
        """A server has told of itself; keep what names depend on."""
        before, self.support = self.support.tokens, support
        if self.hub_host is not None:
            for key in _KEPT:
                if key in support.tokens and support.tokens[key] != before.get(key):
                    done: Deferred[None] = self.hub_host.store.put(f"isupport.{key.lower()}", support.tokens[key])
                    done.addErrback(lambda f: self.hub_host.log.failure("What the server told is not kept", f))

    def address_type(self, name: str) -> Kind:
        """A channel begins with one of the network's CHANTYPES."""
        return Kind.ROOM if name[:1] and name[0] in self.support.chantypes else Kind.CONTACT

    def fold(self, name: str) -> str:
        """By the network's CASEMAPPING."""
        if self.shared is not None:
            return self.shared.fold(name)
        return casemap.fold(name, self.support.casemapping)

    def check(self, name: str) -> str:
        """A channel or nick as it may be used."""
        if self.address_type(name) is Kind.ROOM:
            return names.channel(name)
        try:
            return names.nick(name)
        except Refused as refused:
            raise Refused("jid-malformed", refused.text.template, **refused.text.params) from None

    def claims(self, text: str) -> str | None:
        """Only what is plainly a channel."""
        word = text.strip()
        try:
            return self.check(word) if self.address_type(word) is Kind.ROOM else None
        except Refused:
            return None

    def check_registration(self, settings: Mapping[str, str]) -> Mapping[str, str]:
        """Refuse what could never sign on."""
        return check_registration(settings)

    def status(self) -> Mapping[str, str]:
        """How many are on, and where."""
        signed_in = len(self.shared.sessions) if self.shared is not None else 0
        return {"sessions": str(signed_in), "servers": ", ".join(map(str, self.servers))}

    def session(self, account: Account, host: IHost) -> ISession:
        """A session for an account; what all have in common is made with the first."""
        from transport.plugins.irc.session import Session

        if self.shared is None:
            self.shared = Shared(host.reactor, self.support, self.settings["ping_interval"], self.learned)
        return Session(self, self.shared, account, host)

    def verifier(self, host: str, certificate: str) -> "Verifier":
        """The judge of one TLS connection; only a client certificate needs a context of its own."""
        from transport.plugins.irc import tls

        ca_file = self.settings["ca_file"] or None
        if certificate:
            context = tls.context(ca_file, certificate)
        else:
            context = self.context = self.context or tls.context(ca_file, "")
        pins = frozenset(map(tls.normal, self.settings["fingerprints"]))
        return tls.Verifier(host, context, self.settings["verify"] or self.wildcard, pins)


def read_servers(name: str, servers: Sequence[str], wildcard: bool) -> tuple[Server, ...]:
    """The servers of a network; ValueError when there are none."""
    if wildcard:
        return (Server(name, PORTS["ircs"], True),)
    if name == "*" and not servers:
        return ()
    wrong = check_servers(tuple(servers))
    if wrong:
        raise ValueError(f"networks.{name}.servers: {wrong}")
    return tuple(map(read_server, servers))
