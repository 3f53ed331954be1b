"""Texts and reports that come to a simulated modem."""

import pytest
from simulator_client import ALICE, BOB, PHONE, Client, events, network, turn

from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator import fault_words, radio, special
from transport.plugins.sms.simulator.network import ReportRule, number_of


def pdu_after(answer: str) -> tpdu.Pdu:
    """The first PDU in an answer."""
    return tpdu.decode(bytes.fromhex(answer.split("\n")[1]), "in")


def test_two_modems_text_each_other() -> None:
    net = network()
    alice, bob = Client(net, ALICE), Client(net, BOB)
    alice.ask("AT+CNMI=2,1,0,2,0")
    bob.ask("AT+CNMI=2,1,0,0,0")
    alice.submit("Hallo 😀", report=True)
    turn(net)
    assert bob.heard() == '+CMTI: "SM",1'
    read = pdu_after(bob.ask("AT+CMGR=1"))
    assert isinstance(read, tpdu.Deliver)
    assert (str(read.originator), read.text) == (ALICE, "Hallo 😀")
    assert alice.heard() == '+CDSI: "SR",1'
    alice.ask('AT+CPMS="SR"')
    report = pdu_after(alice.ask("AT+CMGR=1"))
    assert isinstance(report, tpdu.StatusReport)
    assert (report.reference, str(report.recipient), report.status) == (1, BOB, 0)


def test_a_message_is_unread_until_it_is_read() -> None:
    net = network()
    client = Client(net)
    net.text(PHONE, ALICE, "one")
    assert client.ask("AT+CMGL=0").startswith("+CMGL: 1,0,,")
    assert client.ask("AT+CMGL=0") == "OK"
    assert client.ask("AT+CMGL=4").startswith("+CMGL: 1,1,,")
    assert client.ask("AT+CMGD=1") == "OK"
    assert client.ask("AT+CMGR=1") == "OK"
    assert [entry["index"] for entry in events(net, "deleted")] == [1]


@pytest.mark.parametrize(("flag", "left"), [(1, ["0", "2", "3"]), (2, ["0", "2"]), (3, ["0"]), (4, [])])
def test_many_are_deleted_by_their_state(flag: int, left: list[str]) -> None:
    net = network()
    client = Client(net)
    stored = tpdu.encode(tpdu.segments("x", BOB)[0])
    for _ in range(2):
        client.ask(f"AT+CMGW={tpdu.tpdu_length(stored)}")
        client.type(stored.hex().encode() + b"\x1a")
    client.ask("AT+CMSS=2")
    net.text(PHONE, ALICE, "read")
    client.ask("AT+CMGR=3")
    net.text(PHONE, ALICE, "unread")
    client.ask(f"AT+CMGD=1,{flag}")
    lines = client.ask("AT+CMGL=4").split("\n")
    assert sorted(line.split(",")[1] for line in lines if line.startswith("+CMGL")) == left


def test_nothing_is_told_before_the_client_wants_it() -> None:
    net = network()
    client = Client(net)
    net.text(PHONE, ALICE, "one")
    assert client.heard() == ""
    assert client.ask("AT+CPMS?").startswith('+CPMS: "SM",1,20')


def test_mode_0_keeps_indications_until_another_mode() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CNMI=0,1")
    net.text(PHONE, ALICE, "one")
    assert client.heard() == ""
    assert client.ask("AT+CNMI=2,1,0,0,0") == '+CMTI: "SM",1\nOK'


def test_what_the_modem_does_not_offer_is_refused() -> None:
    client = Client(network())
    assert client.ask("AT+CNMI=3,1,0,1,0") == "+CMS ERROR: 303"
    assert client.ask('AT+CPMS="XX"') == "+CMS ERROR: 302"
    nokia = Client(network(), profile="nokia")
    assert nokia.ask("AT+CMGR=1") == "+CME ERROR: 4"
    assert nokia.ask("AT+CPMS=?") == "+CPMS: (),(),()\nOK"
    assert client.ask("AT^CPIN?") == "+CME ERROR: 4"
    assert Client(client.modem.network, BOB, "huawei").ask("AT^CPIN?") == "^CPIN: READY,10,3,10,3\nOK"


def test_direct_texts_need_no_memory() -> None:
    net = network()
    client = Client(net, profile="nokia")
    client.ask("AT+CNMI=1,2,0,1,0")
    net.text(PHONE, ALICE, "direct")
    got = client.heard()
    assert got.startswith("+CMT: ,")
    read = pdu_after(got)
    assert isinstance(read, tpdu.Deliver)
    assert read.text == "direct"


def test_with_phase_2_plus_each_direct_text_is_acknowledged() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CSMS=1;+CNMI=2,2,0,1,0")
    net.text(PHONE, ALICE, "one")
    net.text(PHONE, ALICE, "two")
    assert client.heard().count("+CMT") == 1
    assert not events(net, "delivered")
    assert client.ask("AT+CNMA") == "OK"
    turn(net)
    assert client.heard().count("+CMT") == 1
    assert client.ask("AT+CNMA=1") == "OK"
    assert [entry["text"] for entry in events(net, "delivered")] == ["one", "two"]
    assert client.ask("AT+CNMA") == "+CMS ERROR: 340"


def test_a_missed_acknowledgement_ends_direct_texts_and_loses_none() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CSMS=1;+CNMI=2,2,0,1,0")
    net.text(PHONE, ALICE, "one")
    turn(net, 10.0)
    assert client.ask("AT+CNMI?").endswith("+CNMI: 2,0,0,0,0\nOK")
    assert [entry["memory"] for entry in events(net, "stored")] == ["SM"]


def test_flash_texts_come_directly() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CNMI=2,1")
    net.text(PHONE, ALICE, "look", message_class=0)
    assert client.heard().startswith("+CMT: ")


def test_a_full_memory_keeps_texts_in_the_network() -> None:
    net = network()
    client = Client(net, profile="huawei")
    client.ask("AT+CNMI=2,1")
    fault_words.cause(client.modem, ["fill"])
    net.text(PHONE, ALICE, "late")
    assert client.heard() == '^SMMEMFULL: "SM"'
    assert not events(net, "delivered")
    assert client.ask("AT+CMGD=3").startswith('+CMTI: "SM",3\n')
    assert [entry["text"] for entry in events(net, "delivered")] == ["late"]


def test_both_memories_are_one() -> None:
    net = network()
    client = Client(net)
    client.ask('AT+CPMS="MT","ME","MT"')
    for _ in range(101):
        net.text(PHONE, ALICE, "x")
    assert client.ask("AT+CPMS?").startswith('+CPMS: "MT",101,120,"ME",100,100')
    assert client.ask("AT+CMGR=101").startswith("+CMGR: 0")
    assert events(net, "stored")[-1]["index"] == 101


def test_parts_come_in_any_order() -> None:
    net = network()
    client = Client(net)
    net.text(PHONE, ALICE, "x" * 400, order=(3, 1, 1))
    lines = client.ask("AT+CMGL=4").split("\n")
    reads = [tpdu.decode(bytes.fromhex(line), "in") for line in lines[1:-1:2]]
    assert [read.concat.number for read in reads if read.concat] == [3, 1, 1]


def test_what_comes_while_the_modem_is_away_comes_later_and_in_order() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CNMI=2,1")
    radio.register(client.modem, 0)
    net.text(PHONE, ALICE, "one")
    client.modem.unplug()
    net.text(PHONE, ALICE, "two")
    client.modem.plug()
    assert not events(net, "delivered")
    radio.register(client.modem, 1)
    assert [entry["text"] for entry in events(net, "delivered")] == ["one", "two"]


@pytest.mark.parametrize(
    ("rule", "statuses", "arrives"),
    [
        (ReportRule(), [0], True),
        (ReportRule(None), [], True),
        (ReportRule(0x46), [0x46], False),
        (ReportRule(first=0x30, delay=5.0), [0x30, 0], True),
        (ReportRule(delay=60.0), [0], True),
    ],
)
def test_reports_follow_the_rule_for_a_number(rule: ReportRule, statuses: list[int], arrives: bool) -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CNMI=2,1,0,1,0")
    net.rules[PHONE] = rule
    client.submit(to=PHONE, report=True)
    turn(net)
    turn(net, rule.delay or 0.0)
    assert [entry["status"] for entry in events(net, "reported")] == statuses
    assert client.heard().count("+CDS: ") == len(statuses)
    assert bool(events(net, "delivered")) is arrives


def test_a_report_may_come_before_the_answer() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CNMI=2,1,0,1,0")
    net.rules["*"] = ReportRule(early=True)
    got = client.submit(report=True)
    assert got.index("+CDS: ") < got.index("+CMGS: 1")
    turn(net)
    assert len(events(net, "reported")) == 1


def test_no_report_unless_one_is_asked_for() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CNMI=2,1,0,1,0")
    client.submit()
    turn(net)
    assert client.heard() == ""


def test_zte_reports_have_a_wrong_length() -> None:
    net = network()
    client = Client(net, profile="zte")
    client.ask("AT+CNMI=2,1,0,1,0")
    client.submit(report=True)
    turn(net)
    got = client.heard()
    assert got.startswith("+CDS: ,")
    report = pdu_after(got)
    assert isinstance(report, tpdu.StatusReport)
    assert str(report.recipient) == BOB


def test_a_phone_answers_by_itself_once_a_text_is_whole() -> None:
    net = network()
    client = Client(net)
    net.phones.answering.add(PHONE)
    text = "long " * 40
    for part in tpdu.segments(text, PHONE):
        pdu = tpdu.encode(part)
        client.ask(f"AT+CMGS={tpdu.tpdu_length(pdu)}")
        client.type(pdu.hex().encode() + b"\x1a")
    turn(net)
    incoming = [entry["text"] for entry in events(net, "incoming")]
    assert "".join(incoming) == f"You said: {text}"


def test_special_messages_are_what_they_say() -> None:
    net = network()
    client = Client(net)
    sender, now = number_of(PHONE), net.now()
    for message in (special.silent(sender, now), special.voicemail(sender, now, True), special.mms(sender, now, "T1")):
        net.bring(ALICE, message)
    lines = client.ask("AT+CMGL=4").split("\n")
    silent, voicemail, mms = (tpdu.decode(bytes.fromhex(line), "in") for line in lines[1:-1:2])
    assert isinstance(silent, tpdu.Deliver)
    assert silent.pid == 0x40
    assert voicemail.waiting is not None
    assert voicemail.waiting.active
    assert mms.ports == (2948, 9200)


def test_what_cannot_be_read_is_delivered_as_it_is() -> None:
    net = network()
    client = Client(net)
    net.inject(ALICE, b"\x00\xff\xff")
    assert client.ask("AT+CMGR=1") == "+CMGR: 0,,2\n00FFFF\nOK"


def test_text_mode_shows_text() -> None:
    net = network()
    client = Client(net)
    client.ask("AT+CMGF=1")
    net.text("Vodafone", ALICE, "hello")
    assert client.ask('AT+CMGL="ALL"').split("\n")[:2] == [
        '+CMGL: 1,"REC UNREAD","Vodafone",,"26/05/28,20:26:40+00"',
        "hello",
    ]


def test_a_failed_delete_leaves_the_text() -> None:
    net = network()
    client = Client(net)
    net.text(PHONE, ALICE, "x")
    client.modem.faults.deletes = 1
    assert client.ask("AT+CMGD=1") == "+CMS ERROR: 500"
    assert client.ask("AT+CMGD=1") == "OK"
