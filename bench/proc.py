"""CPU time and memory of a process and its children, read from /proc (Linux, proc(5))."""

import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """The process and all its living descendants."""
    found: list[int] = []
    todo = [pid]
    while todo:
        one = todo.pop()
        try:
            threads = os.listdir(f"/proc/{one}/task")
        except OSError:
            continue
        found.append(one)
        for thread in threads:
            try:
                todo += map(int, Path(f"/proc/{one}/task/{thread}/children").read_text().split())
            except OSError:
                continue
    return found


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU time used so far, in seconds: `total` to the nanosecond, `user` and `system` in clock ticks."""

    total: float = 0.0
    user: float = 0.0
    system: float = 0.0

    def __sub__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.total - other.total, self.user - other.user, self.system - other.system)

    def __add__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.total + other.total, self.user + other.user, self.system + other.system)

    @property
    def system_share(self) -> float:
        """The part of it spent in the kernel, 0 to 1."""
        ticks = self.user + self.system
        return self.system / ticks if ticks else 0.0


def cpu(pid: int, children: bool = True) -> Cpu:
    """What a process has used, with its children unless told otherwise."""
    total = Cpu()
    for one in tree(pid) if children else [pid]:
        try:
            total += cpu_of_one(one)
        except OSError:
            continue
    return total


def cpu_of_one(pid: int) -> Cpu:
    """What the threads of one process have used; raises OSError when it is gone."""
    nanoseconds = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            nanoseconds += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0])
        except OSError:
            continue
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Cpu(nanoseconds / 1e9, int(fields[11]) / TICK, int(fields[12]) / TICK)


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory in KiB: resident, and what no other process shares."""

    resident: int
    private: int


def memory(pid: int) -> Memory:
    """What a process and its children hold."""
    resident = private = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            key, _, value = line.partition(":")
            if key == "Rss":
                resident += int(value.split()[0])
            elif key in ("Private_Clean", "Private_Dirty"):
                private += int(value.split()[0])
    return Memory(resident, private)
