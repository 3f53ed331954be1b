"""Texts that leave a simulated modem."""

import pytest
from simulator_client import ALICE, BOB, PHONE, Client, events, network, turn

from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator import fault_words, radio
from transport.plugins.sms.simulator.pace import REAL


def test_a_text_is_taken_and_written_down() -> None:
    net = network()
    client = Client(net)
    assert client.submit("Grüße", report=True) == "+CMGS: 1\nOK"
    (entry,) = events(net, "submitted")
    assert (entry["from"], entry["to"], entry["text"], entry["mr"], entry["report"]) == (ALICE, BOB, "Grüße", 1, True)
    assert client.submit("again") == "+CMGS: 2\nOK"


def test_parts_are_written_down_with_their_places() -> None:
    net = network()
    client = Client(net)
    for part in tpdu.segments("x" * 200, BOB, reference=7):
        pdu = tpdu.encode(part)
        client.ask(f"AT+CMGS={tpdu.tpdu_length(pdu)}")
        client.type(pdu.hex().encode() + b"\x1a")
    assert [entry["concat"] for entry in events(net, "submitted")] == [[7, 2, 1], [7, 2, 2]]


def test_nothing_is_sent_before_ctrl_z() -> None:
    net = network()
    client = Client(net)
    assert client.submit(end=b"") == ""
    assert not events(net, "submitted")
    assert client.type(b"\x1a") == "+CMGS: 1\nOK"


def test_a_client_that_goes_at_the_prompt_leaves_the_text_unsent() -> None:
    net = network()
    client = Client(net)
    client.submit(end=b"")
    client.modem.client_gone()
    assert client.ask("AT") == "OK"
    client.type(b"\x1a")
    assert not events(net, "submitted")


def test_escape_at_the_prompt_gives_the_text_up() -> None:
    net = network()
    client = Client(net)
    assert client.submit(end=b"\x1b") == "OK"
    assert client.ask("AT") == "OK"
    assert not events(net, "submitted")


@pytest.mark.parametrize(
    ("length", "pdu"), [(5, b"0001000A9194510100200000"), (14, b"no hex"), (14, b""), (999, b"00")]
)
def test_a_wrong_pdu_is_refused(length: int, pdu: bytes) -> None:
    client = Client(network())
    assert client.ask(f"AT+CMGS={length}") == "> "
    assert client.type(pdu + b"\x1a") == "+CMS ERROR: 304"


def test_a_pdu_before_the_prompt_is_lost_and_written_down() -> None:
    net = network()
    client = Client(net)
    client.modem.faults.prompt_delay = 2.0
    assert client.ask("AT+CMGS=20") == ""
    client.type(b"00010203\x1a")
    turn(net, 2.0)
    assert client.heard() == "> "
    assert events(net, "blind")
    assert not events(net, "submitted")


def test_a_prompt_that_does_not_come_can_be_given_up() -> None:
    client = Client(network())
    client.modem.faults.prompts_lost = 1
    assert client.ask("AT+CMGS=20") == ""
    assert client.type(b"\x1b\rAT\r") == "OK\nOK"
    assert client.submit() == "+CMGS: 1\nOK"


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ("submit-error cms 38 2", ["+CMS ERROR: 38", "+CMS ERROR: 38", "+CMGS: 1\nOK"]),
        ("submit-error cme 14", ["+CME ERROR: 14", "+CMGS: 1\nOK"]),
        ("submit-error error 1", ["ERROR", "+CMGS: 1\nOK"]),
        (f"number-error {BOB} cms 28", ["+CMS ERROR: 28", "+CMS ERROR: 28"]),
        (f"number-error {PHONE} cms 28", ["+CMGS: 1\nOK"]),
        ("no-network", ["+CMS ERROR: 331"]),
        ("denied", ["+CMS ERROR: 10"]),
        ("full", ["+CMS ERROR: 322", "+CMS ERROR: 322"]),
        ("no-answer submitted", ["", "+CMGS: 2\nOK"]),
        ("no-answer lost", ["", "+CMGS: 1\nOK"]),
        ("noise ^MODE: 3", ["^MODE: 3\n+CMGS: 1\n^MODE: 3\nOK"]),
    ],
)
def test_faults_of_submits(words: str, answers: list[str]) -> None:
    net = network()
    client = Client(net)
    pdu = tpdu.encode(tpdu.segments("x", BOB)[0])
    fault_words.cause(client.modem, words.split())
    for answer in answers:
        client.ask(f"AT+CMGS={tpdu.tpdu_length(pdu)}")
        assert client.type(pdu.hex().encode() + b"\x1a") == answer
    assert len(events(net, "submitted")) == sum("CMGS" in answer for answer in answers) + ("submitted" in words)


def test_sending_goes_on_once_a_full_memory_has_room() -> None:
    client = Client(network())
    fault_words.cause(client.modem, ["full"])
    assert client.submit() == "+CMS ERROR: 322"
    client.ask("AT+CMGD=1")
    assert client.submit() == "+CMGS: 1\nOK"


@pytest.mark.parametrize(("seconds", "count"), [(1.0, 0), (3.0, 1)])
def test_an_unplugged_modem_has_sent_what_half_the_time_has_passed_for(seconds: float, count: int) -> None:
    net = network()
    client = Client(net)
    client.modem.faults.submit_delay = 4.0
    assert client.submit() == ""
    turn(net, seconds)
    client.modem.unplug()
    turn(net, 10.0)
    assert client.heard() == ""
    assert len(events(net, "submitted")) == count


def test_a_slow_network_answers_later() -> None:
    net = network(REAL)
    client = Client(net)
    turn(net, 1.0)
    client.heard()
    client.modem.receive(b"AT+CMGS=13\r")
    turn(net, REAL.answer)
    pdu = tpdu.encode(tpdu.segments("x", BOB)[0])
    assert tpdu.tpdu_length(pdu) == 13
    assert client.heard() == "> "
    assert client.type(pdu.hex().encode() + b"\x1a") == ""
    turn(net, REAL.submit / 2)
    turn(net, REAL.submit / 2)
    assert client.heard() == "+CMGS: 1\nOK"


def test_a_text_is_stored_and_sent_from_there() -> None:
    net = network()
    client = Client(net)
    pdu = tpdu.encode(tpdu.segments("stored", BOB)[0])
    client.ask(f"AT+CMGW={tpdu.tpdu_length(pdu)}")
    assert client.type(pdu.hex().encode() + b"\x1a") == "+CMGW: 1\nOK"
    assert client.ask("AT+CMGR=1").startswith("+CMGR: 2,,")
    assert client.ask(f'AT+CMSS=1,"{PHONE}"') == "+CMSS: 1\nOK"
    assert events(net, "submitted")[0]["to"] == PHONE
    assert client.ask("AT+CMGC=3") == "+CMS ERROR: 303"


def test_text_mode_sends_too() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CMGF=1;+CSMP=49,167,0,0")
    assert client.ask(f'AT+CMGS="{PHONE}"') == "> "
    assert client.type(b"hello\x1a") == "+CMGS: 1\nOK"
    (entry,) = events(net, "submitted")
    assert (entry["to"], entry["text"], entry["report"]) == (PHONE, "hello", True)
    client.ask('AT+CSCS="UCS2"')
    client.ask('AT+CMGS="{}"'.format(PHONE.encode("utf-16-be").hex()))
    client.type("Привет".encode("utf-16-be").hex().encode() + b"\x1a")
    assert events(net, "submitted")[1]["text"] == "Привет"


def test_no_text_without_a_sim() -> None:
    client = Client(network())
    client.modem.sim.present = False
    assert client.ask("AT+CMGS=20") == "+CMS ERROR: 310"
    assert client.ask("AT+CPIN?") == "+CME ERROR: 10"


def test_a_network_that_comes_and_goes_is_told() -> None:
    client = Client(network())
    client.ask("AT+CREG=1;+CEREG=2")
    radio.register(client.modem, 2)
    assert client.heard() == "+CREG: 2\n+CEREG: 2"
    radio.register(client.modem, 5)
    assert client.heard() == '+CREG: 5\n+CEREG: 5,"00C3","0000A1B2"'
    client.ask("AT+CFUN=0")
    assert client.ask("AT+CREG?") == "+CREG: 1,0\nOK"
