"""Names in a local form, greetings, cards, and who may use a network that is for members only."""

from typing import Any

import pytest

from tests.edges import NET, bodies, errors, presence
from tests.fake_network import FakeNetwork
from tests.phone_network import NUMBER, Phones, phones
from tests.world import DOMAIN, HOME, ROMEO, World, condition
from transport.api import Account, Feature, Kind, Message, MessageIn, Target, Text
from transport.testing import conformance
from transport.xmpp.element import Element

LOCAL = f"0151%net@{DOMAIN}"


def texts(element: Element) -> list[str]:
    return [text for e in element.elements() for text in ([e.text] if e.text else texts(e))]


def asked(world: World, typed: str, to: str = NET) -> Element:
    query = f"<query xmlns='jabber:iq:gateway'><prompt>{typed}</prompt></query>"
    return world.ask(f"<iq type='set' id='p' from='{HOME}' to='{to}'>{query}</iq>")


@pytest.mark.parametrize(("country", "number"), [("", "+49151"), ("33", "+33151")])
def test_a_message_to_a_local_form_goes_to_the_number_and_answers_come_from_there(country: str, number: str) -> None:
    world = phones(country)
    world.say(f"<message from='{HOME}' to='{LOCAL}' type='chat' id='m'><body>hi</body></message>")
    assert world.session.calls[-1] == ("send", Target(Kind.CONTACT, number), "hi")
    line = MessageIn(Target(Kind.CONTACT, number), Message("yes?"))
    assert [s.get("from") for s in world.got(lambda: world.session.host.deliver(line))] == [LOCAL]


@pytest.mark.parametrize(("typed", "jid"), [("01 51", "+33151"), ("+49151", "+49151"), ("tel:+1", "+1")])
@pytest.mark.parametrize("to", [NET, DOMAIN])
def test_what_is_typed_is_understood_as_its_owner_means_it(typed: str, jid: str, to: str) -> None:
    assert texts(asked(phones("33"), typed, to)) == [f"{jid}%net@{DOMAIN}"]


def test_what_is_no_number_is_refused_when_typed() -> None:
    assert condition(asked(phones(), "juliet")) == "jid-malformed"


def test_who_adds_a_local_form_gets_the_number_instead() -> None:
    world = phones()
    out = world.say(presence(LOCAL, "subscribe"))
    said = [(s.get("from"), s.get("type")) for s in out]
    assert (NUMBER, "subscribed") in said
    assert said[-1] == (LOCAL, "unsubscribed")
    assert ("add", "+49151") in world.session.calls


@pytest.mark.parametrize("to", [LOCAL, NUMBER])
def test_a_number_has_cards_of_both_kinds(to: str) -> None:
    world = phones()
    old = world.ask(f"<iq type='get' id='v' from='{HOME}' to='{to}'><vCard xmlns='vcard-temp'/></iq>")
    assert {"Number +49151", "+49151"} <= set(texts(old))
    uri = "urn:ietf:params:xml:ns:vcard-4.0"
    new = world.ask(f"<iq type='get' id='v' from='{HOME}' to='{to}'><vcard xmlns='{uri}'/></iq>")
    assert {"Number +49151", "tel:+49151", f"xmpp:x@{DOMAIN}"} <= set(texts(new))
    info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
    [query] = world.ask(f"<iq type='get' id='d' from='{HOME}' to='{to}'>{info}</iq>").elements()
    features = {e.get("var") for e in query.elements()}
    assert {uri, "vcard-temp", "urn:xmpp:receipts"} <= features


@pytest.mark.parametrize("to", [NET, DOMAIN])
def test_a_network_greets_who_registers(to: str) -> None:
    world = World(plugins={"fake": lambda: Phones})
    form = world.ask(f"<iq type='get' id='r' from='{HOME}' to='{to}'><query xmlns='jabber:iq:register'/></iq>")
    [query] = form.elements()
    words = next(e.text for e in query.elements() if e.name == "instructions")
    assert words.endswith(f"Your number is +1 {ROMEO}.")


def test_full_forms_must_be_stable_and_greetings_have_words() -> None:
    class Restless(Phones):
        def localise(self, name: str, settings: Any) -> str:
            return name + "!"

        def greeting(self, owner: str) -> Text:
            return Text(" ")

    account = Account(ROMEO, "net", {"country": "33"})
    for check in (conformance.understands_local_names, conformance.greets):
        check(lambda: Phones("net", {}), account)
        with pytest.raises(AssertionError):
            check(lambda: Restless("net", {}), account)


# who may


class Members(FakeNetwork):
    """Asks for nothing, and is not for guests."""

    registration = ()
    features = frozenset({Feature.ROOMS})


def members_only() -> World:
    return World(plugins={"fake": lambda: Members})


def register(world: World, place: str) -> Element:
    return world.ask(f"<iq type='set' id='r' from='{HOME}' to='{place}'><query xmlns='jabber:iq:register'/></iq>")


@pytest.mark.parametrize("place", [NET, DOMAIN])
def test_a_network_that_asks_for_nothing_can_be_registered_with(place: str) -> None:
    world = members_only()
    assert register(world, place).get("type") == "result"
    world.turn(0.01)
    world.say(presence())
    assert world.session.account.settings == {}
    assert not world.session.account.guest


def test_a_network_that_asks_for_nothing_can_be_registered_with_by_a_word() -> None:
    world = members_only()
    out = world.say(f"<message from='{HOME}' to='{NET}' type='chat'><body>register</body></message>")
    assert bodies(out) == ["You are registered."]


def test_guests_get_no_session_where_they_are_not_wanted() -> None:
    world = members_only()
    assert [condition(s) for s in world.join()] == ["registration-required"]
    assert world.network.sessions == []


def test_who_has_no_account_is_told_to_register() -> None:
    world: Any = World(plugins={"fake": lambda: Members}, register=("*",), guests=(), admins=())
    out = world.say(f"<message from='{HOME}' to='bob%net@{DOMAIN}' type='chat' id='m'><body>hi</body></message>")
    assert errors(out) == [("m", "registration-required")]
    assert world.network.sessions == []
