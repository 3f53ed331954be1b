"""Ids of stanzas: short, ordered by time, never given twice, not even over a restart."""

from collections.abc import Callable
from itertools import count


def make_ids(now: float) -> Callable[[], str]:
    """A function that gives a new id at each call; `now` is seconds since the epoch.

    An id is the microsecond of the start plus a count, in hex: of equal length, so ids sort as text
    (XEP-0359, and the order of an archive).
    """
    numbers = count(int(now * 1_000_000))
    following = numbers.__next__

    def new_id() -> str:
        return f"{following():x}"

    return new_id
