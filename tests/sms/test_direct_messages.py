"""Messages that a modem does not store are acknowledged once they are kept (+CMT, +CDS, +CNMA)."""

from modem_rig import NUMBER, PHONE, Rig, refuse
from twisted.internet.defer import Deferred, fail, succeed


def test_a_flash_message_comes_without_a_place() -> None:
    rig = Rig().start()
    rig.network.text(PHONE, NUMBER, "flash", message_class=0)
    rig.run(1)
    assert rig.news.texts == ["flash"]
    assert rig.news.incoming[0].place is None
    assert "AT+CNMA" not in rig.commands()


def acknowledging() -> Rig:
    rig = Rig()
    rig.start(60)
    rig.sim.settings.service = 1
    rig.modem.keeper.opening.device.acknowledges = True  # type: ignore[union-attr]
    rig.port.written.clear()
    return rig


def test_what_comes_directly_is_acknowledged_once_it_is_kept() -> None:
    rig = acknowledging()
    kept: Deferred[None] = Deferred()
    rig.news.keep = lambda incoming: kept
    rig.network.text(PHONE, NUMBER, "flash", message_class=0)
    rig.run(2)
    assert "AT+CNMA" not in rig.commands()
    kept.callback(None)
    rig.run(1)
    assert rig.commands().count("AT+CNMA") == 1
    assert "AT+CNMI=2,1,0,2,0" not in rig.commands()
    assert rig.sim.unacknowledged is None


def test_after_a_late_acknowledgement_indications_are_set_again() -> None:
    rig = acknowledging()
    kept: Deferred[None] = Deferred()
    rig.news.keep = lambda incoming: kept
    rig.network.text(PHONE, NUMBER, "flash", message_class=0)
    rig.run(12)
    assert rig.sim.settings.texts == 0
    rig.news.keep = lambda incoming: succeed(None)
    kept.callback(None)
    rig.run(2)
    assert rig.sim.settings.texts == 1
    assert rig.sim.settings.reports == 2
    assert rig.news.texts == ["flash", "flash"]


def test_what_could_not_be_kept_is_not_acknowledged_and_comes_again() -> None:
    rig = acknowledging()
    rig.news.keep = refuse
    rig.network.text(PHONE, NUMBER, "flash", message_class=0)
    rig.run(2)
    assert "AT+CNMA" not in rig.commands()
    rig.news.keep = lambda incoming: succeed(None)
    rig.run(80)
    assert rig.sim.settings.texts == 1
    assert rig.news.texts == ["flash", "flash"]


def test_a_modem_without_memories_tells_directly_and_is_acknowledged() -> None:
    rig = Rig("nokia").start()
    assert rig.modem.keeper.opening.device.cnmi[1] == 2  # type: ignore[union-attr]
    rig.news.keep = lambda incoming: fail(RuntimeError("full"))
    rig.network.text(PHONE, NUMBER, "one")
    rig.run(1)
    assert rig.sim.unacknowledged is not None
    rig.news.keep = lambda incoming: succeed(None)
    rig.run(90)
    assert rig.news.texts[-1] == "one"
    assert rig.sim.unacknowledged is None
    delivered = [entry for entry in rig.events("delivered") if entry["text"] == "one"]
    assert len(delivered) == 1
