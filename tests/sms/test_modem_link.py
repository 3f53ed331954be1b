"""A modem that goes away at any moment, and comes back."""

from functools import partial
from random import Random
from typing import Any

import pytest
from modem_rig import NUMBER, PHONE, Outcome, Rig
from twisted.internet.defer import Deferred

from transport.api import Refused
from transport.plugins.sms.line.port import Port
from transport.plugins.sms.modem import condition
from transport.plugins.sms.modem.modem import Modem
from transport.plugins.sms.simulator.sim import Sim
from transport.plugins.sms.states import InDoubt, ModemSettings, ModemState, NotSubmitted


def back(rig: Rig, seconds: float = 5) -> None:
    rig.sim.plug()
    rig.run(seconds)


def works(rig: Rig) -> bool:
    before = len(rig.news.texts)
    rig.network.text(PHONE, NUMBER, "works")
    rig.run(1)
    return rig.state() is ModemState.READY and rig.submit("works").error is None and len(rig.news.texts) == before + 1


def test_a_port_that_cannot_be_opened_is_opened_later() -> None:
    rig = Rig()
    rig.errors = ["Permission denied", "No such file or directory"]
    rig.modem.start()
    assert rig.state() is ModemState.UNPLUGGED
    rig.run(0.25)
    assert rig.state() is ModemState.UNPLUGGED
    assert "Permission denied" in str(rig.modem.health.why)
    rig.run(5)
    assert works(rig)
    assert rig.news.told == []


def test_a_modem_that_stays_away_is_told_once() -> None:
    rig = Rig().start()
    rig.sim.unplug()
    rig.run(30)
    assert rig.news.told == []
    rig.run(600)
    assert [text.template for text in rig.news.told] == [condition.UNPLUGGED]
    back(rig)
    assert works(rig)
    rig.sim.unplug()
    rig.run(100)
    assert len(rig.news.told) == 2


@pytest.mark.parametrize("commands", range(1, 40))
def test_unplugged_at_any_command_of_the_start(commands: int) -> None:
    rig = Rig()
    count = 0

    def other(data: bytes) -> None:
        nonlocal count
        count += 1
        if count == commands:
            rig.sim.unplug()
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.modem.start()
    rig.run(2)
    if count < commands:
        # The start has fewer.
        assert rig.state() is ModemState.READY
        return
    assert rig.state() is ModemState.UNPLUGGED
    assert rig.modem.health.why is not None
    back(rig)
    assert works(rig)


def test_unplugged_before_the_prompt_nothing_was_given() -> None:
    rig = Rig().start()
    rig.sim.faults.prompt_delay = 5
    sent = rig.submit("hello")
    waiting = rig.submit("behind")
    rig.run(1)
    rig.sim.unplug()
    assert isinstance(sent.error, NotSubmitted)
    assert isinstance(waiting.error, NotSubmitted)
    assert rig.events("submitted") == []
    rig.sim.faults.prompt_delay = 0
    back(rig)
    assert works(rig)


@pytest.mark.parametrize("after", [1, 7])
def test_unplugged_after_the_prompt_nobody_knows(after: float) -> None:
    rig = Rig().start()
    rig.sim.faults.submit_delay = 10
    sent, waiting = rig.submit("hello"), rig.submit("behind")
    rig.run(after)
    rig.sim.unplug()
    assert isinstance(sent.error, InDoubt)
    assert isinstance(waiting.error, NotSubmitted)
    assert len(rig.events("submitted")) == (1 if after > 5 else 0)
    rig.sim.faults.submit_delay = 0
    back(rig)
    assert works(rig)


def test_a_reboot_in_the_middle_of_a_submit_leaves_doubt_and_a_working_modem() -> None:
    rig = Rig().start(60)
    rig.sim.faults.submit_delay = 10
    sent = rig.submit("hello")
    rig.run(1)
    rig.sim.reboot()
    rig.sim.faults.submit_delay = 0
    rig.run(200)
    assert isinstance(sent.error, InDoubt)
    assert works(rig)


def test_unplugged_while_locked_another_card_may_be_in_it() -> None:
    rig = Rig(sim=Sim(NUMBER, pin="1234")).start()
    assert rig.state() is ModemState.LOCKED
    rig.sim.unplug()
    assert rig.state() is ModemState.UNPLUGGED
    rig.sim.sim.pin = ""
    back(rig)
    assert works(rig)


def test_unplugged_while_broken() -> None:
    rig = Rig()
    rig.sim.sim.present = False
    rig.start()
    assert rig.state() is ModemState.BROKEN
    rig.sim.unplug()
    assert rig.state() is ModemState.UNPLUGGED
    rig.sim.sim.present = True
    back(rig)
    assert works(rig)
    rig.run(400)
    assert works(rig)


def test_unplugged_while_searching_or_paused() -> None:
    rig = Rig().start()
    rig.modem.pause(True)
    rig.sim.registration = 2
    rig.said(b"\r\n+CREG: 2\r\n+CEREG: 2\r\n")
    assert rig.state() is ModemState.SEARCHING
    rig.sim.unplug()
    assert rig.state() is ModemState.UNPLUGGED
    rig.sim.registration = 1
    back(rig)
    assert rig.state() is ModemState.PAUSED
    rig.modem.pause(False)
    assert works(rig)


def test_unplugged_while_the_network_is_asked() -> None:
    rig = Rig().start()
    rig.other = lambda data: None
    asked = Outcome(rig.modem.ussd("*100#"))
    drained, raw = Outcome(rig.modem.drain()), Outcome(rig.modem.unlock("1234"))
    rig.sim.unplug()
    for outcome in (asked, drained, raw):
        assert isinstance(outcome.error, Refused), outcome.error
    rig.other = rig.sim.receive
    back(rig)
    assert works(rig)


def test_unplugged_while_the_network_thinks() -> None:
    rig = Rig().start()
    rig.other = lambda data: rig.said(b"\r\nOK\r\n")
    asked = Outcome(rig.modem.ussd("*100#"))
    rig.sim.unplug()
    assert isinstance(asked.error, Refused)
    assert asked.error.condition == "recipient-unavailable"


def test_unplugged_while_it_is_waited_for_a_busy_card() -> None:
    rig = Rig(sim=Sim(NUMBER, pin="1234"), pin="1234")
    rig.sim.faults.busy_after_pin = 30
    rig.start(5)
    rig.sim.unplug()
    rig.run(5)
    assert rig.state() is ModemState.UNPLUGGED
    back(rig, 60)
    assert works(rig)


def test_a_modem_that_falls_silent_is_opened_again() -> None:
    rig = Rig().start()
    rig.sim.faults.mute = True
    rig.run(150)
    assert rig.port.reopened >= 1
    assert rig.state() is ModemState.BROKEN
    assert len(rig.news.told) == 1
    rig.sim.faults.mute = False
    rig.run(60)
    assert works(rig)


def test_a_reset_starts_afresh() -> None:
    rig = Rig().start()
    rig.port.written.clear()
    done = Outcome(rig.modem.reset())
    assert done.done
    rig.run(5)
    assert "AT+CNMI=2,1,0,2,0" in rig.commands()
    assert works(rig)


def test_without_a_port_everything_is_refused_in_words() -> None:
    rig = Rig()
    asked: list[Deferred[Any]] = [
        rig.modem.ussd("*100#"),
        rig.modem.drain(),
        rig.modem.unlock("1234"),
        rig.modem.reset(),
    ]
    for refused in asked:
        error = Outcome(refused).error
        assert isinstance(error, Refused)
        assert "stick" in str(error.text)


def test_raw_commands_are_for_those_who_allow_them() -> None:
    rig = Rig().start()
    assert Outcome(rig.modem.raw("AT+CSQ")).error.condition == "not-allowed"
    rig = Rig(raw=True).start()
    assert Outcome(rig.modem.raw("AT+CSQ")).value == "+CSQ: 21,99\nOK"
    assert Outcome(rig.modem.raw("AT+CMGR=999")).value == "+CMS ERROR: 321"
    assert works(rig)
    assert Outcome(rig.modem.raw('AT+CPMS="ME"')).error is None
    assert works(rig)
    for bad in ("AT\rAT", "AT\x1a", "A" * 5000, "é", ""):
        assert isinstance(Outcome(rig.modem.raw(bad)).error, Refused), bad
    assert works(rig)


def test_a_real_port_carries_it_all() -> None:
    rig = Rig()
    wires: list[Any] = []

    class Transport:
        def write(self, data: bytes) -> None:
            rig.clock.callLater(0, rig.sim.receive, data)

        def abortConnection(self) -> None:
            wires[-1].connectionLost()

    def opener(wire: Any, device: str, baud: int, reactor: Any) -> Any:
        assert (device, baud) == ("/dev/modem", 9600)
        wires.append(wire)
        wire.makeConnection(Transport())

    rig.sim.line.write = lambda data: wires[-1].dataReceived(data)
    settings = ModemSettings("stick", "/dev/modem", baud=9600)
    modem = Modem(
        settings, rig.clock, rig.no_endpoint, rig.news, Random(1), rig.pins, make_port=partial(Port, opener=opener)
    )
    modem.start()
    rig.run(40)
    assert modem.health.state is ModemState.READY
    wires[-1].connectionLost()
    rig.run(40)
    assert rig.news.states[-3:] == [ModemState.UNPLUGGED, ModemState.STARTING, ModemState.READY]
    assert Outcome(modem.reset()).done
    rig.run(40)
    stopped = Outcome(modem.stop())
    rig.run(1)
    assert stopped.done
    assert len(wires) == 3
    assert rig.clock.getDelayedCalls() == []


def test_news_that_raise_do_no_harm() -> None:
    rig = Rig()

    def raising(*arguments: object) -> None:
        raise ValueError("a bug")

    for name in ("changed", "received", "unreadable", "called", "tell_admins"):
        setattr(rig.news, name, raising)
    rig.start()
    rig.network.text(PHONE, NUMBER, "one")
    rig.said(b"\r\nRING\r\n")
    rig.run(10)
    rig.sim.unplug()
    rig.run(100)
    back(rig)
    assert rig.state() is ModemState.READY
