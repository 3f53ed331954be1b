"""Bringing modems of all makers to work, whatever they say meanwhile."""

import pytest
from modem_rig import NUMBER, PHONE, Rig

from transport.plugins.sms.modem import trouble
from transport.plugins.sms.simulator.profiles import PROFILES
from transport.plugins.sms.simulator.sim import Sim
from transport.plugins.sms.states import ModemState


@pytest.mark.parametrize("chunk", [0, 1, 64])
@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_make_starts_sends_and_receives(profile: str, chunk: int) -> None:
    rig = Rig(profile)
    rig.sim.faults.chunk = chunk
    rig.start(20)
    assert rig.state() is ModemState.READY, rig.modem.health
    sent = rig.submit("hello", report=True)
    rig.run(1)
    assert sent.error is None
    assert isinstance(sent.value, int)
    assert [entry["text"] for entry in rig.events("submitted")] == ["hello"]
    assert [report.status for report in rig.news.reports] == [0]
    rig.network.text(PHONE, NUMBER, "hi there")
    rig.run(1)
    assert rig.news.texts == ["hi there"]
    assert rig.stored() == 0
    assert rig.news.told == []


def test_the_order_of_commands_is_that_of_the_book() -> None:
    rig = Rig().start()
    said = [line for line in rig.commands() if line != "\x1b"]
    expected = [
        *("AT", "ATE0", "ATV1", "AT+CMEE=1", "AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CCID", "AT+CPIN?"),
        *("AT+CIMI", "AT+CFUN?", "AT+CREG=1", "AT+CEREG=1", "AT+CMGF=0", 'AT+CSCS="GSM"', "AT+CSMS?", "AT+CPMS=?"),
        *('AT+CPMS="SM","SM","SM"', "AT+CSCA?", "AT+CNMI=?", "AT+CNMI=2,1,0,2,0", "AT+CLIP=1"),
    ]
    assert said[: len(expected)] == expected


def test_what_is_known_is_told() -> None:
    health = Rig().start().modem.health
    assert (health.operator, health.signal, health.smsc) == ("SimTel", 2 * 21 - 113, "+46705008999")
    assert (health.manufacturer, health.model, health.revision) == ("ACME", "SimModem", "1.0")
    assert (health.imsi, health.iccid) == ("240080000000001", "8946080000000000001")
    assert health.imei
    assert health.why is None


def test_init_strings_and_centre_of_the_configuration_are_set() -> None:
    rig = Rig(init=("AT^CURC=0", "AT+CRC=1"), smsc="+491710760000").start()
    said = rig.commands()
    assert said.index("AT+CMEE=1") < said.index("AT^CURC=0") < said.index("AT+CGMI")
    assert 'AT+CSCA="+491710760000",145' in said
    assert rig.modem.health.smsc == "+491710760000"
    assert rig.state() is ModemState.READY


def test_a_centre_is_not_set_unless_configured() -> None:
    assert not [line for line in Rig().start().commands() if line.startswith("AT+CSCA=")]


def test_a_busy_card_is_waited_for() -> None:
    rig = Rig(sim=Sim(NUMBER, pin="1234"), pin="1234")
    rig.sim.faults.busy_after_pin = 40
    rig.start(30)
    assert rig.state() is ModemState.STARTING
    rig.run(20)
    assert rig.state() is ModemState.READY
    assert rig.modem.health.imsi
    assert rig.news.told == []


def test_a_card_that_stays_busy_is_told_and_waited_for() -> None:
    rig = Rig()
    rig.sim.faults.sim_busy_until = rig.clock.seconds() + 200
    rig.start(100)
    assert rig.state() is ModemState.BROKEN
    assert [text.template for text in rig.news.told] == [trouble.BUSY]
    rig.run(300)
    assert rig.state() is ModemState.READY
    assert "AT+CSMS=1" not in rig.commands()


def test_no_card_is_told_once_and_looked_for_again() -> None:
    rig = Rig()
    rig.sim.sim.present = False
    rig.start(200)
    assert rig.state() is ModemState.BROKEN
    assert [text.template for text in rig.news.told] == [trouble.ABSENT]
    rig.sim.sim.present = True
    rig.run(400)
    assert rig.state() is ModemState.READY


def test_a_radio_that_is_off_is_turned_on() -> None:
    rig = Rig("wavecom")
    rig.sim.function = 0
    rig.start(60)
    assert "AT+CFUN=1" in rig.commands()
    assert rig.state() is ModemState.READY


def test_a_card_that_is_not_seen_without_radio_is_found() -> None:
    rig = Rig()
    rig.sim.function = 0

    def other(data: bytes) -> None:
        if rig.sim.function == 0 and data == b"AT+CPIN?\r":
            rig.said(b"\r\n+CME ERROR: 10\r\n")
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.start()
    assert rig.state() is ModemState.READY
    assert rig.news.told == []


def test_echo_and_noise_do_no_harm() -> None:
    rig = Rig("huawei")
    rig.sim.faults.echo = True
    rig.sim.faults.chunk = 7
    rig.sim.faults.noise = ("^RSSI: 19", "+CREG: 1", "^BOOT:29393622,0,0,0,6", "RING", "+XYZ: 1,2")
    rig.start(20)
    assert rig.state() is ModemState.READY
    sent = rig.submit("hello")
    rig.run(2)
    assert sent.error is None
    assert len(rig.events("submitted")) == 1


def test_a_modem_without_words_is_broken_in_words() -> None:
    rig = Rig()
    rig.sim.faults.mute = True
    rig.start(120)
    assert rig.state() is ModemState.BROKEN
    assert [text.template for text in rig.news.told] == [trouble.DEAF]
    assert rig.port.reopened >= 2
    rig.sim.faults.mute = False
    rig.run(60)
    assert rig.state() is ModemState.READY


def test_a_modem_that_refuses_all_is_broken_in_words() -> None:
    rig = Rig()
    rig.other = lambda data: rig.said(b"\r\nOK\r\n" if data == b"AT\r" else b"\r\nERROR\r\n" if b"AT" in data else b"")
    rig.start(20)
    assert rig.state() is ModemState.BROKEN
    assert [text.template for text in rig.news.told] == [trouble.NO_PDU]


def test_a_reboot_is_noticed_by_what_the_modem_says() -> None:
    rig = Rig().start(60)
    rig.port.written.clear()
    rig.sim.reboot()
    rig.run(5)
    assert "AT+CNMI=2,1,0,2,0" in rig.commands()
    assert rig.commands().count("AT+CMGF=0") == 1
    assert rig.state() is ModemState.READY
    rig.network.text(PHONE, NUMBER, "after")
    rig.run(1)
    assert rig.news.texts == ["after"]


@pytest.mark.parametrize("line", ["RDY", "+CPIN: READY", "SMS Ready"])
def test_a_modem_that_says_it_was_reset_is_believed(line: str) -> None:
    rig = Rig().start(60)
    rig.port.written.clear()
    for _ in range(5):
        rig.said(f"\r\n{line}\r\n".encode())
    rig.run(20)
    assert rig.commands().count("AT+CMGF=0") == 1
    assert rig.state() is ModemState.READY


@pytest.mark.parametrize("profile", ["huawei", "zte", "wavecom", "telit"])
def test_a_reboot_is_noticed_where_the_modem_does_not_say_it(profile: str) -> None:
    rig = Rig(profile).start(100)
    rig.sim.reboot()
    rig.run(100)
    assert rig.sim.settings.mode == 2
    assert rig.sim.settings.texts == 1
    assert rig.state() is ModemState.READY


def test_lines_of_a_reset_while_starting_begin_nothing_anew() -> None:
    rig = Rig()
    rig.sim.faults.noise = ("RDY", "+CPIN: READY", "SMS Ready")
    rig.start(1)
    rig.sim.faults.noise = ()
    rig.run(29)
    assert rig.commands().count("AT+CMGF=0") == 1


def test_a_modem_that_says_boot_all_the_time_is_left_in_peace() -> None:
    rig = Rig("huawei").start(60)
    rig.port.written.clear()
    for _ in range(100):
        rig.said(b"\r\n^BOOT:29393622,0,0,0,6\r\n")
        rig.run(3)
    assert "AT+CMGF=0" not in rig.commands()
