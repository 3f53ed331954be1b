"""Codes that the network answers, in every way that modems write the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modem_rig import Outcome, Rig

from transport.api import Refused
from transport.plugins.sms.codec.gsm7 import pack_ussd
from transport.plugins.sms.modem.ussd_text import ussd_text
from transport.plugins.sms.states import ModemState, UssdAnswer


def asked(rig: Rig, code: str, seconds: float = 1) -> Outcome:
    outcome = Outcome(rig.modem.ussd(code))
    rig.run(seconds)
    return outcome


@pytest.mark.parametrize("profile", ["generic", "huawei", "zte", "wavecom", "nokia", "telit"])
def test_every_make_tells_the_balance(profile: str) -> None:
    rig = Rig(profile).start(20)
    assert asked(rig, "*100#").value == UssdAnswer("Balance 12.50 SEK")
    assert asked(rig, "*102#").value == UssdAnswer("Баланс 12.50 €")


def test_a_dialogue_goes_on_until_it_ends() -> None:
    rig = Rig().start()
    assert asked(rig, "*101#").value == UssdAnswer("1 Balance\n2 Data\n0 End", more=True)
    assert asked(rig, "2").value == UssdAnswer("Data\n1 One day\n2 One week", more=True)
    assert asked(rig, "1").value == UssdAnswer("One day of data is ordered.")


def test_a_dialogue_can_be_left() -> None:
    rig = Rig().start()
    asked(rig, "*101#")
    left = Outcome(rig.modem.end_ussd())
    rig.run(1)
    assert left.done
    assert "AT+CUSD=2" in rig.commands()
    rig.port.written.clear()
    Outcome(rig.modem.end_ussd())
    assert rig.commands() == []


def test_one_code_at_a_time() -> None:
    rig = Rig().start()
    rig.other = lambda data: None
    first = Outcome(rig.modem.ussd("*100#"))
    second = Outcome(rig.modem.ussd("*100#"))
    assert second.error.condition == "resource-constraint"
    assert not first.done


def test_silence_of_the_network_ends_in_a_minute() -> None:
    rig = Rig().start()
    rig.other = lambda data: rig.said(b"\r\nOK\r\n")
    outcome = asked(rig, "*100#", 59)
    assert not outcome.done
    assert not outcome.error
    rig.run(2)
    assert outcome.error.condition == "remote-server-timeout"
    assert "AT+CUSD=2" in rig.commands()
    rig.other = rig.sim.receive
    assert asked(rig, "*100#").value is not None


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("+CUSD: 4", "service-unavailable"),
        ("+CUSD: 5", "remote-server-timeout"),
        ("+CUSD: 2", "service-unavailable"),
        ("+CUSD: 3", "service-unavailable"),
        ("+CME ERROR: 30", "service-unavailable"),
        ("+CME ERROR: 100", "service-unavailable"),
    ],
)
def test_what_the_network_refuses_is_refused(line: str, condition: str) -> None:
    rig = Rig().start()
    rig.other = lambda data: rig.said(f"\r\nOK\r\n{line}\r\n".encode() if b"CUSD" in data else b"\r\nOK\r\n")
    outcome = asked(rig, "*100#")
    if line.startswith("+CME") and outcome.error is None:
        # Said after the OK, it is nobody's answer but this.
        rig.run(60)
    assert outcome.error.condition in (condition, "remote-server-timeout")
    rig.other = rig.sim.receive
    assert rig.state() is ModemState.READY
    assert asked(rig, "*100#").value is not None


def test_an_error_at_once_is_refused() -> None:
    rig = Rig().start()
    rig.other = lambda data: rig.said(b"\r\n+CME ERROR: 100\r\n")
    error = asked(rig, "*100#").error
    assert error.condition == "service-unavailable"
    assert "100" in str(error.text)


def test_a_modem_that_takes_packed_codes_only_gets_them() -> None:
    rig = Rig("huawei").start()

    def other(data: bytes) -> None:
        if data.startswith(b'AT+CUSD=1,"*'):
            rig.said(b"\r\nERROR\r\n")
        else:
            rig.sim.receive(data)

    rig.other = other
    assert asked(rig, "*100#").value == UssdAnswer("Balance 12.50 SEK")
    assert 'AT+CUSD=1,"AA180C3602",15' in rig.commands()


def test_the_last_word_of_an_ended_dialogue_is_told() -> None:
    rig = Rig().start()
    rig.other = lambda data: rig.said(b'\r\nOK\r\n+CUSD: 2,"Goodbye",15\r\n')
    assert asked(rig, "*100#").value == UssdAnswer("Goodbye")


def test_an_answer_before_the_ok_is_heard() -> None:
    rig = Rig().start()
    rig.other = lambda data: rig.said(b'\r\n+CUSD: 0,"Hello",15\r\n\r\nOK\r\n')
    assert asked(rig, "*100#").value == UssdAnswer("Hello")


@pytest.mark.parametrize("code", ["", '*100#"', "*100#\r", "AT\n", "*1\x1a", "é", "1" * 161, "*100#,15;+CMGD=1,4\0"])
def test_no_code_ends_the_command(code: str) -> None:
    rig = Rig().start()
    rig.port.written.clear()
    assert asked(rig, code).error.condition == "bad-request"
    assert rig.commands() == []


def test_what_nobody_asked_is_no_answer() -> None:
    rig = Rig().start()
    rig.said(b'\r\n+CUSD: 0,"Buy more!",15\r\n')
    assert rig.state() is ModemState.READY
    assert asked(rig, "*100#").value == UssdAnswer("Balance 12.50 SEK")


def test_an_unstarted_modem_refuses() -> None:
    assert isinstance(Outcome(Rig().modem.ussd("*100#")).error, Refused)


@pytest.mark.parametrize(
    ("said", "dcs", "text"),
    [
        ("Hello", 15, "Hello"),
        ("Hello\r\nyou", 15, "Hello\nyou"),
        ("00480069", 72, "Hi"),
        ("00480069", 15, "Hi"),
        ("0048006900200074006800650072006500200031", None, "Hi there 1"),
        ("04110430043B0430043D0441", 15, "Баланс"),
        (pack_ussd("Your balance is 5 EUR").hex().upper(), 15, "Your balance is 5 EUR"),
        (pack_ussd("Guthaben: 7,50").hex(), None, "Guthaben: 7,50"),
        (pack_ussd("1234567").hex().upper(), 15, "1234567"),
        ("12345678", 15, "12345678"),
        ("1234", 72, "ሴ"),
        ("CAFE", 15, "CAFE"),
        ("ABC", 15, "ABC"),
        ("", 15, ""),
        ("a\x01b\x1b", 15, "a\ufffdb\ufffd"),
        ("00480001", 15, "00480001"),
        ("D83DDE00", 72, "😀"),
    ],
)
def test_texts_are_read_by_coding_and_by_look(said: str, dcs: int | None, text: str) -> None:
    assert ussd_text(said, dcs) == text


@given(st.text(max_size=60), st.one_of(st.none(), st.integers(-300, 300)))
def test_no_text_has_control_characters(said: str, dcs: int | None) -> None:
    read = ussd_text(said, dcs)
    assert all(c == "\n" or c.isprintable() for c in read)


@given(st.binary(max_size=60), st.integers(0, 255))
def test_no_octets_have_control_characters(data: bytes, dcs: int) -> None:
    read = ussd_text(data.hex(), dcs)
    assert all(c == "\n" or c.isprintable() for c in read)
