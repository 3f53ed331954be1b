"""Keeps a modem at work: opens its port, starts it, asks after it, and starts it again when it has to be."""

from collections.abc import Callable
from random import Random
from typing import Any

from attrs import evolve
from twisted.internet.task import deferLater
from twisted.logger import Logger

from transport.plugins.sms.line.at import ESC
from transport.plugins.sms.line.dialogue import TimedOut, Unplugged
from transport.plugins.sms.line.port import Connector, Port
from transport.plugins.sms.modem import trouble
from transport.plugins.sms.modem.chores import Chores
from transport.plugins.sms.modem.condition import Bulletin, Facts, judge
from transport.plugins.sms.modem.opening import Opening
from transport.plugins.sms.modem.pins import IPins
from transport.plugins.sms.modem.service import settings_are_lost, survey
from transport.plugins.sms.modem.sim import Card
from transport.plugins.sms.modem.startup import start
from transport.plugins.sms.modem.taken import Taken
from transport.plugins.sms.modem.trouble import CannotStart, Trouble
from transport.plugins.sms.states import Fault, Health, ModemNews, ModemSettings

TICK = 10.0
SURVEY, SEARCH = 60.0, 10.0
DRAIN = 300.0
# A modem that was reset says several things; and it is not started anew for what it says all the time.
SETTLE, RESTART_GAP = 1.0, 30.0
# Being away for less than this is not worth a word to administrators.
AWAY = 60.0
RETRY, LONGEST_RETRY = 5.0, 300.0
# A command in flight has so long when the program ends.
GRACE = 10.0


class Keeper:
    """One modem over all openings of its port.  Nothing raises into the reactor."""

    def __init__(
        self,
        settings: ModemSettings,
        reactor: Any,
        endpoint: Connector,
        news: ModemNews,
        random: Random,
        pins: IPins,
        log: Logger,
        make_port: Callable[..., Port],
    ) -> None:
        self.settings = settings
        self.reactor = reactor
        self.news = news
        self.random = random
        self.log = log
        self.card = Card(settings, pins)
        self.taken = Taken()
        self.facts = Facts()
        self.bulletin = Bulletin(settings.name, news, log)
        self.health = Health(why=judge(self.facts, settings)[1])
        self.opening: Opening | None = None
        self.chores = Chores(reactor, log)
        self.failures = 0
        self.next_survey = self.next_drain = self.next_check = self.started_at = 0.0
        self.reopening = False
        self.port = make_port(
            reactor,
            settings.device,
            settings.baud,
            endpoint,
            self.opened,
            self.received,
            self.closed,
            random=random,
        )

    def start(self) -> None:
        """Open the port, and keep it open."""
        self.chores.later("tick", TICK, self.tick)
        self.port.start()

    async def stop(self) -> None:
        """Close the port, once what is in flight has ended or lasts too long."""
        self.chores.close()
        until = self.reactor.seconds() + GRACE
        while self.opening is not None and self.opening.is_busy and self.reactor.seconds() < until:
            await deferLater(self.reactor, 0.1)
        self.shut("it was stopped")
        await self.port.stop()
        self.chores.close()

    def reset(self) -> None:
        """Close the port, open it and start afresh; what kept it from working is forgotten."""
        self.port.reopen()

    # What the port tells

    def opened(self) -> None:
        """The modem may be spoken to."""
        self.chores.forget("away")
        self.facts.plugged = True
        self.opening = opening = Opening(self, self.reactor, self.port.write, self.log)
        # It may wait for a PDU that never came.
        self.port.write(ESC + b"\r")
        self.begin(opening)

    def received(self, data: bytes) -> None:
        """The modem says something."""
        if self.opening is not None:
            self.opening.dialogue.receive(data)

    def closed(self, why: str) -> None:
        """The modem is away."""
        self.shut(why)
        if not self.chores.planned("away"):
            self.chores.later("away", AWAY, self.still_away)

    def shut(self, why: str) -> None:
        """Nothing can be said to the modem any more."""
        opening, self.opening = self.opening, None
        self.chores.forget("retry", "restart")
        facts = self.facts
        facts.plugged = facts.started = facts.registered = False
        facts.error = why
        if not self.reopening:
            # Another card may be in it when it comes back.
            facts.trouble = None
        self.reopening = False
        self.refresh(evolve(self.health, signal=None, operator="", roaming=False))
        if opening is not None:
            opening.close()

    def still_away(self) -> None:
        """It is not a short reset."""
        if not self.facts.plugged and self.health.why is not None:
            self.bulletin.warn(self.health.why)

    # Starting

    def begin(self, opening: Opening) -> None:
        """Bring the modem to work, unless that is being done."""
        if opening.starting or opening.closed:
            return
        opening.starting, opening.started = True, False
        opening.device.be_patient()
        self.facts.started = False
        self.chores.forget("retry", "restart")
        self.refresh()
        self.chores.begin(self.bring_up(opening))

    async def bring_up(self, opening: Opening) -> None:
        """Start the modem, and say what keeps it from working."""
        try:
            health = await start(opening.device, self.settings, self.card, self.health)
            await opening.registration.ask(opening.device)
        except CannotStart as error:
            found = error.trouble
        except Unplugged:
            return
        except TimedOut:
            found = trouble.deaf(self.settings)
        except Exception:
            self.log.failure("The modem {modem} could not be started", modem=self.settings.name)
            found = trouble.bug(self.settings)
        else:
            opening.starting = False
            if not opening.closed:
                self.works(opening, health)
            return
        opening.starting = False
        if not opening.closed:
            self.suffer(opening, found)

    def works(self, opening: Opening, health: Health) -> None:
        """The modem has been brought to work."""
        opening.started = True
        self.failures = 0
        self.started_at = self.reactor.seconds()
        self.next_drain = self.started_at + DRAIN
        self.next_survey = self.started_at + SURVEY
        self.facts.started, self.facts.trouble = True, None
        self.health = health
        self.registration_changed()
        opening.drain()
        self.chores.begin(self.observe(opening))

    def suffer(self, opening: Opening, found: Trouble) -> None:
        """The modem cannot work; it is tried again where that may help."""
        opening.started = False
        self.facts.trouble = found
        if found.retry:
            longest = min(LONGEST_RETRY, RETRY * 2 ** min(self.failures, 16))
            self.failures += 1
            self.chores.later("retry", self.random.uniform(longest / 2, longest), lambda: self.begin(opening))
        self.refresh()

    # What the opening tells (opening.Owner)

    def sim(self) -> str:
        """The subscriber, else the modem's name."""
        return self.health.imsi or self.settings.name

    def dead(self) -> None:
        """It does not answer any more: the port may be all that is wrong."""
        self.facts.trouble = trouble.deaf(self.settings)
        self.reopening = True
        self.port.reopen()

    def registration_changed(self) -> None:
        """It has found a network, or lost it."""
        if self.opening is None:
            return
        registration = self.opening.registration
        if registration.registered != self.facts.registered:
            self.facts.registered = registration.registered
            # The operator is another one, or is to be looked for often.
            self.next_survey = self.reactor.seconds() + (0 if registration.registered else SEARCH)
        self.refresh(evolve(self.health, roaming=registration.roaming))

    def reborn(self, surely: bool) -> None:
        """It has been reset, surely or perhaps; what it says while it is started is part of that."""
        opening, now = self.opening, self.reactor.seconds()
        if opening is None or opening.starting or not (opening.started or surely):
            return
        if surely:
            if not self.chores.planned("restart"):
                pause = max(SETTLE, self.started_at + RESTART_GAP - now)
                self.chores.later("restart", pause, lambda: self.begin(opening))
        elif now >= self.next_check:
            self.next_check = now + SURVEY
            self.chores.begin(self.check(opening))

    async def check(self, opening: Opening) -> None:
        """Start the modem again if it has forgotten its settings."""
        if not opening.starting and await settings_are_lost(opening.device):
            self.begin(opening)

    def refused(self, opening: Opening, fault: Fault) -> None:
        """A refusal of a message says something of the modem itself."""
        if trouble.no_network(fault):
            opening.registration.lost()
            self.registration_changed()
        elif trouble.pin_wanted(fault):
            self.begin(opening)
        elif trouble.memory_trouble(fault):
            opening.drain()
        else:
            found = trouble.sim_trouble(fault, self.settings.name)
            if found is not None:
                self.suffer(opening, found)

    # From time to time

    def tick(self) -> None:
        """Ask after the modem, and take what was not told."""
        self.chores.later("tick", TICK, self.tick)
        opening, now = self.opening, self.reactor.seconds()
        if opening is None or not opening.started:
            return
        if now >= self.next_drain:
            self.next_drain = now + DRAIN
            opening.drain()
        if now >= self.next_survey and not opening.is_busy:
            self.next_survey = now + (SURVEY if self.facts.registered else SEARCH)
            self.chores.begin(self.look(opening))

    async def look(self, opening: Opening) -> None:
        """Registration, indications, signal and operator; some modems say nothing when they were reset."""
        await opening.registration.ask(opening.device)
        await opening.receiver.listen()
        await self.check(opening)
        await self.observe(opening)

    async def observe(self, opening: Opening) -> None:
        """Signal and operator as they are now."""
        signal, operator = await survey(opening.device)
        if opening is self.opening and opening.started:
            self.health = evolve(self.health, signal=signal, operator=operator)
            self.registration_changed()

    # Telling

    def refresh(self, health: Health | None = None) -> None:
        """Tell what is another than before."""
        state, why = judge(self.facts, self.settings)
        self.health = evolve(health or self.health, state=state, why=why)
        self.bulletin.changed(self.health)
