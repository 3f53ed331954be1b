"""Addresses for what people type, such as a number or a nick (`jabber:iq:gateway`, XEP-0100 section 6.3)."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Protocol

from twisted.internet.defer import Deferred

from transport.address import Address, local_part
from transport.api import ILocalNames, INetwork, Refused, Text
from transport.jid import parse
from transport.local_names import settings_of
from transport.owners import Owner
from transport.router import Router, Stanza
from transport.text.clean import one_line
from transport.text.translate import Translator
from transport.xmpp.element import Element
from transport.xmpp.ns import GATEWAY, tag

QUERY = tag(GATEWAY, "query")
LENGTH = 1000


class Finder(Protocol):
    """The networks there are."""

    def get(self, name: str) -> INetwork | None:
        """A network by its name or alias."""

    def __iter__(self) -> Iterator[INetwork]:
        """The configured ones."""


class Prompt:
    """Says what to type, and makes an address of it."""

    __slots__ = ("_domain", "_load", "_networks", "_translator")

    def __init__(
        self, domain: str, networks: Finder, translator: Translator, load: Callable[[str], Deferred[Owner]]
    ) -> None:
        self._load = load
        self._domain = domain
        self._networks = networks
        self._translator = translator

    def register(self, router: Router) -> None:
        """Answer the IQs of this protocol."""
        router.iq("get", QUERY, self.ask)
        router.iq("set", QUERY, self.answer)

    def ask(self, stanza: Stanza, payload: Element) -> str:
        """What a client shows beside the box to type in."""
        network = self._network(stanza.address)
        if network is None:
            desc, prompt = Text("Type the name of somebody, and the network: name%network."), Text("Address")
        else:
            desc = Text("Type the name of somebody or of a room on {network}.", network=network.name)
            prompt = Text("Name")
        query = Element(QUERY)
        for name, text in (("desc", desc), ("prompt", prompt)):
            query.add(Element(tag(GATEWAY, name), None, self._translator.render(text, stanza.lang)))
        return query.to_xml()

    def answer(self, stanza: Stanza, payload: Element) -> str | Awaitable[str]:
        """The address of what was typed."""
        typed = one_line(payload.child_text(tag(GATEWAY, "prompt"))[:LENGTH]).strip()
        if not typed:
            raise Refused("bad-request", "Please type a name.")
        network, name = self.find(typed, self._network(stanza.address))
        local = ILocalNames(network, None)
        if local is None:
            return _jid(self.join(network, name))
        return self._localised(stanza.owner, network, name, local)

    async def _localised(self, jid: str, network: INetwork, name: str, local: ILocalNames) -> str:
        owner = await self._load(jid)
        full = local.localise(name, settings_of(owner, network))
        return _jid(self.join(network, full if full != name else network.claims(name) or name))

    def find(self, typed: str, network: INetwork | None) -> tuple[INetwork, str]:
        """The network and the name that somebody means, at a network or at the gateway; Refused when there is none."""
        typed = typed.removesuffix(f"@{self._domain}")
        name, percent, behind = typed.rpartition("%")
        named = self._networks.get(behind.lower()) if percent and name else None
        if named is not None and (network is None or named is network):
            return named, name
        if network is not None:
            return network, typed if ILocalNames.providedBy(network) else network.claims(typed) or typed
        found = claimed(self._networks, typed)
        if found is not None:
            return found
        only = list(self._networks)
        if len(only) != 1:
            raise Refused("item-not-found", "Please say which network you mean, as in name%network.")
        return only[0], typed

    def join(self, network: INetwork, name: str) -> str:
        """The address of a name on a network; Refused when it can have none."""
        native = network.fold(network.check(name)) if name else ""
        local = local_part(network.name, native, network.case) if native else None
        address = f"{local}@{self._domain}"
        if local is None or parse(address) is None:
            raise Refused("jid-malformed", "Nobody on {network} can have this name.", network=network.name)
        return address

    def _network(self, address: Address) -> INetwork | None:
        if not address.network:
            return None
        network = self._networks.get(address.network)
        if network is None or address.name:
            raise Refused("item-not-found", "There is nobody to look for here.")
        return network


def _jid(address: str) -> str:
    return Element(QUERY, None, Element(tag(GATEWAY, "jid"), None, address)).to_xml()


def claimed(networks: Iterable[INetwork], typed: str) -> tuple[INetwork, str] | None:
    """The first network that knows a typed text as a name of its own, and that name."""
    for network in networks:
        name = network.claims(typed)
        if name:
            return network, name
    return None
