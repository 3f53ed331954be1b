"""Status reports: what they mean, and whose they are."""

import pytest
from outbox_world import ANN, BOB, EVE, TAKEN_IN_DOUBT, Air, Answer, World, status_report, why

from transport.plugins.sms.outgoing.policy import Policy
from transport.plugins.sms.outgoing.reports import Fate, fate, same_number, verdict

LONG = "x" * 400


def test_each_status_has_one_meaning() -> None:
    meanings = [fate(status) for status in range(256)]
    assert meanings[0] is Fate.DELIVERED
    assert set(meanings[0x01:0x20]) == {Fate.UNCONFIRMED}
    assert set(meanings[0x20:0x40]) == {Fate.OPEN}
    assert set(meanings[0x40:0x80]) == {Fate.FAILED}
    assert set(meanings[0x80:]) == {Fate.UNCONFIRMED}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([0, 0], Fate.DELIVERED),
        ([0, -1], Fate.OPEN),
        ([0, 0x25], Fate.OPEN),
        ([0, 1], Fate.UNCONFIRMED),
        ([0x41, -1], Fate.FAILED),
        ([1, 0x60], Fate.FAILED),
    ],
)
def test_all_parts_count(statuses: list[int], expected: Fate) -> None:
    assert verdict(statuses) is expected


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        ("+4915112345678", True),
        ("4915112345678", True),
        ("004915112345678", True),
        ("015112345678", True),
        ("2345678", True),
        ("345678", False),
        ("+4915112345679", False),
        ("", False),
    ],
)
def test_networks_write_numbers_in_many_forms(theirs: str, same: bool) -> None:
    assert same_number(BOB, theirs) is same


def test_short_numbers_are_equal_only_when_they_are_the_same() -> None:
    assert same_number("71120", "71120")
    assert not same_number("71120", "4671120")
    assert not same_number("71120", "1120")


@pytest.mark.parametrize(
    ("status", "condition"),
    [
        (0x43, "item-not-found"),
        (0x40, "not-allowed"),
        (0x42, "not-allowed"),
        (0x45, "not-allowed"),
        (0x46, "recipient-unavailable"),
        (0x47, "not-allowed"),
        (0x5F, "not-allowed"),
        (0x60, "recipient-unavailable"),
        (0x7F, "recipient-unavailable"),
    ],
)
def test_a_failed_delivery_is_told_with_number_and_code(status: int, condition: str) -> None:
    world = World()
    world.send()
    world.report(world.air[0], status)
    [failed] = world.failures()
    assert why(failed)[0] == condition
    assert BOB in why(failed)[1]
    assert f"{status:02X}" in why(failed)[1]
    world.report(world.air[0])
    assert not world.receipts()


@pytest.mark.parametrize("status", [1, 2, 3, 0x1F, 0x80, 0xFF])
def test_some_reports_end_a_text_without_a_word(status: int) -> None:
    world = World()
    world.send()
    world.report(world.air[0], status)
    world.report(world.air[0])
    assert not world.hosts[ANN].events


def test_a_network_that_still_tries_may_succeed() -> None:
    world = World()
    world.send()
    world.report(world.air[0], 0x30)
    assert not world.hosts[ANN].events
    world.report(world.air[0])
    assert len(world.receipts()) == 1


def test_one_failed_part_fails_the_text_though_others_arrived() -> None:
    world = World()
    world.send(text=LONG)
    world.report(world.air[0])
    world.report(world.air[1], 0x41)
    world.report(world.air[2])
    assert len(world.failures()) == 1
    assert "1 of 3 parts arrived" in why(world.failures()[0])[1]
    assert not world.receipts()


def test_a_part_that_failed_stops_those_after_it() -> None:
    world = World()
    world.modems["a"].script.extend([Answer(), Answer(delay=5.0)])
    id = world.send(text=LONG)
    world.report(world.air[0], 0x41)
    world.advance(200)
    assert len(world.air) == 2
    assert len(world.failures()) == 1
    assert world.row(id, "state")[0] == "failed"


def test_a_report_may_be_faster_than_the_modem() -> None:
    world = World()
    world.modems["a"].script.append(Answer(delay=5.0))
    world.send()
    world.report(world.air[0])
    assert not world.receipts()
    world.advance(6)
    assert len(world.receipts()) == 1


def test_a_report_that_came_before_the_answer_survives_a_crash_for_whom_it_is() -> None:
    world = World()
    world.send()
    world.modems["a"].script.append(Answer(delay=5.0))
    world.send(text="second")
    world.report(world.air[0])
    assert not world.receipts()
    world.crash()
    world.advance(10)
    assert [each.message_id for each in world.receipts()] == ["id-0-hello"]


def test_an_early_report_is_not_taken_for_an_older_text_with_the_same_reference() -> None:
    world = World()
    world.send()
    modem = world.modems["a"]
    modem.mr = 0
    modem.script.append(Answer(delay=5.0))
    world.send(text="second")
    world.report(world.air[1])
    assert not world.receipts()
    world.advance(6)
    [receipt] = world.receipts()
    assert receipt.message_id.endswith("second")


def test_references_come_round_and_the_newest_is_meant() -> None:
    world = World(policy=Policy(per_user_day=0, queue_per_user=1000))
    for i in range(258):
        world.put(BOB, f"text {i}")
    world.advance(0)
    assert world.air[0].mr == world.air[256].mr
    world.report(world.air[256])
    assert [each.message_id.split("-")[-1] for each in world.receipts()] == ["text 256"]


def test_another_number_or_sim_is_another_text() -> None:
    world = World()
    world.send()
    world.report(world.air[0], number=EVE)
    world.outbox.report("imsi-other", status_report(world.air[0]))
    assert not world.receipts()
    world.report(world.air[0], number="015112345678")
    assert len(world.receipts()) == 1


def test_reports_are_asked_for_always_where_that_is_the_policy_but_give_no_unwanted_receipt() -> None:
    world = World(policy=Policy(report_always=True))
    world.send(report=False)
    world.send(EVE, report=False)
    assert [air.report for air in world.air] == [True, True]
    world.report(world.air[0])
    assert not world.hosts[ANN].events
    world.report(world.air[1], 0x43)
    assert len(world.failures()) == 1


def test_reports_long_after_the_text_are_not_believed() -> None:
    world = World(policy=Policy(ttl=3600.0))
    world.send()
    world.advance(3600 + 86400 + 60)
    world.report(world.air[0])
    assert not world.receipts()


def test_a_report_for_a_text_that_was_doubtful_gives_one_receipt() -> None:
    world = World()
    world.modems["a"].script.append(TAKEN_IN_DOUBT)
    world.send()
    first, second = world.air
    world.report(first)
    world.report(second)
    assert len(world.receipts()) == 1


def test_the_same_report_twice_is_one() -> None:
    world = World()
    world.send()
    air: Air = world.air[0]
    world.report(air)
    world.report(air)
    world.crash()
    world.report(air)
    assert len(world.receipts()) == 1
