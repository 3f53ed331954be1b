"""Where a modem keeps texts: SM (the SIM), ME (itself), MT (both), SR (status reports) (3GPP TS 27.005 section 2.2)."""

from collections.abc import Iterator, Mapping
from enum import IntEnum

from attrs import define, field

MT = "MT"
SM = "SM"
ME = "ME"
SR = "SR"


class Status(IntEnum):
    """What a stored message is."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3


@define
class Slot:
    """A stored message with its SMSC octets."""

    pdu: bytes
    status: Status = Status.UNREAD


@define
class Store:
    """One memory; indices begin at 1, and the lowest free one is taken."""

    name: str
    size: int
    slots: dict[int, Slot] = field(factory=dict)

    def put(self, slot: Slot) -> int | None:
        """Where it went, or None when the memory is full."""
        if len(self.slots) >= self.size:
            return None
        index = next(index for index in range(1, self.size + 1) if index not in self.slots)
        self.slots[index] = slot
        return index


@define
class Memories:
    """All memories, and which ones are used to read, to write and to receive."""

    stores: dict[str, Store]
    used: list[str] = field(factory=lambda: [SM, SM, SM])

    @classmethod
    def of(cls, sizes: Mapping[str, int]) -> "Memories":
        """Empty memories of these sizes; MT is not one of its own."""
        stores = {name: Store(name, size) for name, size in sizes.items()}
        first = SM if SM in stores else next(iter(stores), SM)
        return cls(stores, [first, first, first])

    def parts(self, name: str) -> list[Store]:
        """The memories behind a name: for MT those of the modem before those of the SIM."""
        names = (ME, SM) if name == MT else (name,)
        return [self.stores[part] for part in names if part in self.stores]

    def usage(self, name: str) -> tuple[int, int]:
        """How many messages there are, and how many there may be."""
        parts = self.parts(name)
        return sum(len(store.slots) for store in parts), sum(store.size for store in parts)

    def put(self, name: str, slot: Slot) -> tuple[str, int] | None:
        """Keep a message: the name and index under which it is read, or None when there is no room."""
        before = 0
        for store in self.parts(name):
            index = store.put(slot)
            if index is not None:
                return name, before + index
            before += store.size
        return None

    def find(self, name: str, index: int) -> tuple[Store, int] | None:
        """The memory and place that an index means; None when it is beyond all."""
        for store in self.parts(name):
            if 1 <= index <= store.size:
                return store, index
            index -= store.size
        return None

    def all(self, name: str) -> Iterator[tuple[int, Store, int, Slot]]:
        """Every message of a memory, in the order of indices."""
        before = 0
        for store in self.parts(name):
            for index in sorted(store.slots):
                yield before + index, store, index, store.slots[index]
            before += store.size

    def full(self, name: str) -> bool:
        """Whether nothing more fits in."""
        used, size = self.usage(name)
        return used >= size
