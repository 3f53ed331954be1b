"""Presence of owners: to rooms, and to the gateway, networks and contacts (XEP-0100, RFC 6121)."""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from transport.access import Access
from transport.address import Address
from transport.api import INetwork, Refused, Show
from transport.contacts import GATEWAY, Contacts, Key
from transport.handlers.room import RoomPresences, is_room
from transport.local_names import meant
from transport.networks import Networks
from transport.owners import Client, Owner
from transport.registration import Registration
from transport.session import State
from transport.sessions import Sessions
from transport.xmpp.element import Element
from transport.xmpp.ns import COMPONENT, tag

_SHOW = tag(COMPONENT, "show")
_STATUS = tag(COMPONENT, "status")
_PRIORITY = tag(COMPONENT, "priority")
_RANK = (Show.CHAT, Show.ONLINE, Show.DND, Show.AWAY, Show.XA)
CLIENTS = 50


class Presences:
    """Takes every presence of the link."""

    log = Logger()

    def __init__(
        self,
        networks: Networks,
        sessions: Sessions,
        contacts: Contacts,
        rooms: RoomPresences,
        registration: Registration,
        access: Access,
        address: Callable[[str], Address],
        came: Callable[[str], None],
    ) -> None:
        self._networks = networks
        self._sessions = sessions
        self._contacts = contacts
        self._rooms = rooms
        self._registration = registration
        self._access = access
        self._address = address
        self._came = came

    def handle(self, owner: Owner, element: Element, from_: str, to: str) -> None:
        """A presence of an owner."""
        owner.lang = element.lang
        kind = element.attrs.get("type", "")
        address = self._address(to)
        network: INetwork | None = None
        if address.network:
            network = self._networks.get(address.network)
            if network is None:
                if kind in ("", "subscribe"):
                    raise Refused("item-not-found", "There is no network {name} here.", name=address.network)
                return
            if is_room(network, address):
                self._rooms.handle(owner, element, from_, to, network, address)
                return
        key = self._key(owner, network, address)
        if kind in ("", "unavailable"):
            self._availability(owner, element, from_, key, kind)
        elif kind == "probe":
            self._probe(owner, from_, key, network)
        elif kind == "subscribe":
            self._subscribe(owner, key, to.partition("/")[0])
        elif kind == "subscribed":
            self._contacts.subscribed(owner, key)
        elif kind == "unsubscribe":
            self._unsubscribe(owner, key)
        elif kind == "unsubscribed":
            self._contacts.unsubscribed(owner, key)
        elif kind == "error":
            self._gone(owner, from_)

    def _key(self, owner: Owner, network: INetwork | None, address: Address) -> Key:
        if network is None:
            return GATEWAY
        return network.name, meant(owner, network, address.name) if address.name else ""

    # availability

    def _availability(self, owner: Owner, element: Element, from_: str, key: Key, kind: str) -> None:
        known = owner.clients.get(from_)
        if kind:
            # Who takes one contact off the roster says goodbye to that contact, and is still there.
            if known is not None and key in (GATEWAY, known.via):
                self._gone(owner, from_)
            return
        if not owner.member:
            if key == GATEWAY:
                self._contacts.show(owner, key, from_)
            return
        show, status = element.child_text(_SHOW), element.child_text(_STATUS)
        if known is None and len(owner.clients) >= CLIENTS:
            raise Refused("resource-constraint", "Too many clients at once.")
        via = key if known is None else min(known.via, key, key=_depth)
        show = show if show in _RANK else Show.ONLINE
        client = owner.clients[from_] = Client(show, status[:1024], _priority(element), via)
        if known is None:
            self.sign_in(owner)
            self._contacts.arrived(owner, from_)
            self._came(owner.jid)
        if known != client:
            self._tell_networks(owner)

    def sign_in(self, owner: Owner) -> None:
        """Sign an owner in to every network where there is an account."""
        for name in list(owner.state.accounts):
            network = self._networks.get(name)
            if network is None or not self._access.may_use(owner.jid, name):
                continue
            session = owner.sessions.get(name)
            if session is None or session.state is State.OFFLINE:
                self._sign_in(owner, network)

    def _sign_in(self, owner: Owner, network: INetwork) -> None:
        """What keeps an owner from one network is told, and keeps nobody from the others."""
        try:
            self._sessions.sign_in(owner, network, paced=True)
        except Refused as refused:
            self._contacts.failed(owner, network.name, refused)
        except Exception:
            self.log.failure("{owner} could not be signed in to {network}", owner=owner.jid, network=network.name)
            self._contacts.failed(
                owner, network.name, Refused("internal-server-error", "The gateway failed to sign you in.")
            )

    def _gone(self, owner: Owner, from_: str) -> None:
        if owner.clients.pop(from_, None) is None:
            return
        if owner.clients:
            self._tell_networks(owner)
        else:
            self._sessions.settle(owner)

    def _tell_networks(self, owner: Owner) -> None:
        show, status = overall(owner)
        for session in owner.sessions.values():
            if session.online and session.presence is not None:
                session.guarded(session.presence.set_presence, show, status)

    # subscriptions

    def _probe(self, owner: Owner, from_: str, key: Key, network: INetwork | None) -> None:
        row = owner.state.contacts.get(key)
        if row is not None and row.to_contact:
            self._contacts.show(owner, key, from_)
        else:
            self._contacts.refuse_probe(owner, key)

    def _subscribe(self, owner: Owner, key: Key, address: str) -> None:
        access = self._access
        welcome = owner.member or access.may_visit(owner.jid) or (not key[1] and access.may_register(owner.jid))
        if not welcome:
            self._contacts.deny(owner, key)
            raise Refused("registration-required", "Register with the gateway first.")
        self._contacts.subscribe(owner, key)
        if address != self._contacts.jid(key):
            # Another spelling of the same contact, which would wait for an answer for ever.
            self._contacts.unknown(owner, address)

    def _unsubscribe(self, owner: Owner, key: Key) -> None:
        """Who removes the gateway from the roster is not registered any more (XEP-0100 section 4.3)."""
        if key[1] or not (owner.member if key == GATEWAY else key[0] in owner.state.accounts):
            self._contacts.unsubscribe(owner, key)
            return
        removed = Deferred.fromCoroutine(self._registration.remove(owner.jid, key[0]))
        removed.addErrback(lambda failure: self.log.failure("a registration could not be removed", failure))


def overall(owner: Owner) -> tuple[str, str]:
    """Show and status of the client that is most available (RFC 6121 section 4.7.2.1)."""
    if not owner.clients:
        return Show.OFFLINE, ""
    best = max(owner.clients.values(), key=lambda c: (c.priority, -_rank(c.show)))
    return best.show, best.status


def _depth(key: Key) -> tuple[bool, bool]:
    return bool(key[0]), bool(key[1])


def _rank(show: str) -> int:
    return _RANK.index(show) if show in _RANK else len(_RANK)


def _priority(element: Element) -> int:
    try:
        return max(-128, min(127, int(element.child_text(_PRIORITY))))
    except ValueError:
        return 0
