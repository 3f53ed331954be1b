"""Rooms as clients see them (XEP-0045)."""

from tests.fake_network import MEMBER, OPERATOR
from tests.world import HOME, ROOM, World, codes, condition
from transport.api import (
    Kind,
    Leave,
    Message,
    MessageIn,
    Occupant,
    OccupantLeft,
    OccupantRenamed,
    Refused,
    RoomRefused,
    Subject,
    Target,
)
from transport.xmpp.element import Element

PHONE = "romeo@example.org/phone"


def groupchat(text: str, id: str = "m1", jid: str = HOME, more: str = "") -> str:
    return f"<message from='{jid}' to='{ROOM}' type='groupchat' id='{id}'><body>{text}</body>{more}</message>"


def said(stanzas: list[Element]) -> list[tuple[str, str]]:
    return [(s.get("from").partition("/")[2], c.text) for s in stanzas for c in s.elements() if c.name == "body"]


def test_a_guest_joins_and_sees_the_others_first_then_itself_then_the_subject() -> None:
    world = World()
    assert world.join() == []
    assert world.session.calls == [("connect",), ("join", "#room", "romeo", None)]
    world.got(world.session.online)
    out = world.got(lambda: world.session.in_room("#room", juliet=OPERATOR))
    assert [s.get("from") for s in out] == [f"{ROOM}/juliet", f"{ROOM}/romeo", ROOM]
    assert codes(out[1]) == {"100", "110"}
    assert out[2].name == "message"
    item = next(e for x in out[0].elements() for e in x.elements() if e.name == "item")
    assert (item.get("affiliation"), item.get("role")) == ("admin", "moderator")


def test_another_nick_than_the_one_asked_for_is_told_by_210() -> None:
    world = World()
    world.join(nick="Romeo!")
    world.session.online("romeo_")
    out = world.got(lambda: world.session.in_room("#room", "romeo_"))
    assert codes(out[0]) == {"100", "110", "210"}


def test_a_refused_join_is_an_error_of_presence_and_signs_the_guest_out() -> None:
    world = World()
    world.join()
    world.session.online()
    out = world.got(lambda: world.session.host.deliver(RoomRefused("#room", Refused("forbidden", "You are banned."))))
    assert [(s.get("type"), condition(s), s.get("from")) for s in out if s.name == "presence"] == [
        ("error", "forbidden", f"{ROOM}/romeo")
    ]
    assert world.session.calls[-1][0] == "disconnect"


def test_a_message_is_reflected_with_its_id_only_once_the_network_has_it() -> None:
    world = World()
    world.in_room()
    assert world.say(groupchat("hello &amp; good night")) == []
    out = world.got(world.session.accept)
    assert said(out) == [("romeo", "hello & good night")]
    assert out[0].get("id") == "m1"
    assert [e.name for e in out[0].elements()] == ["body", "stanza-id"]


def test_the_reflection_is_cut_as_the_network_cut_the_message() -> None:
    world = World()
    world.in_room()
    world.say(groupchat("one two"))
    out = world.got(lambda: world.session.accept("one", "two"))
    assert said(out) == [("romeo", "one"), ("romeo", "two")]
    assert out[0].get("id") == "m1"
    assert out[1].get("id") not in ("", "m1")


def test_an_origin_id_comes_back_and_a_forged_stanza_id_does_not() -> None:
    world = World()
    world.in_room()
    forged = f"<stanza-id xmlns='urn:xmpp:sid:0' by='{ROOM}' id='forged'/><origin-id xmlns='urn:xmpp:sid:0' id='o1'/>"
    world.say(groupchat("x", more=forged))
    out = world.got(world.session.accept)
    ids = [(e.name, e.get("id")) for e in out[0].elements() if e.name.endswith("-id")]
    assert ("origin-id", "o1") in ids
    assert "forged" not in [i for _, i in ids]


def test_a_message_that_fails_comes_back_as_an_error() -> None:
    world = World()
    world.in_room()
    world.session.answer = Refused("forbidden", "The room is moderated.")
    out = world.say(groupchat("x"))
    assert [(s.get("type"), s.get("id"), condition(s)) for s in out] == [("error", "m1", "forbidden")]


def test_who_is_not_in_the_room_cannot_speak_there() -> None:
    world = World()
    out = world.say(groupchat("x"))
    assert [condition(s) for s in out] == ["not-acceptable"]


def test_a_line_from_the_network_reaches_every_client_in_the_room() -> None:
    world = World()
    world.in_room(juliet=MEMBER)
    world.join(PHONE)
    line = MessageIn(Target(Kind.ROOM, "#room", "juliet"), Message("<hi> & \x02"))
    out = world.got(lambda: world.session.host.deliver(line))
    assert [(s.get("to"), s.get("type")) for s in out] == [(HOME, "groupchat"), (PHONE, "groupchat")]
    assert said(out) == [("juliet", "<hi> & �")] * 2


def test_a_second_client_is_given_the_room_without_asking_the_network() -> None:
    world = World()
    world.in_room(juliet=MEMBER)
    out = world.join(PHONE, "other")
    assert [s.get("from") for s in out] == [f"{ROOM}/juliet", f"{ROOM}/romeo", ROOM]
    assert codes(out[1]) == {"100", "110", "210"}
    assert [c for c in world.session.calls if c[0] == "join"] == [("join", "#room", "romeo", None)]


def test_the_last_client_that_leaves_takes_the_owner_out() -> None:
    world = World()
    world.in_room()
    world.join(PHONE)
    out = world.say(f"<presence from='{PHONE}' to='{ROOM}/romeo' type='unavailable'/>")
    assert [(s.get("to"), codes(s)) for s in out] == [(PHONE, {"110"})]
    assert not [c for c in world.session.calls if c[0] == "leave"]
    world.say(f"<presence from='{HOME}' to='{ROOM}/romeo' type='unavailable'><status>bye</status></presence>")
    assert ("leave", "#room", "bye") in world.session.calls
    world.got(lambda: world.session.host.deliver(OccupantLeft("#room", "romeo")))
    assert world.session.calls[-1][0] == "disconnect"
    assert len(world.assembly.owners) == 0


def test_leaving_and_joining_again_at_once_keeps_the_new_seat() -> None:
    world = World()
    world.register()
    world.join()
    world.session.online()
    world.session.in_room("#room")
    world.say(f"<presence from='{HOME}' to='{ROOM}/romeo' type='unavailable'/>")
    assert ("leave", "#room", "") in world.session.calls


def test_a_kick_is_told_with_actor_and_reason() -> None:
    world = World()
    world.in_room(juliet=OPERATOR)
    event = OccupantLeft("#room", "romeo", Leave.KICKED, "juliet", "go away")
    out = [s for s in world.got(lambda: world.session.host.deliver(event)) if s.name == "presence"]
    assert codes(out[0]) == {"110", "307"}
    texts = [e.text for x in out[0].elements() for i in x.elements() for e in i.elements()]
    assert texts == ["", "go away"]


def test_a_nick_change_of_somebody_else_is_303_and_then_the_new_nick() -> None:
    world = World()
    world.in_room(juliet=MEMBER)
    out = world.got(lambda: world.session.host.deliver(OccupantRenamed("#room", "juliet", "capulet")))
    assert [(s.get("from"), s.get("type")) for s in out] == [
        (f"{ROOM}/juliet", "unavailable"),
        (f"{ROOM}/capulet", ""),
    ]
    assert codes(out[0]) == {"303"}


def test_the_own_nick_changes_by_presence_once_the_network_agrees() -> None:
    world = World()
    world.in_room()
    assert world.say(f"<presence from='{HOME}' to='{ROOM}/montague'/>") == []
    assert ("set_nick", "#room", "montague") in world.session.calls
    out = world.got(lambda: world.session.host.deliver(OccupantRenamed("#room", "romeo", "montague")))
    assert codes(out[0]) == {"110", "303"}
    assert codes(out[1]) == {"100", "110"}


def test_presence_updates_are_no_nick_changes() -> None:
    world = World()
    world.in_room()
    world.say(f"<presence from='{HOME}' to='{ROOM}/romeo'><show>away</show></presence>")
    assert not [c for c in world.session.calls if c[0] == "set_nick"]


def test_somebody_new_and_a_new_standing_are_presences() -> None:
    world = World()
    world.in_room()
    out = world.got(lambda: world.session.host.deliver(Occupant("#room", "nurse", MEMBER)))
    assert [s.get("from") for s in out] == [f"{ROOM}/nurse"]
    assert world.got(lambda: world.session.host.deliver(Occupant("#room", "nurse", MEMBER))) == []
    assert world.got(lambda: world.session.host.deliver(Occupant("#room", "nurse", OPERATOR)))


def test_the_subject_is_kept_for_later_clients() -> None:
    world = World()
    world.in_room()
    out = world.got(lambda: world.session.host.deliver(Subject("#room", "A topic", "juliet")))
    assert out[0].get("from") == f"{ROOM}/juliet"
    again = world.join(PHONE)
    assert next(e.text for e in again[-1].elements() if e.name == "subject") == "A topic"


def test_a_lost_network_keeps_the_clients_in_the_room_and_only_changes_are_told_after() -> None:
    world = World()
    world.in_room(juliet=MEMBER, nurse=MEMBER)
    out = world.got(world.session.lost)
    assert any("lost" in text for _, text in said(out))
    world.turn(10)
    assert world.session.calls[-2:] == [("connect",), ("join", "#room", "romeo", None)]
    world.got(world.session.online)
    assert [c[0] for c in world.session.calls].count("join") == 2
    out = world.got(lambda: world.session.in_room("#room", juliet=MEMBER, friar=MEMBER))
    assert [(s.get("from"), s.get("type")) for s in out if s.name == "presence"] == [
        (f"{ROOM}/nurse", "unavailable"),
        (f"{ROOM}/friar", ""),
    ]


def test_what_is_said_while_the_network_is_away_waits_and_then_goes_or_fails() -> None:
    world = World()
    world.in_room()
    world.session.lost()
    world.say(groupchat("later", "m7"))
    assert world.session.sent == []
    out = world.got(lambda: world.reactor.advance(0.1)) + world.got(lambda: world.reactor.advance(100))
    assert ("error", "m7", "remote-server-timeout") in [(s.get("type"), s.get("id"), condition(s)) for s in out]


def test_what_the_network_had_not_confirmed_fails_when_it_is_lost() -> None:
    world = World()
    world.in_room()
    world.say(groupchat("x", "m9"))
    out = world.got(world.session.lost)
    assert ("m9", "remote-server-timeout") in [(s.get("id"), condition(s)) for s in out if s.get("type") == "error"]


def test_a_private_message_through_the_room_is_answered_through_the_room() -> None:
    world = World()
    world.in_room(Juliet=MEMBER)
    world.say(f"<message from='{HOME}' to='{ROOM}/Juliet' type='chat' id='p'><body>psst</body></message>")
    assert world.session.calls[-1] == ("send", Target(Kind.ROOM, "#room", "Juliet"), "psst")
    out = world.got(lambda: world.session.host.deliver(MessageIn(Target(Kind.CONTACT, "juliet"), Message("what?"))))
    assert [(s.get("from"), s.get("to"), s.get("type")) for s in out] == [(f"{ROOM}/Juliet", HOME, "chat")]
    world.say(f"<message from='{HOME}' to='juliet%net@gw.test' type='chat'><body>here</body></message>")
    out = world.got(lambda: world.session.host.deliver(MessageIn(Target(Kind.CONTACT, "juliet"), Message("yes"))))
    assert out[0].get("from") == "juliet%net@gw.test"


def test_history_comes_before_the_subject_and_live_lines_after() -> None:
    world = World(archive=True)
    world.in_room(juliet=MEMBER)
    world.got(lambda: world.session.host.deliver(MessageIn(Target(Kind.ROOM, "#room", "juliet"), Message("old"))))
    out = world.join(PHONE)
    assert [s.name for s in out] == ["presence", "presence", "message", "message"]
    assert said(out) == [("juliet", "old")]
    assert any(e.name == "delay" for e in out[2].elements())
    out = world.join("romeo@example.org/third", inside="<history maxstanzas='0'/>")
    assert said(out) == []


def test_a_ghost_client_is_put_out_by_its_bounces() -> None:
    world = World()
    world.in_room()
    world.say(
        f"<message type='error' from='{HOME}' to='{ROOM}/juliet'><error type='cancel'>"
        "<recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    )
    assert ("leave", "#room", "The client is gone.") in world.session.calls


def test_the_room_answers_a_self_ping_and_not_a_stranger() -> None:
    world = World()
    world.in_room()
    ping = "<ping xmlns='urn:xmpp:ping'/>"
    assert world.ask(f"<iq type='get' id='1' from='{HOME}' to='{ROOM}/romeo'>{ping}</iq>").get("type") == "result"
    answer = world.ask(f"<iq type='get' id='1' from='{PHONE}' to='{ROOM}/romeo'>{ping}</iq>")
    assert condition(answer) == "not-acceptable"
    answer = world.ask(f"<iq type='get' id='1' from='{HOME}' to='{ROOM}/nobody'>{ping}</iq>")
    assert condition(answer) == "item-not-found"


def test_an_alias_of_the_network_is_the_same_room_under_its_own_address() -> None:
    world = World()
    world.in_room(juliet=MEMBER)
    other = "#room%alias.example@gw.test"
    out = world.join(PHONE, room=other)
    assert {s.get("from").partition("/")[0] for s in out} == {other}
    line = MessageIn(Target(Kind.ROOM, "#room", "juliet"), Message("hi"))
    out = world.got(lambda: world.session.host.deliver(line))
    assert [s.get("from") for s in out] == [f"{ROOM}/juliet", f"{other}/juliet"]
