"""What was sent of late, over a window that moves along."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms.outgoing.quota import DAY, HOUR, Caps, Quotas, Window


@given(st.lists(st.tuples(st.floats(0, 50000), st.integers(1, 10)), max_size=30))
def test_a_window_counts_the_last_day(steps: list[tuple[float, int]]) -> None:
    window, now, all_events = Window(), 0.0, []
    for gap, count in steps:
        now += gap
        window.add(now, count)
        all_events.append((now, count))
        assert window.used(now) == sum(count for at, count in all_events if at > now - DAY)


@given(st.lists(st.floats(0, 5000), max_size=40), st.integers(0, 5), st.integers(0, 9), st.integers(1, 4))
def test_a_sim_never_sends_more_than_its_limits(gaps: list[float], per_hour: int, per_day: int, count: int) -> None:
    caps, now, sent = Caps(per_hour, per_day), 0.0, []
    for gap in gaps:
        now += gap
        wait = caps.wait(now, count)
        if wait:
            now += wait + 1e-6
            assert caps.wait(now, count) == pytest.approx(0, abs=1e-3)
        for _ in range(count):
            caps.add(now)
            sent.append(now)
        for limit, span in ((per_hour, HOUR), (per_day, DAY)):
            if limit:
                # A wait that ends on the limit is right to within what a float can hold.
                assert sum(at > now - span + 1e-3 for at in sent) <= max(limit, count)


def test_what_did_not_go_out_costs_nothing() -> None:
    quotas = Quotas(lambda: 1000.0)
    quotas.count("ann", 900.0, 5)
    quotas.refund("ann", 900.0, 5, 2)
    assert quotas.used("ann") == 2
    quotas.refund("ann", 901.0, 5, 0)
    assert quotas.used("ann") == 2
    assert quotas.free_in("ann", 2, 1) == 900.0 + DAY - 1000.0
    assert quotas.used("bob") == 0
