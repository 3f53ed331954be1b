"""The order of texts: kept for each owner and number, fair between owners, conversations before bulk.

A lane is all that an owner has for one number; only its first text may go, so that what is wrong with one
number holds up no other.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from attrs import define, field

from transport.api import Refused

NOWHERE = ""


@define(eq=False)
class Entry:
    """What is kept in memory of a text that is not out yet; the journal has the rest.

    `part` is the next part, `modem` the one that the part before went through, `last` when that was, `due`
    when it may be tried again, `fault` the name of the last error.  `unwanted` ends it once it comes back.
    """

    id: int
    owner: str
    number: str
    bulk: bool
    created: float
    expires: float
    parts: int
    part: int = 0
    reference: int = 0
    modem: str = ""
    attempts: int = 0
    resent: int = 0
    due: float = 0.0
    last: float = 0.0
    fault: str = ""
    noticed: bool = False
    unwanted: Refused | None = None


@define(eq=False)
class Lane:
    """The texts of an owner to a number; `place` is the modem in whose ring it waits, if it waits in one.

    `sticky` is the modem that the owner's last text to the number went through; those in `claimed` are
    others' for this number.
    """

    owner: str
    number: str
    entries: deque[Entry] = field(factory=deque)
    busy: bool = False
    place: str | None = None
    sticky: str = ""
    claimed: frozenset[str] = frozenset()


Owners = OrderedDict[str, "OrderedDict[Lane, None]"]


@define
class Ring:
    """The lanes that may go through one modem now: owners take turns, and an owner's lanes too."""

    chat: Owners = field(factory=OrderedDict)
    bulk: Owners = field(factory=OrderedDict)

    def owners(self, lane: Lane) -> Owners:
        """The turn-taking that a lane belongs to."""
        return self.bulk if lane.entries[0].bulk else self.chat

    def add(self, lane: Lane) -> None:
        """A lane waits for its turn."""
        self.owners(lane).setdefault(lane.owner, OrderedDict())[lane] = None

    def remove(self, lane: Lane) -> None:
        """A lane waits no more."""
        for owners in (self.chat, self.bulk):
            lanes = owners.get(lane.owner)
            if lanes is not None and lane in lanes:
                del lanes[lane]
                if not lanes:
                    del owners[lane.owner]

    def take(self) -> Lane | None:
        """The lane whose turn it is."""
        for owners in (self.chat, self.bulk):
            if owners:
                owner, lanes = owners.popitem(last=False)
                lane, _ = lanes.popitem(last=False)
                if lanes:
                    owners[owner] = lanes
                return lane
        return None


class Lanes:
    """All texts that are not out; `choose` names the modem that a lane goes through now, None for none."""

    def __init__(self, choose: Callable[[Lane], str | None]) -> None:
        self.choose = choose
        self.entries: dict[int, Entry] = {}
        # By number and owner.
        self._lanes: dict[str, dict[str, Lane]] = {}
        self._rings: dict[str, Ring] = {}
        self._later: list[tuple[float, int]] = []
        self._counts: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def count(self, owner: str) -> int:
        """How many texts an owner has here."""
        return self._counts.get(owner, 0)

    def of(self, owner: str) -> Iterator[Entry]:
        """The texts of an owner."""
        return (entry for entry in self.entries.values() if entry.owner == owner)

    def rivals(self, owner: str, number: str) -> bool:
        """Whether somebody else has a text here for a number."""
        return any(other != owner for other in self._lanes.get(number, ()))

    def _lane(self, entry: Entry) -> Lane:
        return self._lanes[entry.number][entry.owner]

    def add(
        self, entry: Entry, now: float, sticky: str = "", claimed: frozenset[str] = frozenset(), busy: bool = False
    ) -> None:
        """A text waits, after all others of its lane; with `busy` until `put_back` or `remove`."""
        lanes = self._lanes.setdefault(entry.number, {})
        lane = lanes.get(entry.owner)
        if lane is None:
            lane = lanes[entry.owner] = Lane(entry.owner, entry.number, sticky=sticky)
        lane.claimed = claimed
        lane.entries.append(entry)
        self.entries[entry.id] = entry
        self._counts[entry.owner] = self._counts.get(entry.owner, 0) + 1
        if len(lane.entries) == 1:
            lane.busy = busy
            if not busy:
                self._place(lane, now)

    def take(self, modem: str) -> Entry | None:
        """The next text for a modem; its lane is busy until `put_back` or `remove`."""
        ring = self._rings.get(modem)
        lane = ring.take() if ring is not None else None
        if lane is None:
            return None
        lane.place, lane.busy, lane.sticky = None, True, modem
        return lane.entries[0]

    def put_back(self, entry: Entry, now: float) -> None:
        """A text that was taken, or whose `due` has changed, waits again as the first of its lane."""
        lane = self._lane(entry)
        if lane.entries[0] is entry:
            lane.busy = False
            self._place(lane, now)

    def remove(self, id: int, now: float) -> Entry | None:
        """A text waits no more: it is out, or given up."""
        entry = self.entries.pop(id, None)
        if entry is None:
            return None
        lane = self._lane(entry)
        first = lane.entries[0] is entry
        if first:
            self._unplace(lane)
        lane.entries.remove(entry)
        self._counts[entry.owner] -= 1
        if not self._counts[entry.owner]:
            del self._counts[entry.owner]
        if not lane.entries:
            del self._lanes[entry.number][entry.owner]
            if not self._lanes[entry.number]:
                del self._lanes[entry.number]
        elif first:
            lane.busy = False
            self._place(lane, now)
        return entry

    def is_busy(self, entry: Entry) -> bool:
        """Whether a modem has a text at hand."""
        lane = self._lane(entry)
        return lane.busy and lane.entries[0] is entry

    def wake(self, now: float) -> float | None:
        """Let go what is due; when the next one is, None when nothing waits for a time."""
        while self._later and self._later[0][0] <= now:
            _, id = heappop(self._later)
            entry = self.entries.get(id)
            if entry is not None:
                lane = self._lane(entry)
                if lane.entries[0] is entry and not lane.busy and lane.place is None:
                    self._place(lane, now)
        return self._later[0][0] if self._later else None

    def replace(self, now: float) -> None:
        """Choose again for all that wait: something has changed with the modems."""
        for lanes in self._lanes.values():
            for lane in lanes.values():
                if not lane.busy and lane.entries[0].due <= now:
                    self._place(lane, now)

    def _place(self, lane: Lane, now: float) -> None:
        first = lane.entries[0]
        self._unplace(lane)
        if first.due > now:
            heappush(self._later, (first.due, first.id))
            return
        modem = self.choose(lane)
        lane.place = NOWHERE if modem is None else modem
        if modem is not None:
            self._rings.setdefault(modem, Ring()).add(lane)

    def _unplace(self, lane: Lane) -> None:
        if lane.place:
            self._rings[lane.place].remove(lane)
        lane.place = None
