"""Clients that come and go faster than the network answers, and what is said meanwhile."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from tests.edges import PHONE, asked, bodies, errors, groupchat, leave, member, seated
from tests.fake_network import MEMBER
from tests.world import DOMAIN, HOME, ROOM, codes
from transport.api import (
    Failed,
    Kind,
    Leave,
    Message,
    MessageIn,
    OccupantLeft,
    OccupantRenamed,
    Refused,
    RoomRefused,
    Target,
)

# leaving and coming back in haste


def test_who_joins_while_leaving_is_let_in_by_the_network_again() -> None:
    world = seated()
    world.say(leave())
    assert world.join() == []
    assert asked(world, "join") == 1
    world.got(lambda: world.session.host.deliver(OccupantLeft("#room", "romeo")))
    assert asked(world, "join") == 2
    out = world.got(lambda: world.session.in_room("#room", nurse=MEMBER))
    assert [s.get("from") for s in out if s.name == "presence"] == [f"{ROOM}/nurse", f"{ROOM}/romeo"]


def test_who_is_thrown_out_while_leaving_and_joining_is_let_in_by_the_network_again() -> None:
    world = seated()
    world.say(leave())
    world.join()
    world.got(lambda: world.session.host.deliver(OccupantLeft("#room", "romeo", Leave.KICKED, "juliet")))
    assert asked(world, "join") == 2


def test_nothing_is_left_of_a_room_that_was_left_before_the_network_had_answered() -> None:
    world = member()
    world.join()
    world.say(leave())
    assert ("leave", "#room", "") in world.session.calls
    owner = world.assembly.owners.get("romeo@example.org")
    assert owner is not None
    assert owner.sessions["net"].rooms == {}
    world.got(lambda: world.session.in_room("#room"))
    assert asked(world, "leave") == 2
    world.join()
    assert asked(world, "join") == 2


def test_a_client_that_joins_again_while_the_network_is_away_is_given_the_whole_room() -> None:
    world = seated()
    world.session.lost()
    world.turn(10)
    world.join()
    world.session.online()
    out = world.got(lambda: world.session.in_room("#room", juliet=MEMBER))
    assert [s.get("from") for s in out if s.name == "presence"] == [f"{ROOM}/juliet", f"{ROOM}/romeo"]


def test_a_client_that_waits_to_enter_hears_nothing_of_the_room_before() -> None:
    world = seated()
    world.session.lost()
    world.turn(10)
    world.join(PHONE)
    world.session.online()
    out = world.got(lambda: world.session.in_room("#room", "romeo_", nurse=MEMBER))
    phone = [s for s in out if s.get("to") == PHONE]
    assert [(s.name, s.get("from"), s.get("type")) for s in phone] == [
        ("presence", f"{ROOM}/nurse", ""),
        ("presence", f"{ROOM}/romeo_", ""),
        ("message", ROOM, "groupchat"),
    ]
    assert "210" in codes(phone[1])


def test_a_line_heard_before_a_client_is_in_does_not_reach_it() -> None:
    world = member()
    world.join()
    line = MessageIn(Target(Kind.ROOM, "#room", "juliet"), Message("early"))
    assert world.got(lambda: world.session.host.deliver(line)) == []


def test_a_client_in_a_room_under_two_names_is_put_out_of_the_first() -> None:
    world = seated()
    out = world.join(room=f"#room%alias.example@{DOMAIN}")
    assert [(s.get("from"), codes(s)) for s in out if s.get("type") == "unavailable"] == [(f"{ROOM}/romeo", {"110"})]
    rows: list[Any] = []
    world.store.seats().addCallback(rows.extend)
    assert [row.address for row in rows] == [f"#room%alias.example@{DOMAIN}"]


def test_no_seats_are_left_in_the_store_after_all_have_gone() -> None:
    world = seated()
    world.join(PHONE)
    world.session.lost()
    world.join()
    world.turn(10)
    world.session.online()
    world.session.host.deliver(RoomRefused("#room", Refused("forbidden", "You are banned.")))
    rows: list[Any] = []
    world.store.seats().addCallback(rows.extend)
    assert rows == []


# messages


def test_a_message_to_a_room_waits_until_the_network_has_let_us_in() -> None:
    world = seated()
    world.session.lost()
    world.say(groupchat("one", "m1"))
    world.turn(10)
    world.session.online()
    world.say(groupchat("two", "m2"))
    assert world.session.sent == []
    world.got(lambda: world.session.in_room("#room", juliet=MEMBER))
    assert [m.text for m in world.session.sent] == ["one", "two"]


def test_a_message_to_a_room_that_does_not_let_us_in_comes_back() -> None:
    world = member()
    world.join()
    world.say(groupchat("one", "m1"))
    out = world.got(lambda: world.session.host.deliver(RoomRefused("#room", Refused("forbidden", "You are banned."))))
    assert ("m1", "forbidden") in errors(out)


def test_a_message_to_a_room_that_is_left_before_it_lets_us_in_comes_back() -> None:
    world = member()
    world.join()
    world.say(groupchat("one", "m1"))
    out = world.say(leave())
    assert [id for id, _ in errors(out)] == ["m1"]


def test_what_waits_is_given_back_by_its_own_age() -> None:
    world = seated()
    world.session.lost()
    world.session.connect = lambda: None  # type: ignore[method-assign]
    world.say(groupchat("one", "m1"))
    world.turn(40)
    world.say(groupchat("two", "m2"))
    assert [id for id, _ in errors(world.got(lambda: world.reactor.advance(21)))] == ["m1"]
    assert [id for id, _ in errors(world.got(lambda: world.reactor.advance(40)))] == ["m2"]


def test_a_message_comes_back_once_however_often_it_fails() -> None:
    world = seated()
    world.say(groupchat("x", "m1"))
    failed = Failed(world.session.sent[-1], Refused("forbidden", "No."))
    out = world.got(lambda: (world.session.lost(), world.session.host.deliver(failed)))
    assert [id for id, _ in errors(out)] == ["m1"]


@pytest.mark.parametrize("answer", [None, "nonsense"])
def test_a_message_of_which_a_plugin_says_nothing_comes_back(answer: Any) -> None:
    world = seated()
    world.session.answer = answer
    assert errors(world.say(groupchat("x", "m1"))) == [("m1", "internal-server-error")]


def test_a_message_is_reflected_to_the_others_when_its_sender_has_left_meanwhile() -> None:
    world = seated()
    world.join(PHONE, room=f"#room%alias.example@{DOMAIN}")
    world.say(groupchat("bye", "m1"))
    world.say(leave())
    out = world.got(world.session.accept)
    assert [(s.get("to"), s.get("id")) for s in out if bodies([s]) == ["bye"]] == [(PHONE, "m1")]


def test_a_line_that_comes_while_history_is_read_is_shown_once() -> None:
    world = seated(archive=True)
    real = world.store.history
    fetched: list[tuple[Deferred[Any], Any]] = []

    def slow(*args: Any) -> Deferred[Any]:
        fetched.append((Deferred(), args))
        return fetched[-1][0]

    world.store.history = slow  # type: ignore[method-assign, assignment]
    world.join(PHONE)
    line = MessageIn(Target(Kind.ROOM, "#room", "juliet"), Message("once"))
    world.session.host.deliver(line)
    done, args = fetched[0]
    out = world.got(lambda: real(*args).addCallback(done.callback))
    assert bodies([s for s in out if s.get("to") == PHONE]) == ["once"]


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [("seconds='60'", ["new"]), ("seconds='600'", ["old", "new"]), ("since='1970-01-12T13:49:00Z'", ["new"]),
     ("since='1970-01-12T13:49:00'", ["new"]), ("since='0001-01-01T00:00:00'", ["old", "new"]),
     ("since='9999-12-31T23:59:59-12:00'", []), ("since='soon'", ["old", "new"]), ("maxstanzas='1'", ["new"]),
     (f"maxchars='{'9' * 5000}'", ["old", "new"]), ("maxchars='0'", [])],
)  # fmt: skip
def test_history_is_as_much_as_was_asked_for(wanted: str, seen: list[str]) -> None:
    world = seated(archive=True)
    for text in ("old", "new"):
        line = MessageIn(Target(Kind.ROOM, "#room", "juliet"), Message(text))
        world.session.host.deliver(line)
        world.turn(200 if text == "old" else 1)
    out = world.join(PHONE, inside=f"<history {wanted}/>")
    assert bodies(out) == seen


def test_a_private_talk_follows_the_other_to_a_new_nick() -> None:
    world = seated()
    world.say(f"<message from='{HOME}' to='{ROOM}/juliet' type='chat' id='p'><body>psst</body></message>")
    world.session.host.deliver(OccupantRenamed("#room", "juliet", "capulet"))
    out = world.got(lambda: world.session.host.deliver(MessageIn(Target(Kind.CONTACT, "capulet"), Message("what?"))))
    assert [s.get("from") for s in out] == [f"{ROOM}/capulet"]
