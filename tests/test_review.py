"""What goes wrong at the edges: haste, faults of plugins, and clients that lose the thread."""

from typing import Any

import pytest
from attrs import evolve
from twisted.internet.defer import Deferred, succeed

from tests.fake_network import MEMBER, FakeNetwork
from tests.world import DOMAIN, HOME, ROOM, World, codes, condition
from transport.api import (
    Failed,
    Kind,
    Leave,
    Message,
    MessageIn,
    OccupantLeft,
    OccupantRenamed,
    Presence,
    Refused,
    RoomRefused,
    Show,
    Target,
)
from transport.config import NetworkConfig
from transport.store.interface import ContactRow
from transport.xmpp.element import Element

NET = f"net@{DOMAIN}"
PHONE = "romeo@example.org/phone"
JULIET = f"juliet%net@{DOMAIN}"


def presence(to: str = DOMAIN, kind: str = "", jid: str = HOME) -> str:
    return f"<presence from='{jid}' to='{to}'{f' type={kind!r}' if kind else ''}/>"


def leave(jid: str = HOME, room: str = ROOM) -> str:
    return presence(f"{room}/romeo", "unavailable", jid)


def groupchat(text: str, id: str = "m1", jid: str = HOME) -> str:
    return f"<message from='{jid}' to='{ROOM}' type='groupchat' id='{id}'><body>{text}</body></message>"


def member(**world: Any) -> World:
    """Romeo is registered and signed in, one client is there."""
    made = World(**world)
    made.register()
    made.turn(0.01)
    made.say(presence())
    made.session.online()
    return made


def seated(**world: Any) -> World:
    """A member in the room."""
    made = member(**world)
    made.join()
    made.session.in_room("#room", juliet=MEMBER)
    return made


def errors(stanzas: list[Element]) -> list[tuple[str, str]]:
    return [(s.get("id"), condition(s)) for s in stanzas if s.get("type") == "error"]


def bodies(stanzas: list[Element]) -> list[str]:
    return [c.text for s in stanzas for c in s.elements() if c.name == "body"]


def asked(world: World, name: str) -> int:
    return [call[0] for call in world.session.calls].count(name)


# rooms: leaving and coming back in haste


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


# rooms: messages


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
     ("since='9999-12-31T23:59:59-12:00'", []), ("since='soon'", ["old", "new"]), ("maxstanzas='1'", ["new"])],
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


# who is there


def test_who_removes_one_contact_stays_signed_in() -> None:
    world = member()
    world.say(presence(JULIET, "subscribe"))
    world.say(presence(JULIET))
    for kind in ("unsubscribe", "unsubscribed", "unavailable"):
        world.say(presence(JULIET, kind))
    assert asked(world, "disconnect") == 0
    world.say(presence(kind="unavailable"))
    assert asked(world, "disconnect") == 1


def test_who_is_known_by_a_contact_only_goes_with_it() -> None:
    world = World()
    world.register()
    world.say(presence(JULIET))
    world.session.online()
    world.say(presence(JULIET, "unavailable"))
    assert asked(world, "disconnect") == 1


def test_who_removes_one_network_stays_signed_in_to_the_others() -> None:
    networks = {"net": NetworkConfig("net", "fake"), "other": NetworkConfig("other", "fake")}
    world = World(networks=networks)
    world.register()
    world.register(place=f"other@{DOMAIN}")
    world.say(presence())
    other: Any = world.assembly.networks.get("other")
    other.sessions[-1].online()
    world.say(presence(NET, "unsubscribe"))
    world.say(presence(NET, "unavailable"))
    assert ("disconnect",) not in [call[:1] for call in other.sessions[-1].calls]


def test_a_sign_in_that_failed_is_not_tried_again_with_every_change_of_presence() -> None:
    world = member()
    world.session.lost(retry=False, condition="not-authorized")
    world.say(f"<presence from='{HOME}' to='{DOMAIN}'><show>away</show></presence>")
    assert len(world.network.sessions) == 1
    world.say(presence(jid=PHONE))
    assert len(world.network.sessions) == 2


def test_a_link_that_flaps_puts_nobody_out_of_a_room() -> None:
    world = seated()
    for _ in range(2):
        world.assembly.link.up = False
        world.gateway.down("flap")
        world.assembly.link.up = True
        world.gateway.up()
        world.turn()
    out = world.got(lambda: world.reactor.advance(31))
    assert [s for s in out if s.get("type") == "unavailable"] == []
    assert asked(world, "leave") == 0


def test_a_session_that_nobody_came_back_to_after_the_xmpp_server_had_gone_ends() -> None:
    world = member()
    world.gateway.down("restart")
    world.gateway.up()
    world.turn(30)
    assert asked(world, "disconnect") == 0
    world.turn(200)
    assert asked(world, "disconnect") == 1
    assert len(world.assembly.owners) == 0


def test_a_client_that_came_back_keeps_the_session() -> None:
    world = member()
    world.gateway.down("restart")
    world.gateway.up()
    world.say(presence())
    world.turn(200)
    assert asked(world, "disconnect") == 0


def test_who_registered_with_a_network_only_is_asked_for_by_that_network_after_a_start() -> None:
    world = World()
    world.register()
    out = world.got(world.start)
    probes = [s.get("from") for s in out if s.get("type") == "probe"]
    assert NET in probes


def test_a_ghost_is_put_out_by_its_bounced_presences_too() -> None:
    world = seated()
    bounce = (
        f"<presence type='error' from='{HOME}' to='{ROOM}/juliet'><error type='cancel'>"
        "<remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>"
    )
    world.say(bounce)
    assert ("leave", "#room", "The client is gone.") in world.session.calls


def test_nobody_is_subscribed_to_a_room() -> None:
    world = member()
    out = world.say(presence(ROOM, "subscribe"))
    assert [(s.get("from"), s.get("type")) for s in out] == [(ROOM, "unsubscribed")]


def test_a_contact_has_no_end_but_a_limit() -> None:
    world = member()
    owner = world.assembly.owners.get("romeo@example.org")
    assert owner is not None
    for number in range(5000):
        key = ("net", f"n{number}")
        owner.state.contacts[key] = ContactRow(*key, to_contact=True)
    assert errors(world.say(presence(JULIET, "subscribe"))) == [("", "resource-constraint")]


def test_a_stranger_leaves_nothing_in_the_store() -> None:
    world = World(register=("example.org",), guests=("example.org",))
    for kind in ("subscribe", "subscribed"):
        world.say(presence(kind=kind, jid="mallory@evil.example/x"))
        world.say(presence(JULIET, kind, jid="mallory@evil.example/x"))
    rows: list[Any] = []
    world.store.subscribers().addCallback(rows.extend)
    assert rows == []
    states: list[Any] = []
    world.store.load("mallory@evil.example").addCallback(states.append)
    assert states[0].contacts == {}


# who may what


def narrowed(*who: str) -> World:
    """Two networks; the first is for some only."""
    return World(networks={"net": NetworkConfig("net", "fake", access=who), "x": NetworkConfig("x", "fake")})


def test_nobody_registers_with_a_network_that_is_not_for_them() -> None:
    world = narrowed("other.example")
    query = "<query xmlns='jabber:iq:register'><nick>romeo</nick></query>"
    assert condition(world.ask(f"<iq type='set' id='1' from='{HOME}' to='{NET}'>{query}</iq>")) == "forbidden"
    assert world.network.sessions == []


def test_nobody_signs_in_by_command_where_they_may_not_or_are_not_registered() -> None:
    for world in (narrowed("other.example"), narrowed("*")):
        query = "<query xmlns='jabber:iq:register'/>"
        answer = world.ask(f"<iq type='set' id='1' from='{HOME}' to='{DOMAIN}'>{query}</iq>")
        assert answer.get("type") == "result"
        out = world.say(f"<message from='{HOME}' to='{DOMAIN}' type='chat'><body>connect net</body></message>")
        assert bodies(out) == ["Register with net first."]
        assert world.network.sessions == []


def test_who_registered_before_a_network_was_narrowed_is_not_let_in_by_a_message() -> None:
    world = narrowed("*")
    world.register()
    world.config = evolve(world.config, networks={"net": NetworkConfig("net", "fake", access=("other.example",))})
    world.start()
    out = world.say(f"<message from='{HOME}' to='{JULIET}' type='chat' id='m1'><body>hi</body></message>")
    assert errors(out) == [("m1", "forbidden")]


def test_administrators_are_those_of_the_configuration_as_it_is_now() -> None:
    world = World()
    admins = evolve(world.config.access, admins=("boss@example.org",))
    world.gateway.reload(evolve(world.config, access=admins))
    world.turn()
    query = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
    answer = world.ask(f"<iq type='get' id='1' from='{HOME}' to='{DOMAIN}'>{query}</iq>")
    assert "boss@example.org" in answer.to_xml()


def test_who_is_denied_while_a_client_is_there_can_do_nothing_more() -> None:
    world = member()
    world.config = evolve(world.config, access=evolve(world.config.access, deny=("romeo@example.org",)))
    world.gateway.reload(world.config)
    world.turn()
    assert asked(world, "disconnect") == 1
    assert [condition(s) for s in world.join()] == ["forbidden"]
    assert len(world.network.sessions) == 1


def test_a_reload_ends_sessions_of_any_host_when_that_is_not_configured_any_more_and_only_then() -> None:
    networks = {"net": NetworkConfig("net", "fake"), "*": NetworkConfig("*", "fake")}
    world = World(networks=networks)
    world.join(room=f"#room%irc.example.org@{DOMAIN}")
    network: Any = world.assembly.networks.get("irc.example.org")
    world.gateway.reload(world.config)
    world.turn()
    assert network.sessions[0].calls[-1][0] != "disconnect"
    assert world.assembly.networks.get("irc.example.org") is network
    out = world.got(lambda: world.gateway.reload(evolve(world.config, networks={"net": networks["net"]})))
    assert network.sessions[0].calls[-1][0] == "disconnect"
    assert [s.get("type") for s in out if s.name == "presence"] == ["error"]


def test_hosts_that_somebody_only_asks_about_leave_nothing_behind() -> None:
    world = World(networks={"net": NetworkConfig("net", "fake"), "*": NetworkConfig("*", "fake")})
    for number in range(3):
        query = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
        world.ask(f"<iq type='get' id='1' from='{HOME}' to='host{number}.example@{DOMAIN}'>{query}</iq>")
        assert len(world.assembly.commands._places) == 3
    out = world.say(f"<message from='{HOME}' to='host1.example@{DOMAIN}' type='chat'><body>help</body></message>")
    assert "register" in bodies(out)[0]


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
