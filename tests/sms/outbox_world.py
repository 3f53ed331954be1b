"""A world for the outbox: modems that do as told, phones that know what they got, and crashes on demand."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from copy import copy
from random import Random
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock, deferLater
from twisted.logger import Logger

from transport.api import Delivered, Failed, Message, MessageIn, Text
from transport.plugins.sms import tpdu
from transport.plugins.sms.outgoing.outbox import Outbox
from transport.plugins.sms.outgoing.policy import Policy
from transport.plugins.sms.outgoing.records import Order
from transport.plugins.sms.schema import SCRIPTS
from transport.plugins.sms.states import Fault, Health, InDoubt, ModemSettings, ModemState, NotSubmitted
from transport.testing.host import FakeHost, FakePluginStore

BOB = "+4915112345678"
EVE = "+4915187654321"
ANN = "ann@example.org"
START = 1_700_000_000.0


@define
class Air:
    """One part that the network really took."""

    number: str
    set: int
    part: int
    parts: int
    text: str
    mr: int
    sim: str
    at: float
    report: bool
    pdu: tpdu.Submit


@define
class Answer:
    """What a modem does with a part: whether the network takes it, and what it says; None is nothing, for ever."""

    taken: bool = True
    says: Exception | str | None = "ok"
    delay: float = 0.0


OK = Answer()
LOST = Answer(False, InDoubt("no answer"))
TAKEN_IN_DOUBT = Answer(True, InDoubt("no answer"))
HANGS = Answer(False, None)


def cms(code: int | None, text: str = "", kind: str = "CMS") -> Answer:
    """An error of the network or the modem."""
    return Answer(False, NotSubmitted("refused", Fault(kind if code is not None else "ERROR", code, text)))


class FakeModem:
    """A modem that answers from a script, then takes everything."""

    def __init__(self, world: "World", settings: ModemSettings) -> None:
        self.world = world
        self.settings = settings
        self.health = Health(ModemState.READY, imsi=f"imsi-{settings.name}")
        self.script: deque[Answer] = deque()
        self.by_number: dict[str, deque[Answer]] = {}
        self.default = OK
        self.mr = 0
        self.resets = self.drains = 0
        self.more: list[bool] = []
        self.before: Callable[[Air], None] | None = None
        self.pending: list[tuple[Deferred[int], int]] = []

    def caught_up(self) -> Deferred[None]:
        return succeed(None)

    def submit(self, pdu: bytes, more: bool) -> Deferred[int]:
        submit = tpdu.decode(pdu, "out")
        assert isinstance(submit, tpdu.Submit)
        self.more.append(more)
        mine = self.by_number.get(str(submit.to))
        answer = mine.popleft() if mine else self.script.popleft() if self.script else self.default
        mr = self.mr
        if answer.taken:
            self.mr = (self.mr + 1) % 256
            concat = submit.concat
            air = Air(
                str(submit.to), concat.reference if concat else -1, concat.number if concat else 1,
                concat.total if concat else 1, submit.text, mr, self.health.imsi or self.settings.name,
                self.world.clock.seconds(), submit.report, submit,
            )  # fmt: skip
            self.world.air.append(air)
            if self.before is not None:
                self.before(air)
        if answer.says is None:
            never: Deferred[int] = Deferred()
            self.pending.append((never, mr))
            return never
        if answer.delay:
            later: Deferred[int] = Deferred()
            self.pending.append((later, mr))
            self.world.clock.callLater(answer.delay, self.finish, later, answer, mr)
            return later
        return fail(copy(answer.says)) if isinstance(answer.says, Exception) else succeed(mr)

    def finish(self, later: "Deferred[int]", answer: Answer, mr: int) -> None:
        if not later.called:
            later.errback(copy(answer.says)) if isinstance(answer.says, Exception) else later.callback(mr)

    def drain(self) -> Deferred[int]:
        self.drains += 1
        return succeed(0)

    def reset(self) -> Deferred[None]:
        self.resets += 1
        return succeed(None)


class Epoch:
    """The core as one run of the program sees it; when that is dead, nothing happens any more."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.reactor: Any = world.clock
        self.log = Logger(namespace="test")
        self.dead = False
        self.store: Any = self

    def act(self, do: Callable[[], Any]) -> Any:
        """Something durable: the program may die just before it or just after it."""
        if self.dead or self.world.tick(self):
            return Deferred()
        result = do()
        return Deferred() if self.world.tick(self) else result

    def run(self, fn: Callable[[Any], Any]) -> Deferred[Any]:
        return self.act(lambda: self.world.run(fn))

    def account(self, owner: str) -> "EpochHost":
        return EpochHost(self, self.world.hosts[owner])

    def tell_admins(self, text: Text) -> None:
        if not self.dead:
            self.world.told_admins.append(str(text))


class EpochHost:
    """An owner's host in one run of the program."""

    def __init__(self, epoch: Epoch, host: FakeHost) -> None:
        self.epoch = epoch
        self.host = host

    def deliver(self, event: Any) -> None:
        if not self.epoch.dead:
            self.host.deliver(event)

    def deliver_safely(self, event: Any, key: str) -> Deferred[None]:
        done: Deferred[None] = self.epoch.act(lambda: self.host.deliver_safely(event, key))
        if self.epoch.world.write_delay and done.called:
            return deferLater(self.epoch.world.clock, 3 * self.epoch.world.write_delay)
        return done

    def ticket(self, message: Message) -> str:
        return self.host.ticket(message)

    def recall(self, ticket: str) -> Message:
        return self.host.recall(ticket)


class EpochModem:
    """A modem in one run of the program; submitting is an act as durable as any."""

    def __init__(self, epoch: Epoch, modem: FakeModem) -> None:
        self.epoch = epoch
        self.modem = modem

    def submit(self, pdu: bytes, more: bool) -> Any:
        return self.epoch.act(lambda: self.modem.submit(pdu, more))

    def caught_up(self) -> Any:
        return self.modem.caught_up()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.modem, name)


@define
class World:
    """Everything that outlives the program: the phones, the modems, the database, and what the core keeps."""

    policy: Policy = field(factory=lambda: Policy(region="DE"))
    settings: Sequence[ModemSettings] = (ModemSettings("a", "/dev/a", gap=0.0),)
    clock: Clock = field(factory=Clock)
    database: FakePluginStore = field(factory=FakePluginStore)
    air: list[Air] = field(factory=list)
    told_admins: list[str] = field(factory=list)
    hosts: dict[str, FakeHost] = field(init=False)
    modems: dict[str, FakeModem] = field(init=False)
    outbox: Outbox = field(init=False)
    epoch: Epoch = field(init=False)
    ticks: int = 0
    crash_at: int = -1
    runs: int = 0
    write_delay: float = 0.0
    broken: bool = False

    def __attrs_post_init__(self) -> None:
        self.clock.advance(START)
        self.hosts = defaultdict(lambda: FakeHost(reactor=self.clock))
        self.modems = {each.name: FakeModem(self, each) for each in self.settings}
        self.database.migrate(SCRIPTS)
        self.start()

    def start(self) -> None:
        """A new run of the program."""
        self.epoch = Epoch(self)
        modems: Any = {name: EpochModem(self.epoch, modem) for name, modem in self.modems.items()}
        host: Any = self.epoch
        self.outbox = Outbox("sms", host, modems, self.policy, Random(1))
        Deferred.fromCoroutine(self.outbox.load())
        for name in self.modems:
            self.outbox.modem_changed(name)

    def crash(self) -> None:
        """Kill -9, and a new start."""
        self.epoch.dead = True
        self.start()

    def tick(self, epoch: Epoch) -> bool:
        """One step further: whether the program dies here."""
        if self.ticks == self.crash_at:
            epoch.dead = True
        self.ticks += 1
        return epoch.dead

    def run(self, fn: Callable[[Any], Any]) -> Deferred[Any]:
        self.runs += 1
        if self.broken:
            return fail(OSError("the disk is full"))
        if not self.write_delay:
            return self.database.run(fn)
        done: Deferred[Any] = Deferred()
        result = self.database.run(fn)
        self.clock.callLater(self.write_delay, result.chainDeferred, done)
        return done

    def order(
        self, number: str = BOB, text: str = "hello", owner: str = ANN, report: bool = True, **more: Any
    ) -> Order:
        message = Message(text, id=f"id-{len(self.hosts[owner].keys)}-{text[:20]}")
        ticket = self.hosts[owner].ticket(message)
        return Order(owner, number, text, ticket, message.id or "", report, **more)

    def put(self, *args: Any, **more: Any) -> Deferred[int]:
        """Give the outbox a text, and let it work."""
        done = self.outbox.put(self.order(*args, **more))
        done.addErrback(lambda failure: failure)
        return done

    def send(self, *args: Any, **more: Any) -> int:
        """Give the outbox a text and let it work: the text's id."""
        got: list[int] = []
        self.put(*args, **more).addCallback(got.append)
        self.advance(0)
        return got[0]

    def advance(self, seconds: float, step: float | None = None) -> None:
        """Let time pass."""
        end = self.clock.seconds() + seconds
        self.clock.advance(0)
        while self.clock.seconds() < end:
            calls = [call.getTime() for call in self.clock.getDelayedCalls()]
            to = min([end, *(at for at in calls if at > self.clock.seconds())])
            self.clock.advance(max(0.0, to - self.clock.seconds()) or 1e-3)
        self.clock.advance(0)
        self.clock.advance(0)

    def report(self, air: Air, status: int = 0, number: str | None = None) -> Deferred[None]:
        """The network says what became of a part."""
        done = self.outbox.report(air.sim, status_report(air, status, number))
        self.clock.advance(0)
        return done

    def state(self, name: str, state: ModemState) -> None:
        """A modem is in another state."""
        self.modems[name].health.state = state
        self.outbox.modem_changed(name)
        self.advance(0)

    # What people saw

    def receipts(self, owner: str = ANN) -> list[Delivered]:
        return self.hosts[owner].of(Delivered)

    def failures(self, owner: str = ANN) -> list[Failed]:
        return self.hosts[owner].of(Failed)

    def notices(self, owner: str = ANN) -> list[MessageIn]:
        return self.hosts[owner].of(MessageIn)

    def rows(self, sql: str, *params: Any) -> list[Any]:
        return self.database.database.execute(sql, params).fetchall()

    def row(self, id: int, columns: str) -> Any:
        return self.rows(f"SELECT {columns} FROM sms_out WHERE id = ?", id)[0]


def why(failed: Failed) -> tuple[str, str]:
    """The condition of a failure and its words."""
    return failed.reason.condition, str(failed.reason.text)


def status_report(air: Air, status: int = 0, number: str | None = None) -> tpdu.StatusReport:
    """What the network says of a part."""
    return tpdu.StatusReport(air.mr, tpdu.Number.of(number or air.number), None, None, status)
