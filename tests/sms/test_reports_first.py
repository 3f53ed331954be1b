"""Reports are taken before texts, since a modem that has no room drops them."""

from modem_rig import PHONE, Rig


def test_a_start_takes_reports_before_texts() -> None:
    rig = Rig().start()
    rig.sim.faults.silent = True
    rig.submit("one", report=True)
    rig.run(3)
    rig.network.text(PHONE, rig.sim.number, "two")
    rig.run(3)
    assert [len(rig.sim.memories.stores[name].slots) for name in ("SR", "SM")] == [1, 1]
    rig.sim.unplug()
    rig.sim.faults.silent = False
    rig.sim.plug()
    rig.run(30)
    assert [entry["memory"] for entry in rig.events("deleted")] == ["SR", "SM"]
