"""Which indications are asked of a modem, from what it offers (the ranges are of real modems)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms.line.answers import parse_cnmi_ranges
from transport.plugins.sms.modem.cnmi import BLIND, BLIND_DIRECT, candidates, choose, command


@pytest.mark.parametrize(
    ("offered", "reports_stored", "stored", "expected"),
    [
        ("(0-2),(0-3),(0,2,3),(0-2),(0,1)", True, True, (2, 1, 0, 2, 0)),
        ("(0-2),(0-3),(0,2,3),(0-2),(0,1)", False, True, (2, 1, 0, 1, 0)),
        ("(0-2),(0-3),(0,2,3),(0,2),(0,1)", False, True, (2, 1, 0, 0, 0)),
        ("(0,1),(0,1),(0,2,3),(0,1),(0,1)", True, True, (1, 1, 0, 1, 0)),
        ("(3),(0,1),(0),(0,1),(1)", True, True, (3, 1, 0, 1, 1)),
        ("(2),(0-1,3),(0),(0),(0)", True, True, (2, 1, 0, 0, 0)),
        ("(0-3),(0,2),(0),(0,1),(0)", False, False, (2, 2, 0, 1, 0)),
        ("(0-3),(0,2),(0),(0,1),(0)", False, True, (2, 2, 0, 1, 0)),
        ("(0-2),(0-3)", True, True, (2, 1)),
        ("(0)", True, True, (0, 0)),
    ],
)
def test_the_best_of_what_is_offered_is_chosen(
    offered: str, reports_stored: bool, stored: bool, expected: tuple[int, ...]
) -> None:
    ranges = parse_cnmi_ranges([f"+CNMI: {offered}"])
    assert ranges is not None
    assert choose(ranges, reports_stored, stored) == expected
    assert next(candidates(ranges, reports_stored, stored)) == expected


def test_without_an_offer_the_usual_ones_are_tried() -> None:
    assert list(candidates(None, True, True)) == list(BLIND)
    assert list(candidates(None, False, True)) == list(BLIND[1:])
    assert list(candidates(None, False, False)) == list(BLIND_DIRECT)
    assert command((2, 1, 0, 2, 0)) == "AT+CNMI=2,1,0,2,0"


@given(st.lists(st.frozensets(st.integers(0, 5)), max_size=8), st.booleans(), st.booleans())
def test_nothing_is_chosen_that_is_not_offered(ranges: list[frozenset[int]], reports: bool, stored: bool) -> None:
    chosen = choose(ranges, reports, stored)
    assert all(value in offered for value, offered in zip(chosen, ranges, strict=False) if offered)
