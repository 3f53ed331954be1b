"""A modem that is pulled out at every step, a full SIM, and an XMPP server that is killed or away: texts wait, arrive
once, and in order."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from text_books import Books
from text_world import MODEMS, World
from xmpp_user import Loop

from demo.partners import Prosody
from demo.partners.modem_simulator import ModemSimulator

MANY = 3
ONE = MODEMS["one"]
# How long the XMPP server is away in the long run, in seconds, and how many texts arrive meanwhile.
AWAY = float(os.environ.get("TEST_AWAY", "120"))
SOME, AGES = 40, 200
SOAK = pytest.mark.soak


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, loop: Loop) -> Iterator[World]:
    """Servers and a gateway for all tests here."""
    folder = tmp_path_factory.mktemp("outages")
    with Prosody(folder / "prosody") as xmpp, ModemSimulator(folder / "sim", MODEMS) as simulator:
        world = World.make(folder, xmpp, simulator, loop).begin()
        yield world
        world.end()


@pytest.fixture
def world(made: World) -> World:
    """All of them at work."""
    made.recover()
    return made


def in_order(books: Books) -> None:
    """What came from each phone came in the order in which it was sent."""
    for tokens in books.order.values():
        assert tokens == sorted(tokens, key=lambda token: int(token[1:]))


# (step, its number, whether the network may have got the part then)
SUBMISSION = [
    pytest.param("begin-before", 1, False, marks=SOAK),
    ("begin-after", 1, False),
    pytest.param("cmgs-before", 1, False, marks=SOAK),
    # The prompt may be read before the end of the line is seen.
    ("cmgs-after", 1, True),
    pytest.param("cmgs-after", 2, True, marks=SOAK),
    pytest.param("pdu-before", 1, True, marks=SOAK),
    ("pdu-after", 2, True),
    pytest.param("pdu-after", 3, True, marks=SOAK),
    pytest.param("answer-before", 1, True, marks=SOAK),
    pytest.param("accepted-after", 1, False, marks=SOAK),
    pytest.param("report-before", 1, False, marks=SOAK),
    pytest.param("report-after", 2, False, marks=SOAK),
    pytest.param("told-before", 1, False, marks=SOAK),
]


@pytest.mark.parametrize(("step", "number", "doubtful"), SUBMISSION)
def test_a_modem_pulled_out_while_it_sends(world: World, step: str, number: int, doubtful: bool) -> None:
    books = Books(f"unplugged at {step} {number}")
    # A port that is lost again and again is opened again less and less often.
    world.gateway.stop()
    world.gateway.start()
    world.simulator.ask("unplug two")
    world.doom(step, number, f"ask:{world.simulator.control}:unplug one")
    world.say(books, MANY)
    world.await_fate()
    world.simulator.ask("plug one")
    out, _ = world.audit(books).counts()
    assert out["delivered"] == 1
    assert out["said twice"] <= doubtful


DRAIN = [
    pytest.param("cmgl-before", 1, marks=SOAK),
    pytest.param("cmgl-after", 1, marks=SOAK),
    ("keep-before", 2),
    pytest.param("keep-after", 2, marks=SOAK),
    pytest.param("cmgd-before", 3, marks=SOAK),
    ("cmgd-after", 3),
]


@pytest.mark.parametrize(("step", "number"), DRAIN)
def test_a_modem_pulled_out_while_it_is_emptied(world: World, step: str, number: int) -> None:
    books = Books(f"unplugged at {step} {number} of a drain")
    world.gateway.stop()
    for _ in range(5):
        world.text(books, 2)
    world.doom(step, number, f"ask:{world.simulator.control}:unplug one")
    world.gateway.start()
    world.await_fate()
    world.simulator.ask("plug one")
    _, came = world.audit(books).counts()
    assert came["delivered"] == 5


@pytest.mark.parametrize("parts", [1, 2])
def test_a_sim_that_is_full_at_the_start_is_emptied_and_fills_again(world: World, parts: int) -> None:
    books = Books(f"a SIM that is full at the start, with texts of {parts}")
    world.gateway.stop()
    for _ in range(30):
        world.text(books, parts)
    assert len(world.simulator.stored("one")) == 20
    world.gateway.start()
    read = world.audit(books)
    in_order(read)
    after = Books("afterwards")
    world.text(after)
    assert world.audit(after).counts()[1]["delivered"] == 1
    world.say(after)
    world.audit(after)


@pytest.mark.parametrize("step", ["deliver-after", "proof-before", "proof-after", "done-before"])
@pytest.mark.parametrize("count", [1, pytest.param(10, marks=SOAK)])
def test_an_xmpp_server_killed_between_a_stanza_and_its_proof(world: World, step: str, count: int) -> None:
    books = Books(f"{count} kills -9 of {world.xmpp.version} at {step}")
    # Their server keeps what comes while they are away; a client that is cut off could lose what was on the way to it.
    romeo = world.accounts[0]
    for _ in range(count):
        if romeo in world.clients:
            world.sign_out(romeo)
        assert world.xmpp.program.process is not None
        world.doom(step, 1, f"kill:{world.xmpp.program.process.pid}")
        for _ in range(3):
            world.text(books)
        world.await_fate()
        mark = world.xmpp.mark()
        world.xmpp.kill()
        world.text(books)
        world.xmpp.start()
        world.xmpp.wait_for_component(mark, world.gateway.program, 60)
        world.wait_until_quiet()
    world.come_back()
    read = world.audit(books)
    assert read.counts()[1]["delivered"] == 4 * count
    in_order(read)


@pytest.mark.parametrize(("texts", "seconds"), [(SOME, 2.0), pytest.param(AGES, AWAY, marks=SOAK)])
def test_texts_that_arrive_while_the_xmpp_server_is_away(world: World, texts: int, seconds: float) -> None:
    books = Books(f"{texts} texts while {world.xmpp.version} was away for {seconds} s")
    world.xmpp.kill()
    for number in range(texts):
        world.text(books, 1 + number % 2, modem="one" if number % 3 else "two", phone=number % 3)
        world.pause(seconds / texts)
    world.until(lambda: not any(world.simulator.stored(name) for name in MODEMS), "empty SIMs")
    mark = world.xmpp.mark()
    world.xmpp.start()
    world.come_back()
    world.xmpp.wait_for_component(mark, world.gateway.program, 90)
    read = world.audit(books)
    in_order(read)
    assert read.counts()[1]["delivered"] == texts


def test_the_books_would_show_texts_that_were_only_in_memory(world: World) -> None:
    books = Books("keep_nothing, and a kill of both")
    right: Any = world.gateway.program.environment
    world.gateway.stop()
    world.gateway.program.environment = {**right, "BROKEN": "keep_nothing"}
    world.gateway.start()
    world.gateway.program.environment = right
    world.xmpp.kill()
    world.text(books)
    world.until(lambda: not world.unfinished(), "the text's end")
    world.gateway.kill()
    world.xmpp.start()
    world.recover()
    world.wait_until_quiet()
    assert list(world.closed(books).bad()) == ["lost"]
