"""What addresses answer as; and that every question has an answer."""

import pytest

from tests.world import DOMAIN, HOME, ROOM, World, condition
from transport.xmpp.element import Element

INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
ITEMS = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
NET = f"net@{DOMAIN}"


def ask(world: World, to: str, payload: str, kind: str = "get") -> Element:
    return world.ask(f"<iq type='{kind}' id='q' from='{HOME}' to='{to}'>{payload}</iq>")


def listed(answer: Element, name: str, *attrs: str) -> set[tuple[str, ...]]:
    return {tuple(e.get(a) for a in attrs) for q in answer.elements() for e in q.elements() if e.name == name}


@pytest.mark.parametrize(
    ("to", "identities", "features"),
    [
        (DOMAIN, {("gateway", "irc"), ("conference", "irc")},
         {"jabber:iq:register", "http://jabber.org/protocol/commands", "http://jabber.org/protocol/muc",
          "jabber:iq:gateway", "urn:xmpp:ping", "vcard-temp"}),
        (NET, {("gateway", "irc"), ("conference", "irc")}, {"jabber:iq:register", "http://jabber.org/protocol/commands"}),
        (ROOM, {("conference", "irc")}, {"http://jabber.org/protocol/muc", "muc_nonanonymous", "urn:xmpp:sid:0"}),
        (f"bob%net@{DOMAIN}", {("client", "pc")}, {"urn:xmpp:ping"}),
    ],
)  # fmt: skip
def test_each_kind_of_address_says_what_it_is(to: str, identities: set[tuple[str, str]], features: set[str]) -> None:
    answer = ask(World(), to, INFO)
    assert listed(answer, "identity", "category", "type") == identities
    assert features <= {f for (f,) in listed(answer, "feature", "var")}


def test_the_gateway_lists_its_networks() -> None:
    assert listed(ask(World(), DOMAIN, ITEMS), "item", "jid") == {(NET,)}


def test_the_gateway_names_its_administrators() -> None:
    answer = ask(World(), DOMAIN, INFO)
    assert "xmpp:admin@example.org" in answer.to_xml()


def test_the_hash_in_presence_is_that_of_the_answer() -> None:
    world = World()
    world.register()
    out = world.say(f"<presence from='{HOME}' to='{DOMAIN}'/>")
    c = next(e for s in out for e in s.elements() if e.name == "c")
    node = f"{c.get('node')}#{c.get('ver')}"
    answer = ask(world, DOMAIN, f"<query xmlns='http://jabber.org/protocol/disco#info' node='{node}'/>")
    assert answer.get("type") == "result"
    assert next(answer.elements()).get("node") == node


def test_the_commands_are_listed_for_who_may_use_them() -> None:
    world = World()
    query = "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>"
    assert ("register",) in listed(ask(world, DOMAIN, query), "item", "node")
    assert ("users",) not in listed(ask(world, DOMAIN, query), "item", "node")
    answer = world.ask(f"<iq type='get' id='q' from='admin@example.org/x' to='{DOMAIN}'>{query}</iq>")
    assert ("users",) in listed(answer, "item", "node")


@pytest.mark.parametrize("to", [DOMAIN, NET, ROOM, f"{ROOM}/bob", f"bob%net@{DOMAIN}", f"x%nowhere@{DOMAIN}"])
@pytest.mark.parametrize(
    "payload",
    [
        INFO, ITEMS, "<ping xmlns='urn:xmpp:ping'/>", "<query xmlns='jabber:iq:version'/>",
        "<query xmlns='jabber:iq:last'/>", "<time xmlns='urn:xmpp:time'/>", "<vCard xmlns='vcard-temp'/>",
        "<query xmlns='jabber:iq:register'/>", "<query xmlns='jabber:iq:gateway'/>", "<pubsub xmlns='x'/>",
        "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member'/></query>",
        "<query xmlns='http://jabber.org/protocol/muc#owner'/>", "<query xmlns='urn:xmpp:mam:2'/>",
    ],
)  # fmt: skip
def test_every_question_has_an_answer(to: str, payload: str) -> None:
    for kind in ("get", "set"):
        answer = ask(World(), to, payload, kind)
        assert answer.get("type") in ("result", "error")
        assert (answer.get("from"), answer.get("to"), answer.get("id")) == (to, HOME, "q")


def test_the_gateway_knows_itself() -> None:
    world = World()
    world.turn(65)
    assert "transport" in ask(world, DOMAIN, "<query xmlns='jabber:iq:version'/>").to_xml()
    last = next(ask(world, DOMAIN, "<query xmlns='jabber:iq:last'/>").elements())
    assert last.get("seconds") == "65"
    time = ask(world, DOMAIN, "<time xmlns='urn:xmpp:time'/>").to_xml()
    assert "<utc>1970-01-12T13:47:45Z</utc>" in time
    assert "<FN>" in ask(world, DOMAIN, "<vCard xmlns='vcard-temp'/>").to_xml()


def test_questions_about_a_person_go_to_the_network_of_who_asks() -> None:
    world = World()
    ping = "<ping xmlns='urn:xmpp:ping'/>"
    assert condition(ask(world, f"bob%net@{DOMAIN}", ping)) == "recipient-unavailable"
    world.in_room()
    assert ask(world, f"bob%net@{DOMAIN}", ping).get("type") == "result"
    assert world.session.calls[-1][0] == "ping"


def test_roles_and_affiliations_are_changed_by_iq() -> None:
    world = World()
    world.in_room()
    query = "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='bob' role='none'><reason>x</reason></item></query>"
    assert ask(world, ROOM, query, "set").get("type") == "result"
    assert [str(c) for c in world.session.calls[-1]] == ["set_role", "#room", "bob", "Role.NONE", "x"]
