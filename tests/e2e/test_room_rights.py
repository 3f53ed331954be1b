"""Rights in rooms: who may join, speak, kick and invite, and what is said to who may not (XEP-0045)."""

from typing import Any

import pytest
from stanzas import MUC_USER, codes, condition, item, show


def test_being_kicked_tells_who_and_why(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    ann.raw(f"KICK {channel} {nick} :too <loud>")
    gone = romeo.expect("presence", frm=f"{room}/{nick}", type="unavailable")
    assert {"307", "110"} <= codes(gone)
    assert item(gone)["role"] == "none"
    assert gone.findtext(f"{MUC_USER}x/{MUC_USER}item/{MUC_USER}reason") == "too <loud>"
    actor = gone.find(f"{MUC_USER}x/{MUC_USER}item/{MUC_USER}actor")
    assert actor is not None
    assert actor.get("nick") == ann.nick


def kick(room: str, nick: str) -> str:
    return (
        "<query xmlns='http://jabber.org/protocol/muc#admin'>"
        f"<item nick='{nick}' role='none'><reason>enough</reason></item></query>"
    )


def test_who_made_the_channel_can_kick(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    romeo = people.romeo()
    own = romeo.join(room, romeo.nick)
    assert item(own)["role"] == "moderator"
    ann = people.on_irc(network)
    ann.join(channel)
    romeo.expect("presence", frm=f"{room}/{ann.nick}", type=None)
    answer = romeo.iq(room, kick(room, ann.nick), "set")
    assert answer.get("type") == "result", show(answer)
    assert "enough" in ann.expect("kick").arguments
    assert "307" in codes(romeo.expect("presence", frm=f"{room}/{ann.nick}", type="unavailable"))


def test_who_is_no_operator_cannot_kick(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    assert condition(romeo.iq(room, kick(room, ann.nick), "set")) in ("not-allowed", "forbidden")


def test_becoming_operator_is_becoming_moderator(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    ann.raw(f"MODE {channel} +o {nick}")
    up = romeo.expect("presence", frm=f"{room}/{nick}", where=lambda s: item(s).get("role") == "moderator")
    assert item(up)["affiliation"] == "admin"
    ann.raw(f"MODE {channel} -o {nick}")
    romeo.expect("presence", frm=f"{room}/{nick}", where=lambda s: item(s).get("role") == "participant")


REFUSALS = [
    ("MODE {channel} +i", "registration-required"),
    ("MODE {channel} +k sesame", "not-authorized"),
    ("MODE {channel} +b {nick}!*@*", "forbidden"),
    ("MODE {channel} +l 1", "service-unavailable"),
]


@pytest.mark.parametrize(("mode", "expected"), REFUSALS, ids=["invite-only", "key", "banned", "full"])
def test_a_refused_join_says_why(
    gateway: Any, people: Any, network: Any, channel: str, room: str, mode: str, expected: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    nick = romeo.nick
    ann.raw(mode.format(channel=channel, nick=nick))
    ann.settle()
    romeo.ask_to_join(room, nick)
    assert condition(romeo.expect("presence", type="error", frm=f"{room}/{nick}")) == expected


def test_the_password_of_a_room_is_the_channel_key(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    ann.raw(f"MODE {channel} +k sesame")
    ann.settle()
    romeo = people.romeo()
    romeo.join(room, romeo.nick, "<password>sesame</password>")


def test_an_invitation_goes_both_ways(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    romeo = people.romeo()
    nick = romeo.nick
    romeo.join(room, nick)
    person = gateway.address(network.name, ann.nick)
    invite = f"<x xmlns='{MUC_USER[1:-1]}'><invite to='{person}'><reason>come</reason></invite></x>"
    romeo.send(f"<message to='{room}' id='i1'>{invite}</message>")
    assert channel in ann.expect("invite", nick=nick).arguments
    ann.join(f"{channel}b")
    ann.raw(f"INVITE {nick} {channel}b")
    other = gateway.address(network.name, f"{channel}b")
    came = romeo.expect("message", frm=other)
    invite_in = came.find(f"{MUC_USER}x/{MUC_USER}invite")
    assert invite_in is not None, show(came)


def test_who_is_not_in_the_room_cannot_speak_there(
    gateway: Any, people: Any, network: Any, channel: str, room: str
) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    id = romeo.say(room, "anybody?", "groupchat")
    assert condition(romeo.expect("message", type="error", id=id)) == "not-acceptable"
    ann.settle()
    assert not ann.inbox.has(lambda line: line.type == "pubmsg")


def test_a_muted_speaker_is_told(gateway: Any, people: Any, network: Any, channel: str, room: str) -> None:
    ann = people.on_irc(network)
    ann.join(channel)
    romeo = people.romeo()
    romeo.join(room, romeo.nick)
    ann.raw(f"MODE {channel} +m")
    ann.settle()
    id = romeo.say(room, "hello?", "groupchat")
    came = romeo.inbox.take(lambda s: s.get("id") == id or s.get("type") == "error", 10, "the error")
    if came.get("type") != "error":
        came = romeo.expect("message", type="error")
    assert condition(came) in ("forbidden", "not-allowed", "not-acceptable")
