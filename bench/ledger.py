"""What must arrive where: every body once, in order, unaltered."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

KEPT = 3


class Ledger:
    """Ticks off bodies as they arrive at places.

    At each place the bodies `first[place]`, `first[place] + step`, ... of `bodies` are due, in that order,
    so that a lost, a doubled, an altered and a misplaced one all count as wrong.
    """

    __slots__ = ("bodies", "due", "examples", "right", "step", "wrong")

    def __init__(self, bodies: Sequence[str], first: Mapping[str, int], step: int) -> None:
        self.bodies = bodies
        self.due = dict(first)
        self.step = step
        self.right = self.wrong = 0
        self.examples: list[str] = []

    def arrived(self, place: str, body: str) -> None:
        """A body has come to a place."""
        index = self.due.get(place, len(self.bodies))
        if index < len(self.bodies) and self.bodies[index] == body:
            self.due[place] = index + self.step
            self.right += 1
            return
        self.wrong += 1
        if len(self.examples) < KEPT:
            self.examples.append(f"{place}: {body!r}")

    def __str__(self) -> str:
        wrong = f", {self.wrong} lost, doubled, altered or misplaced {self.examples}" if self.wrong else ""
        return f"{self.right} right{wrong}"


class Bag:
    """As a Ledger, for a program that promises no order: what is due at places, each once."""

    __slots__ = ("due", "right", "wrong")

    def __init__(self, due: Iterable[tuple[str, str]]) -> None:
        self.due = Counter(due)
        self.right = self.wrong = 0

    def arrived(self, place: str, body: str) -> None:
        """A body has come to a place."""
        due = self.due[place, body] > 0
        self.due[place, body] -= due
        self.right += due
        self.wrong += not due

    def __str__(self) -> str:
        return f"{self.right} right, {self.wrong} lost, doubled, altered or misplaced"
