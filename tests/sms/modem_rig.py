"""A modem of ours, a simulated one behind its port, and someone who remembers what is told of it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any, cast

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, Logger, LogLevel

from transport.api import Text
from transport.plugins.sms import tpdu
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.modem.modem import Modem
from transport.plugins.sms.simulator.modem import SimModem
from transport.plugins.sms.simulator.network import SimNetwork
from transport.plugins.sms.states import Health, Incoming, IsModem, ModemSettings, ModemState

NUMBER = "+491711234567"
PHONE = "+4915112345678"
START = 1_780_000_000.0


class MemoryPins:
    """PINs in memory."""

    def __init__(self) -> None:
        self.kept: set[tuple[str, str]] = set()
        self.remembered: list[tuple[str, str]] = []

    async def known(self, sim: str, pin: str) -> bool:
        return (sim, pin) in self.kept

    async def remember(self, sim: str, pin: str) -> None:
        self.kept.add((sim, pin))
        self.remembered.append((sim, pin))

    async def forget(self, sim: str, pin: str) -> None:
        self.kept.discard((sim, pin))


class News:
    """Remembers all that is told; `keep` decides what becomes of a message."""

    def __init__(self) -> None:
        self.states: list[ModemState] = []
        self.healths: list[Health] = []
        self.incoming: list[Incoming] = []
        self.bad: list[tuple[str, tuple[str, int] | None]] = []
        self.calls: list[str] = []
        self.told: list[Text] = []
        self.keep: Callable[[Incoming], Deferred[None]] = lambda incoming: succeed(None)

    def changed(self, name: str, health: Health) -> None:
        self.healths.append(health)
        if not self.states or self.states[-1] is not health.state:
            self.states.append(health.state)

    def received(self, incoming: Incoming) -> Deferred[None]:
        self.incoming.append(incoming)
        return self.keep(incoming)

    def unreadable(self, modem: str, sim: str, text: str, place: tuple[str, int] | None) -> Deferred[None]:
        self.bad.append((text, place))
        return succeed(None)

    def called(self, modem: str, number: str) -> None:
        self.calls.append(number)

    def tell_admins(self, text: Text) -> None:
        self.told.append(text)

    @property
    def texts(self) -> list[str]:
        return [pdu.text for pdu in self.read() if isinstance(pdu, tpdu.Deliver)]

    @property
    def reports(self) -> list[tpdu.StatusReport]:
        return [pdu for pdu in self.read() if isinstance(pdu, tpdu.StatusReport)]

    def read(self) -> Iterator[tpdu.Pdu]:
        """What can be read of all that came in."""
        for incoming in self.incoming:
            with suppress(Malformed):
                yield tpdu.decode(incoming.pdu, "in")


class MemoryPort:
    """A port whose other end is `other`, a function that gets what is written; `errors` let it fail to open."""

    def __init__(self, rig: "Rig", on_open: Any, on_data: Any, on_closed: Any) -> None:
        self.rig = rig
        self.on_open = on_open
        self.on_data = on_data
        self.on_closed = on_closed
        self.is_open = False
        self.running = False
        self.written: list[bytes] = []
        self.reopened = 0

    def start(self) -> None:
        self.running = True
        self.rig.clock.callLater(0, self.open)

    def open(self) -> None:
        if not self.running or self.is_open:
            return
        if self.rig.errors or not self.rig.sim.plugged:
            self.rig.clock.callLater(1, self.open)
            self.on_closed(self.rig.errors.pop(0) if self.rig.errors else "No such file or directory")
            return
        self.is_open = True
        self.on_open()

    def write(self, data: bytes) -> None:
        if self.is_open:
            self.written.append(data)
            self.rig.other(data)

    def hear(self, data: bytes) -> None:
        if self.is_open:
            self.on_data(data)

    def lose(self, why: str = "Connection was closed cleanly.") -> None:
        if self.is_open:
            self.is_open = False
            self.rig.clock.callLater(1, self.open)
            self.on_closed(why)

    def reopen(self) -> None:
        self.reopened += 1
        self.lose("closed to be opened again")

    def stop(self) -> Deferred[None]:
        self.running = self.is_open = False
        return succeed(None)


class Rig:
    """All of it; `run` lets time go by in small steps."""

    def __init__(self, profile: str = "generic", sim: Any = None, pins: MemoryPins | None = None, **more: Any) -> None:
        self.clock = Clock()
        self.clock.advance(START)
        self.news = News()
        self.pins = pins or MemoryPins()
        self.errors: list[str] = []
        self.ports: list[MemoryPort] = []
        self.network = SimNetwork(self.clock)
        self.sim = SimModem(self.network, NUMBER, self.clock, profile, self.said, sim)
        self.other: Callable[[bytes], None] = self.sim.receive
        settings = ModemSettings("stick", "/dev/modem", **more)
        self.faults: list[Any] = []
        log = Logger(observer=cast(ILogObserver, self.observe))
        self.modem = Modem(
            settings, self.clock, self.no_endpoint, self.news, Random(1), self.pins, log=log, make_port=self.make_port
        )
        self.as_others_see_it: IsModem = self.modem
        self.port = self.ports[0]
        self.sim.hang_up = self.port.lose

    def observe(self, event: Any) -> None:
        """Faults of ours, which are logged and go no further."""
        if event["log_level"] >= LogLevel.error:
            self.faults.append(event)

    def no_endpoint(self, host: str, port: int) -> Any:
        raise AssertionError("no network here")

    def make_port(self, reactor: Any, device: str, baud: int, endpoint: Any, *listeners: Any, random: Any) -> Any:
        port = MemoryPort(self, *listeners)
        self.ports.append(port)
        return port

    def said(self, data: bytes) -> None:
        self.ports[0].hear(data)

    def run(self, seconds: float, step: float = 0.25) -> None:
        for _ in range(int(seconds / step)):
            self.clock.advance(step)

    def start(self, seconds: float = 3) -> "Rig":
        self.modem.start()
        self.run(seconds)
        return self

    def state(self) -> ModemState:
        return self.modem.health.state

    def submit(self, text: str, to: str = PHONE, more: bool = False, **how: Any) -> "Outcome":
        return Outcome(self.modem.submit(pdu_of(text, to, **how), more))

    def commands(self) -> list[str]:
        return [data.decode("latin-1").rstrip("\r") for data in self.port.written]

    def stored(self) -> int:
        """How many messages the modem has in all its memories."""
        return sum(len(store.slots) for store in self.sim.memories.stores.values())

    def events(self, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.network.log if entry["event"] == event]


class Outcome:
    """What a Deferred came to: nothing yet, a `value`, or an `error`."""

    def __init__(self, deferred: Deferred[Any]) -> None:
        self.done = False
        self.value: Any = None
        self.error: Any = None
        deferred.addCallbacks(self.succeeded, self.failed)

    def succeeded(self, value: Any) -> None:
        self.done, self.value = True, value

    def failed(self, failure: Any) -> None:
        self.done, self.error = True, failure.value


def pdu_of(text: str, to: str = PHONE, **how: Any) -> bytes:
    return tpdu.encode(tpdu.segments(text, to, **how)[0])


def refuse(incoming: Incoming) -> Deferred[None]:
    return fail(RuntimeError("the disk is full"))
