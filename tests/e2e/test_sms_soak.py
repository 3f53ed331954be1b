"""kill -9 of the gateway at random moments of a steady traffic of texts: the books are right in the end.

`errored` texts are mostly those that the XMPP server refused, as the gateway was away.  `unanswered` texts are those
that the XMPP server had given to the gateway when that was killed, before they were in its journal: XEP-0114
acknowledges nothing, so that nobody can tell their sender.  `in doubt` are those whose submission was cut off by two
kills, or by one where the configuration says `report`.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from text_books import Books
from text_world import MODEMS, SEED, World
from traffic import Killer, Traffic
from xmpp_user import Loop

from demo.partners import Prosody
from demo.partners.modem_simulator import ModemSimulator

FAULTS = (
    "submit-error cms 38",
    "submit-error cms 500",
    "submit-error error",
    "no-answer submitted",
    "no-answer lost",
    "echo",
    "echo off",
    "noise ^RSSI: 9",
    "noise off",
    "chunk 64 0.001",
    "chunk 0",
)
# A submission without an answer is in doubt after so long.
NO_ANSWER = 200.0
# What one kill can catch on the way from the XMPP server to the journal.
CAUGHT = 3


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, loop: Loop) -> Iterator[World]:
    """A world with some options of its own."""
    with Prosody(tmp_path / "prosody") as xmpp, ModemSimulator(tmp_path / "sim", MODEMS) as simulator:
        made = World.make(tmp_path, xmpp, simulator, loop, **getattr(request, "param", {})).begin()
        simulator.ask("report * delivered 0.1")
        yield made
        made.end()


def kills(world: World, count: int, title: str, faults: tuple[str, ...] = (), within: float = 90.0) -> Books:
    """Kill the gateway so often, then let it live and read the books."""
    books = Books(f"{count} kills -9 of the gateway, {title}, seed {SEED}")
    chance = random.Random(f"{SEED} {title}")
    for modem in MODEMS:
        world.simulator.ask(f"fault {modem} submit-delay 0.08")
    killer = Killer(world, chance)
    world.gateway.kill()
    with Traffic(world, books, random.Random(f"{SEED} {title} traffic"), 0.12, faults):
        for _ in range(count):
            killer.round()
        world.gateway.start()
        world.linked = True
    for modem in MODEMS:
        world.simulator.ask(f"fault {modem} none")
    read = world.audit(books, within)
    out, _ = read.counts()
    assert out["unanswered"] <= CAUGHT * count
    assert out["delivered"] > count / 2
    return read


def test_ten_kills_lose_and_double_nothing(world: World) -> None:
    kills(world, 10, "resend")


@pytest.mark.soak
def test_two_hundred_kills_lose_and_double_nothing(world: World) -> None:
    kills(world, 200, "resend")


@pytest.mark.parametrize("world", [{"in_doubt": "report"}], indirect=True)
@pytest.mark.parametrize("count", [3, pytest.param(40, marks=pytest.mark.soak)])
def test_nothing_is_sent_twice_where_doubts_are_reported(world: World, count: int) -> None:
    read = kills(world, count, "report")
    out, _ = read.counts()
    assert out["said twice"] == out["came twice"] == 0
    assert not any(text.doubled for text in read.out.values())


@pytest.mark.soak
def test_kills_of_a_gateway_with_bad_modems_lose_and_double_nothing(world: World) -> None:
    kills(world, 40, "bad modems", FAULTS, NO_ANSWER)
