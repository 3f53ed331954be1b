"""Plugins that fail, and addresses of nobody."""

from typing import Any

import pytest
from twisted.internet.defer import succeed

from tests.edges import JULIET, NET, asked, errors, member, presence, seated
from tests.fake_network import FakeNetwork
from tests.world import DOMAIN, HOME, ROOM, World, condition
from transport.api import (
    Kind,
    Message,
    MessageIn,
    Presence,
    Refused,
    Show,
    Target,
)

# plugins that fail


@pytest.mark.parametrize("fault", [RuntimeError("bug"), Refused("not-acceptable", "No.")])
def test_a_room_that_a_plugin_fails_to_ask_for_can_be_asked_for_again(fault: Exception) -> None:
    world = member()
    real = world.session.join

    def broken(*args: Any) -> None:
        raise fault

    world.session.join = broken  # type: ignore[method-assign]
    assert len(errors(world.join())) == 1
    world.session.join = real  # type: ignore[method-assign]
    assert world.join() == []
    assert asked(world, "join") == 1


def test_a_plugin_that_gives_up_at_once_costs_the_join_only() -> None:
    world = World()
    network = world.network
    make = network.session

    def hopeless(account: Any, host: Any) -> Any:
        session = make(account, host)
        session.connect = lambda: session.lost(retry=False, condition="remote-server-not-found")  # type: ignore[method-assign]
        return session

    network.session = hopeless  # type: ignore[method-assign]
    out = world.join()
    assert [(s.get("from"), condition(s)) for s in out if s.get("type") == "error"] == [
        (f"{ROOM}/romeo", "remote-server-not-found")
    ]
    assert len(world.assembly.owners) == 0


def test_rooms_are_entered_again_by_a_plugin_that_connects_at_once() -> None:
    world = seated()
    session = world.session
    session.lost()
    session.connect = session.online  # type: ignore[method-assign]
    world.turn(10)
    assert asked(world, "join") == 2


@pytest.mark.parametrize("broken", ["set_presence", "add"])
def test_a_plugin_that_fails_at_small_things_does_not_stop_the_rest(broken: str) -> None:
    world = member()
    world.say(presence(JULIET, "subscribe"))

    def bug(*args: Any) -> None:
        raise RuntimeError("bug")

    setattr(world.session, broken, bug)
    world.session.lost()
    world.say(f"<message from='{HOME}' to='{JULIET}' type='chat' id='m1'><body>hi</body></message>")
    world.turn(10)
    world.session.online()
    assert [m.text for m in world.session.sent] == ["hi"]
    assert errors(world.say(f"<presence from='{HOME}' to='{DOMAIN}'><show>away</show></presence>")) == []


def test_one_member_whose_plugin_fails_does_not_keep_others_from_being_signed_in() -> None:
    world = World(persistent=True)
    for name in ("a", "romeo"):
        jid = f"{name}@example.org/home"
        world.register(jid)
        world.join(jid)
        world.session.online()
        world.session.in_room("#room")
    make = FakeNetwork.session

    def picky(self: Any, account: Any, host: Any) -> Any:
        if account.owner.startswith("a@"):
            raise RuntimeError("bug")
        return make(self, account, host)

    FakeNetwork.session = picky  # type: ignore[method-assign]
    try:
        world.start()
    finally:
        FakeNetwork.session = make  # type: ignore[method-assign]
    assert [s.account.owner for s in world.network.sessions] == ["romeo@example.org"]


def test_a_session_that_has_ended_says_nothing_more() -> None:
    world = member()
    world.say(presence(JULIET, "subscribe"))
    session = world.session
    world.say(presence(kind="unavailable"))
    line = MessageIn(Target(Kind.CONTACT, "juliet"), Message("late"))
    assert world.got(lambda: session.host.deliver(line)) == []
    assert world.got(lambda: session.host.deliver(Presence("juliet", Show.ONLINE))) == []


# addresses and answers


@pytest.mark.parametrize("local", ["net%", "#room%", "%", "nowhere", "%nowhere", "x%nowhere"])
def test_what_does_not_exist_says_so(local: str) -> None:
    world = member()
    for payload in (
        "<ping xmlns='urn:xmpp:ping'/>",
        "<query xmlns='jabber:iq:version'/>",
        "<query xmlns='jabber:iq:last'/>",
        "<query xmlns='http://jabber.org/protocol/disco#info'/>",
    ):
        answer = world.ask(f"<iq type='get' id='1' from='{HOME}' to='{local}@{DOMAIN}'>{payload}</iq>")
        assert condition(answer) == "item-not-found", payload
    out = world.say(f"<message from='{HOME}' to='{local}@{DOMAIN}' type='chat' id='m'><body>x</body></message>")
    assert errors(out) == [("m", "item-not-found")]


def invite(to: str) -> str:
    return (
        f"<message from='{HOME}' to='{ROOM}' id='i'><x xmlns='http://jabber.org/protocol/muc#user'>"
        f"<invite to='{to}'/></x></message>"
    )


@pytest.mark.parametrize(
    ("to", "wanted"),
    [("", "jid-malformed"), (f"bob%other@{DOMAIN}", "item-not-found"), (DOMAIN, "jid-malformed"),
     (f"a\\20b%net@{DOMAIN}", "jid-malformed"), ("a b@example.org", "jid-malformed"), ("@example.org", "jid-malformed")],
)  # fmt: skip
def test_an_invitation_of_nobody_is_an_error(to: str, wanted: str) -> None:
    world = seated()
    assert errors(world.say(invite(to))) == [("i", wanted)]
    assert asked(world, "invite") == 0


def test_somebody_of_the_network_is_invited_by_any_of_their_addresses() -> None:
    world = seated()
    for to in ("bob", f"bob%net@{DOMAIN}", f"bob%alias.example@{DOMAIN}/x", f"{ROOM}/bob"):
        world.say(invite(to))
        assert world.session.calls[-1][:3] == ("invite", "#room", "bob"), to


def test_an_answer_too_long_for_the_server_is_an_error() -> None:
    world = seated()
    world.session.next = succeed(["é" * 200 + str(number) for number in range(2000)])
    query = "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast'/></query>"
    answer = world.ask(f"<iq type='get' id='1' from='{HOME}' to='{ROOM}'>{query}</iq>")
    assert condition(answer) == "resource-constraint"


def test_another_spelling_of_a_contact_does_not_wait_for_ever() -> None:
    world = member()
    out = world.say(presence(f"juliet%alias.example@{DOMAIN}", "subscribe"))
    assert (JULIET, "subscribe") in [(s.get("from"), s.get("type")) for s in out]
    assert (out[-1].get("from"), out[-1].get("type")) == (f"juliet%alias.example@{DOMAIN}", "unsubscribed")


def test_a_user_has_no_more_clients_in_a_room_than_anybody_has() -> None:
    world = seated()
    for number in range(49):
        assert errors(world.join(f"romeo@example.org/{number}")) == []
    assert errors(world.join("romeo@example.org/last")) == [("", "resource-constraint")]
    assert errors(world.join("romeo@example.org/1")) == []


def test_who_waits_to_enter_a_room_is_not_told_to_be_in_it() -> None:
    world = member()
    world.join()
    ping = f"<iq type='get' id='1' from='{HOME}' to='{ROOM}/romeo'><ping xmlns='urn:xmpp:ping'/></iq>"
    assert condition(world.ask(ping)) == "not-acceptable"
    world.session.in_room("#room")
    assert world.ask(ping).get("type") == "result"


def test_who_asks_to_be_connected_does_not_wait_for_the_next_attempt() -> None:
    world = member()
    world.session.lost()
    assert asked(world, "connect") == 1
    world.say(f"<message from='{HOME}' to='{NET}' type='chat'><body>connect</body></message>")
    assert asked(world, "connect") == 2
    world.turn(30)
    assert asked(world, "connect") == 2


def test_a_network_is_told_only_what_it_can_know() -> None:
    world = member()
    world.say(f"<presence from='{HOME}' to='{DOMAIN}'><show>drunk</show></presence>")
    assert world.session.calls[-1] != ("set_presence", "drunk", "")


def test_an_event_for_somebody_who_is_not_registered_signs_nobody_in() -> None:
    world = World()
    host = world.network.host.account("mallory@example.org")
    event = MessageIn(Target(Kind.CONTACT, "juliet"), Message("hello"))
    assert world.got(lambda: host.deliver(event)) == []
    assert world.network.sessions == []
    assert len(world.assembly.owners) == 0


def test_a_client_that_joins_under_another_name_while_the_network_is_away_is_out_of_the_first() -> None:
    world = seated()
    world.session.lost()
    world.join()
    out = world.join(room=f"#room%alias.example@{DOMAIN}")
    assert [(s.get("from"), s.get("type")) for s in out] == [(f"{ROOM}/romeo", "unavailable")]


@pytest.mark.parametrize("priority", ["--1", "-", "", "x", "²", "9" * 5000, "-5", " 7 "])
def test_any_priority_is_taken(priority: str) -> None:
    world = World()
    world.register()
    world.say(f"<presence from='{HOME}' to='{DOMAIN}'><priority>{priority}</priority></presence>")
    assert ("connect",) in world.session.calls
