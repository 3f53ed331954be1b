"""What each program does with its modem, one step after another; the programs do it side by side."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from phone_program import PhoneProgram, Read
from twisted.internet.task import Clock

from demo.partners.modem_simulator import ModemSimulator
from demo.partners.patience import until
from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator.network import SimNetwork

WORDS = {
    "short": "Hello from {name}, in one part",
    "long": "{name}: " + "the quick brown fox jumps over the lazy dog, " * 8 + "end",
    "emoji": "Ünïcödé {name} 😀👍 жук 中文",
    "long emoji": "Smile {name} " + "😀👍🏽" * 40 + " end",
}
KINDS = tuple(WORDS)
PLAIN = ("short", "long")
ROUND = "Round it goes: äöüÄÖÜß Ñ £ @ § {yes} [no] € ~ | ^"
FRIEND = "+4917612345678"
PATIENCE = 120.0
Entry = dict[str, Any]


class Story:
    """One program and its modem in a thread of their own; the outcome of each step is kept under its name."""

    def __init__(self, program: PhoneProgram, place: int, simulator: ModemSimulator) -> None:
        self.program = program
        self.place = place
        self.simulator = simulator
        self.number = simulator.numbers[program.name]
        self.worker = ThreadPoolExecutor(1, program.name)
        self.steps: dict[str, Future[Any]] = {}
        self.last: Future[Any]

    def begin(self) -> None:
        """Do all that needs no other program."""
        self.then("start", self.program.start)
        self.then("about", self.program.about)
        for kind in KINDS if self.program.emoji else PLAIN:
            self.then(f"send {kind}", self.send, kind)
            if kind == "short" and self.program.reports:
                self.then("report", self.program.wait_for_report, self.phone(kind))
        for kind in KINDS:
            self.then(f"read {kind}", self.get, kind)

    def pass_on(self, sender: "Story | None", to: "Story") -> None:
        """Read what one program has sent, and send it to another; the first one begins."""
        if sender is None:
            self.then("begin", self.program.send, to.number, ROUND)
        else:
            self.then("round", self.get_round, sender.last)
            self.then("pass on", self.send_on, to)
        self.last = self.steps[next(reversed(self.steps))]

    def then(self, step: str, act: Callable[..., Any], *arguments: Any) -> None:
        """Do one more step after the others."""
        self.steps[step] = self.worker.submit(act, *arguments)

    def outcome(self, step: str) -> Any:
        """What came of a step; raises what it raised, with what the program has written."""
        try:
            return self.steps[step].result(PATIENCE)
        except Exception as problem:
            problem.add_note(f"{self.program.version} wrote:\n{self.program.told()}")
            raise

    def end(self) -> None:
        """Stop the program, whatever it is doing."""
        self.worker.shutdown(wait=False, cancel_futures=True)
        self.program.stop()
        self.worker.shutdown()

    def text(self, kind: str) -> str:
        """Words that only this program sends or gets."""
        return WORDS[kind].format(name=self.program.name)

    def phone(self, kind: str) -> str:
        """The number to which it sends a text of this kind."""
        return f"+49151000{self.place:02}{KINDS.index(kind):02}00"

    def send(self, kind: str) -> None:
        """Text a phone; only of the short text the network tells how it fared."""
        self.simulator.ask(f"report {self.phone(kind)} {'delivered' if kind == 'short' else 'none'}")
        self.program.send(self.phone(kind), self.text(kind))

    def get(self, kind: str) -> Read:
        """Have a text come from the network, and read it."""
        if self.program.one_by_one:
            self.bring_slowly(self.text(kind))
        else:
            self.simulator.ask(f"text {FRIEND} {self.number} {self.text(kind)}")
        return self.program.read(self.program.shows(self.text(kind)))

    def bring_slowly(self, text: str) -> None:
        """Have each part come when the program has done with the one before."""
        centre = SimNetwork(Clock())
        for part in tpdu.segments(text, self.number, reference=len(text) % 256):
            pdu = tpdu.encode(centre.as_deliver(FRIEND, part)).hex().upper()
            number = self.simulator.ask(f"raw {self.number} {pdu}")["id"]
            stored = self.simulator.wait_for("stored", "a part to be stored", id=number)
            place = {"modem": self.number, "memory": stored["memory"], "index": stored["index"]}
            done = self.program.one_by_one
            self.simulator.wait_for(done, f"a part to be {done}", since=stored["at"], **place)
            self.program.settle()

    def get_round(self, sent: Future[Any]) -> Read:
        """Read what the program before has sent."""
        sent.result(PATIENCE)
        return self.program.read(ROUND[:10])

    def send_on(self, to: "Story") -> None:
        """Send what was read."""
        self.program.send(to.number, self.outcome("round").text)

    def nothing_left(self) -> None:
        """Wait until the program has deleted everything, also the reports that it got last."""
        until(lambda: not self.simulator.stored(self.program.name), f"{self.program.name} to delete everything")
