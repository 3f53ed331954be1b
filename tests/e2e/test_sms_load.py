"""Many texts of several users while no modem is there: all go out when one comes back, the users taking turns."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import PASSWORD
from stanzas import condition, error_text
from text_books import Books
from text_world import MODEMS, World
from xmpp_user import Loop

from demo.partners import Prosody
from demo.partners.modem_simulator import ModemSimulator

USERS = 5
# In how many texts every user must have had a turn, and how uneven turns may be.
FIRST, UNEVEN = 50, 2
# What the gateway may grow by, in bytes, and for each text that waits.
GROWTH, EACH = 8 << 20, 4096
QUICK, LONG = 20, 200


@pytest.fixture(params=[QUICK, pytest.param(LONG, marks=pytest.mark.soak)], ids=lambda limit: f"{USERS}x{limit}")
def world(request: pytest.FixtureRequest, tmp_path: Path, loop: Loop) -> Iterator[World]:
    """A world in which each user may have so many texts waiting, and somewhat fewer than all users together."""
    limit = request.param
    options = {"queue_per_user": limit, "queue": USERS * limit}
    with Prosody(tmp_path / "prosody") as xmpp, ModemSimulator(tmp_path / "sim", MODEMS) as simulator:
        made = World.make(tmp_path, xmpp, simulator, loop, **options)
        made.accounts = [xmpp.register(f"user{number}", PASSWORD) for number in range(USERS + 1)]
        yield made.begin()
        made.end()


def limit_of(world: World) -> int:
    """How many texts of a user may wait."""
    return QUICK if f"queue_per_user = {QUICK}\n" in world.gateway.config.read_text() else LONG


def memory(world: World) -> int:
    """What the gateway's process takes, in bytes."""
    assert world.gateway.program.process is not None
    status = Path(f"/proc/{world.gateway.program.process.pid}/status").read_text()
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmRSS:"))


def refused(world: World, books: Books, account: str) -> str:
    """One more text of a user, which has to be refused; why."""
    text = world.say(books, account=account)
    user = world.clients[account]
    error = user.expect("message", id=text.id, type="error")
    assert condition(error) == "resource-constraint", error_text(error)
    return error_text(error)


def test_a_full_queue_goes_out_fairly_and_whole(world: World) -> None:
    limit = limit_of(world)
    books = Books(f"{USERS * limit} texts with the modems away")
    for modem in MODEMS:
        world.simulator.ask(f"unplug {modem}")
    world.pause(0.5)
    before = memory(world)
    # One after the other: whoever comes last must not wait for all others.
    *writers, late = world.accounts
    for account in writers:
        for _ in range(limit):
            world.say(books, account=account)
        world.clients[account].settle(world.gateway.domain)
        refused(world, books, account)
    # The queue as a whole is full.
    refused(world, books, late)
    full = memory(world)
    owner_of = {text.token: writer for text in books.out.values() for writer in [owner(world, text.id)]}
    world.simulator.ask("plug one")
    read = world.audit(books, 180)
    out, _ = read.counts()
    assert out["delivered"] == out["receipts"] + out["report dropped"] == USERS * limit
    order = [e["text"].split()[0] for e in world.simulator.entries() if e["event"] == "submitted"]
    assert len(order) == len(set(order)) == USERS * limit
    shares = Counter(owner_of[token] for token in order[:FIRST])
    after = memory(world)
    print(f"shares of the first {FIRST}: {sorted(shares.values())}")
    print(
        f"memory: {before >> 10} kB, {(full - before) >> 10} more when full, {(after - before) >> 10} more in the end"
    )
    assert len(shares) == USERS
    assert max(shares.values()) - min(shares.values()) <= UNEVEN
    assert full - before < GROWTH + EACH * USERS * limit
    assert after - before < GROWTH + EACH * USERS * limit


def owner(world: World, id: str) -> str:
    """Whose text it is."""
    return next(user.bare for user in world.clients.values() if id in user.said)
