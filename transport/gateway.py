"""The gateway's life: start, link up and down, configuration read again, stop."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attrs import define, field
from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import LoopingCall, deferLater
from twisted.logger import Logger

from transport import access as lists
from transport.access import Access
from transport.api import IHub, INetwork, Text
from transport.config import Config
from transport.contacts import GATEWAY, Contacts
from transport.handlers.presence import Presences
from transport.handlers.room import RoomPresences
from transport.networks import Networks
from transport.owners import Owner, Owners
from transport.room_view import RoomView
from transport.safe import Safe
from transport.sessions import Sessions
from transport.store.interface import IStore, SeatRow
from transport.xmpp import stanza as build
from transport.xmpp.iq import Tracker
from transport.xmpp.link import Link
from transport.xmpp.ns import PING

PRUNE_SECONDS = 3600.0
SWEEP_SECONDS = 1800.0
# How many peers are asked at once after a start, so that a big roster is no burst.
BATCH = 200
# How long clients have to say that they are still there after the link was lost.
RETURN_SECONDS = 120.0


@define(eq=False)
class Parts:
    """Everything that is put together in tap.py."""

    reactor: Any
    config: Config
    store: IStore
    link: Link
    tracker: Tracker
    networks: Networks
    owners: Owners
    sessions: Sessions
    contacts: Contacts
    view: RoomView
    rooms: RoomPresences
    presences: Presences
    safe: Safe
    access: Access
    make_networks: Callable[[Config], Any]
    start_network: Callable[[INetwork], None]
    commands_changed: Callable[[], None]
    extra: dict[str, Sequence[str]] = field(factory=dict)


class Gateway(Service):
    """Runs the parts; `started` fires when the store is open and the link is being made."""

    log = Logger()

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.started: Deferred[None] = Deferred()
        self._prune = LoopingCall(self._prune_archive)
        self._prune.clock = parts.reactor
        self._sweep = LoopingCall(self._tidy)
        self._sweep.clock = parts.reactor
        self._crashed: Sequence[SeatRow] = ()
        self._was_up = False
        self._hubs: list[INetwork] = []
        self._settling: IDelayedCall | None = None

    # starting

    def startService(self) -> None:
        """Begin."""
        super().startService()  # type: ignore[no-untyped-call]
        Deferred.fromCoroutine(self._start()).addCallbacks(
            lambda _: self.started.callback(None), lambda failure: self.started.errback(failure)
        )

    async def _start(self) -> None:
        parts = self.parts
        await parts.store.start()
        for name in lists.LISTS:
            parts.extra[name] = await parts.store.access(name)
        self._set_access(parts.config)
        self._crashed = await parts.store.seats()
        for network in parts.networks:
            self._begin(network)
        if parts.config.archive.enabled:
            self._prune.start(PRUNE_SECONDS)
        self._sweep.start(SWEEP_SECONDS, now=False)
        parts.link.startService()

    def _begin(self, network: INetwork) -> None:
        self.parts.start_network(network)
        if IHub.providedBy(network):
            self._hubs.append(network)

    def _set_access(self, config: Config) -> None:
        narrowed = {name: network.access for name, network in config.networks.items()}
        self.parts.access.update(config.access, self.parts.extra, narrowed)

    def _prune_archive(self) -> Deferred[int]:
        before = self.parts.reactor.seconds() - self.parts.config.archive.keep
        done = self.parts.store.prune_archive(before)
        done.addErrback(lambda failure: self.log.failure("old messages could not be dropped", failure))
        return done

    def _tidy(self) -> None:
        self.parts.sessions.sweep()
        self.parts.safe.tidy()

    # the link

    def up(self) -> None:
        """Stanzas can flow: tell what was lost, send what was kept, ask who is there."""
        Deferred.fromCoroutine(self._came_up(not self._was_up)).addErrback(
            lambda failure: self.log.failure("the gateway could not take up its work", failure)
        )
        self._was_up = True

    async def _came_up(self, first: bool) -> None:
        parts = self.parts
        if first:
            for row in self._crashed:
                parts.view.lost_by_crash(row)
            self._crashed = ()
            await parts.store.clear_seats()
        parts.safe.resend()
        if not first:
            self._check_clients()
            self._settling = parts.reactor.callLater(RETURN_SECONDS, self._settle)
        await self._probe(await self._expected())
        if first:
            await self._sign_in_persistent(await parts.store.members())

    async def _expected(self) -> list[tuple[str, str]]:
        """Whom to ask, by the address of ours that they may have in their roster."""
        store, domain = self.parts.store, self.parts.config.xmpp.domain
        found = [(domain, jid) for jid in {*await store.subscribers(), *await store.members()}]
        for network in self.parts.networks:
            found += [(f"{network.name}@{domain}", jid) for jid, _ in await store.accounts(network.name)]
        return found

    async def _probe(self, expected: Iterable[tuple[str, str]]) -> None:
        """Ask who is available; the answers sign owners in (XEP-0100 section 4.4)."""
        for number, (address, jid) in enumerate(expected):
            if number % BATCH == BATCH - 1:
                await deferLater(self.parts.reactor, 0.5)
            if not self.parts.access.denied(jid):
                self.parts.link.send(build.presence(address, jid, "probe"))

    async def _sign_in_persistent(self, members: Iterable[str]) -> None:
        """Members who are to stay signed in, or whose rooms are kept."""
        for jid in members:
            if self.parts.access.denied(jid):
                continue
            try:
                self._sign_in(await self.parts.owners.load(jid))
            except Exception:
                self.log.failure("{owner} could not be signed in", owner=jid)

    def _sign_in(self, owner: Owner) -> None:
        for (name, _), kept in list(owner.state.rooms.items()):
            network = self.parts.networks.get(name)
            if network is not None:
                self.parts.rooms.reopen(self.parts.sessions.sign_in(owner, network, paced=True), kept)
        if owner.state.preferences.get("persistent") == "1":
            self.parts.presences.sign_in(owner)
        self.parts.owners.release(owner)

    def _check_clients(self) -> None:
        """The XMPP server may have restarted: clients that it does not know are not in rooms any more."""
        ping = f"<ping xmlns='{PING}'/>"
        for owner in self.parts.owners.all():
            for room in set(owner.rooms.values()):
                for seat in list(room.seats.values()):
                    asked = self.parts.tracker.request("get", seat.full, ping, from_=seat.address)
                    asked.addErrback(self._unreachable, room, seat.full)

    def _unreachable(self, failure: Any, room: Any, full: str) -> None:
        # No answer proves nothing: a phone may sleep, and the link may be lost again.
        if getattr(failure.value, "condition", "") in (
            "service-unavailable", "recipient-unavailable", "item-not-found", "remote-server-not-found", "gone",
        ):  # fmt: skip
            self.parts.rooms.unseat(room, full, Text("The client is gone."))

    def _settle(self) -> None:
        """Sign out who has not come back."""
        self._settling = None
        for owner in self.parts.owners.all():
            self.parts.sessions.settle(owner)

    def down(self, reason: str) -> None:
        """No stanzas can flow; the networks stay connected."""
        self.log.warn("not connected to the XMPP server: {reason}", reason=reason)
        self._stay()
        self.parts.safe.down()
        self.parts.tracker.fail_all(reason)
        for owner in self.parts.owners.all():
            owner.clients.clear()

    def _stay(self) -> None:
        if self._settling is not None and self._settling.active():
            self._settling.cancel()
        self._settling = None

    # the configuration is another one

    def reload(self, config: Config) -> Deferred[None]:
        """Take networks and access from another configuration; what did not change goes on."""
        return Deferred.fromCoroutine(self._reload(config))

    async def _reload(self, config: Config) -> None:
        parts = self.parts
        old = {network.name: network for network in parts.networks}
        parts.networks.replace(*parts.make_networks(config))
        new = {network.name: network for network in parts.networks}
        parts.config = config
        self._set_access(config)
        gone = {name for name, network in old.items() if new.get(name) is not network}
        for owner in parts.owners.all():
            self._review(owner)
        for name in gone:
            await self._end(old[name])
        for name, network in new.items():
            if old.get(name) is not network:
                self._begin(network)
        parts.commands_changed()
        for owner in parts.owners.all():
            if owner.clients:
                parts.presences.sign_in(owner)

    def _review(self, owner: Owner) -> None:
        """End what an owner may not have any more."""
        parts = self.parts
        denied = parts.access.denied(owner.jid)
        for session in list(owner.sessions.values()):
            same = parts.networks.get(session.name) is session.network
            if denied or not same or not parts.access.may_use(owner.jid, session.name):
                parts.sessions.sign_out(session, Text("The configuration of the gateway has changed."))
        if denied:
            owner.clients.clear()
            parts.owners.release(owner)

    async def _end(self, network: INetwork) -> None:
        if network in self._hubs:
            self._hubs.remove(network)
            await IHub(network).stop_hub()

    # stopping

    def stopService(self) -> Deferred[None]:
        """Tell every client and network, close everything."""
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        parts = self.parts
        parts.sessions.closing = True
        self._stay()
        for call in (self._prune, self._sweep):
            if call.running:
                call.stop()
        for owner in parts.owners.all():
            self._farewell(owner)
        for hub in list(self._hubs):
            try:
                await self._end(hub)
            except Exception:
                self.log.failure("{network} could not be closed", network=hub.name)
        if parts.sessions.goodbyes:
            await DeferredList([deferLater(parts.reactor, 0.3)])
        await (parts.link.stopService() or succeed(None))
        await parts.store.stop()

    def _farewell(self, owner: Owner) -> None:
        parts = self.parts
        why = Text("The gateway is being stopped.")
        for session in list(owner.sessions.values()):
            parts.sessions.sign_out(session, why)
        parts.contacts.leaving(owner)
        if owner.clients and GATEWAY not in owner.state.contacts:
            parts.link.send(build.presence(parts.config.xmpp.domain, owner.jid, "unavailable"))
