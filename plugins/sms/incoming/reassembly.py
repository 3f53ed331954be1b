"""Parts of long texts put together (3GPP TS 23.040 section 9.2.3.24.1); pure, times are given.

A part that can be of no set is a text by itself.  Sets that stay incomplete are given out with what is there;
what comes later is given out by itself.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Generic, TypeVar

from attrs import define, field

TIMEOUT = 600.0
# How long a set that was given out is remembered, and how far apart the stamps of its parts may be.
REMEMBER = 86400.0
APART = 600.0
MOST = 1000
MOST_ALIKE = 4

T = TypeVar("T")


@define(frozen=True)
class Key:
    """What the parts of a set have in common; a sender uses a reference again and again."""

    sim: str
    sender: str
    reference: int
    wide: bool
    total: int


@define
class Part(Generic[T]):
    """One part: its `number` counts from 1, `at` is when it came here, `stamp` when it was sent (None: unknown).

    Two parts are the same when their `content` is; `value` is the caller's.
    """

    key: Key
    number: int
    at: float
    content: bytes
    stamp: float | None
    value: T


class Waiting(Enum):
    """A part that gives nothing to tell yet, or never will."""

    FOR_MORE = "for more"
    FOR_NOTHING = "duplicate"


@define
class Whole(Generic[T]):
    """What is to be told now: all parts that are there, in order; `alone` is a part too late for its set."""

    key: Key
    parts: tuple[Part[T], ...]
    alone: bool = False

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the parts that are not there."""
        there = {part.number for part in self.parts}
        return () if self.alone else tuple(n for n in range(1, self.key.total + 1) if n not in there)


@define
class Gathering(Generic[T]):
    """A set of which parts are missing; `last` is when the last one came."""

    parts: dict[int, Part[T]]
    last: float

    def whole(self, key: Key) -> Whole[T]:
        """The set as far as it is there."""
        return Whole(key, tuple(self.parts[number] for number in sorted(self.parts)))

    def distance(self, part: Part[T]) -> float:
        """How far a part's stamp is from those of the set, in seconds."""
        stamps = [each.stamp for each in self.parts.values() if each.stamp is not None]
        return min((abs(part.stamp - stamp) for stamp in stamps), default=0.0) if part.stamp is not None else 0.0


@define
class Past:
    """A set that was given out: `contents` by number, and when its parts were sent."""

    contents: Mapping[int, bytes]
    stamp: float | None
    at: float

    def is_near(self, part: Part[Any]) -> bool:
        """Whether a part may have been sent together with the set."""
        if part.at - self.at > REMEMBER:
            return False
        return part.stamp is None or self.stamp is None or abs(part.stamp - self.stamp) <= APART


@define
class Reassembly(Generic[T]):
    """All sets of a network that are not complete, and those given out of late."""

    open: dict[Key, list[Gathering[T]]] = field(factory=dict)
    past: dict[Key, deque[Past]] = field(factory=dict)

    def add(self, part: Part[T]) -> Whole[T] | Waiting:
        """Take a part: the whole that it completes, or whether it is waited with."""
        key = part.key
        if not 1 <= part.number <= key.total:
            return Whole(key, (part,), alone=True)
        if key.total == 1:
            return Whole(key, (part,))
        if any(self._has(gathering, part) for gathering in self.open.get(key, ())):
            return Waiting.FOR_NOTHING
        return self._late(part) or self._gather(part)

    def _gather(self, part: Part[T]) -> Whole[T] | Waiting:
        key = part.key
        gatherings = self.open.setdefault(key, [])
        # Of two sets under the same reference, a part goes to the one that was sent at about its time.
        lacking = [gathering for gathering in gatherings if part.number not in gathering.parts]
        if not lacking:
            lacking = [Gathering({}, part.at)]
            gatherings += lacking
        chosen = min(lacking, key=lambda gathering: gathering.distance(part))
        chosen.parts[part.number] = part
        chosen.last = max(chosen.last, part.at)
        return self._close(key, chosen) if len(chosen.parts) == key.total else Waiting.FOR_MORE

    def _has(self, gathering: Gathering[T], part: Part[T]) -> bool:
        known = gathering.parts.get(part.number)
        return known is not None and known.content == part.content

    def _late(self, part: Part[T]) -> Whole[T] | Waiting | None:
        """What a part is to sets that were given out; None when it has nothing to do with them."""
        near = [past for past in self.past.get(part.key, ()) if past.is_near(part)]
        if any(past.contents.get(part.number) == part.content for past in near):
            return Waiting.FOR_NOTHING
        for past in near:
            if part.number not in past.contents:
                past.contents = {**past.contents, part.number: part.content}
                return Whole(part.key, (part,), alone=True)
        return None

    def _close(self, key: Key, gathering: Gathering[T]) -> Whole[T]:
        self.open[key].remove(gathering)
        if not self.open[key]:
            del self.open[key]
        whole = gathering.whole(key)
        self.remember(whole, gathering.last)
        return whole

    def remember(self, whole: Whole[T], at: float) -> None:
        """A set was given out, now or before a restart."""
        stamps = [part.stamp for part in whole.parts if part.stamp is not None]
        contents = {part.number: part.content for part in whole.parts}
        alike = self.past.pop(whole.key, None) or deque(maxlen=MOST_ALIKE)
        alike.append(Past(contents, min(stamps, default=None), at))
        self.past[whole.key] = alike
        while len(self.past) > MOST:
            del self.past[next(iter(self.past))]

    @property
    def is_crowded(self) -> bool:
        """Whether there are more than `MOST` sets, so that `expired` should be asked at once."""
        return sum(map(len, self.open.values())) > MOST

    def expired(self, now: float) -> list[Whole[T]]:
        """The sets that are not waited for any more, in the order in which they began; also those beyond `MOST`."""
        waiting = sorted(self._all(), key=lambda each: min(part.at for part in each[1].parts.values()))
        many = len(waiting) - MOST
        over = [each for n, each in enumerate(waiting) if n < many or now - each[1].last >= TIMEOUT]
        return [self._close(key, gathering) for key, gathering in over]

    def _all(self) -> Iterable[tuple[Key, Gathering[T]]]:
        return [(key, gathering) for key, gatherings in self.open.items() for gathering in gatherings]

    def due(self) -> float | None:
        """When the next set is not waited for any more; None when there is none."""
        return min((gathering.last + TIMEOUT for _, gathering in self._all()), default=None)
