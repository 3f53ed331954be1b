"""kill -9 of the gateway at every step of the journals of texts: the books are right after each.

What the XMPP server has given to the gateway, and the gateway has not written down yet, is lost with it, as XEP-0114
acknowledges nothing: only `put-before` is such a step.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from text_books import Books
from text_world import MODEMS, World
from xmpp_user import Loop

from demo.partners import Prosody
from demo.partners.modem_simulator import ModemSimulator

MANY = 3
# Steps of a part on its way out, and of a word about a text on its way to its sender.
PARTS = ("cmgs-before", "cmgs-after", "pdu-before", "pdu-after", "answer-before", "accepted-before", "accepted-after")
REPORTS = ("report-before", "report-after", "cmgd-before", "cmgd-after")
WORDS = ("deliver-before", "inbox-before", "inbox-after", "deliver-after", "told-before", "told-after")
PROOF = ("proof-before", "proof-after", "done-before", "done-after")
ARRIVALS = ("keep-before", "keep-after", "cmgd-before", "cmgd-after")
# Those that differ most: they are not left to the long run.
QUICK = {
    ("out", 1, True): "put-before put-after begin-after cmgs-after pdu-after answer-before "
    "accepted-before accepted-after report-before report-after cmgd-before inbox-after told-before proof-after",
    ("out", MANY, True): "pdu-after:2 accepted-after:2 answer-before:3 report-after:2",
    ("out", MANY, False): "accepted-before:1",
    ("in", 1, False): "keep-before keep-after cmgd-after inbox-after mark-before proof-before done-after",
    ("in", MANY, False): "keep-after:2 mark-before:3",
}


def steps(way: str, parts: int, receipt: bool) -> Iterator[tuple[str, int]]:
    """All steps of a text, each as often as it comes."""
    several = range(1, parts + 1)
    if way == "in":
        yield from ((step, number) for number in several for step in ARRIVALS)
        # Parts that wait for the others are marked as such.
        yield from (("mark-before", number) for number in several)
        yield from (("mark-after", number) for number in several)
        yield from ((step, 1) for step in (*WORDS[:4], *PROOF))
        return
    yield from ((step, 1) for step in ("put-before", "put-after", "begin-before", "begin-after"))
    yield from ((step, number) for number in several for step in PARTS)
    if receipt:
        yield from ((step, number) for number in several for step in REPORTS)
        yield from ((step, 1) for step in (*WORDS, *PROOF))


def cases() -> Iterator[Any]:
    """Every step of every kind of text; only some of them in a quick run."""
    kinds = [("out", parts, receipt) for parts in (1, MANY) for receipt in (True, False)]
    for way, parts, receipt in (*kinds, ("in", 1, False), ("in", MANY, False)):
        quick = QUICK.get((way, parts, receipt), "").split()
        for step, number in steps(way, parts, receipt):
            name = step if parts == 1 else f"{step}:{number}"
            marks = () if name in quick else (pytest.mark.soak,)
            id = f"{way}-{parts}{'-receipt' if receipt else ''}-{name}"
            yield pytest.param(way, parts, receipt, step, number, marks=marks, id=id)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, loop: Loop) -> Iterator[World]:
    """Servers and a gateway for all tests here."""
    folder = tmp_path_factory.mktemp("kills")
    with Prosody(folder / "prosody") as xmpp, ModemSimulator(folder / "sim", MODEMS) as simulator:
        world = World.make(folder, xmpp, simulator, loop).begin()
        yield world
        world.end()


@pytest.fixture
def world(made: World) -> World:
    """All of them at work."""
    made.recover()
    return made


@pytest.mark.parametrize(("way", "parts", "receipt", "step", "number"), list(cases()))
def test_a_death_at_a_step_costs_nothing(
    world: World, way: str, parts: int, receipt: bool, step: str, number: int
) -> None:
    books = Books(f"kill -9 at {step} {number}")
    world.doom(step, number)
    if way == "in":
        world.text(books, parts)
    else:
        world.say(books, parts, receipt)
    world.await_death()
    world.gateway.start()
    out, came = world.audit(books).counts()
    assert came["delivered"] == len(books.came)
    assert out["delivered"] + out["unanswered"] == len(books.out)
    assert out["unanswered"] == (step == "put-before")
    assert out["errored"] == out["in doubt"] == 0


SECOND = [
    ("pdu-after", "requeue-before", "delivered"),
    ("pdu-after", "requeue-after", "delivered"),
    ("answer-before", "inbox-after", "delivered"),
    ("pdu-after", "begin-after", "in doubt"),
    ("answer-before", "answer-before", "in doubt"),
]


@pytest.mark.parametrize(("first", "second", "end"), SECOND)
def test_a_second_death_while_a_text_is_in_doubt_costs_nothing(world: World, first: str, second: str, end: str) -> None:
    books = Books(f"kill -9 at {first}, then at {second}")
    world.doom(first)
    world.say(books)
    world.await_death()
    world.doom(second)
    # It may die before it is at its XMPP server.
    world.gateway.program.start()
    world.await_death()
    world.gateway.start()
    out, _ = world.audit(books).counts()
    assert out[end] == 1
    assert out["said twice"] == 1


THIRD = ["end-before", "end-after", "inbox-after", "told-before"]


@pytest.mark.soak
@pytest.mark.parametrize("third", THIRD)
def test_a_death_while_a_doubt_is_reported_costs_nothing(world: World, third: str) -> None:
    books = Books(f"kill -9 at answer-before twice, then at {third}")
    for step in ("answer-before", "answer-before", third):
        world.doom(step)
        if not books.out:
            world.say(books)
        else:
            world.gateway.program.start()
        world.await_death()
    world.gateway.start()
    out, _ = world.audit(books).counts()
    assert out["in doubt"] == 1


FAULTS = [
    ("forget_submitting", "answer-before", "out", "silently doubled", True),
    ("resend_silently", "answer-before", "out", "silently doubled", False),
    ("delete_first", "keep-before", "in", "lost", True),
    ("tell_nobody", "told-after", "out", "wordless", True),
    ("forget_keys", "mark-before", "in", "doubled", False),
]


@pytest.mark.parametrize(("fault", "step", "way", "bad", "before"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_the_books_would_show_a_fault(world: World, fault: str, step: str, way: str, bad: str, before: bool) -> None:
    books = Books(f"{fault}, and kill -9 at {step}")
    right = world.gateway.program.environment
    wrong = {**right, "BROKEN": fault}
    world.gateway.stop()
    world.gateway.program.environment = wrong
    world.gateway.start()
    world.doom(step)
    if way == "in":
        world.text(books)
    else:
        world.say(books)
    world.await_death()
    world.gateway.program.environment = right if before else wrong
    world.gateway.start()
    world.wait_until_quiet()
    world.gateway.program.environment = right
    read = world.closed(books)
    print(read.table())
    assert list(read.bad()) == [bad]
