"""Small questions: ping, version, time and last activity."""

import platform
from collections.abc import Awaitable
from datetime import UTC, datetime

from twisted.internet.interfaces import IReactorTime

from transport import __version__
from transport.api import IClientInfo, Kind, Refused, Target
from transport.local_names import meant
from transport.networks import Networks
from transport.owners import Owners
from transport.rooms import Room
from transport.router import Router, Stanza
from transport.session import Session
from transport.xmpp.element import Element, text
from transport.xmpp.ns import LAST, PING, TIME, VERSION, tag


class Info:
    """Answers what any address may be asked."""

    def __init__(self, domain: str, reactor: IReactorTime, networks: Networks, owners: Owners, router: Router) -> None:
        self._domain = domain
        self._reactor = reactor
        self._networks = networks
        self._owners = owners
        self._started = reactor.seconds()
        router.iq("get", tag(PING, "ping"), self.ping)
        router.iq("get", tag(VERSION, "query"), self.version)
        router.iq("get", tag(TIME, "time"), self.time)
        router.iq("get", tag(LAST, "query"), self.last)

    # who is meant

    def _person(self, stanza: Stanza) -> tuple[Session, Target] | None:
        """The session and the person that an address means; None for the gateway, a network or a room."""
        address = stanza.address
        if not address.network:
            return None
        network = self._networks.get(address.network)
        if network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=address.network)
        if not address.name:
            return None
        owner = self._owners.get(stanza.owner)
        name = meant(owner, network, address.name)
        session = owner.sessions.get(network.name) if owner is not None else None
        if network.address_type(name) is Kind.ROOM:
            if not address.resource:
                return None
            target = Target(Kind.ROOM, name, address.resource)
        else:
            target = Target(Kind.CONTACT, name)
        if session is None or not session.online:
            raise Refused("recipient-unavailable", "You are not connected to {network}.", network=network.name)
        return session, target

    def _asker(self, person: tuple[Session, Target]) -> IClientInfo:
        if person[0].info is None:
            raise Refused("service-unavailable", "This network does not know such questions.")
        return person[0].info

    # ping (XEP-0199, XEP-0410)

    def ping(self, stanza: Stanza, payload: Element) -> str | Awaitable[str]:
        """Answered here for ourselves and for the asker's own place in a room, by the far end for others."""
        if stanza.to == self._domain:
            return ""
        address = stanza.address
        room = self._seated(stanza)
        if room is not None and address.resource in (room.nick, self._asked_nick(room, stanza)):
            return ""
        network = self._networks.get(address.network)
        if network is not None and address.resource and network.address_type(address.name) is Kind.ROOM:
            if room is None:
                raise Refused("not-acceptable", "You are not in this room.")
            if address.resource not in room.occupants:
                raise Refused("item-not-found", "{nick} is not in this room.", nick=address.resource)
        person = self._person(stanza)
        return "" if person is None else self._ping(person)

    async def _ping(self, person: tuple[Session, Target]) -> str:
        await self._asker(person).ping(person[1])
        return ""

    def _seated(self, stanza: Stanza) -> Room | None:
        owner = self._owners.get(stanza.owner)
        room = owner.rooms.get(stanza.to.partition("/")[0]) if owner is not None else None
        seat = room.seats.get(stanza.from_) if room is not None else None
        return room if seat is not None and seat.there else None

    def _asked_nick(self, room: Room, stanza: Stanza) -> str:
        # A client that got another nick than it asked for may not have understood that.
        seat = room.seats.get(stanza.from_)
        return seat.asked if seat is not None else ""

    # version (XEP-0092)

    def version(self, stanza: Stanza, payload: Element) -> str | Awaitable[str]:
        """Our own program, or the one at the far end."""
        person = self._person(stanza)
        if person is not None:
            return self._version(person)
        return (
            f"<query xmlns='{VERSION}'><name>transport</name><version>{text(__version__)}</version>"
            f"<os>{text(platform.system())}</os></query>"
        )

    async def _version(self, person: tuple[Session, Target]) -> str:
        said = await self._asker(person).version(person[1])
        return f"<query xmlns='{VERSION}'><name>{text(said)}</name><version/></query>"

    # time (XEP-0202) and last activity (XEP-0012)

    def time(self, stanza: Stanza, payload: Element) -> str:
        """The time here."""
        self._ourselves(stanza)
        now = datetime.fromtimestamp(self._reactor.seconds(), UTC)
        local = now.astimezone().strftime("%z")
        return (
            f"<time xmlns='{TIME}'><tzo>{local[:3]}:{local[3:5]}</tzo>"
            f"<utc>{now.strftime('%Y-%m-%dT%H:%M:%SZ')}</utc></time>"
        )

    def last(self, stanza: Stanza, payload: Element) -> str:
        """How long the gateway has been running, in seconds."""
        self._ourselves(stanza)
        return f"<query xmlns='{LAST}' seconds='{int(self._reactor.seconds() - self._started)}'/>"

    def _ourselves(self, stanza: Stanza) -> None:
        address = stanza.address
        if address.network and self._networks.get(address.network) is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=address.network)
        if address.name:
            raise Refused("service-unavailable", "The gateway does not know this of others.")
