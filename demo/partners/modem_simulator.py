"""Simulated modems and the small network behind them, as `transport sms simulator` runs them."""

import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.partners.patience import until
from demo.partners.process import Partner, Program

ROOT = Path(__file__).resolve().parents[2]


class ModemSimulator(Partner):
    """Modems by name, each on a serial port called so in the folder; `numbers` are theirs."""

    name = "simulator"

    def __init__(
        self,
        folder: Path,
        numbers: Mapping[str, str],
        profiles: Mapping[str, str] | None = None,
        *,
        options: tuple[str, ...] = ("--speed", "fast"),
    ) -> None:
        self.folder = folder = folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        self.numbers = dict(numbers)
        self.control = folder / "control"
        self.log = folder / "network.log"
        words = ["sms", "simulator", "--control", str(self.control), "--log", str(self.log), *options]
        for name, number in self.numbers.items():
            words += ["--link", str(self.link(name)), "--number", number]
            words += ["--profile", (profiles or {}).get(name, "generic")]
        self.program = Program([sys.executable, "-m", "transport", *words], log=folder / "simulator.log", folder=ROOT)

    @property
    def version(self) -> str:
        """It is our own."""
        return self.name

    def link(self, name: str) -> Path:
        """The serial port of a modem."""
        return self.folder / name

    def start(self) -> "ModemSimulator":
        """Start, and wait for the ports and the control socket."""
        self.program.start()
        until(self.ready, "the simulator")
        return self

    def ready(self) -> bool:
        """Whether all is there; fails when the program has ended."""
        assert self.program.running, self.program.tail()
        return all(path.exists() for path in (self.control, *map(self.link, self.numbers)))

    def ask(self, line: str) -> Any:
        """Give a command over the control socket; its answer."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(10)
            link.connect(str(self.control))
            link.sendall(f"{line}\n".encode())
            with link.makefile("rb") as answers:
                said = json.loads(answers.readline())
        assert said["ok"], f"{line}: {said}"
        return said

    def entries(self) -> list[dict[str, Any]]:
        """All that has happened in the network."""
        whole = self.log.read_bytes().rpartition(b"\n")[0] if self.log.exists() else b""
        return [json.loads(line) for line in whole.splitlines()]

    def wait_for(self, event: str, what: str, *, since: float = 0.0, **values: object) -> dict[str, Any]:
        """The first entry for an event that has these values, not before a time, once it is there."""

        def look() -> dict[str, Any] | None:
            fitting = (entry for entry in self.entries() if entry["event"] == event and entry["at"] >= since)
            return next((entry for entry in fitting if values.items() <= entry.items()), None)

        return until(look, what)

    def stored(self, name: str) -> list[str]:
        """The PDUs that are in a modem's memories."""
        memories = self.ask(f"stored {name}")["stored"]
        return [pdu for slots in memories.values() for _, pdu in slots.values()]
