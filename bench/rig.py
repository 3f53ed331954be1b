"""One run of one gateway, between an XMPP server and an IRC server of its own, on loopback."""

import asyncio
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from bench.gateways import DOMAIN, HOST, SECRET, Gateway, Site
from bench.irc_server import IrcServer
from bench.proc import cpu
from bench.xmpp_server import XmppServer, escape

TEXT = "the quick brown fox & <friends> jump over the lazy dog, caf\u00e9 \u263a no"
ESCAPED_TEXT = escape(TEXT)
JOINS_UNDER_WAY = 256
START_SECONDS = 30.0
QUIET_SECONDS = 0.3
AFTERMATH_SECONDS = 0.15

Figures = dict[str, float]


class Failed(Exception):
    """A workload did not go as it must: something was lost, doubled or altered, or the gateway stopped."""


def room(channel: str) -> str:
    """A channel's address on the gateway."""
    return f"{channel}%{HOST}@{DOMAIN}"


def contact(nick: str) -> str:
    """A person's address on the gateway."""
    return f"{nick}%{HOST}@{DOMAIN}"


def percentiles(prefix: str, seconds: Iterable[float]) -> Figures:
    """The median and the 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    late = ordered[int(len(ordered) * 0.99)]
    return {f"{prefix}_p50_ms": statistics.median(ordered) * 1e3, f"{prefix}_p99_ms": late * 1e3}


class Rig:
    """The servers and the gateway, to be used with `async with`.

    `quick_ack` acknowledges TCP segments at once.  Real servers do not; it keeps a gateway that leaves
    Nagle's algorithm on from waiting 40 ms for us, and so belongs to measurements of CPU, not of latency.
    """

    def __init__(
        self,
        gateway: Gateway,
        users: int,
        *,
        members: int = 10,
        archive: bool = False,
        quick_ack: bool = True,
        timeout: float = 120.0,
    ) -> None:
        self.gateway = gateway
        self.timeout = timeout
        self.archive = archive
        self.bare = tuple(f"u{i}@users.bench" for i in range(users))
        self.jids = [f"{bare}/r" for bare in self.bare]
        self.nicks = [f"u{i}" for i in range(users)]
        self.xmpp = XmppServer(SECRET, quick_ack)
        self.irc = IrcServer(members, quick_ack)
        self.finished = asyncio.Event()
        self.process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> "Rig":
        self.folder = tempfile.TemporaryDirectory(prefix="bench-")
        try:
            await self.xmpp.start(HOST)
            await self.irc.start(HOST)
            self.launch(Path(self.folder.name))
            await self.until(self.xmpp.ready.is_set, START_SECONDS)
            await asyncio.sleep(QUIET_SECONDS)
        except BaseException:
            self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        await asyncio.sleep(0.2)

    def launch(self, folder: Path) -> None:
        """Start the gateway's process in a session of its own."""
        site = Site(folder, self.xmpp.port, self.irc.port, self.bare, self.archive)
        command = self.gateway.prepare(site)
        self.log = folder / "gateway.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End the gateway and both servers, and remove the folder."""
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.xmpp.stop()
        self.irc.stop()
        self.folder.cleanup()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def check(self, end: float) -> None:
        """Raise Failed when the gateway is gone or the time is over."""
        if self.process is not None and self.process.poll() is not None:
            raise Failed(f"ended with status {self.process.returncode}{self.last_words()}")
        if self.xmpp.lost:
            raise Failed(f"closed its stream{self.last_words()}")
        if time.perf_counter() > end:
            raise Failed("took too long")

    def last_words(self) -> str:
        """The end of the gateway's log, for a report."""
        lines = self.log.read_text(errors="replace").strip().splitlines()[-3:]
        return "".join(f"; {re.sub(r'[^ -~]', '?', line)}" for line in lines)

    async def until(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait for a condition, at most so long."""
        end = time.perf_counter() + seconds
        while not true():
            self.check(end)
            await asyncio.sleep(0.02)

    async def settle(self) -> None:
        """Wait until the gateway has been silent for a while."""
        seen = None
        while seen != (now := (self.xmpp.received, self.irc.received)):
            seen = now
            await asyncio.sleep(QUIET_SECONDS)

    async def measure(
        self, start: Callable[[], None], count: int, progress: Callable[[], str], aftermath: bool = False
    ) -> Figures:
        """Call `start`, wait for `finished`; what one of `count` things took, in CPU and in time.

        `aftermath` counts the CPU of the moment after it too: batches being written, topics after joins.
        """
        self.finished.clear()
        ours, theirs, begun = cpu(os.getpid(), children=False), cpu(self.pid), time.perf_counter()
        start()
        while not self.finished.is_set():
            try:
                await asyncio.wait_for(self.finished.wait(), 0.5)
            except TimeoutError:
                try:
                    self.check(begun + self.timeout)
                except Failed as error:
                    raise Failed(f"{error}: {progress()} {self.xmpp.errors[:1]}") from None
        wall = time.perf_counter() - begun
        ours, used = cpu(os.getpid(), children=False) - ours, cpu(self.pid) - theirs
        busy = used.total / wall
        if aftermath:
            await asyncio.sleep(AFTERMATH_SECONDS)
            used = cpu(self.pid) - theirs
        await self.settle()
        return {
            "cpu_us": used.total / count * 1e6,
            "rate": count / wall,
            "gateway_busy": busy,
            "generator_busy": ours.total / wall,
            "system_share": used.system_share,
        }

    async def join_all(self, channel: Callable[[int], str]) -> Figures:
        """Let every user join a channel; at most JOINS_UNDER_WAY at a time."""
        count = len(self.jids)
        order = iter(range(count))
        begun: dict[str, float] = {}
        taken: list[float] = []
        refused: list[str] = []

        def join_next() -> None:
            i = next(order, None)
            if i is not None:
                begun[self.jids[i]] = time.perf_counter()
                to = f"{escape(room(channel(i)))}/{self.nicks[i]}"
                self.xmpp.send(
                    f"<presence from='{self.jids[i]}' to='{to}'><x xmlns='http://jabber.org/protocol/muc'>"
                    "<history maxstanzas='0'/></x></presence>".encode()
                )

        def on_stanza(name: str, attrs: dict[str, str], body: str | None, codes: tuple[str, ...]) -> None:
            if name == "presence" and "110" in codes:
                taken.append(time.perf_counter() - begun[attrs["to"]])
                join_next()
                if len(taken) >= count:
                    self.finished.set()
            elif name == "presence" and attrs.get("type") == "error":
                refused.append(body or "")
                self.finished.set()

        def start() -> None:
            for _ in range(min(JOINS_UNDER_WAY, count)):
                join_next()

        self.xmpp.handler = on_stanza
        figures = await self.measure(start, count, lambda: f"{len(taken)} of {count} joined", True)
        self.xmpp.handler = None
        if refused:
            raise Failed(f"a join was refused: {refused[0]}")
        return figures | percentiles("join", taken)
