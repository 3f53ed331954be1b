"""Which indications of new messages to ask of a modem (+CNMI, 3GPP TS 27.005 section 3.4.1)."""

from collections.abc import Collection, Iterator, Sequence

Values = tuple[int, ...]
Ranges = Sequence[Collection[int]]
# For a modem that does not say what it offers, from the best to the least.
BLIND: tuple[Values, ...] = (
    (2, 1, 0, 2, 0),
    (2, 1, 0, 1, 0),
    (2, 1, 0, 0, 0),
    (1, 1, 0, 1, 0),
    (1, 1, 0, 0, 0),
    (2, 1),
)
BLIND_DIRECT: tuple[Values, ...] = ((2, 2, 0, 1, 0), (2, 2, 0, 0, 0), (1, 2, 0, 1, 0), (1, 2, 0, 0, 0), (2, 2))


def first_of(offered: Collection[int], *wanted: int) -> int:
    """The first that is wanted and offered, else the least offered."""
    return next((value for value in wanted if value in offered), min(offered, default=0))


def choose(ranges: Ranges, reports_stored: bool, stored: bool) -> Values:
    """The five values of +CNMI from what is offered.

    `stored` says that the modem keeps messages (mt 1: it tells where), else they come as they are (mt 2).
    `reports_stored` says that status reports have a memory of their own, "SR" (ds 2).
    """
    mode, mt, bm, ds, bfr = [*ranges, *([frozenset((0,))] * 5)][:5]
    chosen = (
        first_of(mode, 2, 1, 3),
        first_of(mt, 1, 2, 0) if stored else first_of(mt, 2, 1, 0),
        first_of(bm, 0),
        first_of(ds, 2, 1, 0) if reports_stored else first_of(ds, 1, 0),
        first_of(bfr, 0, 1),
    )
    return chosen[: max(2, len(ranges))]


def candidates(ranges: Ranges | None, reports_stored: bool, stored: bool) -> Iterator[Values]:
    """What to try, in this order, until the modem takes one."""
    if ranges:
        yield choose(ranges, reports_stored, stored)
    for values in BLIND if stored else BLIND_DIRECT:
        if reports_stored or values[3:4] != (2,):
            yield values


def command(values: Values) -> str:
    """The command that sets them."""
    return "AT+CNMI=" + ",".join(map(str, values))
