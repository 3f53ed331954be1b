"""Workloads of texts through a modem that takes no time, out and in."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from bench.gateways import Program, Transport
from bench.ledger import Bag, Ledger
from bench.modem import NUMBER, Entry, Simulator
from bench.proc import cpu, memory
from bench.rig import Failed, Figures
from bench.texters import texter

USERS = 5
NUMBERS = [f"+49171{i:07}" for i in range(10)]
SHORT = "the quick brown fox jumps over the lazy dog, on its way home"
# 7-bit text in one part; UCS-2 in three (67 characters each).
LONG = "Завтра в девять? Напиши, если не сможешь, я тогда позвоню вечером из дома или с дороги. " * 2
LOOK_SECONDS = 0.01
TIMEOUT = 300.0
AFTERMATH_SECONDS = 0.5


class TextRig:
    """A simulated network and one program on its modem, to be used with `async with`."""

    def __init__(self, program: Program, *, modems: int = 1, calm: bool = False, report: bool = False) -> None:
        self.program = program
        self.folder = tempfile.TemporaryDirectory(prefix="bench-")
        folder = Path(self.folder.name)
        self.simulator = Simulator(folder, Transport().python, modems)
        self.texter = texter(program, folder, USERS, calm, report)
        self.parts: dict[str, dict[int, str]] = {}

    async def __aenter__(self) -> "TextRig":
        try:
            await self.simulator.start()
            await self.texter.start(self.simulator.ports)
        except BaseException:
            self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything, and remove the folder."""
        self.texter.stop()
        self.simulator.stop()
        self.folder.cleanup()

    async def until(self, true: Callable[[], bool], progress: Callable[[], str]) -> None:
        """Wait for a condition, and read what the network says meanwhile."""
        end = time.perf_counter() + TIMEOUT
        while not true():
            self.texter.check()
            if time.perf_counter() > end:
                raise Failed(f"took too long: {progress()}")
            await asyncio.sleep(LOOK_SECONDS)

    async def warm_up(self) -> None:
        """A text to each number: the modem is at work, and the numbers are known to be somebody's."""
        self.texter.send([(j, to, "hello") for j, to in enumerate(NUMBERS)], False)
        sent: list[tuple[str, str]] = []

        def done() -> bool:
            sent.extend(self.submitted(self.simulator.news()))
            return len(sent) >= len(NUMBERS)

        await self.until(done, lambda: f"{len(sent)} of {len(NUMBERS)} texts at the start")
        await asyncio.sleep(AFTERMATH_SECONDS)

    def submitted(self, entries: Sequence[Entry]) -> list[tuple[str, str]]:
        """The texts that are whole by these entries: (recipient, body)."""
        found = []
        for entry in entries:
            if entry["event"] == "submitted":
                _, total, number = entry["concat"] or (0, 1, 1)
                parts = self.parts.setdefault(entry["to"], {})
                parts[number] = entry["text"]
                if len(parts) == total:
                    found.append((entry["to"], "".join(parts[n] for n in sorted(parts))))
                    parts.clear()
        return found

    async def measure(self, turn: Callable[[], bool], count: int, progress: Callable[[], str]) -> Figures:
        """Let `turn` give and take until it says that all is done; what one of `count` texts took."""
        pid = self.texter.pid
        before, begun = cpu(pid), time.perf_counter()
        own = cpu(os.getpid(), children=False)
        await self.until(turn, progress)
        wall = time.perf_counter() - begun
        own = cpu(os.getpid(), children=False) - own
        busy = (cpu(pid) - before).total / wall
        await asyncio.sleep(AFTERMATH_SECONDS if self.program.name == Transport.name else 0.0)
        used = cpu(pid) - before
        return {
            "cpu_us": used.total / count * 1e6,
            "wall_us": wall / count * 1e6,
            "rate": count / wall,
            "gateway_busy": busy,
            "generator_busy": own.total / wall,
            "system_share": used.system_share,
        }


def bodies(count: int, long: bool) -> list[str]:
    """What is texted, each text another one."""
    return [f"{j:06} {LONG if long else SHORT}" for j in range(count)]


class Out:
    """Texts to NUMBERS in turn; `window` of them are under way."""

    def __init__(self, rig: TextRig, count: int, long: bool, window: int, report: bool) -> None:
        self.rig, self.window, self.report = rig, window, report
        self.count = count
        self.bodies = bodies(count + rig.texter.tail, long)
        self.ledger = Ledger(self.bodies, {to: i for i, to in enumerate(NUMBERS)}, len(NUMBERS))
        self.given = 0
        self.reported = rig.texter.count_reports()

    def turn(self) -> bool:
        """Look what has arrived, and give more; whether all is done."""
        for to, body in self.rig.submitted(self.rig.simulator.news()):
            self.ledger.arrived(to, body)
        done = self.ledger.right + self.ledger.wrong
        if self.report:
            done = min(done, self.reports)
        last = min(len(self.bodies), done + self.window)
        if last > self.given:
            texts = [(j, NUMBERS[j % len(NUMBERS)], self.bodies[j]) for j in range(self.given, last)]
            self.rig.texter.send(texts, self.report)
            self.given = last
        return done >= self.count

    def given_all(self) -> bool:
        """Give all; whether the program has taken them."""
        if not self.given:
            self.turn()
        return self.rig.texter.waiting() >= self.count

    @property
    def reports(self) -> int:
        return self.rig.texter.count_reports() - self.reported

    def progress(self) -> str:
        return f"{self.given} given, {self.ledger}, {self.reports} reported"


async def texts_out(
    program: Program, *, texts: int, long: bool = False, report: bool = False, window: int = 64, modems: int = 1
) -> Figures:
    """From the program's users to the network: CPU and time for each text, or each that is reported."""
    async with TextRig(program, modems=modems, report=report) as rig:
        await rig.warm_up()
        flow = Out(rig, texts, long, window, report)
        figures = await rig.measure(flow.turn, texts, flow.progress)
        if flow.ledger.wrong:
            raise Failed(flow.progress())
        return figures


class In:
    """Texts from NUMBERS in turn; `window` of them are under way, fewer than the modem has room for."""

    def __init__(self, rig: TextRig, count: int, window: int) -> None:
        self.rig, self.window = rig, window
        self.given = 0
        self.bodies = bodies(count, False)
        self.ledger = (
            Ledger(self.bodies, {sender: i for i, sender in enumerate(NUMBERS)}, len(NUMBERS))
            if rig.texter.in_order
            else Bag((NUMBERS[j % len(NUMBERS)], body) for j, body in enumerate(self.bodies))
        )

    def turn(self) -> bool:
        """Look what has arrived, and have more texted; whether all is done."""
        for sender, body in self.rig.texter.came():
            self.ledger.arrived(sender, body)
        done = self.ledger.right + self.ledger.wrong
        last = min(len(self.bodies), done + self.window)
        # A quarter of the window at a time, so that a program that polls finds several.
        if last - self.given >= self.window // 4 or self.given < last == len(self.bodies):
            self.rig.simulator.tell(
                [f"text {NUMBERS[j % len(NUMBERS)]} {NUMBER} {self.bodies[j]}" for j in range(self.given, last)]
            )
            self.given = last
        return done >= len(self.bodies)

    def progress(self) -> str:
        return f"{self.given} given, {self.ledger}"


async def texts_in(program: Program, *, texts: int, window: int = 16) -> Figures:
    """From phones to the program's users: CPU and time for each text."""
    async with TextRig(program) as rig:
        await rig.warm_up()
        flow = In(rig, texts, window)
        figures = await rig.measure(flow.turn, texts, flow.progress)
        await rig.simulator.obeyed()
        if flow.ledger.wrong:
            raise Failed(flow.progress())
        return figures


async def texts_idle(program: Program, *, seconds: float, modems: int = 1) -> Figures:
    """Nothing happens; the programs' pauses are as they are by default."""
    async with TextRig(program, modems=modems, calm=True) as rig:
        await rig.warm_up()
        before = cpu(rig.texter.pid)
        await asyncio.sleep(seconds)
        idle = cpu(rig.texter.pid) - before
        return {"idle_ms_per_s": idle.total / seconds * 1e3, "resident_mib": memory(rig.texter.pid).resident / 1024}


async def texts_queued(program: Program, *, texts: int) -> Figures:
    """The modem is away while texts are given; then it comes back, and all of them go out."""
    async with TextRig(program) as rig:
        await rig.warm_up()
        before = memory(rig.texter.pid)
        rig.simulator.tell([f"unplug {NUMBER}"])
        await rig.simulator.obeyed()
        flow = Out(rig, texts, False, texts, False)
        await rig.measure(flow.given_all, texts, flow.progress)
        kib = (memory(rig.texter.pid).private - before.private) / texts
        rig.simulator.tell([f"plug {NUMBER}"])
        await rig.simulator.obeyed()
        await rig.until(lambda: flow.turn() or flow.ledger.right > 0, flow.progress)
        figures = await rig.measure(flow.turn, texts, flow.progress)
        if flow.ledger.wrong:
            raise Failed(flow.progress())
        return figures | {"kib_per_text": kib}
