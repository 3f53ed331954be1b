"""Simulated modems in a process of their own, and what their network says of the texts that pass."""

import asyncio
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.gateways import CHECKOUT, run_from_checkout

NUMBER = "+4915100000001"
# One whose reports gammu-smsd understands.
PROFILE = "huawei"
ANSWER_SECONDS = 30.0

Entry = dict[str, Any]


class Simulator:
    """Infinitely fast modems on pseudo terminals in a folder; the first one has NUMBER."""

    def __init__(self, folder: Path, python: str, modems: int = 1) -> None:
        self.folder = folder
        self.ports = [folder / f"modem{i}" for i in range(modems)]
        self.control = folder / "control"
        self.log = folder / "network.log"
        words = ["sms", "simulator", "--speed", "fast", "--control", str(self.control), "--log", str(self.log)]
        for i, port in enumerate(self.ports):
            words += ["--link", str(port), "--number", NUMBER[:-1] + str(i + 1), "--profile", PROFILE]
        self.command = run_from_checkout(python, words)
        self.process: subprocess.Popen[bytes] | None = None
        self.unread = self.unanswered = 0
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def launch(self) -> subprocess.Popen[bytes]:
        """Its process."""
        with (self.folder / "simulator.log").open("wb") as log:
            return subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=CHECKOUT
            )

    async def start(self) -> None:
        """Start, and wait for the ports and the control socket."""
        self.process = self.launch()
        end = asyncio.get_running_loop().time() + ANSWER_SECONDS
        while not all(path.exists() for path in (self.control, self.log, *self.ports)):
            if self.process.poll() is not None or asyncio.get_running_loop().time() > end:
                raise RuntimeError((self.folder / "simulator.log").read_text()[-2000:])
            await asyncio.sleep(0.05)
        self.streams = await asyncio.open_unix_connection(str(self.control))

    def stop(self) -> None:
        """End it."""
        if self.streams is not None:
            self.streams[1].close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def tell(self, lines: Sequence[str]) -> None:
        """Give commands."""
        assert self.streams is not None
        self.streams[1].write("".join(f"{line}\n" for line in lines).encode())
        self.unanswered += len(lines)

    async def obeyed(self) -> None:
        """Wait until all commands are done."""
        assert self.streams is not None
        while self.unanswered:
            answer = json.loads(await asyncio.wait_for(self.streams[0].readline(), ANSWER_SECONDS))
            self.unanswered -= 1
            if not answer["ok"]:
                raise RuntimeError(answer["error"])

    def news(self) -> list[Entry]:
        """What has happened in the network since this was asked last."""
        with self.log.open("rb") as log:
            log.seek(self.unread)
            lines = log.read().rpartition(b"\n")[0]
        self.unread += len(lines) + 1 if lines else 0
        return [json.loads(line) for line in lines.splitlines()]
