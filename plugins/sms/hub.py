"""Everything of a network that runs: its modems, and what goes out and comes in through them."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.task import LoopingCall

from transport.api import Account, IHubHost, Text
from transport.plugins.sms.bursts import Bursts
from transport.plugins.sms.incoming.blocked import Blocked
from transport.plugins.sms.incoming.handover import Handover
from transport.plugins.sms.incoming.in_journal import InJournal
from transport.plugins.sms.incoming.inbox import Inbox
from transport.plugins.sms.incoming.introductions import Introductions
from transport.plugins.sms.incoming.missed import MissedCalls
from transport.plugins.sms.incoming.owners import TextOwners
from transport.plugins.sms.modem.modem import Modem
from transport.plugins.sms.modem.pins import Pins
from transport.plugins.sms.options import Settings
from transport.plugins.sms.outgoing import routing
from transport.plugins.sms.outgoing.outbox import Outbox
from transport.plugins.sms.presence import Signals
from transport.plugins.sms.schema import SCRIPTS
from transport.plugins.sms.session import Session
from transport.plugins.sms.states import Health, Incoming, IsModem, ModemSettings

STOP = 20.0
# Limits of texts end as time goes by, which nothing else tells of.
LOOK = 300.0
# Who has signed out may have ended the registration, which is not known to the store yet.
SOON = 5.0

MakeModem = Callable[[ModemSettings, "Hub"], IsModem]


class Hub:
    """Puts the parts of a network together; implements `states.ModemNews`."""

    def __init__(self, name: str, settings: Settings, host: IHubHost, random: Random, make: MakeModem) -> None:
        self.settings = settings
        self.host = host
        self.random = random
        self.signals = Signals()
        self.sessions: set[Session] = set()
        self.pins = Pins(host.store)
        self.modems: dict[str, IsModem] = {each.name: make(each, self) for each in settings.modems.values()}
        self.outbox = Outbox(name, host, self.modems, settings.policy, random)
        self.owners = TextOwners(name, host, settings.modems, settings.catch_all)
        self.blocked = Blocked(host.store, name)
        self.introductions = Introductions(host, settings.subscribe)
        handover = Handover(
            host,
            self.owners,
            self.blocked,
            InJournal(host.store, name),
            self.introductions.met,
            settings.waiting_notice,
        )
        self.inbox = Inbox(host, handover, self.outbox.report, settings.region)
        self.owners.appeared = self._look_again
        self.missed = MissedCalls(host, self.owners, self.blocked, settings.region)
        # A modem that loses its network all the time must not flood those who follow many numbers.
        self._changes = Bursts(host.reactor, self.refresh)
        self._look: Any = LoopingCall(self._review)
        self._look.clock = host.reactor
        self._started: Deferred[None] | None = None
        self._stopping = False

    # life

    def start(self) -> None:
        """Read what is kept, then open the modems."""
        self._started = Deferred.fromCoroutine(self._start())
        self._started.addErrback(self._not_started)

    async def _start(self) -> None:
        await self.host.store.migrate(SCRIPTS)
        await self.blocked.load()
        await self.owners.registered()
        await self.outbox.load()
        await self.inbox.load()
        # Somebody may have registered just before the program ended.
        await self.inbox.look_again()
        if self._stopping:
            return
        self._look.start(LOOK, now=False)
        for modem in self.modems.values():
            modem.start()

    def _not_started(self, failure: Any) -> None:
        self.host.log.failure("the network could not be started", failure)
        self.host.tell_admins(Text("Texts cannot be sent or received: {error}", error=failure.getErrorMessage()))

    def stop(self) -> Deferred[None]:
        """Let what is in flight end, for a bounded time; what waits is kept."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        self._stopping = True
        if self._look.running:
            self._look.stop()
        self._changes.stop()
        await self._ended("outbox", self.outbox.stop)
        await DeferredList([self._ended(name, modem.stop) for name, modem in self.modems.items()])
        self.inbox.stop()

    def _ended(self, name: str, stop: Callable[[], Deferred[None]]) -> Deferred[Any]:
        done: Deferred[Any] = maybeDeferred(stop)
        done.addTimeout(STOP, self.host.reactor)
        return done.addErrback(lambda failure: self.host.log.failure("{part} did not end well", failure, part=name))

    # what modems say (states.ModemNews)

    def changed(self, name: str, health: Health) -> None:
        """A modem is in another state, or hears the network otherwise."""
        self.outbox.modem_changed(name)
        self._changes.call()

    def received(self, incoming: Incoming) -> Deferred[None]:
        """Keep a PDU."""
        return self.inbox.received(incoming)

    def unreadable(self, modem: str, sim: str, text: str, place: tuple[str, int] | None) -> Deferred[None]:
        """Keep what is no PDU."""
        return self.inbox.unreadable(modem, sim, text, place)

    def called(self, modem: str, number: str) -> None:
        """A call is over."""
        if self.settings.missed_calls:
            self.missed.called(modem, number)

    def tell_admins(self, text: Text) -> None:
        """Pass it on."""
        self.host.tell_admins(text)

    # what sessions and commands ask

    def _review(self) -> None:
        """Look at what nobody tells of: limits that have ended, and owners who are not registered any more."""
        self.refresh()
        Deferred.fromCoroutine(self._forget()).addErrback(
            lambda failure: self.host.log.failure("the accounts could not be looked at", failure)
        )

    def left(self, owner: str) -> None:
        """An owner has signed out, perhaps for good: then nothing more is sent or given to them."""
        if not self._stopping:
            self.host.reactor.callLater(SOON, self._look_for, owner)

    def _look_for(self, owner: str) -> None:
        if not self._stopping:
            self.owners.forget()
            if self.outbox.lanes.count(owner):
                self._review()

    async def _forget(self) -> None:
        known = {entry.owner for entry in self.outbox.lanes.entries.values()} | self.blocked.by_owner.keys()
        if known:
            for owner in known - (await self.owners.registered()).keys():
                await self.outbox.drop_owner(owner)
                await self.blocked.forget(owner)

    def refresh(self) -> None:
        """Show owners what has changed."""
        for session in list(self.sessions):
            session.follower.refresh()

    def serving(self, owner: str) -> Sequence[IsModem]:
        """The modems that an owner may use."""
        found = routing.serving((modem.settings for modem in self.modems.values()), owner)
        return [self.modems[settings.name] for settings in found]

    def used_up(self, owner: str) -> bool:
        """Whether an owner's limit of today is reached."""
        most = self.settings.policy.per_user_day
        return 0 < most <= self.outbox.used_today(owner)

    def at_limit(self, name: str) -> bool:
        """Whether a modem has sent as much as it may."""
        return self.outbox.senders[name].caps.wait(self.host.reactor.seconds()) > 0

    def came(self, account: Account) -> Deferred[None]:
        """An owner has signed in, perhaps after registering; Refused (`conflict`) tells of a keyword that is taken."""
        return Deferred.fromCoroutine(self._came(account))

    def _look_again(self) -> None:
        looked = Deferred.fromCoroutine(self.inbox.look_again())
        looked.addErrback(lambda failure: self.host.log.failure("texts without an owner could not be read", failure))

    async def _came(self, account: Account) -> None:
        if self.owners.came(account) and self._started is not None:
            await self.inbox.look_again()
        await self.owners.claim_keyword(account)

    def status(self) -> dict[str, str]:
        """A few facts for administrators."""
        facts = {
            name: f"{modem.health.state.value}, {modem.health.operator or '-'}, {modem.health.signal or '-'} dBm"
            for name, modem in self.modems.items()
        }
        return {**facts, "waiting": str(len(self.outbox.lanes)), "blocked": str(self.blocked.dropped)}


def real_modem(settings: ModemSettings, hub: Hub) -> Modem:
    """A modem on a port of this machine, or behind a TCP server."""
    host = hub.host
    return Modem(settings, host.reactor, host.endpoint, hub, hub.random, hub.pins, log=host.log)
