"""Service discovery (XEP-0030): each kind of address answers as what it is; and its hash (XEP-0115)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from typing import Any

from transport.api import Feature, Identity, INetwork, Kind, Refused
from transport.handlers.adhoc import AdHoc
from transport.local_names import meant
from transport.networks import Networks, jid_of
from transport.owners import Owners
from transport.people import People
from transport.router import Router, Stanza
from transport.xmpp import caps
from transport.xmpp.element import Element, attribute
from transport.xmpp.ns import (
    ADDRESS,
    ADHOC,
    CAPS,
    CHATSTATES,
    DATA_FORMS,
    DISCO_INFO,
    DISCO_ITEMS,
    GATEWAY,
    LAST,
    MUC,
    MUC_ROOMINFO,
    MUC_SELF_PING,
    MUC_STABLE_ID,
    PING,
    RECEIPTS,
    REGISTER,
    STANZA_ID,
    TIME,
    VCARD,
    VCARD4,
    VERSION,
    tag,
)

NODE = "https://xmpp.org/transport"
_EVERYWHERE = (DISCO_INFO, DISCO_ITEMS, PING, VCARD, VCARD4, VERSION)
_PLACE = (ADHOC, CAPS, GATEWAY, LAST, REGISTER, TIME)
_ROOM = (MUC, MUC_STABLE_ID, MUC_SELF_PING, STANZA_ID, "muc_nonanonymous", "muc_open", "muc_public")
_SERVERINFO = "http://jabber.org/network/serverinfo"
_FIELD = tag(DATA_FORMS, "field")
_VALUE = tag(DATA_FORMS, "value")
ITEMS = 500


class Disco:
    """Answers what an address is, and what is below it."""

    def __init__(
        self,
        domain: str,
        networks: Networks,
        owners: Owners,
        adhoc: AdHoc,
        people: People,
        router: Router,
        admins: Callable[[], Sequence[str]],
    ) -> None:
        self._domain = domain
        self._networks = networks
        self._owners = owners
        self._adhoc = adhoc
        self._people = people
        self._admins = admins
        self._own = ""
        router.iq("get", tag(DISCO_INFO, "query"), self.info)
        router.iq("get", tag(DISCO_ITEMS, "query"), self.items)

    # info

    def info(self, stanza: Stanza, payload: Element) -> str | Awaitable[str]:
        """Identities and features of an address, or of a node of it."""
        node = payload.attrs.get("node", "")
        if not node and stanza.to == self._domain:
            # Every client asks this, and most only this.
            return self._own or self._tell_own("")
        address = stanza.address
        if node and node != f"{NODE}#{self.version()}":
            return self._node(stanza, node)
        if not address.network:
            return self._tell_own(node)
        network = self._networks.get(address.network)
        if network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=address.network)
        if not address.name:
            return _info(self._network_identities(network), _place(network.features), node)
        name = meant(self._owners.get(stanza.owner), network, address.name)
        if network.address_type(name) is Kind.ROOM:
            return self._room(stanza, network, name)
        features = [*_EVERYWHERE, *((CHATSTATES,) if Feature.TYPING in network.features else ())]
        if Feature.RECEIPTS in network.features:
            features.append(RECEIPTS)
        return _info([network.contact_identity], features, node)

    def _tell_own(self, node: str) -> str:
        told = _info(self.identities(), self.features(), node, "".join(f.to_xml() for f in self._contact()))
        if not node:
            self._own = told
        return told

    def forget(self) -> None:
        """The configuration is another one."""
        self._own = ""

    def identities(self) -> list[Identity]:
        """What the gateway is: a gateway to its first network, and a place with rooms if a network has them."""
        first = next(iter(self._networks), None)
        kind = next((i.type for i in first.identities if i.category == "gateway"), "xmpp") if first else "xmpp"
        found = [Identity("gateway", kind, "Gateway")]
        if any(Feature.ROOMS in network.features for network in self._networks):
            found.append(Identity("conference", "irc", "Rooms"))
        return found

    def features(self) -> list[str]:
        """What the gateway's own address can do."""
        return _place(frozenset[Feature]().union(*(network.features for network in self._networks)))

    def version(self) -> str:
        """The verification string of what `info` tells of the gateway (XEP-0115 section 5)."""
        return caps.ver(self.identities(), self.features(), self._contact())

    def caps(self) -> str:
        """The element that presence of the gateway carries."""
        return caps.caps_element(NODE, self.version())

    def _contact(self) -> list[Element]:
        """Whom to ask for help (XEP-0157)."""
        admins = [f"xmpp:{jid}" for jid in self._admins()]
        return [form(_SERVERINFO, {"admin-addresses": admins})] if admins else []

    def _network_identities(self, network: INetwork) -> list[Identity]:
        found = list(network.identities)
        if Feature.ROOMS in network.features and not any(i.category == "conference" for i in found):
            found.append(Identity("conference", "irc", network.name))
        return found

    def _room(self, stanza: Stanza, network: INetwork, name: str) -> str:
        owner = self._owners.get(stanza.owner)
        session = owner.sessions.get(network.name) if owner is not None else None
        room = session.rooms.get(name) if session is not None else None
        features = [*_EVERYWHERE, *_ROOM]
        about = ""
        if room is not None and room.joined:
            features += [f"muc_{feature}" for feature in sorted(room.features)]
            values: dict[str, Sequence[str]] = {"muc#roominfo_occupants": [str(len(room.occupants))]}
            if room.subject is not None:
                values["muc#roominfo_subject"] = [room.subject.text]
            about = form(MUC_ROOMINFO, values).to_xml()
        return _info([Identity("conference", "irc", name)], features, "", about)

    # items

    def items(self, stanza: Stanza, payload: Element) -> str | Awaitable[str]:
        """What is below an address: networks, rooms one is in, commands."""
        node, address = payload.get("node"), stanza.address
        if node:
            return self._commands(stanza, node)
        if not address.network:
            found = [(f"{network.name}@{self._domain}", str(network.name)) for network in self._networks]
            return _items(found)
        network = self._networks.get(address.network)
        if network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=address.network)
        if address.name:
            return _items(self._occupants(stanza))
        return self._rooms(stanza, network)

    def _place(self, stanza: Stanza) -> str:
        place = None if stanza.address.name else self._people.place(stanza.address.network)
        if place is None:
            raise Refused("item-not-found", "There is nothing of this name here.")
        return place

    def _node(self, stanza: Stanza, node: str) -> str:
        found = self._adhoc.info(self._place(stanza), node, stanza.lang)
        if found is None:
            raise Refused("item-not-found", "There is nothing of this name here.")
        identity, features = found
        return _info([identity], features, node)

    async def _commands(self, stanza: Stanza, node: str) -> str:
        if node != ADHOC:
            raise Refused("item-not-found", "There is nothing of this name here.")
        place = self._place(stanza)
        commands = self._adhoc.items(place, await self._people.who(stanza.owner), stanza.lang)
        inside = "".join(
            f"<item jid='{attribute(stanza.to)}' node='{attribute(node)}' name='{attribute(name)}'/>"
            for node, name in commands
        )
        return f"<query xmlns='{DISCO_ITEMS}' node='{ADHOC}'>{inside}</query>"

    def _occupants(self, stanza: Stanza) -> list[tuple[str, str]]:
        owner = self._owners.get(stanza.owner)
        bare = stanza.to.partition("/")[0]
        room = owner.rooms.get(bare) if owner is not None else None
        return [(f"{bare}/{nick}", nick) for nick in list(room.occupants)[:ITEMS]] if room is not None else []

    def _rooms(self, stanza: Stanza, network: INetwork) -> str | Awaitable[str]:
        owner = self._owners.get(stanza.owner)
        session: Any = owner.sessions.get(network.name) if owner is not None else None
        if session is None or not session.online:
            return _items([])
        if session.room_list is None:
            return _items([((room.seats and next(iter(room.seats.values())).address) or "", name)
                           for name, room in session.rooms.items() if room.seats])  # fmt: skip

        async def wait() -> str:
            from_network = await session.room_list.rooms(ITEMS)
            return _items([(jid_of(network, network.fold(name), self._domain), name) for name, _ in from_network])

        return wait()


def _place(has: Set[Feature]) -> list[str]:
    """What the gateway, or a network with some features, can do."""
    special = (MUC,) if Feature.ROOMS in has else ()
    return [*_EVERYWHERE, *_PLACE, *special, *((ADDRESS,) if Feature.GROUPS in has else ())]


def _info(identities: Sequence[Identity], features: Sequence[str], node: str = "", about: str = "") -> str:
    said = f" node='{attribute(node)}'" if node else ""
    who = "".join(
        f"<identity category='{attribute(i.category)}' type='{attribute(i.type)}'"
        + (f" name='{attribute(i.name)}'" if i.name else "") + "/>"
        for i in identities
    )  # fmt: skip
    what = "".join(f"<feature var='{attribute(feature)}'/>" for feature in features)
    return f"<query xmlns='{DISCO_INFO}'{said}>{who}{what}{about}</query>"


def _items(found: Sequence[tuple[str, str]]) -> str:
    inside = "".join(f"<item jid='{attribute(jid)}' name='{attribute(name)}'/>" for jid, name in found if jid)
    return f"<query xmlns='{DISCO_ITEMS}'>{inside}</query>"


def form(kind: str, values: Mapping[str, Sequence[str]]) -> Element:
    """A form that tells something (XEP-0128)."""
    x = Element(tag(DATA_FORMS, "x"), {"type": "result"})
    x.add(Element(_FIELD, {"var": "FORM_TYPE", "type": "hidden"}, Element(_VALUE, None, kind)))
    for name, given in values.items():
        x.add(Element(_FIELD, {"var": name}, *(Element(_VALUE, None, value) for value in given)))
    return x
