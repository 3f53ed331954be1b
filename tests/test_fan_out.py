"""Messages to several people: one to each, and one outcome from each."""

from typing import Any

import pytest

from tests.edges import NET, bodies, errors
from tests.phone_network import NUMBER, phones
from tests.world import DOMAIN, HOME, ROMEO, World
from transport.api import Delivered, Failed, Kind, Refused, Target
from transport.handlers import fanout
from transport.xmpp.element import Element
from transport.xmpp.ns import RECEIPTS

ADDRESS = "http://jabber.org/protocol/address"
GONE = Refused("item-not-found", "Nobody has this number.")


def address(jid: str, type: str = "to", more: str = "") -> str:
    return f"<address type='{type}' jid='{jid}' {more}/>"


def number(name: str) -> str:
    return f"{name}%net@{DOMAIN}"


def to_all(world: World, *listed: str, to: str = NET, text: str = "hi") -> list[Element]:
    inside = f"<body>{text}</body><request xmlns='{RECEIPTS}'/>"
    if listed:
        inside += f"<addresses xmlns='{ADDRESS}'>{''.join(listed)}</addresses>"
    return world.say(f"<message from='{HOME}' to='{to}' type='chat' id='m1'>{inside}</message>")


def sent(world: World) -> list[str]:
    return [call[1].name for call in world.session.calls if call[0] == "send"]


@pytest.mark.parametrize("to", [NET, DOMAIN])
def test_each_who_is_listed_gets_a_message(to: str) -> None:
    world = phones()
    out = to_all(
        world, address(number("+1")), address(number("+2"), "cc"), address(number("+3"), "bcc"),
        address(number("+4"), "replyto"), address("juliet@example.com", "noreply"),
        address(number("+5"), "to", "delivered='true'"), to=to,
    )  # fmt: skip
    assert (sent(world), out) == (["+1", "+2", "+3"], [])
    assert [(m.text, m.bulk) for m in world.session.sent] == [("hi", True)] * 3


def test_a_message_to_one_is_no_bulk() -> None:
    world = phones()
    to_all(world, to=number("+1"))
    assert [m.bulk for m in world.session.sent] == [False]


def test_names_may_be_joined_by_commas() -> None:
    world = phones()
    assert to_all(world, to=f"+1,+2\\20,0151,%net@{DOMAIN}") == []
    assert sent(world) == ["+1", "+2", "+49151"]


def test_who_is_named_twice_gets_it_once() -> None:
    world = phones()
    to_all(world, address(number("0151")), address(NUMBER), address(number("+1,+49151")))
    assert sent(world) == ["+49151", "+1"]


def test_too_many_are_refused_together() -> None:
    world = phones()
    out = to_all(world, *(address(number(f"+{n}")) for n in range(21)))
    assert (sent(world), errors(out)) == ([], [("m1", "policy-violation")])


def test_nobody_is_relayed_for() -> None:
    world = phones()
    out = to_all(world, address(number("+1")), address("juliet@example.com"), "<address type='to' uri='tel:+5'/>")
    assert (sent(world), errors(out)) == (["+1"], [("m1", "not-allowed")])
    assert "juliet@example.com, tel:+5" in out[0].to_xml()


def test_one_who_cannot_have_it_is_named_and_costs_nobody_else() -> None:
    world = phones()
    out = to_all(world, address(number("juliet")), address(number("+1")), address(f"a%none@{DOMAIN}"), address(NET))
    assert sent(world) == ["+1"]
    assert [condition for _, condition in errors(out)] == ["jid-malformed", "item-not-found", "not-allowed"]
    assert {s.get("from") for s in out} == {NET}
    assert "Not sent to juliet: juliet is no number." in out[0].to_xml()


@pytest.mark.parametrize("restarted", [False, True])
def test_errors_come_from_where_it_was_written_to_and_receipts_from_each_recipient(restarted: bool) -> None:
    world = phones()
    to_all(world, address(number("+1")), address(number("+2")))
    one, two = world.session.sent
    host: Any = world.network.host.account(ROMEO)
    if restarted:
        one, two = (host.recall(host.ticket(message)) for message in (one, two))
    [error] = world.got(lambda: host.deliver(Failed(one, GONE)))
    assert (error.get("from"), error.get("to"), error.get("id")) == (NET, HOME, "m1")
    assert "Not sent to +1: Nobody has this number." in error.to_xml()
    [receipt] = world.got(lambda: host.deliver(Delivered("m1", Target(Kind.CONTACT, "+2"), two)))
    assert receipt.get("from") == number("+2")


def test_a_list_without_recipients_is_a_message_like_any_other() -> None:
    world = phones()
    out = to_all(world, address("juliet@example.com", "noreply"), text="help")
    assert "register" in bodies(out)[0]


def test_an_encrypted_message_goes_to_nobody() -> None:
    world = phones()
    listed = f"<addresses xmlns='{ADDRESS}'>{address(number('+1'))}</addresses>"
    encrypted = "<encrypted xmlns='eu.siacs.conversations.axolotl'/><body>I sent you an encrypted message</body>"
    out = world.say(f"<message from='{HOME}' to='{NET}' id='m1'>{listed}{encrypted}</message>")
    assert (sent(world), errors(out)) == ([], [("m1", "not-acceptable")])


def test_a_network_without_groups_takes_no_lists() -> None:
    world = World()
    out = to_all(world, address(number("+1")))
    assert errors(out) == [("m1", "not-allowed")]
    out = to_all(world, to=number("a,b"))
    assert errors(out) == [("m1", "registration-required")]


@pytest.mark.parametrize("to", [NET, DOMAIN])
def test_lists_are_offered_where_they_are_taken(to: str) -> None:
    for world, offered in ((phones(), True), (World(), False)):
        info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
        [query] = world.ask(f"<iq type='get' id='d' from='{HOME}' to='{to}'>{info}</iq>").elements()
        assert (ADDRESS in {e.get("var") for e in query.elements()}) is offered


def test_a_list_that_is_far_too_long_costs_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world = phones()
    looked_at: list[str] = []
    monkeypatch.setattr(fanout, "meant", lambda owner, network, name: looked_at.append(name) or name)
    for listed in (
        [address(number(f"+{n}")) for n in range(1000)],
        [address(number(",".join(f"+{n}" for n in range(150)))) for _ in range(300)],
    ):
        out = to_all(world, *listed)
        assert errors(out) == [("m1", "policy-violation")]
    assert to_all(world, to=number(",".join(f"+{n}" for n in range(150))))
    assert looked_at == []
    assert sent(world) == []
