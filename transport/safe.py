"""What must not be lost: kept until the XMPP server is seen to have it.

XEP-0114 acknowledges nothing; a ping (XEP-0199) that the owner's server answers proves that it has read
all that was sent before it.  A stanza keeps its id however often it is sent.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from attrs import define
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.api import Refused, Text
from transport.parcel import Parcel
from transport.store.interface import InboxRow, IStore
from transport.xmpp.element import attribute

# Seconds: after a ping in vain; between two tries for one owner; how long a stanza may come back.
ASK_AGAIN = 60.0
TRY_AGAIN = 60.0
SOON = 1.0
LATE = 600.0
PAGE = 500
KNOWN = 20_000
_HEAD = re.compile(r"<message from='([^']*)'[^>]*? id='([^']*)'")


class ILink(Protocol):
    """The way out."""

    def put(self, xml: str) -> bool:
        """Send now, or not at all."""

    def fits(self, xml: str) -> bool:
        """Whether the server takes it."""


@define(eq=False)
class Flight:
    """A parcel that was sent; `told` is the client that was told of an error, `back` that it has come back."""

    id: int
    owner: str
    parcel: Parcel
    told: str = ""
    back: bool = False
    landed: float | None = None


class Safe:
    """The inbox: what goes in is durable, and goes out again after every failure, in order for each owner."""

    log = Logger()

    def __init__(
        self,
        store: IStore,
        link: ILink,
        proof: Callable[[str], Deferred[None]],
        reactor: IReactorTime,
        there: Callable[[str, str], bool],
        tell_admins: Callable[[Text], object],
    ) -> None:
        self._store = store
        self._link = link
        self._proof = proof
        self._reactor = reactor
        self._there = there
        self._tell_admins = tell_admins
        self._flowing = False
        self._more = False
        # What began before the link was lost is nothing to what began after it.
        self._turn = 0
        self._seen = 0
        self._unproved: dict[str, list[Flight]] = {}
        self._proving: set[str] = set()
        self._flying: dict[int, Flight] = {}
        self._known: dict[tuple[str, str], Flight] = {}
        self._waiting: dict[str, float] = {}
        self._told: set[str] = set()

    # in

    def deliver(self, owner: str, network: str, parcel: Parcel, key: str) -> Deferred[None]:
        """Keep a parcel, and send it; fires once it is durable.  A known key is dropped."""
        if not parcel.stanzas:
            return succeed(None)
        if not all(self._link.fits(xml) for xml in (*parcel.stanzas, parcel.error) if xml):
            return fail(Refused("not-acceptable", "This is longer than the XMPP server takes."))
        kept = self._store.inbox_put(owner, network, key, parcel.dump())
        return kept.addCallback(self._kept, owner, parcel)

    def _kept(self, id: int | None, owner: str, parcel: Parcel) -> None:
        if id is None or id <= self._seen:
            return
        if self._flowing:
            self._go(id, owner, parcel)
        else:
            # Behind what has waited longer.
            self._more = True

    # out

    def _go(self, id: int, owner: str, parcel: Parcel) -> None:
        flight = Flight(id, owner, parcel)
        stanzas = parcel.stanzas
        if parcel.error and self._there(owner, parcel.client):
            # Servers drop errors for clients that are gone, and for bare addresses.
            stanzas, flight.told = (parcel.error,), parcel.client
        for xml in stanzas:
            if not self._link.put(xml):
                self.down()
                return
        self._seen = max(self._seen, id)
        self._flying[id] = flight
        self._remember(flight)
        peer = owner.rpartition("@")[2]
        self._unproved.setdefault(peer, []).append(flight)
        self._prove(peer)

    def _prove(self, peer: str) -> None:
        if peer in self._proving or peer not in self._unproved:
            return
        self._proving.add(peer)
        about = (peer, self._unproved.pop(peer), self._turn)
        self._proof(peer).addCallbacks(self._proved, self._unclear, callbackArgs=about, errbackArgs=about)

    def _proved(self, _: None, peer: str, flights: list[Flight], turn: int) -> None:
        if turn != self._turn:
            return
        self._proving.discard(peer)
        arrived, now = [], self._reactor.seconds()
        for flight in flights:
            if flight.back:
                continue
            self._flying.pop(flight.id, None)
            if flight.told and not self._there(flight.owner, flight.told):
                # The client had gone before its server got the error.
                self._go(flight.id, flight.owner, flight.parcel)
            else:
                flight.landed = now
                flight.parcel = Parcel(())
                arrived.append(flight.id)
        self._done(arrived)
        self._prove(peer)

    def _done(self, ids: Sequence[int]) -> None:
        self._store.inbox_done(ids).addErrback(lambda f: self.log.failure("the inbox could not be cleared", f))

    def _unclear(self, failure: Failure, peer: str, flights: list[Flight], turn: int) -> None:
        """Ask again after a while; when the link has gone all goes out again as soon as it is back."""
        if turn != self._turn:
            return
        self.log.info("the XMPP server {peer} did not confirm: {reason}", peer=peer, reason=str(failure.value))
        self._unproved[peer] = [*flights, *self._unproved.get(peer, ())]
        self._reactor.callLater(ASK_AGAIN, self._ask_again, peer, turn)

    def _ask_again(self, peer: str, turn: int) -> None:
        if turn == self._turn:
            self._proving.discard(peer)
            self._prove(peer)

    # the link

    def down(self) -> None:
        """The link is lost: nothing goes out, and nothing that was not proved is had."""
        self._turn += 1
        self._flowing = False
        self._unproved.clear()
        self._proving.clear()
        self._flying.clear()
        self._waiting.clear()

    def resend(self) -> None:
        """The link is up: send all that may not have arrived, and after it what comes meanwhile."""
        self.down()
        self._catch_up(0, self._turn)

    def _catch_up(self, after: int, turn: int) -> None:
        if turn == self._turn:
            self._more = False
            about = (after, turn)
            found = self._store.inbox(after, PAGE)
            found.addCallbacks(self._page, self._unread, callbackArgs=about, errbackArgs=about)

    def _page(self, rows: Sequence[InboxRow], after: int, turn: int) -> None:
        for row in rows:
            if turn == self._turn:
                self._go(row.id, row.owner, Parcel.load(row.xml))
        if turn != self._turn:
            return
        if rows or self._more:
            self._catch_up(rows[-1].id if rows else after, turn)
        else:
            self._flowing = True

    def _unread(self, failure: Failure, after: int, turn: int) -> None:
        self.log.failure("the inbox could not be read", failure)
        self._reactor.callLater(ASK_AGAIN, self._catch_up, after, turn)

    # what comes back

    def bounced(self, owner: str, id: str, address: str, why: str) -> bool:
        """A message to the bare address `owner` from our `address` was refused; false when it is not from here."""
        flight = self._known.get((id, attribute(address)))
        if flight is None or flight.owner != owner:
            return False
        if not flight.back:
            flight.back = True
            self._flying.pop(flight.id, None)
            kept = self._store.inbox_back(owner, [flight.id])
            kept.addCallbacks(self._given_up, lambda f: self.log.failure("the inbox could not be written", f), (owner,))
            self._waiting.setdefault(owner, 0.0)
            self._tell(owner, why)
        return True

    def _tell(self, owner: str, why: str) -> None:
        if owner not in self._told:
            if len(self._told) >= KNOWN:
                self._told.clear()
            self._told.add(owner)
            self._tell_admins(Text(
                "A message for {owner} came back from their server ({why}). It is kept until they are online.",
                owner=owner, why=why,
            ))  # fmt: skip

    def _given_up(self, count: int, owner: str) -> None:
        if count:
            self.log.error("{count} messages for {owner} could not be delivered for too long", count=count, owner=owner)

    def arrived(self, owner: str) -> None:
        """A client of an owner has become available: send again what came back."""
        allowed, now = self._waiting.get(owner), self._reactor.seconds()
        if allowed is None or allowed > now + TRY_AGAIN:
            return
        if not self._flowing:
            self._reactor.callLater(SOON, self.arrived, owner)
            return
        # Clients that come and go all the time must not cost more than this.
        wait = max(allowed - now, 0)
        self._waiting[owner] = now + wait + TRY_AGAIN
        self._reactor.callLater(wait, self._try_again, owner, self._turn)

    def _try_again(self, owner: str, turn: int) -> None:
        if turn == self._turn:
            rows = self._store.inbox_of(owner)
            rows.addCallbacks(self._again, lambda f: self.log.failure("the inbox could not be read", f), (owner, turn))

    def _again(self, rows: Sequence[InboxRow], owner: str, turn: int) -> None:
        if not rows:
            self._waiting.pop(owner, None)
        for row in rows:
            if turn == self._turn and row.id not in self._flying:
                self._go(row.id, owner, Parcel.load(row.xml))

    # memory

    def _remember(self, flight: Flight) -> None:
        """Know a stanza when it comes back."""
        for xml in flight.parcel.stanzas:
            head = _HEAD.match(xml)
            if head is not None:
                self._known[head[2], head[1]] = flight
        if len(self._known) > KNOWN:
            for key in self._late() or list(self._known)[: KNOWN // 2]:
                del self._known[key]

    def _late(self) -> list[tuple[str, str]]:
        before = self._reactor.seconds() - LATE
        return [key for key, flight in self._known.items() if flight.landed is not None and flight.landed < before]

    def tidy(self) -> None:
        """Forget what cannot come back any more; called now and then."""
        for key in self._late():
            del self._known[key]
        self._done(())
