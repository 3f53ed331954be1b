"""What a phone that a person uses shows: the texts that it got and sent."""

from collections import deque
from typing import Final

from attrs import define, field

MOST_TEXTS: Final = 200


@define
class Shown:
    """A text on a phone: `other` is the number at the other end, `at` is in seconds since the epoch."""

    id: int
    other: str
    text: str
    at: float
    mine: bool = False
    flash: bool = False


@define
class Screen:
    """The newest texts of one phone, oldest first."""

    number: str
    texts: deque[Shown] = field(factory=lambda: deque(maxlen=MOST_TEXTS))
    count: int = 0

    def show(self, other: str, text: str, at: float, *, mine: bool = False, flash: bool = False) -> None:
        """Another text."""
        self.count += 1
        self.texts.append(Shown(self.count, other, text, at, mine, flash))
