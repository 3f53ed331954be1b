"""The truth beside the words: what the network took of each text, and what its owner was told."""

import re
from collections import Counter

from attrs import define, field
from outbox_world import ANN, Air, World

MARK = re.compile(r"\((\d{4})\)")
PARTS_OF = {1: 10, 2: 40, 3: 60}


def marked(n: int, parts: int = 1) -> str:
    """A text of so many parts, each of which says whose it is."""
    return f"({n:04d})" * PARTS_OF[parts]


def whose(text: str) -> int:
    """The number of a text, from any of its parts."""
    found = MARK.search(text)
    assert found is not None
    return int(found[1])


@define
class Fate:
    """What became of one text: `asked` says that a receipt was wanted, `kept` that the outbox took it."""

    n: int
    number: str
    parts: int
    asked: bool
    kept: bool = False
    airs: list[Air] = field(factory=list)
    receipts: int = 0
    failures: list[str] = field(factory=list)

    def copies(self) -> int:
        """How often a phone has it whole, or shows any part of it."""
        by_set: dict[int, Counter[int]] = {}
        for air in self.airs:
            by_set.setdefault(air.set, Counter())[air.part] += 1
        whole = [counts for counts in by_set.values() if len(counts) == self.parts]
        return sum(max(counts.values()) for counts in whole)

    def delivered(self, said: dict[int, int]) -> bool:
        """Whether the network said of all parts of a whole that the phone has them."""
        by_set: dict[int, set[int]] = {}
        for air in self.airs:
            if said.get(id(air)) == 0:
                by_set.setdefault(air.set, set()).add(air.part)
        return any(len(parts) == self.parts for parts in by_set.values())


def look(world: World, fates: list[Fate], owner: str = ANN) -> None:
    """Find out what became of the texts."""
    for fate in fates:
        fate.airs = [air for air in world.air if whose(air.text) == fate.n]
        fate.receipts = sum(each.message_id == f"m{fate.n}" for each in world.receipts(owner))
        fate.failures = [str(each.reason.text) for each in world.failures(owner) if each.message.id == f"m{fate.n}"]


def check(world: World, fates: list[Fate], said: dict[int, int]) -> Counter[str]:
    """Hold the truth against the words; counts for a table.  `said` are the last reports by `id(air)`."""
    look(world, fates)
    table: Counter[str] = Counter()
    warned = Counter(
        number for note in world.notices() for number in re.findall(r"text to (\S+) may", note.message.text)
    )
    doubled: Counter[str] = Counter()
    for fate in fates:
        words = fate.receipts + len(fate.failures)
        copies = fate.copies()
        table["texts"] += 1
        table["sent"] += copies > 0
        table["delivered"] += fate.receipts
        table["errored"] += bool(fate.failures)
        table["in doubt"] += any("may have been sent" in text for text in fate.failures)
        assert words <= 1, f"{fate} has two outcomes"
        assert not (fate.receipts and not fate.delivered(said)), f"{fate} was not delivered"
        assert not (fate.receipts and not fate.asked), f"{fate} has a receipt that nobody asked for"
        if fate.failures and copies:
            said_so = "may have been sent" in fate.failures[0] or "(report " in fate.failures[0]
            assert said_so, f"{fate} went out and was called not sent"
        if fate.kept and not copies and not fate.failures:
            table["lost"] += 1
        if not fate.kept and not world.rows("SELECT 1 FROM sms_out WHERE message_id = ?", f"m{fate.n}"):
            assert not fate.airs, f"{fate} was refused and went out"
        doubled[fate.number] += copies > 1
    table["silently doubled"] = sum((doubled - warned).values())
    table["twice, and said"] = sum((doubled & warned).values())
    return table
