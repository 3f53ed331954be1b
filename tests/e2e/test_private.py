"""Private messages: from a room and directly, both ways, and what happens when nobody is there."""

from typing import Any

import pytest
from stanzas import body, condition


@pytest.fixture
def pair(gateway: Any, people: Any, network: Any, channel: str, room: str) -> Any:
    """Somebody on XMPP and somebody on IRC in one room, and the former's nick."""
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    ann.expect("join", nick=nick)
    return romeo, nick, ann


def test_a_private_conversation_in_a_room(pair: Any, room: str) -> None:
    romeo, nick, ann = pair
    romeo.say(f"{room}/{ann.nick}", "just <you> 🦄", extra="<x xmlns='http://jabber.org/protocol/muc#user'/>")
    assert ann.expect("privmsg", nick=nick).text == "just <you> 🦄"
    ann.say(nick, "and & you")
    answer = romeo.expect("message", body="and & you", type="chat")
    assert answer.get("from") == f"{room}/{ann.nick}"


def test_a_direct_conversation(pair: Any, gateway: Any, network: Any) -> None:
    romeo, nick, ann = pair
    person = gateway.address(network.name, ann.nick)
    romeo.say(person, "directly")
    assert ann.expect("privmsg", nick=nick).text == "directly"
    ann.say(nick, "likewise")
    answer = romeo.expect("message", body="likewise", type="chat")
    assert answer.get("from").partition("/")[0] == person


def test_a_message_without_a_type_is_delivered(pair: Any, gateway: Any, network: Any) -> None:
    romeo, nick, ann = pair
    person = gateway.address(network.name, ann.nick)
    romeo.send(f"<message to='{person}' id='n1'><body>normal</body></message>")
    assert ann.expect("privmsg", nick=nick).text == "normal"


def test_an_action_in_private(pair: Any, gateway: Any, network: Any) -> None:
    romeo, nick, ann = pair
    romeo.say(gateway.address(network.name, ann.nick), "/me winks")
    assert ann.expect("action", nick=nick).text == "winks"
    ann.raw(f"PRIVMSG {nick} :\x01ACTION blushes\x01")
    romeo.expect("message", body="/me blushes", type="chat")


def test_a_message_to_an_unknown_nick_is_an_error(pair: Any, gateway: Any, network: Any) -> None:
    romeo, _, _ = pair
    id = romeo.say(gateway.address(network.name, "nobodyhere"), "hello?")
    error = romeo.expect("message", type="error", id=id)
    assert condition(error) in ("item-not-found", "recipient-unavailable")
    assert body(error) is None


def test_a_private_message_to_who_left_the_room_is_an_error(pair: Any, room: str) -> None:
    romeo, _, _ = pair
    id = romeo.say(f"{room}/nobodyhere", "hello?")
    assert condition(romeo.expect("message", type="error", id=id)) in ("item-not-found", "recipient-unavailable")


def test_somebody_unknown_may_write_first(pair: Any, people: Any, gateway: Any, network: Any) -> None:
    romeo, nick, _ = pair
    bob = people.on_irc(network, "bob")
    bob.say(nick, "psst")
    came = romeo.expect("message", body="psst", type="chat")
    assert came.get("from").partition("/")[0] == gateway.address(network.name, bob.nick)


def test_ctcp_version_and_ping_are_answered(pair: Any, people: Any) -> None:
    romeo, nick, ann = pair
    for request in ("VERSION", "PING 12345", "TIME"):
        ann.raw(f"PRIVMSG {nick} :\x01{request}\x01")
        word = request.split()[0]
        answer = ann.inbox.take(lambda line, word=word: line.type == "ctcpreply" and word in line.arguments, 10, word)
        assert len(answer.arguments) > 1
    assert not romeo.inbox.has(lambda s: ann.nick in str(s.get("from")) and body(s) is not None)


def test_encrypted_messages_are_refused_with_an_explanation(pair: Any, gateway: Any, network: Any) -> None:
    romeo, nick, ann = pair
    omemo = "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>x</payload></encrypted>"
    person = gateway.address(network.name, ann.nick)
    id = romeo.say(person, "I sent you an OMEMO encrypted message", extra=omemo)
    error = romeo.expect("message", type="error", id=id)
    assert condition(error) is not None
    assert "crypt" in "".join(error.itertext())
    ann.settle()
    assert not ann.inbox.has(lambda line: line.type == "privmsg" and line.nick == nick)


def test_raw_lines_go_to_the_network(pair: Any, gateway: Any, network: Any, channel: str) -> None:
    romeo, _, _ = pair
    romeo.say(gateway.address(network.name), f"TOPIC {channel}")
    romeo.expect("message", frm=gateway.address(network.name), where=lambda s: body(s) is not None)
