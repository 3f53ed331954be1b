"""A call is told once, when it is over."""

from modem_rig import PHONE, Rig
from twisted.internet.task import Clock

from transport.plugins.sms.modem.calls import Calls


def test_a_call_is_told_once() -> None:
    rig = Rig().start()
    rig.sim.ringing.begin(PHONE, 4)
    rig.run(20)
    assert rig.news.calls == []
    rig.run(10)
    assert rig.news.calls == [PHONE]
    rig.run(60)
    assert rig.news.calls == [PHONE]


def test_a_withheld_number_is_empty() -> None:
    rig = Rig().start()
    rig.sim.ringing.begin("", 2)
    rig.run(30)
    assert rig.news.calls == [""]


def test_two_calls_are_two() -> None:
    rig = Rig().start()
    rig.sim.ringing.begin(PHONE, 1)
    rig.run(20)
    rig.sim.ringing.begin(PHONE, 1)
    rig.run(20)
    assert rig.news.calls == [PHONE, PHONE]


def test_a_call_is_hung_up_where_that_is_wanted() -> None:
    rig = Rig(hang_up=True).start()
    rig.sim.ringing.begin(PHONE, 10)
    rig.run(20)
    assert len(rig.events("hung up")) == 1
    assert rig.news.calls == [PHONE]
    assert not Rig().start().events("hung up")


def test_the_number_is_heard_before_a_call_is_hung_up() -> None:
    rig = Rig(hang_up=True).start()
    rig.said(f'\r\nRING\r\n\r\n+CLIP: "{PHONE}",145,,,,0\r\n'.encode())
    rig.run(10)
    assert rig.news.calls == [PHONE]


def test_another_way_to_hang_up_is_tried() -> None:
    rig = Rig(hang_up=True).start()
    rig.other = lambda data: rig.said(b"\r\nERROR\r\n")
    rig.port.written.clear()
    rig.said(b"\r\n+CRING: VOICE\r\n")
    assert rig.commands() == []
    rig.said(b"\r\n+CRING: VOICE\r\n")
    rig.said(b"\r\n+CRING: VOICE\r\n")
    rig.run(3)
    assert rig.commands() == ["AT+CHUP", "ATH"]


def test_a_call_is_over_when_the_modem_goes() -> None:
    rig = Rig().start()
    rig.said(b'\r\nRING\r\n\r\n+CLIP: "+49151",145\r\n')
    rig.sim.unplug()
    assert rig.news.calls == ["+49151"]
    rig.run(20)
    assert rig.news.calls == ["+49151"]


def test_a_call_that_ends_does_not_end_a_command() -> None:
    rig = Rig().start()
    rig.sim.faults.submit_delay = 4
    sent = rig.submit("hello")
    rig.said(b"\r\nRING\r\n\r\nNO CARRIER\r\n")
    assert not sent.done
    rig.run(5)
    assert sent.error is None
    assert sent.done


def test_another_number_is_another_call() -> None:
    clock = Clock()
    over: list[str] = []
    calls = Calls(clock, over.append)
    calls.ring()
    calls.caller("1")
    calls.caller("2")
    assert over == ["1"]
    clock.advance(7.9)
    calls.ring()
    clock.advance(8)
    assert over == ["1", "2"]
    calls.close()
    assert over == ["1", "2"]
