"""A simulated modem's SIM, power, calls and USSD, and the commands for a running simulator."""

import json
from typing import Any

import pytest
from simulator_client import ALICE, PHONE, Client, events, network, turn

from transport.plugins.sms.codec import gsm7
from transport.plugins.sms.simulator import fault_words
from transport.plugins.sms.simulator.control import Control
from transport.plugins.sms.simulator.fault_words import FAULTS


def test_a_pin_opens_the_sim() -> None:
    client = Client(network(), pin="1234")
    assert client.ask("AT+CPIN?") == "+CPIN: SIM PIN\nOK"
    assert client.ask("AT+CIMI") == "+CME ERROR: 11"
    assert client.ask("AT+CMGL=4") == "+CMS ERROR: 311"
    assert client.ask('AT+CPIN="1234"').endswith("OK")
    assert client.ask("AT+CPIN?") == "+CPIN: READY\nOK"
    assert client.ask('AT+CPIN="1234"') == "+CME ERROR: 3"


def test_three_wrong_pins_want_a_puk_and_ten_wrong_puks_end_the_sim() -> None:
    net = network()
    client = Client(net, pin="1234")
    assert client.ask("AT+CPIN=0000") == "+CME ERROR: 16"
    assert client.ask("AT+CPINR") == "+CPINR: SIM PIN,2,3\n+CPINR: SIM PUK,10,10\nOK"
    assert client.ask("AT+CPIN=0000") == "+CME ERROR: 16"
    assert client.ask("AT+CPIN=0000") == "+CME ERROR: 12"
    assert client.ask("AT+CPIN?") == "+CPIN: SIM PUK\nOK"
    for _ in range(9):
        assert client.ask("AT+CPIN=11111111,4321") == "+CME ERROR: 16"
    assert client.ask("AT+CPIN=11111111,4321") == "+CME ERROR: 13"
    assert client.ask("AT+CPIN?") == "+CME ERROR: 13"
    assert len(events(net, "pin")) == 13


def test_a_puk_sets_a_new_pin() -> None:
    client = Client(network(), pin="1234")
    for _ in range(3):
        client.ask("AT+CPIN=0000")
    assert client.ask('AT+CPIN="12345678","4321"').endswith("OK")
    client.modem.reboot()
    client.ask("ATE0")
    assert client.ask("AT+CPIN?").endswith("+CPIN: SIM PIN\nOK")
    assert client.ask("AT+CPIN=4321").endswith("OK")


def test_the_sim_is_busy_after_a_pin() -> None:
    net = network()
    client = Client(net, pin="1234")
    client.modem.faults.busy_after_pin = 20.0
    client.ask("AT+CMEE=1;+CPIN=1234")
    assert client.ask("AT+CIMI") == "+CME ERROR: 14"
    assert client.ask("AT+CMGL") == "+CMS ERROR: 314"
    turn(net, 20.0)
    assert client.heard() == "SMS Ready"
    assert client.ask("AT+CIMI").endswith("OK")


def test_the_lock_is_seen_and_changed() -> None:
    client = Client(network())
    assert client.ask('AT+CLCK="SC",2') == "+CLCK: 0\nOK"
    assert client.ask('AT+CLCK="SC",1,"1111"') == "OK"
    assert client.ask('AT+CPWD="SC","1111","2222"') == "OK"
    assert client.ask('AT+CLCK="SC",0,"1111"') == "+CME ERROR: 16"


def test_a_restart_by_itself_forgets_all_settings() -> None:
    client = Client(network())
    client.ask("AT+CNMI=2,1,0,1,0")
    client.modem.reboot()
    assert client.heard() == "RDY\n+CFUN: 1\n+CPIN: READY\nCall Ready\nSMS Ready"
    assert client.ask("AT+CNMI?").startswith("AT+CNMI?\n+CNMI: 0,0,0,0,0")


def test_a_modem_that_starts_is_deaf() -> None:
    net = network()
    client = Client(net)
    client.modem.reboot(5.0)
    assert client.ask("AT") == ""
    turn(net, 5.0)
    client.heard()
    assert client.ask("AT").endswith("OK")


def test_an_unplugged_modem_says_nothing() -> None:
    net = network()
    client = Client(net)
    hung_up: list[bool] = []
    client.modem.hang_up = lambda: hung_up.append(True)
    client.modem.unplug()
    assert hung_up == [True]
    assert client.ask("AT") == ""
    client.modem.plug()
    client.heard()
    assert client.ask("AT").endswith("OK")


def test_wavecom_manners() -> None:
    client = Client(network(), profile="wavecom")
    assert client.ask("AT+CPIN?") == "+CPIN: READY"
    assert client.ask("AT+CFUN=0;+CFUN=1") == "OK"
    assert [client.ask("AT+CPIN?") for _ in range(3)] == ["+CME ERROR: 515", "+CME ERROR: 515", "+CPIN: READY"]


def ussd(profile: str, code: str, charset: str = "GSM") -> str:
    """What a code brings."""
    net = network()
    client = Client(net, profile=profile)
    client.ask(f'AT+CSCS="{charset}"')
    assert client.ask(f'AT+CUSD=1,"{code}",15') == "OK"
    turn(net)
    return client.heard()


def test_ussd_comes_in_the_profiles_manner() -> None:
    text = "Balance 12.50 SEK"
    in_ucs2 = text.encode("utf-16-be").hex().upper()
    assert ussd("generic", "*100#") == f'+CUSD: 0,"{text}",15'
    assert ussd("generic", "002A0031003000300023", "UCS2") == f'+CUSD: 0,"{in_ucs2}",15'
    assert ussd("huawei", gsm7.pack_ussd("*100#").hex()) == f'+CUSD: 0,"{gsm7.pack_ussd(text).hex().upper()}",15'
    assert ussd("zte", "*100#") == f'+CUSD: 0,"{in_ucs2}",72'
    assert ussd("generic", "*999#") == "+CUSD: 4"


def test_ussd_goes_on_in_steps() -> None:
    net = network()
    client = Client(net)
    for asked, answer in (
        ("*101#", '+CUSD: 1,"1 Balance\n2 Data\n0 End",15'),
        ("2", '+CUSD: 1,"Data\n1 One day\n2 One week",15'),
        ("1", '+CUSD: 0,"One day of data is ordered.",15'),
    ):
        client.ask(f'AT+CUSD=1,"{asked}",15')
        turn(net)
        assert client.heard() == answer
    client.ask('AT+CUSD=1,"*101#";+CUSD=2')
    turn(net)
    client.ask("AT+CUSD=2")
    client.ask('AT+CUSD=1,"2"')
    turn(net)
    assert client.heard().endswith("+CUSD: 4")


def test_a_call_rings_until_the_caller_gives_up() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CLIP=1")
    client.modem.ringing.begin(PHONE, 2)
    assert client.heard() == f'RING\n+CLIP: "{PHONE}",145,,,,0'
    turn(net, 5.0)
    assert client.heard().startswith("RING")
    turn(net, 5.0)
    turn(net, 5.0)
    assert client.heard() == ""


def test_a_call_is_hung_up() -> None:
    net = network()
    client = Client(net)
    client.modem.ringing.begin("", 5)
    assert client.heard() == "RING"
    assert client.ask("AT+CHUP") == "OK"
    turn(net, 5.0)
    assert client.heard() == ""
    assert events(net, "hung up")


def tell(control: Control, line: str) -> dict[str, Any]:
    """What a command is answered."""
    answer = json.loads(control.line(line))
    assert isinstance(answer, dict)
    return answer


def test_commands_do_what_they_say() -> None:
    net = network()
    client = Client(net)
    client.modem.name = "/tmp/e220"
    stopped: list[bool] = []
    control = Control(net, lambda: stopped.append(True))
    client.ask("AT+CNMI=2,1;+CLIP=1;+CUSD=1")
    assert tell(control, f"text {PHONE} e220 two\\nlines") == {"ok": True, "ids": [1]}
    assert events(net, "delivered")[0]["text"] == "two\nlines"
    assert tell(control, f"parts {PHONE} {ALICE} 2,1 {'x' * 200}")["ids"] == [2, 3]
    for line in (
        f"flash {PHONE} {ALICE} hi",
        f"silent {PHONE} {ALICE}",
        f"voicemail {PHONE} {ALICE} on You have one",
        f"mms {PHONE} {ALICE}",
        f"raw e220 {client.modem.memories.stores['SM'].slots[1].pdu.hex()}",
        f"call {PHONE} e220",
        "hangup e220",
        "signal e220 7",
        "urc e220 +XYZ: 1",
        "fault e220 no-network",
        "report * failed",
        "ussd *1# Hello",
        'ussd *2# {"text": "a", "choices": {"1": {"text": "b"}}}',
        f"answer {PHONE}",
        f"answer {PHONE} off",
        "pin e220 1111",
        "unplug e220",
        "plug e220",
        "reboot e220 0",
        "stop",
    ):
        assert tell(control, line)["ok"], line
    assert stopped
    assert tell(control, "modems")["modems"][0]["sim"] == "SIM PIN"
    assert "1" in tell(control, "stored e220")["stored"]["SM"]
    assert tell(control, "log 2")["entries"][0] == json.loads(json.dumps(net.log[2]))
    assert set(tell(control, "help")) == {"ok", "commands", "faults"}


@pytest.mark.parametrize(
    "line",
    ["", "nope", "text", "text +1 +2", "fault e220 nope", f"fault {ALICE} nope", f"fault {ALICE} chunk x", "raw x 00",
     f"raw {ALICE} zz", f"parts +1 {ALICE} a b", "report * nope", "report * 256", "ussd *1# {", f"text {'x' * 30} {ALICE} y", "log x"],
)  # fmt: skip
def test_wrong_commands_are_answered_with_the_reason(line: str) -> None:
    net = network()
    Client(net)
    answer = tell(Control(net, lambda: None), line)
    assert not answer["ok"]
    assert answer["error"]


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_caused_and_undone(name: str) -> None:
    words = {"submit-error": ["cms", "38"], "number-error": [PHONE, "cms", "38"], "no-answer": ["lost"]}
    client = Client(network())
    fault_words.cause(client.modem, [name, *words.get(name, ["2"] if name != "fill" and name != "full" else [])])
    fault_words.cause(client.modem, ["none"])
    client.ask("AT+CMGD=1,4")
    assert client.submit().endswith("OK")
