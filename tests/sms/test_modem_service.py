"""Signal, operator and registration, told when they change."""

import pytest
from modem_rig import Rig

from transport.plugins.sms.modem import condition
from transport.plugins.sms.simulator import radio
from transport.plugins.sms.states import ModemState


@pytest.mark.parametrize(
    ("state", "expected", "roaming"),
    [
        (0, ModemState.SEARCHING, False),
        (1, ModemState.READY, False),
        (2, ModemState.SEARCHING, False),
        (3, ModemState.SEARCHING, False),
        (4, ModemState.SEARCHING, False),
        (5, ModemState.READY, True),
        (6, ModemState.READY, False),
        (7, ModemState.READY, True),
        (8, ModemState.SEARCHING, False),
    ],
)
def test_each_registration_is_reflected(state: int, expected: ModemState, roaming: bool) -> None:
    rig = Rig().start()
    for name in ("+CREG", "+CEREG"):
        rig.said(f"\r\n{name}: {state}\r\n".encode())
    assert rig.state() is expected
    assert rig.modem.health.roaming is roaming
    if expected is ModemState.SEARCHING:
        assert rig.modem.health.why is not None
        assert rig.modem.health.why.template == condition.SEARCHING


def test_one_kind_of_network_is_enough() -> None:
    rig = Rig().start()
    rig.said(b"\r\n+CREG: 0\r\n")
    assert rig.state() is ModemState.READY
    rig.said(b"\r\n+CEREG: 0\r\n")
    assert rig.state() is ModemState.SEARCHING
    rig.said(b'\r\n+CEREG: 5,"0B01","0100701",7\r\n')
    assert rig.state() is ModemState.READY


def test_the_network_comes_and_goes() -> None:
    rig = Rig().start()
    radio.register(rig.sim, 2)
    assert rig.state() is ModemState.SEARCHING
    radio.register(rig.sim, 1)
    assert rig.state() is ModemState.READY
    assert rig.news.states == [ModemState.STARTING, ModemState.READY, ModemState.SEARCHING, ModemState.READY]


def test_a_modem_that_does_not_tell_is_asked() -> None:
    rig = Rig().start()
    rig.sim.settings.registration.clear()
    rig.sim.registration = 2
    rig.run(80)
    assert rig.state() is ModemState.SEARCHING
    rig.sim.registration = 1
    rig.run(30)
    assert rig.state() is ModemState.READY


def test_a_modem_without_such_commands_is_taken_to_be_registered() -> None:
    rig = Rig()

    def other(data: bytes) -> None:
        if b"REG" in data:
            rig.said(b"\r\nERROR\r\n")
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.start()
    assert rig.state() is ModemState.READY


def test_signal_and_operator_are_asked_every_minute_when_idle() -> None:
    rig = Rig().start()
    rig.port.written.clear()
    rig.sim.signal = 99
    rig.network.operator = "Elsewhere"
    rig.run(600)
    assert 8 <= rig.commands().count("AT+CSQ") <= 10
    assert not [line for line in rig.commands() if line == "AT+COPS=?"]
    assert rig.modem.health.signal is None
    assert rig.modem.health.operator == "Elsewhere"


def test_nothing_is_told_twice() -> None:
    rig = Rig().start()
    before = len(rig.news.healths)
    rig.run(600)
    rig.said(b"\r\n+CREG: 1\r\n")
    assert len(rig.news.healths) == before
    assert len({str(health) for health in rig.news.healths}) == before


def test_a_busy_modem_is_not_asked() -> None:
    rig = Rig().start()
    rig.sim.faults.answers.append(True)
    rig.port.written.clear()
    rig.submit("hello")
    rig.run(100)
    assert "AT+CSQ" not in rig.commands()
    assert not rig.modem.keeper.opening.dialogue.queue  # type: ignore[union-attr]
