"""Parts in any order, twice, of several sets at once, late or never."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms.incoming.reassembly import (
    APART,
    MOST,
    REMEMBER,
    TIMEOUT,
    Key,
    Part,
    Reassembly,
    Waiting,
    Whole,
)

KEY = Key("sim", "+491", 7, False, 3)


def part(number: int, content: str = "", at: float = 1000.0, stamp: float | None = 900.0, key: Key = KEY) -> Part[str]:
    content = content or f"part {number}"
    return Part(key, number, at, content.encode(), stamp, content)


def values(whole: Whole[str] | Waiting) -> list[str]:
    assert isinstance(whole, Whole)
    return [each.value for each in whole.parts]


def told(reassembly: Reassembly[str], parts: Sequence[Part[str]]) -> list[list[str]]:
    wholes = [reassembly.add(each) for each in parts]
    return [values(whole) for whole in wholes if isinstance(whole, Whole)]


def test_a_set_is_told_once_it_is_complete() -> None:
    reassembly: Reassembly[str] = Reassembly()
    assert reassembly.add(part(2)) is Waiting.FOR_MORE
    assert reassembly.add(part(3)) is Waiting.FOR_MORE
    assert values(reassembly.add(part(1))) == ["part 1", "part 2", "part 3"]
    assert reassembly.due() is None
    assert not reassembly.open


def test_a_part_of_no_set_is_a_text_by_itself() -> None:
    reassembly: Reassembly[str] = Reassembly()
    for number, total in ((0, 3), (4, 3), (1, 0)):
        whole = reassembly.add(part(number, key=Key("sim", "+491", 7, False, total)))
        assert isinstance(whole, Whole)
        assert whole.alone
        assert whole.missing == ()
    assert values(reassembly.add(part(1, key=Key("sim", "+491", 7, False, 1)))) == ["part 1"]
    assert not reassembly.open


def test_the_same_part_again_changes_nothing() -> None:
    reassembly: Reassembly[str] = Reassembly()
    reassembly.add(part(1))
    assert reassembly.add(part(1, at=1100.0)) is Waiting.FOR_NOTHING
    assert told(reassembly, [part(2), part(3)]) == [["part 1", "part 2", "part 3"]]
    assert reassembly.add(part(2)) is Waiting.FOR_NOTHING


def test_another_content_is_another_set() -> None:
    reassembly: Reassembly[str] = Reassembly()
    sent = [
        part(1, "a1"),
        part(1, "b1", stamp=905.0),
        part(2, "a2"),
        part(2, "b2", stamp=905.0),
        part(3, "b3", stamp=905.0),
    ]
    assert told(reassembly, sent) == [["b1", "b2", "b3"]]
    assert values(reassembly.add(part(3, "a3"))) == ["a1", "a2", "a3"]


def test_a_reference_used_again_does_not_fill_the_gap_of_an_older_set() -> None:
    reassembly: Reassembly[str] = Reassembly()
    old = [part(1, "a1"), part(3, "a3")]
    new = [part(n, f"b{n}", at=1300.0, stamp=1200.0) for n in (1, 2, 3)]
    assert told(reassembly, old + new) == [["b1", "b2", "b3"]]
    assert [whole.missing for whole in reassembly.expired(1000.0 + TIMEOUT)] == [(2,)]


def test_other_senders_sims_references_and_widths_are_other_sets() -> None:
    reassembly: Reassembly[str] = Reassembly()
    others = [
        Key("other", "+491", 7, False, 3), Key("sim", "+492", 7, False, 3), Key("sim", "+491", 8, False, 3),
        Key("sim", "+491", 7, True, 3), Key("sim", "+491", 7, False, 4),
    ]  # fmt: skip
    assert told(reassembly, [part(1), part(2), *(part(3, key=key) for key in others)]) == []
    assert values(reassembly.add(part(3))) == ["part 1", "part 2", "part 3"]


def test_what_is_there_is_told_when_the_rest_does_not_come() -> None:
    reassembly: Reassembly[str] = Reassembly()
    reassembly.add(part(1, at=1000.0))
    reassembly.add(part(3, at=1400.0))
    assert reassembly.due() == 1400.0 + TIMEOUT
    assert reassembly.expired(1400.0 + TIMEOUT - 1) == []
    (whole,) = reassembly.expired(1400.0 + TIMEOUT)
    assert (values(whole), whole.missing, whole.alone) == (["part 1", "part 3"], (2,), False)
    assert reassembly.expired(9999.0) == []


def test_a_late_part_is_told_by_itself_and_only_once() -> None:
    reassembly: Reassembly[str] = Reassembly()
    reassembly.add(part(1))
    reassembly.expired(1000.0 + TIMEOUT)
    late = reassembly.add(part(2, at=3000.0))
    assert isinstance(late, Whole)
    assert (values(late), late.alone) == (["part 2"], True)
    assert reassembly.add(part(2, at=3001.0)) is Waiting.FOR_NOTHING
    assert reassembly.add(part(1, at=3001.0)) is Waiting.FOR_NOTHING
    assert not reassembly.open


def test_a_part_sent_much_later_or_much_after_begins_a_set() -> None:
    reassembly: Reassembly[str] = Reassembly()
    reassembly.add(part(1))
    reassembly.expired(1000.0 + TIMEOUT)
    assert reassembly.add(part(2, at=3000.0, stamp=901.0 + APART)) is Waiting.FOR_MORE
    assert reassembly.add(part(3, at=1001.0 + REMEMBER)) is Waiting.FOR_MORE


def test_sets_and_memories_are_bounded() -> None:
    reassembly: Reassembly[str] = Reassembly()
    for number in range(MOST + 5):
        reassembly.add(part(1, key=Key("sim", f"+{number}", 7, False, 2)))
    assert [whole.key.sender for whole in reassembly.expired(1000.0)] == [f"+{n}" for n in range(5)]
    reassembly.expired(1e9)
    assert len(reassembly.past) == MOST


@given(st.permutations([(text, n) for text in "ab" for n in (1, 2, 3)]), st.lists(st.integers(0, 5), max_size=4))
def test_two_sets_in_any_order_with_repetitions_are_both_told_once(
    order: list[tuple[str, int]], again: list[int]
) -> None:
    reassembly: Reassembly[str] = Reassembly()
    stamps = {"a": 900.0, "b": 930.0}
    sent = [part(n, f"{text}{n}", stamp=stamps[text]) for text, n in order]
    out = told(reassembly, [*sent, *(sent[n] for n in again)])
    out += [values(whole) for whole in reassembly.expired(1e9)]
    assert sorted(each for texts in out for each in texts) == ["a1", "a2", "a3", "b1", "b2", "b3"]


@given(st.permutations([1, 2, 3, 4]), st.lists(st.integers(0, 3), max_size=6), st.integers(0, 4))
def test_no_part_is_lost_or_told_twice(order: list[int], again: list[int], cut: int) -> None:
    key = Key("sim", "+491", 7, False, 4)
    reassembly: Reassembly[str] = Reassembly()
    sent = [part(number, key=key) for number in order]
    out = told(reassembly, sent[:cut])
    out += [values(whole) for whole in reassembly.expired(1e9)]
    out += told(reassembly, sent[cut:] + [sent[n] for n in again])
    out += [values(whole) for whole in reassembly.expired(2e9)]
    assert sorted(each for texts in out for each in texts) == [f"part {n}" for n in (1, 2, 3, 4)]
