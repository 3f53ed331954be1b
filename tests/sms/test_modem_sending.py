"""What a submit says is what happened: the modem has it, certainly does not, or nobody knows."""

import pytest
from modem_rig import NUMBER, PHONE, Outcome, Rig, pdu_of
from twisted.internet.defer import succeed

from transport.plugins.sms import tpdu
from transport.plugins.sms.modem import trouble
from transport.plugins.sms.simulator.failure import CME, CMS, Failure
from transport.plugins.sms.states import InDoubt, ModemState, NotSubmitted


def submitted(rig: Rig) -> list[str]:
    return [entry["text"] for entry in rig.events("submitted")]


def test_references_are_those_of_the_modem() -> None:
    rig = Rig().start()
    first, second = rig.submit("one"), rig.submit("two")
    assert [first.value, second.value] == [entry["mr"] for entry in rig.events("submitted")]


def test_parts_are_announced_and_sent_in_order() -> None:
    rig = Rig().start()
    rig.port.written.clear()
    parts = tpdu.segments("x" * 400, PHONE)
    sent = [Outcome(rig.modem.submit(tpdu.encode(part), number < len(parts))) for number, part in enumerate(parts, 1)]
    assert all(one.error is None for one in sent)
    assert [entry["concat"][2] for entry in rig.events("submitted")] == [1, 2, 3]
    # The link stays open from one part to the next.
    assert [line for line in rig.commands() if line == "AT+CMMS=1"] == ["AT+CMMS=1"]
    assert rig.commands()[0] == "AT+CMMS=1"


def test_the_link_is_asked_for_again_when_a_part_comes_late() -> None:
    rig = Rig().start()
    rig.port.written.clear()
    for number, part in enumerate(tpdu.segments("x" * 400, PHONE), 1):
        Outcome(rig.modem.submit(tpdu.encode(part), number < 3))
        rig.run(2)
    assert rig.commands().count("AT+CMMS=1") == 2


def test_the_pdu_waits_for_a_late_prompt() -> None:
    rig = Rig().start()
    rig.sim.faults.prompt_delay = 8
    sent = rig.submit("hello")
    rig.run(5)
    assert not sent.done
    assert submitted(rig) == []
    rig.run(5)
    assert sent.error is None
    assert submitted(rig) == ["hello"]


def test_without_a_prompt_nothing_was_given() -> None:
    rig = Rig().start()
    rig.sim.faults.prompts_lost = 1
    sent = rig.submit("hello")
    rig.run(20)
    assert isinstance(sent.error, NotSubmitted)
    assert sent.error.fault is None
    assert submitted(rig) == []
    assert not rig.events("blind")
    assert rig.submit("again").error is None
    assert submitted(rig) == ["again"]


def test_a_prompt_that_comes_after_all_takes_no_pdu() -> None:
    rig = Rig().start()
    rig.sim.faults.prompt_delay = 11
    sent = rig.submit("hello")
    rig.run(60)
    assert isinstance(sent.error, NotSubmitted)
    assert submitted(rig) == []
    assert not rig.events("blind")


@pytest.mark.parametrize("taken", [True, False])
def test_no_answer_leaves_doubt_and_the_next_one_goes_well(taken: bool) -> None:
    rig = Rig().start()
    rig.sim.faults.answers.append(taken)
    sent = rig.submit("hello")
    rig.run(119)
    assert not sent.done
    assert sent.error is None
    rig.run(3)
    assert isinstance(sent.error, InDoubt)
    rig.run(20)
    assert rig.state() is ModemState.READY
    assert rig.submit("next").error is None
    assert submitted(rig) == (["hello", "next"] if taken else ["next"])


def test_a_time_out_of_the_network_leaves_doubt() -> None:
    rig = Rig().start()
    rig.sim.faults.submits.append(Failure(CMS, 332))
    assert isinstance(rig.submit("hello").error, InDoubt)


@pytest.mark.parametrize(("kind", "code"), [(CMS, 38), (CMS, 330), (CMS, 500), (CME, 100), (CMS, 302), ("", None)])
def test_a_refusal_names_its_fault(kind: str, code: int | None) -> None:
    rig = Rig().start()
    rig.sim.faults.submits.append(Failure(kind, code or 0))
    error = rig.submit("hello").error
    assert isinstance(error, NotSubmitted)
    assert error.fault is not None
    assert (error.fault.kind, error.fault.code) == (kind or "ERROR", code)
    rig.run(2)
    assert rig.state() is ModemState.READY
    assert rig.submit("next").error is None


def test_a_lost_centre_is_set_again_where_it_is_configured() -> None:
    rig = Rig(smsc="+491710760000").start()
    rig.port.written.clear()
    rig.sim.faults.submits.append(Failure(CMS, 330))
    rig.submit("hello")
    assert rig.commands()[-1] == 'AT+CSCA="+491710760000",145'


def test_what_is_not_supported_has_the_settings_made_again() -> None:
    rig = Rig().start()
    rig.port.written.clear()
    rig.sim.faults.submits.append(Failure(CMS, 303))
    rig.submit("hello")
    assert "AT+CMGF=0" in rig.commands()


def test_an_ok_without_a_reference_is_a_success() -> None:
    rig = Rig().start()

    def other(data: bytes) -> None:
        if data.startswith(b"AT+CMGS"):
            rig.said(b"\r\n> ")
        elif data.endswith(b"\x1a"):
            rig.said(b"\r\nOK\r\n")

    rig.other = other
    assert rig.submit("hello").value == -1


def test_an_ok_instead_of_a_prompt_is_none() -> None:
    rig = Rig().start()
    rig.other = lambda data: rig.said(b"\r\nOK\r\n")
    error = rig.submit("hello").error
    assert isinstance(error, NotSubmitted)
    assert error.fault is None


def test_no_network_is_searched_for_and_found() -> None:
    rig = Rig().start()
    rig.sim.registration = 2
    error = rig.submit("hello").error
    assert error.fault.code == 331
    assert rig.state() is ModemState.SEARCHING
    assert isinstance(rig.submit("again").error, NotSubmitted)
    rig.sim.registration = 1
    rig.run(30)
    assert rig.state() is ModemState.READY
    assert rig.news.told == []


@pytest.mark.parametrize(
    ("code", "state", "template"),
    [
        (310, ModemState.BROKEN, trouble.ABSENT),
        (312, ModemState.LOCKED, trouble.PHONE_LOCK),
        (313, ModemState.BROKEN, trouble.BROKEN),
        (315, ModemState.BROKEN, trouble.WRONG),
        (316, ModemState.LOCKED, trouble.PUK),
        (317, ModemState.LOCKED, trouble.PIN2),
    ],
)
def test_a_fault_of_the_card_takes_the_modem_out_of_service(code: int, state: ModemState, template: str) -> None:
    rig = Rig().start()
    rig.sim.faults.submits.append(Failure(CMS, code))
    error = rig.submit("hello").error
    assert error.fault.code == code
    assert rig.state() is state
    assert rig.modem.health.why is not None
    assert rig.modem.health.why.template == template
    assert [text.template for text in rig.news.told] == [template]
    rig.run(60)
    assert rig.state() is (ModemState.READY if state is ModemState.BROKEN else ModemState.LOCKED)


def test_a_card_that_asks_for_its_pin_gets_it() -> None:
    rig = Rig(pin="1234").start()
    rig.sim.sim.pin = "1234"
    assert rig.submit("hello").error.fault.code == 311
    rig.run(5)
    assert rig.state() is ModemState.READY


def test_a_paused_modem_receives_only() -> None:
    rig = Rig().start()
    rig.modem.pause(True)
    assert rig.state() is ModemState.PAUSED
    assert rig.modem.health.why is not None
    assert isinstance(rig.submit("hello").error, NotSubmitted)
    rig.network.text(PHONE, NUMBER, "in")
    rig.run(1)
    assert rig.news.texts == ["in"]
    rig.modem.pause(False)
    assert rig.state() is ModemState.READY
    assert rig.submit("hello").error is None


def test_nothing_is_given_before_the_start_and_after_the_end() -> None:
    rig = Rig()
    early = rig.submit("early")
    assert isinstance(early.error, NotSubmitted)
    rig.start()
    stopped = Outcome(rig.modem.stop())
    rig.run(1)
    assert stopped.done
    assert isinstance(rig.submit("late").error, NotSubmitted)
    assert submitted(rig) == []


def test_the_end_waits_for_what_is_in_flight() -> None:
    rig = Rig().start()
    rig.sim.faults.submit_delay = 4
    sent = rig.submit("hello")
    stopped = Outcome(rig.modem.stop())
    rig.run(1)
    assert not stopped.done
    rig.run(4)
    assert sent.error is None
    assert sent.done
    assert stopped.done


def test_the_end_does_not_wait_for_ever() -> None:
    rig = Rig().start()
    rig.sim.faults.answers.append(True)
    sent = rig.submit("hello")
    stopped = Outcome(rig.modem.stop())
    rig.run(15)
    assert stopped.done
    assert isinstance(sent.error, InDoubt)


def test_a_report_may_come_before_the_reference() -> None:
    rig = Rig().start()
    rig.network.rules[PHONE] = type(rig.network.rule(PHONE))(early=True)
    sent = rig.submit("hello", report=True)
    rig.run(1)
    assert [report.reference for report in rig.news.reports] == [sent.value]


def test_indications_between_prompt_and_reference_are_heard() -> None:
    rig = Rig().start()
    rig.sim.faults.noise = ("^RSSI: 3", '+CUSD: 0,"hi",15', "+CREG: 5")
    rig.news.keep = lambda incoming: succeed(None)
    sent = rig.submit("hello")
    rig.sim.faults.noise = ()
    assert sent.error is None
    assert rig.modem.health.roaming
    assert len(pdu_of("hello")) > 10
