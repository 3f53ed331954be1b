"""Messages of owners: to rooms, to people in rooms, to contacts, to networks and to the gateway."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from transport.address import Address
from transport.api import Feature, Kind, Message, Refused, Target
from transport.delivery import Delivery
from transport.handlers.fanout import FanOut
from transport.handlers.payload import OOB_X, Payload, read_payload
from transport.handlers.room import RoomPresences
from transport.handlers.talk import Talk
from transport.jid import bare
from transport.local_names import meant
from transport.networks import Networks, jid_of
from transport.owners import Owner
from transport.rooms import Room
from transport.session import Session
from transport.sessions import Sessions
from transport.tickets import Copy
from transport.xmpp.element import Element
from transport.xmpp.iq import error_of
from transport.xmpp.ns import BODY

SPELLINGS = 1000


class Messages:
    """Takes every message of the link."""

    log = Logger()

    def __init__(
        self,
        domain: str,
        networks: Networks,
        sessions: Sessions,
        delivery: Delivery,
        talk: Talk,
        rooms: RoomPresences,
        refuse: Callable[..., None],
        address: Callable[[str], Address],
        limit: int,
        came_back: Callable[[str, str, str, str], bool],
    ) -> None:
        self._domain = domain
        self._networks = networks
        self._sessions = sessions
        self._delivery = delivery
        self._talk = talk
        self._rooms = rooms
        self._refuse = refuse
        self._address = address
        self._limit = limit
        self._came_back = came_back
        self._fan_out = FanOut(domain, networks, address, refuse, self._to_person)

    def handle(self, owner: Owner, element: Element, from_: str, to: str) -> None:
        """A message of an owner; Refused when it goes nowhere."""
        kind = element.attrs.get("type")
        if kind == "groupchat":
            room = owner.rooms.get(to)
            if room is None or from_ not in room.seats:
                self._not_there(to)
                return
            self._to_room(room, element)
        elif kind == "error":
            self._bounced(owner, element, from_, to)
        elif kind != "headline":
            self._to_person(owner, element, from_, to)

    # rooms

    def _not_there(self, to: str) -> None:
        if "/" in to:
            raise Refused("bad-request", "A message to one person in a room is not a message to the room.")
        raise Refused("not-acceptable", "You are not in this room; join it first.")

    def _to_room(self, room: Room, element: Element) -> None:
        payload = read_payload(element, room.session.network.features)
        if payload.subject is not None and not payload.text:
            self._set_subject(room, element, payload.subject)
            return
        if payload.text or payload.details is not None:
            self._send(room.session, room.target, element, payload)

    def _send(self, session: Session, target: Target, element: Element, payload: Payload) -> None:
        if len(payload.text) > self._limit:
            raise Refused("policy-violation", "This text is longer than {limit} characters.", limit=self._limit)
        message = Message(
            payload.text,
            element.attrs.get("id"),
            receipt=payload.receipt,
            bulk=element.__class__ is Copy,
            details=payload.details,
            origin=element,
        )
        self._delivery.send(session, target, message)

    def _set_subject(self, room: Room, element: Element, subject: str) -> None:
        self._report(room.session.open_rooms().set_subject(room.name, subject), element)

    # people

    def _to_person(self, owner: Owner, element: Element, from_: str, to: str) -> None:
        known = owner.peers.get(to)
        if known is None:
            known = self._find(owner, element, from_, to)
            if known is None:
                return
        session, target = known
        payload = read_payload(element, session.network.features)
        if payload.state is not None and session.typing is not None and session.online:
            session.guarded(session.typing.typing, target, payload.state == "composing")
        if session.whispers and target.kind is Kind.CONTACT:
            session.whispers.pop(target.name, None)
        if payload.text or payload.details is not None:
            self._send(session, target, element, payload)

    def _find(self, owner: Owner, element: Element, from_: str, to: str) -> Any:
        address = self._address(to)
        if self._fan_out.spread(owner, element, from_, address):
            return None
        if not address.network:
            self._talk.hear(owner, "", None, element, from_)
            return None
        network = self._networks.get(address.network)
        if network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=address.network)
        if not address.name:
            self._talk.hear(owner, network.name, owner.sessions.get(network.name), element, from_)
            return None
        name = meant(owner, network, address.name)
        if network.address_type(name) is Kind.ROOM:
            return self._in_room(owner, element, from_, to, address)
        session = owner.sessions.get(network.name)
        if session is None:
            if element.child(BODY) is None and element.child(OOB_X) is None:
                return None
            if network.name not in owner.state.accounts and Feature.GUESTS in network.features:
                raise Refused(
                    "registration-required",
                    "Register with {network} first, or join one of its rooms.", network=network.name,
                )  # fmt: skip
            session = self._sessions.sign_in(owner, network)
        target = Target(Kind.CONTACT, name)
        self._remember_spelling(session, name, to)
        if not session.spelled:
            owner.remember_peer(to, session, target)
        return session, target

    def _remember_spelling(self, session: Session, name: str, to: str) -> None:
        """Who is written to under another spelling, or by an alias of the network, answers from there."""
        network, address = session.network, bare(to)
        if address == jid_of(network, name, self._domain):
            if session.spelled is not None:
                session.spelled.pop(name, None)
            return
        if session.spelled is None or len(session.spelled) >= SPELLINGS:
            session.spelled = {}
        session.spelled[name] = address
        session.owner.peers.clear()

    def _in_room(self, owner: Owner, element: Element, from_: str, to: str, address: Address) -> Any:
        """A private message to an occupant, or an invitation; anything else to a room is a mistake."""
        room = owner.rooms.get(bare(to))
        if self._rooms.invitation(owner, room, element, from_):
            return None
        if element.child(BODY) is None:
            return None
        if room is None or from_ not in room.seats:
            raise Refused("not-acceptable", "You are not in this room; join it first.")
        if not address.resource:
            raise Refused("not-acceptable", "Write this in the room itself, or to one person in it.")
        if address.resource not in room.occupants:
            raise Refused("item-not-found", "{nick} is not in this room.", nick=address.resource)
        session = room.session
        if len(session.whispers) > 1000:
            session.whispers.clear()
        session.whispers[session.network.fold(address.resource)] = room.name
        return session, Target(Kind.ROOM, room.name, address.resource)

    # what comes back

    def _bounced(self, owner: Owner, element: Element, from_: str, to: str) -> None:
        room = owner.rooms.get(bare(to))
        if room is not None:
            self._rooms.bounced(room, element, from_)
            return
        id = element.attrs.get("id")
        if id:
            self._came_back(owner.jid, id, bare(to), error_of(element).condition)

    def _report(self, done: Deferred[None], element: Element) -> None:
        def failed(failure: Any) -> None:
            if failure.check(Refused):
                self._refuse(element, failure.value)
                return
            self.log.failure("a request to a network failed", failure)
            self._refuse(element, Refused("internal-server-error", "The gateway failed to do this."))

        done.addErrback(failed)
