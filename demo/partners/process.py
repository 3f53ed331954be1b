"""A program started in a process group of its own, watched until its ports answer, and ended whole."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from demo.partners.system import answers, debian_version


class NotStarted(Exception):
    """A program that ended or stayed silent when it should have come up; carries the end of its log."""


class Program:
    """A command, its log, and at most one running process group of it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        folder: Path,
        ports: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
        patience: float = 30.0,
    ) -> None:
        self.command = list(command)
        self.log = log
        self.folder = folder
        self.ports = tuple(ports)
        self.environment = {**os.environ, **(environment or {})}
        self.patience = patience
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program and wait until its ports answer."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + self.patience
        while not all(answers(port) for port in self.ports):
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise NotStarted(f"{' '.join(self.command)} did not come up:\n{self.tail()}")
            time.sleep(0.02)

    @property
    def running(self) -> bool:
        """Whether the process that was started is still there."""
        return self.process is not None and self.process.poll() is None

    def tail(self, size: int = 2000) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone, not to its children."""
        if self.process is not None:
            self.process.send_signal(number)

    def stop(self, patience: float = 10.0) -> int | None:
        """End the whole group in order, by force after `patience` seconds; the program's exit status."""
        return self.end(signal.SIGTERM, patience)

    def kill(self) -> int | None:
        """End the whole group at once, as `kill -9` does."""
        return self.end(signal.SIGKILL, 10.0)

    def end(self, number: signal.Signals, patience: float) -> int | None:
        """Signal the group and wait until nothing of it is left."""
        process, self.process = self.process, None
        if process is None:
            return None
        deadline = time.monotonic() + patience
        while self.signal_group(process.pid, number):
            number = signal.Signals(signal.SIGKILL) if time.monotonic() > deadline else number
            if process.poll() is None:
                self.await_exit(process, deadline)
            else:
                time.sleep(0.01)
        return process.wait()

    @staticmethod
    def await_exit(process: subprocess.Popen[bytes], deadline: float) -> None:
        """Wait for the leader of the group until the deadline."""
        try:
            process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass

    @staticmethod
    def signal_group(group: int, number: signal.Signals) -> bool:
        """Signal a process group; False when nothing of it is left."""
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return False
        return True


class Partner:
    """A server in one folder, on the same ports each time it is started."""

    name = "partner"
    package = ""
    program: Program

    @property
    def version(self) -> str:
        """What runs here, for people and test reports."""
        return f"{self.name} {debian_version(self.package or self.name)}"

    def start(self) -> Self:
        """Start and wait until it answers."""
        self.program.start()
        return self

    def stop(self) -> None:
        """Stop in order."""
        self.program.stop()

    def kill(self) -> None:
        """Kill as `kill -9` does."""
        self.program.kill()

    def restart(self) -> None:
        """Stop in order and start again."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
