"""The order of texts: one of a lane at a time, in order, owners in turns."""

from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms.outgoing.lanes import Entry, Lanes

OWNERS = ("ann@x", "bob@x", "cat@x")
NUMBERS = ("+491", "+492")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(OWNERS), st.sampled_from(NUMBERS), st.booleans()),
        st.tuples(st.just("take")),
        st.tuples(st.just("back"), st.sampled_from([0.0, 5.0, 50.0])),
        st.tuples(st.just("done")),
        st.tuples(st.just("drop"), st.integers(0, 30)),
        st.tuples(st.just("wait"), st.sampled_from([1.0, 10.0])),
        st.tuples(st.just("again")),
    ),
    max_size=60,
)


def entry(id: int, owner: str = "ann@x", number: str = "+491", bulk: bool = False) -> Entry:
    return Entry(id, owner, number, bulk, 0.0, 1e9, 1)


@given(STEPS)
def test_a_lane_has_one_text_out_at_a_time_and_keeps_its_order(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    lanes, now, next_id = Lanes(lambda lane: "a"), 0.0, 1
    queued: dict[tuple[str, str], list[int]] = {}
    out: list[Entry] = []
    for step in steps:
        if step[0] == "add":
            lanes.add(entry(next_id, *step[1:]), now)
            queued.setdefault(step[1:3], []).append(next_id)
            next_id += 1
        elif step[0] == "take" and (taken := lanes.take("a")) is not None:
            assert taken.due <= now
            assert queued[taken.owner, taken.number][0] == taken.id
            assert (taken.owner, taken.number) not in [(each.owner, each.number) for each in out]
            out.append(taken)
        elif step[0] == "back" and out:
            back = out.pop(0)
            back.due = now + step[1]
            lanes.put_back(back, now)
        elif step[0] in ("done", "drop"):
            id = step[1] if step[0] == "drop" else out[0].id if out else 0
            gone = lanes.remove(id, now)
            if gone is not None:
                queued[gone.owner, gone.number].remove(id)
                out = [each for each in out if each.id != id]
        elif step[0] == "wait":
            now += step[1]
            lanes.wake(now)
        elif step[0] == "again":
            lanes.replace(now)
    assert len(lanes) == sum(map(len, queued.values()))
    assert all(lanes.count(owner) == sum(len(q) for key, q in queued.items() if key[0] == owner) for owner in OWNERS)
    # Nothing is ever stuck.
    for each in out:
        lanes.put_back(each, now)
    while len(lanes):
        now += 100.0
        lanes.wake(now)
        while (taken := lanes.take("a")) is not None:
            lanes.remove(taken.id, now)


def test_owners_take_turns_whatever_they_have() -> None:
    lanes = Lanes(lambda lane: "a")
    for i in range(4):
        lanes.add(entry(i, "ann@x", f"+49{i}"), 0.0)
    lanes.add(entry(10, "bob@x", "+491"), 0.0)
    lanes.add(entry(20, "cat@x", "+491", bulk=True), 0.0)
    got = []
    while (taken := lanes.take("a")) is not None:
        got.append(taken.id)
        lanes.remove(taken.id, 0.0)
    assert got == [0, 10, 1, 2, 3, 20]


def test_a_lane_goes_where_it_is_sent_and_waits_when_nowhere() -> None:
    places: dict[str, str | None] = {"ann@x": "a", "bob@x": None}
    lanes = Lanes(lambda lane: places[lane.owner])
    lanes.add(entry(1, "ann@x"), 0.0)
    lanes.add(entry(2, "bob@x"), 0.0)
    assert lanes.take("b") is None
    places.update({"ann@x": "b", "bob@x": "b"})
    lanes.replace(0.0)
    assert lanes.take("a") is None
    assert [getattr(lanes.take("b"), "id", None) for _ in range(3)] == [1, 2, None]
