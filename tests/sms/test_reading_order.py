"""Messages are handed over in the order in which they came, not in that of their places."""

from modem_rig import NUMBER, PHONE, Outcome, Rig
from twisted.internet.defer import Deferred, succeed

from transport.plugins.sms.simulator.memories import Slot, Status


def test_a_drain_begins_with_what_the_modem_has_told_of() -> None:
    rig = Rig().start()
    slots = rig.sim.memories.stores["SM"].slots
    slots[1] = Slot(b"\0", Status.UNSENT)
    stuck: Deferred[None] = Deferred()
    rig.news.keep = lambda incoming: stuck
    rig.network.text(PHONE, NUMBER, "one")
    rig.network.text(PHONE, NUMBER, "two")
    del slots[1]
    rig.network.text(PHONE, NUMBER, "three")
    rig.run(0.1)
    assert sorted(slots) == [1, 2, 3]
    drained = Outcome(rig.modem.drain())
    rig.news.keep = lambda incoming: succeed(None)
    stuck.callback(None)
    rig.run(1)
    assert rig.news.texts == ["one", "two", "three"]
    assert drained.value == 2
    assert slots == {}


def test_several_messages_are_kept_before_the_first_is_deleted() -> None:
    rig = Rig().start()
    rig.sim.faults.silent = True
    for text in ("one", "two"):
        rig.network.text(PHONE, NUMBER, text)
    kept: list[Deferred[None]] = []

    def keep(_: object) -> Deferred[None]:
        kept.append(Deferred())
        return kept[-1]

    rig.news.keep = keep
    drained = Outcome(rig.modem.drain())
    rig.run(1)
    assert (len(kept), rig.stored()) == (2, 2)
    # The second is kept; the first is not, and stays.
    kept[1].callback(None)
    kept[0].errback(OSError("the disk is full"))
    rig.run(1)
    assert (drained.value, rig.stored()) == (1, 1)
