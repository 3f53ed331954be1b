"""The gateway as it is, but for what the file named by DOOM asks: at the NUMBERth time of a STEP a FATE comes over it.

The file holds `FATE STEP NUMBER`, it is taken away when the fate comes, and it may be written at any time.  Fates are
`die` (SIGKILL to the program itself), `kill:GROUP` (SIGKILL to another program's group) and `ask:SOCKET:ORDER` (a
command to the simulator).  Steps are named NAME-before and NAME-after: of a transaction, before it is begun and once
it is committed; of what is written, before it and once it has been flushed.

The variable BROKEN names one fault to build in, so that tests can show that they would see it.
"""

import functools
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from attrs import define
from broken_gateway import BROKEN
from twisted.internet.defer import Deferred

from transport.cli import main
from transport.plugins.sms.incoming.in_journal import InJournal
from transport.plugins.sms.line.port import Port
from transport.plugins.sms.outgoing.journal import Journal
from transport.safe import Safe
from transport.store.sqlite import SqliteStore
from transport.xmpp.iq import Tracker

CTRL_Z = b"\x1a"
# Transactions, and what else ends with a Deferred: the class, its method, and the name of the step.
JOBS = (
    *((Journal, name, name) for name in ("put", "begin", "accepted", "requeue", "end", "report", "told")),
    (InJournal, "keep", "keep"),
    (InJournal, "mark", "mark"),
    (SqliteStore, "inbox_put", "inbox"),
    (SqliteStore, "inbox_done", "done"),
    (Safe, "deliver", "deliver"),
)


@define
class Doom:
    """What is to happen; `seen` is what the file said last, `left` how often the step is still passed."""

    path: str
    seen: str = ""
    left: int = 0

    def pass_by(self, step: str) -> bool:
        """A step is reached: whether its fate has come."""
        try:
            with open(self.path) as file:
                said = file.read()
        except FileNotFoundError:
            return False
        fate, wanted, number = said.split("\t")
        if said != self.seen:
            self.seen, self.left = said, int(number)
        if step != wanted:
            return False
        self.left -= 1
        if self.left:
            return False
        os.unlink(self.path)
        self.strike(fate)
        return True

    def strike(self, fate: str) -> None:
        """Let it come."""
        kind, _, rest = fate.partition(":")
        if kind == "kill":
            os.killpg(int(rest), signal.SIGKILL)
        elif kind == "ask":
            path, _, order = rest.partition(":")
            with socket.socket(socket.AF_UNIX) as link:
                link.connect(path)
                link.sendall(order.encode() + b"\n")
                link.recv(65536)
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    def later(self, step: str) -> None:
        """A step is reached once what was written is on its way: reads and writes come between two turns."""
        # The daemon installs its own.
        from twisted.internet import reactor

        clock: Any = reactor
        clock.callLater(0, clock.callLater, 0, self.pass_by, step)

    def job(self, owner: type, method: str, step: str) -> None:
        """Watch what ends with a Deferred."""
        original: Callable[..., Deferred[Any]] = getattr(owner, method)

        @functools.wraps(original)
        def watched(*args: Any, **kwargs: Any) -> Deferred[Any]:
            self.pass_by(f"{step}-before")
            done = original(*args, **kwargs)

            def after(result: Any) -> Any:
                self.pass_by(f"{step}-after")
                return result

            return done.addCallback(after)

        setattr(owner, method, watched)

    def port(self) -> None:
        """Watch what is written to modems, and their word that a part was taken."""
        write, received = Port.write, Port.received

        def watched(port: Port, data: bytes) -> None:
            step = written(data)
            if step:
                self.pass_by(f"{step}-before")
            # It is with the modem at once: what waits for a slow one is much longer.
            write(port, data)
            if step:
                self.pass_by(f"{step}-after")

        def heard(port: Port, wire: Any, data: bytes) -> None:
            if b"+CMGS:" in data:
                self.pass_by("answer-before")
            received(port, wire, data)

        Port.write = watched  # type: ignore[method-assign]
        Port.received = heard  # type: ignore[method-assign]

    def proof(self) -> None:
        """Watch the ping that follows what must not be lost."""
        original = Tracker.proof

        def watched(tracker: Tracker, peer: str, timeout: float = 30) -> Deferred[None]:
            self.pass_by("proof-before")
            proved = original(tracker, peer, timeout)
            self.later("proof-after")
            return proved

        Tracker.proof = watched  # type: ignore[method-assign]


def written(data: bytes) -> str:
    """The step that something written to a modem is, if it is one."""
    if data.endswith(CTRL_Z):
        return "pdu"
    for step in ("CMGS", "CMGR", "CMGL", "CMGD"):
        if data.startswith(f"AT+{step}=".encode()):
            return step.lower()
    return ""


def run() -> int:
    """The program."""
    if os.environ.get("BROKEN"):
        BROKEN[os.environ["BROKEN"]]()
    doom = Doom(os.environ["DOOM"])
    for owner, method, step in JOBS:
        doom.job(owner, method, step)
    doom.port()
    doom.proof()
    return main()


if __name__ == "__main__":
    sys.exit(run())
