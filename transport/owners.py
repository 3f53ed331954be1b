"""Users of the gateway while anything of theirs is alive: clients, sessions, rooms."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from attrs import define, field
from twisted.internet.defer import Deferred

from transport.api import Target
from transport.store.interface import IStore, OwnerState
from transport.xmpp.element import attribute

if TYPE_CHECKING:
    from transport.rooms import Room
    from transport.session import Session

PEERS = 1000


@define
class Client:
    """A client of an owner that is available to us (RFC 6121 section 4.7).

    `via` is the highest of our addresses that it is available to: the gateway, a network, a contact.
    """

    show: str = ""
    status: str = ""
    priority: int = 0
    via: tuple[str, str] = field(default=("", ""), eq=False)


class Owner:
    """A user: what is kept of them, and what is alive.

    `rooms` are by bare address as the clients spell it, so that a stanza finds its room in one look-up;
    `peers` do the same for contacts and are forgotten freely; `lang` is the language of the last presence.
    """

    __slots__ = ("__weakref__", "clients", "jid", "jid_attr", "lang", "peers", "rooms", "sessions", "state")

    def __init__(self, state: OwnerState) -> None:
        self.jid = state.owner
        self.jid_attr = attribute(state.owner)
        self.state = state
        self.lang = "en"
        self.clients: dict[str, Client] = {}
        self.sessions: dict[str, Session] = {}
        self.rooms: dict[str, Room] = {}
        self.peers: dict[str, tuple[Session, Target]] = {}

    @property
    def member(self) -> bool:
        """Whether the owner is registered with the gateway."""
        return self.state.member

    @property
    def idle(self) -> bool:
        """Whether nothing of the owner is alive."""
        return not (self.clients or self.sessions or self.rooms)

    def remember_peer(self, address: str, session: "Session", target: Target) -> None:
        """Find a contact faster next time."""
        if len(self.peers) >= PEERS:
            self.peers.clear()
        self.peers[address] = (session, target)


class Owners:
    """All owners that are alive."""

    def __init__(self, store: IStore) -> None:
        self._store = store
        self._owners: dict[str, Owner] = {}
        # An owner that some dialogue holds must not come to life a second time.
        self._held: WeakValueDictionary[str, Owner] = WeakValueDictionary()
        self._loading: dict[str, list[Deferred[Owner]]] = {}
        self.get: Callable[[str], Owner | None] = self._owners.get

    def load(self, jid: str) -> Deferred[Owner]:
        """An owner, read from the store when not alive; waiters are served in the order they asked."""
        done: Deferred[Owner] = Deferred()
        owner = self._owners.get(jid) or self._held.get(jid)
        if owner is not None:
            done.callback(owner)
            return done
        waiting = self._loading.setdefault(jid, [])
        waiting.append(done)
        if len(waiting) == 1:
            self._store.load(jid).addCallbacks(self._loaded, self._failed, callbackArgs=(jid,), errbackArgs=(jid,))
        return done

    def _loaded(self, state: OwnerState, jid: str) -> None:
        owner = self._held[jid] = Owner(state)
        for waiter in self._loading.pop(jid, []):
            waiter.callback(owner)
        self.release(owner)

    def _failed(self, failure: object, jid: str) -> None:
        for waiter in self._loading.pop(jid, []):
            waiter.errback(failure)  # type: ignore[arg-type]

    def release(self, owner: Owner) -> None:
        """Keep an owner of whom anything is alive, and forget one of whom nothing is."""
        if not owner.idle:
            self._owners[owner.jid] = owner
            self._held.pop(owner.jid, None)
        elif self._owners.get(owner.jid) is owner:
            del self._owners[owner.jid]
            self._held[owner.jid] = owner

    def all(self) -> list[Owner]:
        """Every owner that is alive."""
        return list(self._owners.values())

    def __len__(self) -> int:
        return len(self._owners)
