"""The benchmark's own judgement: what it counts as wrong, and how it compares."""

import pytest

from bench.gateways import GammuSmsd
from bench.irc_server import name_lines, silent_members
from bench.ledger import Bag, Ledger
from bench.modem import Entry
from bench.report import Result, ratios, table
from bench.texts import TextRig
from bench.workloads import AIMS, FLOORS, WORKLOADS

BODIES = ["0 a", "1 a", "2 a", "3 a"]


def ledger_after(*bodies: str) -> Ledger:
    ledger = Ledger(BODIES, {"here": 0, "there": 1}, 2)
    for body in bodies:
        ledger.arrived("here", body)
    return ledger


def test_bodies_in_their_order_are_right() -> None:
    ledger = ledger_after("0 a", "2 a")
    assert (ledger.right, ledger.wrong) == (2, 0)


@pytest.mark.parametrize(
    "bodies",
    [("0 a", "0 a"), ("2 a",), ("0 b",), ("1 a",), ("0 a", "2 a", "2 a")],
    ids=["doubled", "lost", "altered", "misplaced", "too many"],
)
def test_what_is_lost_doubled_altered_or_misplaced_is_wrong(bodies: tuple[str, ...]) -> None:
    assert ledger_after(*bodies).wrong == 1


def test_a_body_at_an_unknown_place_is_wrong() -> None:
    ledger = Ledger(BODIES, {"here": 0}, 1)
    ledger.arrived("elsewhere", "0 a")
    assert ledger.wrong == 1


def test_without_an_order_each_body_is_right_once_at_its_place() -> None:
    bag = Bag([("here", "a"), ("here", "b"), ("there", "a")])
    for place, body in (("here", "b"), ("here", "a"), ("there", "b"), ("here", "a"), ("there", "a")):
        bag.arrived(place, body)
    assert (bag.right, bag.wrong) == (3, 2)


def test_names_of_a_thousand_members_fit_into_lines() -> None:
    lines = name_lines(silent_members(1000))
    assert all(len(line) <= 420 for line in lines)
    assert sum(len(line.split()) for line in lines) == 1000


def result(round_: int, gateway: str, value: float) -> Result:
    return Result(round_, "w3", gateway, 0.0, {"cpu_us": value})


def test_ratios_are_taken_within_a_round() -> None:
    aim = next(aim for aim in AIMS if aim.workload == "w3")
    results = [
        result(0, "biboumi", 10),
        result(0, "transport", 5),
        result(1, "transport", 30),
        result(1, "biboumi", 20),
        result(2, "transport", 7),
    ]
    assert ratios(results, aim) == [0.5, 1.5]


@pytest.mark.parametrize(("value", "verdict"), [(8.4, "met"), (8.6, "missed")])
def test_the_table_tells_whether_an_aim_is_met(value: float, verdict: str) -> None:
    text = table([result(0, "biboumi", 10), result(0, "transport", value)])
    assert text.splitlines()[1].endswith(verdict)


def test_the_table_shows_what_failed() -> None:
    text = table([Result(0, "w2", "transport", 0.0, {}, "one lost")])
    assert "FAILED transport w2: one lost" in text


def test_texts_are_compared_with_the_program_beside_them() -> None:
    aim = next(aim for aim in AIMS if (aim.workload, aim.figure) == ("textsin", "cpu_us"))
    results = [Result(0, "textsin", name, 0.0, {"cpu_us": value}) for name, value in
               (("biboumi", 1.0), ("gammu-smsd", 4.0), ("transport", 2.0))]  # fmt: skip
    assert ratios(results, aim) == [0.5]
    assert "gammu-smsd" in table(results)


def test_a_text_has_been_sent_once_all_of_its_parts_have() -> None:
    def part(to: str, text: str, concat: list[int] | None) -> Entry:
        return {"event": "submitted", "to": to, "text": text, "concat": concat}

    rig = TextRig(GammuSmsd())
    entries = [part("+1", "a", [7, 2, 1]), part("+2", "c", None), {"event": "pin"}]
    assert rig.submitted(entries) == [("+2", "c")]
    assert rig.submitted([part("+1", "b", [7, 2, 2])]) == [("+1", "ab")]
    rig.stop()


def test_every_aim_has_its_workload() -> None:
    assert {aim.workload for aim in (*AIMS, *FLOORS)} <= set(WORKLOADS)


@pytest.mark.parametrize(("value", "verdict"), [(20000, "met"), (19999, "missed")])
def test_the_table_tells_whether_enough_was_done(value: float, verdict: str) -> None:
    floor = next(floor for floor in FLOORS if floor.workload == "pdus")
    text = table([Result(0, "pdus", "transport", 0.0, {floor.figure: value})])
    assert text.splitlines()[1].endswith(verdict)
