"""Rooms: who is there, what is said and what goes wrong, on every pair of servers (XEP-0045)."""

from typing import Any

import pytest
from stanzas import DELAY, body, codes, condition, is_room_end, item

TEXTS = [
    "plain words",
    "hé <&> 🦄 ]]> 'single' \"double\" &amp; %s {0}",
    ":starts with a colon",
    "/not a command",
    "  two  spaces",
    "e\u0301 combining, \u202eright to left\u202c, 日本語",
]


def test_who_joins_sees_occupants_then_itself_then_the_subject(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    ann.raw(f"TOPIC {channel} :Of ships & <sails>")
    ann.settle()
    romeo = people.romeo()
    romeo.ask_to_join(room, romeo.nick)
    other = romeo.expect("presence", frm=f"{room}/{ann.nick}")
    assert other.get("type") is None
    assert (item(other)["role"], item(other)["affiliation"]) == ("moderator", "admin")
    own = romeo.expect("presence", code="110")
    assert own.get("from") == f"{room}/{romeo.nick}"
    assert item(own)["role"] == "participant"
    subject = romeo.expect("message", where=is_room_end)
    assert subject.findtext("{jabber:client}subject") == "Of ships & <sails>"
    assert subject.get("type") == "groupchat"
    order = [thing for _, thing in romeo.inbox.everything if str(thing.get("from")).startswith(room)]
    assert [order.index(stanza) for stanza in (other, own, subject)] == sorted(
        order.index(s) for s in (other, own, subject)
    )
    ann.expect("join", nick=romeo.nick, target=channel)


@pytest.mark.parametrize("text", TEXTS, ids=["plain", "markup", "colon", "slash", "spaces", "unicode"])
def test_talk_goes_both_ways_unchanged(
    gateway: Any, people: Any, network: Any, channel: str, room: str, text: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    id = romeo.say(room, text, "groupchat")
    assert romeo.expect("message", id=id, frm=f"{room}/{nick}", type="groupchat", within=5) is not None
    assert ann.expect("pubmsg", nick=nick, target=channel).text == text
    ann.say(channel, text)
    assert body(romeo.expect("message", frm=f"{room}/{ann.nick}", type="groupchat")) == text


def test_lines_of_a_text_are_lines_on_irc_and_never_commands(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    romeo.say(room, f"one\nQUIT :gone\r\nPRIVMSG {ann.nick} :forged\rKICK", "groupchat")
    heard = [ann.expect("pubmsg", nick=nick).text for _ in range(4)]
    assert heard == ["one", "QUIT :gone", f"PRIVMSG {ann.nick} :forged", "KICK"]
    ann.settle()
    assert not ann.inbox.has(lambda line: line.type in ("quit", "privmsg", "kick"))


def test_an_action_is_an_action_on_both_sides(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    romeo.say(room, "/me waves", "groupchat")
    assert ann.expect("action", nick=nick, target=channel).text == "waves"
    ann.raw(f"PRIVMSG {channel} :\x01ACTION smiles\x01")
    assert body(romeo.expect("message", frm=f"{room}/{ann.nick}")) == "/me smiles"


def test_formatting_codes_never_reach_xmpp(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    ann.say(channel, "\x02bold\x02 \x0304,01red\x03 \x1ditalic\x1d \x1funder\x1f \x16rev\x16 \x0fplain \x07 end")
    text = body(romeo.expect("message", frm=f"{room}/{ann.nick}")) or ""
    assert not any(ord(c) < 32 or c == "\ufffd" for c in text)
    for word in ("bold", "red", "italic", "under", "rev", "plain", "end"):
        assert word in text
    assert "04" not in text


def test_latin_1_is_understood(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    ann.connection.socket.sendall(f"PRIVMSG {channel} :caf\xe9\r\n".encode("latin-1"))
    assert body(romeo.expect("message", frm=f"{room}/{ann.nick}")) == "café"


def test_a_long_text_is_cut_on_both_sides_alike(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    text = " ".join(f"wörd{number}🦄" for number in range(150))
    id = romeo.say(room, text, "groupchat")
    pieces: list[str] = []
    while len(" ".join(pieces)) < len(text):
        pieces.append(ann.expect("pubmsg", nick=nick).text)
    assert len(pieces) > 3
    assert " ".join(pieces) == text
    first = romeo.expect("message", id=id, frm=f"{room}/{nick}")
    reflected = [body(first)] + [body(romeo.expect("message", frm=f"{room}/{nick}")) for _ in pieces[1:]]
    assert reflected == pieces


def test_the_subject_goes_both_ways(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    ann = people.on_irc(network)
    ann.join(channel)
    romeo.send(f"<message type='groupchat' to='{room}' id='s1'><subject>From romeo</subject></message>")
    assert "From romeo" in ann.expect("topic", where=lambda line: True, within=5).arguments
    ann.raw(f"MODE {channel}")
    romeo.expect("message", where=lambda s: s.findtext("{jabber:client}subject") == "From romeo")


def test_nicks_change_on_both_sides(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    old = romeo.nick
    romeo.join(room, old)
    romeo.presence(f"{room}/{old}x")
    assert ann.expect("nick", nick=old).target == f"{old}x"
    gone = romeo.expect("presence", frm=f"{room}/{old}", type="unavailable")
    assert {"303", "110"} <= codes(gone)
    assert item(gone)["nick"] == f"{old}x"
    assert "110" in codes(romeo.expect("presence", frm=f"{room}/{old}x", type=None))
    ann.raw(f"NICK {ann.nick}y")
    gone = romeo.expect("presence", frm=f"{room}/{ann.nick}", type="unavailable")
    assert "303" in codes(gone)
    assert item(gone)["nick"] == f"{ann.nick}y"
    romeo.expect("presence", frm=f"{room}/{ann.nick}y", type=None)


def test_a_nick_in_use_is_a_conflict(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    romeo.presence(f"{room}/{ann.nick}")
    assert condition(romeo.expect("presence", type="error")) == "conflict"
    romeo.say(room, "still here", "groupchat")
    ann.expect("pubmsg", nick=nick, text="still here")


def test_a_nick_in_use_at_the_first_join_is_a_conflict_and_another_works(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    romeo.ask_to_join(room, ann.nick)
    assert condition(romeo.expect("presence", type="error")) == "conflict"
    romeo.join(room, romeo.nick)


def test_two_clients_share_a_nick_until_the_last_one_leaves(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    laptop = people.romeo()
    nick = laptop.nick
    laptop.join(room, nick)
    ann.expect("join", nick=nick)
    phone = people.client(laptop.bare, "phone")
    phone.join(room, nick)
    ann.say(channel, "to both")
    for client in (laptop, phone):
        client.expect("message", body="to both")
    id = phone.say(room, "from the phone", "groupchat")
    for client in (laptop, phone):
        client.expect("message", body="from the phone", id=id, frm=f"{room}/{nick}")
    ann.expect("pubmsg", nick=nick, text="from the phone")
    laptop.presence(f"{room}/{nick}", type="unavailable")
    assert "110" in codes(laptop.expect("presence", frm=f"{room}/{nick}", type="unavailable"))
    ann.say(channel, "to the phone")
    phone.expect("message", body="to the phone")
    assert not ann.inbox.has(lambda line: line.type in ("part", "quit"))
    phone.presence(f"{room}/{nick}", "<status>bye</status>", type="unavailable")
    ann.inbox.take(lambda line: line.type in ("part", "quit") and line.nick == nick, 5, "the leaving")
    assert not laptop.inbox.has(lambda s: body(s) == "to the phone")


def test_a_client_that_is_gone_without_a_word_leaves_the_room(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    romeo.close()
    ann.inbox.take(lambda line: line.type in ("part", "quit") and line.nick == nick, 10, "the leaving")


def test_people_on_irc_come_and_go(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    ann = people.on_irc(network)
    ann.join(channel)
    romeo.expect("presence", frm=f"{room}/{ann.nick}", type=None)
    ann.raw(f"PART {channel} :gone fishing")
    gone = romeo.expect("presence", frm=f"{room}/{ann.nick}", type="unavailable")
    assert gone.findtext("{jabber:client}status") == "gone fishing"
    ann.join(channel)
    romeo.expect("presence", frm=f"{room}/{ann.nick}", type=None)
    ann.raw("QUIT :good night")
    gone = romeo.expect("presence", frm=f"{room}/{ann.nick}", type="unavailable")
    assert "good night" in (gone.findtext("{jabber:client}status") or "")


def test_who_joins_later_gets_the_history(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    laptop = people.romeo()
    nick = laptop.nick
    laptop.join(room, nick)
    ann.say(channel, "first")
    laptop.expect("message", body="first")
    laptop.say(room, "second", "groupchat")
    laptop.expect("message", body="second")
    phone = people.client(laptop.bare, "phone")
    phone.ask_to_join(room, nick)
    for text, speaker in (("first", ann.nick), ("second", nick)):
        old = phone.expect("message", body=text, frm=f"{room}/{speaker}", type="groupchat")
        assert old.find(f"{DELAY}delay") is not None
    phone.expect("message", where=is_room_end)
    third = people.client(laptop.bare, "tablet")
    third.join(room, nick, "<history maxstanzas='0'/>")
    assert not third.inbox.has(lambda s: s.find(f"{DELAY}delay") is not None and body(s) is not None)


def test_self_ping_tells_whether_one_is_there(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    romeo = people.romeo()
    outside = romeo.iq(f"{room}/{romeo.nick}", "<ping xmlns='urn:xmpp:ping'/>")
    assert condition(outside) == "not-acceptable"
    romeo.join(room, romeo.nick)
    assert romeo.iq(f"{room}/{romeo.nick}", "<ping xmlns='urn:xmpp:ping'/>").get("type") == "result"
