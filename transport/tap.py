"""The one place where objects meet: the gateway from its configuration, for `transport run` and for twistd."""

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from twisted.application.service import IService
from twisted.internet.endpoints import HostnameEndpoint
from twisted.python import usage

from transport import loader
from transport.access import Access
from transport.admin_commands import AdminCommands
from transport.api import Feature, IHub, INetwork, Refused, Text
from transport.commands import WILDCARD, Commands, Desk
from transport.config import Config, ConfigError, NetworkConfig, Plugins, load
from transport.contacts import Contacts
from transport.delivery import Delivery
from transport.gateway import Gateway, Parts
from transport.handlers.adhoc import AdHoc
from transport.handlers.chat_commands import Dialogues
from transport.handlers.disco import Disco
from transport.handlers.info import Info
from transport.handlers.message import Messages
from transport.handlers.presence import Presences
from transport.handlers.prompt import Prompt
from transport.handlers.register import Register
from transport.handlers.room import RoomPresences
from transport.handlers.room_admin import RoomAdmin
from transport.handlers.talk import Talk
from transport.handlers.vcard import VCards
from transport.host import Core, HubHost, SessionHost
from transport.ids import make_ids
from transport.kept import Kept
from transport.networks import Networks, jid_of
from transport.notify import notify
from transport.own_commands import OwnCommands
from transport.owners import Owners
from transport.people import People
from transport.rates import Rates
from transport.registration import Registration
from transport.reload import reload_on_hangup
from transport.render import Render
from transport.render_kept import RenderKept
from transport.render_rooms import RenderRooms
from transport.render_sessions import RenderSessions
from transport.room_view import RoomView
from transport.router import Router, address_of
from transport.safe import Safe
from transport.sessions import Sessions
from transport.store.interface import IStore
from transport.store.seal import KeyFile
from transport.store.sqlite import SqliteStore
from transport.text.translate import Translator
from transport.xmpp import stanza as build
from transport.xmpp.iq import Tracker
from transport.xmpp.link import Link
from transport.xmpp.ns import MESSAGE, PRESENCE


class Options(usage.Options):
    """What `twistd transport` takes."""

    optParameters = [["config", "c", "transport.toml", "The configuration file."]]  # noqa: RUF012, N815


def makeService(options: Mapping[str, str]) -> IService:
    """The service for twistd; ends the program with all that is wrong in the configuration."""
    from twisted.internet import reactor

    def read() -> Config:
        return load(options["config"], loader.plugins())

    try:
        service = make_service(read(), reactor)
    except ConfigError as error:
        raise SystemExit("\n".join(str(problem) for problem in error.problems)) from None
    running: Any = reactor
    running.callWhenRunning(reload_on_hangup, reactor, read, service, notify)
    return service


def make_service(config: Config, reactor: Any) -> Gateway:
    """The gateway of a configuration; nothing is opened before the service starts."""
    return Assembly(config, reactor).gateway()


class Assembly:
    """Puts the parts together, the lower ones first."""

    def __init__(
        self, config: Config, reactor: Any, plugins: Plugins | None = None, store: IStore | None = None
    ) -> None:
        self.config = config
        self.reactor = reactor
        self.domain = config.xmpp.domain
        self.made: dict[str, tuple[NetworkConfig, INetwork]] = {}
        self.wildcard: partial[INetwork] | None = None
        self.plugins = plugins or loader.plugins()
        self.translator = Translator()
        self.new_id = make_ids(reactor.seconds())
        self.store = store or SqliteStore(config.storage.path, KeyFile(config.storage.key), reactor)
        self.access = Access(config.access)
        self.link = self.make_link()
        self.tracker = Tracker(reactor, self.link.send, self.domain)
        self.owners = Owners(self.store)
        networks, aliases, wildcard = self.make_networks(config)
        self.networks = Networks(networks, aliases, wildcard, self.in_use)
        self.commands = Commands()

    def make_link(self) -> Link:
        """The link; the router is put behind it later."""
        xmpp, limits = self.config.xmpp, self.config.limits
        endpoint = HostnameEndpoint(self.reactor, xmpp.host, xmpp.port)
        return Link(
            self.reactor, endpoint, xmpp.domain, xmpp.secret, lambda element: None,
            lambda: self.service.up(), lambda why: self.service.down(why), stanza_bytes=limits.stanza_bytes,
        )  # fmt: skip

    # networks

    def make_networks(
        self, config: Config
    ) -> tuple[dict[str, INetwork], dict[str, str], Callable[[str], INetwork] | None]:
        """Networks by name, aliases, and what makes one for a host; one that has not changed is the same object."""
        made: dict[str, tuple[NetworkConfig, INetwork]] = {}
        for name, wanted in config.networks.items():
            if name == "*":
                continue
            old = self.made.get(name)
            if old is not None and old[0] == wanted:
                made[name] = old
            else:
                made[name] = (wanted, self.plugins[wanted.plugin]()(name, wanted.options))
        self.made = made
        aliases = {alias: name for name, wanted in config.networks.items() for alias in wanted.aliases}
        any_host = config.networks.get("*")
        if any_host is None:
            self.wildcard = None
        elif self.wildcard is None or self.wildcard.args[0] != any_host:
            self.wildcard = partial(self.make_wildcard, any_host)
        return {name: network for name, (_, network) in made.items()}, aliases, self.wildcard

    def make_wildcard(self, wanted: NetworkConfig, host: str) -> INetwork:
        """A network for any public host."""
        network: INetwork = self.plugins[wanted.plugin]()(host, {**wanted.options, "wildcard": True})
        self.start_network(network, WILDCARD)
        return network

    def start_network(self, network: INetwork, place: str = "") -> None:
        """Give a network its host; all that the wildcard makes share the commands of one place."""
        host = HubHost(self.core, network)
        network.start(host)
        if IHub.providedBy(network):
            IHub(network).start_hub(host)
        rooms = (self.kept.command(),) if Feature.ROOMS in network.features else ()
        self.commands.replace(place or network.name, (*self.own.commands(), *rooms, *network.commands))

    def in_use(self) -> set[str]:
        """The networks that anybody is signed in to."""
        return {name for owner in self.owners.all() for name in owner.sessions}

    def persistent(self, name: str) -> bool:
        """Whether rooms of a network stay joined when the last client leaves."""
        found = self.made.get(name)
        return bool(found and found[0].options.get("persistent"))

    def tell_admins(self, words: Text) -> None:
        """A message to every administrator with an address of their own."""
        for jid in self.service.parts.config.access.admins:
            if "@" in jid:
                self.tell(jid, self.translator.render(words, "en"))

    def tell(self, jid: str, words: str) -> None:
        """A message from the gateway."""
        self.link.send(build.message(self.domain, jid, "chat", build.body(words), id=self.new_id()))

    def refuse(self, element: Any, reason: Refused, payload: str = "") -> None:
        """Answer a stanza with an error."""
        self.router.refuse(element, reason, payload)

    # the whole

    def gateway(self) -> Gateway:
        """Everything, wired."""
        self.make_sessions()
        self.make_handlers()
        parts = Parts(
            self.reactor, self.config, self.store, self.link, self.tracker, self.networks, self.owners, self.sessions,
            self.contacts, self.view, self.rooms, self.presences, self.safe, self.access, self.make_networks,
            self.start_network, lambda: self.disco.forget(),
        )  # fmt: skip
        self.service = Gateway(parts)
        return self.service

    def make_sessions(self) -> None:
        """Sessions and what they say to clients."""
        send, archive, limits = self.link.send, self.config.archive.enabled, self.config.limits
        self.view = RoomView(self.domain, send, self.new_id, self.store, self.translator, archive)
        self.contacts = Contacts(self.domain, self.networks, send, self.store, self.translator)
        rooms = RenderRooms(
            self.view, lambda session: self.sessions.settle(session.owner), lambda room: self.kept.forsake(room)
        )
        news = RenderSessions(self.domain, send, self.new_id, self.translator, rooms, self.contacts)
        self.render = Render(
            self.domain, self.reactor, send, self.new_id, self.store, self.translator, self.view, rooms, news,
            self.contacts, archive,
        )  # fmt: skip
        self.delivery = Delivery(self.reactor, self.render, limits)
        self.sessions = Sessions(
            self.reactor, self.owners, self.delivery, news, lambda session: SessionHost(self.core, session),
            limits, random.SystemRandom().random, self.access.may_use,
        )  # fmt: skip
        self.render.sessions = self.sessions
        rooms.delivery = self.delivery
        self.kept = Kept(self.store, self.owners, self.sessions, Router.log)
        self.safe = Safe(self.store, self.link, self.tracker.proof, self.reactor, self.is_there, self.tell_admins)
        kept = RenderKept(
            self.domain, self.reactor, self.new_id, self.translator, self.answering, self.config.limits.stanza_bytes
        )
        self.core = Core(
            self.reactor, self.owners, self.sessions, self.render, kept, self.store, self.safe, self.tell_admins,
            lambda: self.sessions.closing,
        )  # fmt: skip

    def is_there(self, owner: str, client: str) -> bool:
        """Whether a client of an owner is available to us."""
        found = self.owners.get(owner)
        return found is not None and client in found.clients

    def answering(self, owner: str, network: INetwork, name: str) -> str:
        """The address that a contact of an owner answers from."""
        found = self.owners.get(owner)
        session = found.sessions.get(network.name) if found is not None else None
        return self.render.answering(session, name) if session is not None else jid_of(network, name, self.domain)

    def make_handlers(self) -> None:
        """The router, and a handler for each feature."""
        limits, send = self.config.limits, self.link.send
        rates = Rates(limits.stanza_rate, limits.stanza_burst, self.reactor.seconds) if limits.stanza_rate > 0 else None
        self.router = router = Router(
            self.domain, self.owners, self.access, self.translator, send, self.tracker.answered, rates
        )
        self.registration = Registration(
            self.store, self.owners, self.sessions, self.contacts, self.access, self.networks,
            lambda call: self.reactor.callLater(0, call),
        )  # fmt: skip
        people = People(self.owners, self.access, self.networks)
        desk = Desk(self.commands, people, Router.log)
        adhoc = AdHoc(desk, self.reactor, self.translator)
        self.own = OwnCommands(
            self.store, self.owners, self.sessions, self.networks, self.registration, self.translator
        )
        admins = AdminCommands(self.store, self.owners, self.networks, self.registration, self.translator, self.tell)
        self.commands.replace("", (*self.own.commands(), *admins.commands()))
        self.rooms = RoomPresences(
            self.domain, self.reactor, self.networks, self.sessions, self.kept, self.access, self.view, send,
            self.refuse, self.persistent, limits.rooms_per_user,
        )  # fmt: skip
        self.presences = Presences(
            self.networks, self.sessions, self.contacts, self.rooms, self.registration, self.access, address_of,
            self.safe.arrived,
        )  # fmt: skip
        dialogues = Dialogues(desk, self.reactor, self.translator)
        talk = Talk(self.domain, self.networks, dialogues, self.translator, send, self.refuse, self.new_id)
        messages = Messages(
            self.domain, self.networks, self.sessions, self.delivery, talk, self.rooms, self.refuse, address_of,
            limits.message_bytes, self.safe.bounced,
        )  # fmt: skip
        self.link.on_stanza = router.receive
        router.stanzas(MESSAGE, messages.handle)
        router.stanzas(PRESENCE, self.presences.handle)
        self.disco = disco = Disco(
            self.domain,
            self.networks,
            self.owners,
            adhoc,
            people,
            router,
            lambda: self.service.parts.config.access.admins,
        )
        self.contacts.caps = disco.caps
        adhoc.register(router)
        Register(self.registration, self.translator).register(router)
        Prompt(self.domain, self.networks, self.translator, self.owners.load).register(router)
        RoomAdmin(self.owners, self.translator, router)
        Info(self.domain, self.reactor, self.networks, self.owners, router)
        VCards(self.networks, self.owners, router)
