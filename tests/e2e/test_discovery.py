"""What each kind of address says of itself: every question gets an answer (XEP-0030 and small ones)."""

from typing import Any

import pytest
from stanzas import ITEMS, condition, features, identities, show

DISCO = "http://jabber.org/protocol/disco#info"


def test_the_gateway_is_a_gateway_and_a_place_for_rooms(gateway: Any, people: Any) -> None:
    info = people.romeo().query(gateway.domain, DISCO)
    assert {("gateway", "irc"), ("conference", "irc")} <= identities(info) or ("conference", "text") in identities(info)
    assert {
        "http://jabber.org/protocol/disco#info",
        "http://jabber.org/protocol/disco#items",
        "http://jabber.org/protocol/commands",
        "http://jabber.org/protocol/muc",
        "jabber:iq:register",
        "jabber:iq:gateway",
        "jabber:iq:version",
        "urn:xmpp:ping",
        "vcard-temp",
    } <= features(info)


def test_the_gateway_lists_its_networks(gateway: Any, people: Any, network: Any) -> None:
    items = people.romeo().query(gateway.domain, "http://jabber.org/protocol/disco#items")
    assert gateway.address(network.name) in {one.get("jid") for one in items.iter(f"{ITEMS}item")}


def test_a_network_is_a_gateway(gateway: Any, people: Any, network: Any) -> None:
    info = people.romeo().query(gateway.address(network.name), DISCO)
    assert ("gateway", "irc") in identities(info)
    assert "jabber:iq:register" in features(info)


def test_a_room_is_a_room(gateway: Any, people: Any, network: Any, room: str) -> None:
    romeo = people.romeo()
    for _ in ("before", "after"):
        info = romeo.query(room, DISCO)
        assert ("conference", "irc") in identities(info) or ("conference", "text") in identities(info), show(info)
        assert "http://jabber.org/protocol/muc" in features(info)
        romeo.join(room, romeo.nick)


def test_a_person_is_a_client_or_an_account(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    info = romeo.query(gateway.address(network.name, ann.nick), DISCO)
    assert {category for category, _ in identities(info)} & {"client", "account"}, show(info)


MUST_WORK = {
    ("gateway", "jabber:iq:version"),
    ("gateway", "jabber:iq:last"),
    ("gateway", "urn:xmpp:time"),
    ("gateway", "urn:xmpp:ping"),
    ("gateway", "vcard-temp"),
    ("network", "urn:xmpp:ping"),
    ("room", "urn:xmpp:ping"),
    ("person", "jabber:iq:version"),
    ("person", "urn:xmpp:ping"),
}


QUESTIONS = {
    "jabber:iq:version": "query",
    "jabber:iq:last": "query",
    "urn:xmpp:time": "time",
    "urn:xmpp:ping": "ping",
    "vcard-temp": "vCard",
    "jabber:iq:search": "query",
    "urn:xmpp:mam:2": "query",
    "http://jabber.org/protocol/muc#owner": "query",
    "http://jabber.org/protocol/pubsub": "pubsub",
    "urn:unknown:to:everybody": "query",
}


@pytest.mark.parametrize("kind", ["gateway", "network", "room", "person"])
def test_every_question_is_answered(
    gateway: Any, people: Any, network: Any, channel: str, room: str, kind: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    address = {
        "gateway": gateway.domain,
        "network": gateway.address(network.name),
        "room": room,
        "person": gateway.address(network.name, ann.nick),
    }[kind]
    for namespace, name in QUESTIONS.items():
        answer = romeo.query(address, namespace, name)
        if (kind, namespace) in MUST_WORK:
            assert answer.get("type") == "result", show(answer)


def test_an_unknown_node_and_an_unknown_network_are_errors(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    assert condition(romeo.iq(gateway.domain, f"<query xmlns='{DISCO}' node='nothing'/>")) == "item-not-found"
    error = romeo.query(f"#x%nowhere@{gateway.domain}", DISCO)
    assert condition(error) in ("item-not-found", "remote-server-not-found")


def test_hostile_namespaces_do_no_harm(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    for namespace in ("a b", "x'/>", "&#9;", "jabber:component:accept"):
        quoted = namespace.replace("&", "&amp;").replace("'", "&apos;").replace(">", "&gt;")
        romeo.send(f"<iq type='get' id='h' to='{gateway.domain}'><q xmlns='{quoted}'/></iq>")
        romeo.expect("iq", id="h", where=lambda s: s.get("type") in ("result", "error"))
    assert romeo.query(gateway.domain, "urn:xmpp:ping", "ping").get("type") == "result"


def test_the_prompt_turns_a_name_into_an_address(gateway: Any, people: Any, network: Any) -> None:
    answer = people.romeo().iq(
        gateway.address(network.name), "<query xmlns='jabber:iq:gateway'><prompt>somebody</prompt></query>", "set"
    )
    assert gateway.address(network.name, "somebody") in "".join(answer.itertext()), show(answer)
