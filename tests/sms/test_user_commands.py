"""Commands of users on the whole gateway: who may give them, and who may answer the operator."""

from typing import Any

import pytest
from sms_world import PHONE, SMS, SmsWorld

from tests.world import DOMAIN, HOME, condition
from transport.plugins.sms.simulator.network import Menu
from transport.xmpp.element import Element
from transport.xmpp.ns import ADHOC

JULIET = "juliet@example.org/balcony"
TRANSFER = Menu("Send credit?\n1 yes", {"1": Menu("Sent.")})


def run(world: SmsWorld, jid: str, node: str, session: str = "", **values: str) -> Element:
    """Start a command, or go on with it: its answer."""
    fields = "".join(f"<field var='{key}'><value>{value}</value></field>" for key, value in values.items())
    form = f"<x xmlns='jabber:x:data' type='submit'>{fields}</x>" if session else ""
    more = f" sessionid='{session}'" if session else ""
    world.say(f"<iq type='set' id='c' from='{jid}' to='{SMS}'><command xmlns='{ADHOC}' node='{node}'{more}>{form}"
              "</command></iq>")  # fmt: skip
    answers = [e for e in world.out if e.name == "iq"]
    if not answers:
        world.run(3)
        answers = [e for e in world.out if e.name == "iq"]
    return answers[0]


def session_of(answer: Element) -> str:
    return next(iter(answer.elements())).get("sessionid")


def asked(world: SmsWorld, jid: str, code: str) -> Element:
    """Somebody asks the operator something."""
    return run(world, jid, "ussd", session_of(run(world, jid, "ussd")), code=code)


def with_menu() -> SmsWorld:
    world = SmsWorld()
    world.member()
    world.member(JULIET)
    world.air.menus["*140#"] = TRANSFER
    return world


def codes(world: SmsWorld) -> list[Any]:
    return [entry["code"] for entry in world.air.log if entry["event"] == "ussd"]


@pytest.mark.parametrize("node", ["flash", "ussd", "signal", "quota", "cost", "block", "unblock"])
def test_members_of_the_gateway_who_are_not_registered_for_texts_give_no_commands(node: str) -> None:
    world = SmsWorld()
    world.ask(f"<iq type='set' id='r' from='{JULIET}' to='{DOMAIN}'><query xmlns='jabber:iq:register'>"
              "<x xmlns='jabber:x:data' type='submit'><field var='network'><value/></field></x></query></iq>")  # fmt: skip
    assert condition(run(world, JULIET, node)) == "registration-required"


def test_who_may_not_use_the_network_any_more_gives_no_commands() -> None:
    world = SmsWorld()
    world.member(JULIET)
    world.assembly.access.update(world.access, networks={"sms": (HOME.partition("/")[0],)})
    assert condition(run(world, JULIET, "flash")) == "registration-required"
    assert world.arrived() == []


def test_a_flash_text_is_sent_for_who_is_registered() -> None:
    world = SmsWorld()
    world.member()
    run(world, HOME, "flash", session_of(run(world, HOME, "flash")), number=PHONE, text="hello")
    world.run(3)
    assert world.arrived() == [(PHONE, "hello")]


def test_the_operator_is_answered_by_who_has_asked() -> None:
    world = with_menu()
    answer = run(world, HOME, "ussd", session_of(asked(world, HOME, "*140#")), answer="1")
    assert "Sent." in answer.to_xml()


def test_nobody_answers_in_a_dialogue_that_another_has_begun_meanwhile() -> None:
    world = with_menu()
    world.air.menus["*100#"] = Menu("Balance 1.00")
    romeos = session_of(asked(world, HOME, "*140#"))
    juliets = asked(world, JULIET, "*140#")
    assert "Send credit?" in juliets.to_xml()
    answer = run(world, HOME, "ussd", romeos, answer="1")
    assert condition(answer) == "not-allowed"
    assert "1" not in codes(world)
    assert "Sent." in run(world, JULIET, "ussd", session_of(juliets), answer="1").to_xml()


def test_another_code_is_no_answer_to_what_the_operator_asked() -> None:
    world = with_menu()
    world.air.menus["*100#"] = Menu("Balance 1.00")
    asked(world, HOME, "*140#")
    assert "Balance 1.00" in asked(world, JULIET, "*100#").to_xml()


def test_an_answer_is_no_way_around_the_list_of_codes() -> None:
    world = with_menu()
    answer = run(world, HOME, "ussd", session_of(asked(world, HOME, "*140#")), answer="*21*+4915199999999#")
    assert condition(answer) == "not-allowed"
    assert codes(world) == ["*140#"]


@pytest.mark.parametrize(
    "code", ["*21*4915199999999#", "**21*4915199999999#", "*002#", "#21#", "*140*491519999999*10#"]
)
def test_by_default_users_neither_forward_calls_nor_give_the_credit_away(code: str) -> None:
    world = with_menu()
    assert condition(asked(world, HOME, code)) == "not-allowed"
    assert codes(world) == []


@pytest.mark.parametrize("empty", ["text", "act"])
def test_an_answer_left_empty_does_nothing_to_the_queue(empty: str) -> None:
    world = SmsWorld()
    world.member()
    world.member("admin@example.org/desk")
    world.sims[0].unplug()
    world.run(5)
    world.text("hello")
    answer = run(world, "admin@example.org/desk", "queue",
                 session_of(run(world, "admin@example.org/desk", "queue")), **{empty: ""})  # fmt: skip
    assert "Please fill in" in answer.to_xml()
