"""The program is killed at every step of taking texts: each is told once all the same, in order."""

from collections.abc import Callable
from typing import Any

import pytest
from inbox_rig import PHONE, ROMEO, Rig, deliver, parts
from twisted.internet.defer import Deferred

from transport.plugins.sms import tpdu
from transport.plugins.sms.incoming.reassembly import TIMEOUT
from transport.plugins.sms.states import ModemSettings

LONG = "A text in three parts. " * 16
FIRST, SECOND, THIRD = parts(LONG)
COMING = (deliver("one"), FIRST, deliver("two"), THIRD, SECOND, deliver("three"))
TOLD = ["one", "two", LONG, "three"]


class Crash:
    """Lets `steps` things become durable, then nothing any more; with `done` the last one did, and nobody heard of it."""

    def __init__(self, rig: Rig, steps: int, done: bool) -> None:
        self.left = steps
        self.done = done
        self.rig = rig
        self.run = rig.host.store.run
        self.host = rig.host.account(ROMEO)
        self.deliver = self.host.deliver_safely
        rig.host.store.run = lambda fn: self.step(lambda: self.run(fn))  # type: ignore[method-assign]
        self.host.deliver_safely = (  # type: ignore[method-assign]
            lambda event, key: self.step(lambda: self.deliver(event, key))
        )

    def step(self, act: Callable[[], Deferred[Any]]) -> Deferred[Any]:
        """One thing that is to be durable."""
        self.left -= 1
        if self.left >= 0:
            return act()
        if self.left == -1 and self.done:
            act()
        return Deferred()

    def repair(self) -> None:
        """The next program has a store again."""
        self.rig.host.store.run = self.run  # type: ignore[method-assign]
        self.host.deliver_safely = self.deliver  # type: ignore[method-assign]


@pytest.mark.parametrize("done", [False, True])
def test_a_crash_at_any_step_loses_nothing_and_tells_nothing_twice(done: bool) -> None:
    steps, crashed = 0, True
    while crashed:
        rig = Rig(ModemSettings("stick", "/dev/null", owner=ROMEO))
        crash = Crash(rig, steps, done)
        in_sim = dict(enumerate(COMING, 1))

        def read(rig: Rig = rig, in_sim: dict[int, bytes] = in_sim) -> None:
            """What a modem does: read all, and delete what is taken."""
            for index, pdu in list(in_sim.items()):
                rig.receive(pdu, place=("SM", index)).addCallback(lambda _, i=index: in_sim.pop(i))

        read()
        crashed = crash.left < 0
        crash.repair()
        rig.restart()
        read()
        rig.host.reactor.advance(TIMEOUT * 2)
        assert rig.texts() == TOLD, f"a crash at step {steps}"
        assert set(rig.states()) == {"told"}
        assert in_sim == {}
        steps += 1
    assert steps > 15


def test_reports_that_cannot_be_kept_stay_in_the_sim() -> None:
    rig = Rig(ModemSettings("stick", "/dev/null", owner=ROMEO))
    rig.inbox._report = lambda sim, report: Deferred()
    assert not rig.receive(tpdu.encode(tpdu.StatusReport(7, tpdu.Number.of(PHONE), None, None, 0))).called
