"""The gateway's life in memory: reload, kept rooms, limits, any host as a network, and an unlike network."""

from typing import Any

from attrs import evolve

from tests.unlike_network import Post
from tests.world import DOMAIN, HOME, ROMEO, ROOM, World, condition
from transport.api import Delivered, Kind, Message, MessageIn, OccupantLeft, Target
from transport.config import AccessConfig, NetworkConfig
from transport.xmpp.element import Element


def texts(stanzas: list[Element]) -> list[str]:
    return [c.text for s in stanzas for c in s.elements() if c.name == "body"]


def reload(world: World, **changes: Any) -> None:
    world.config = evolve(world.config, **changes)
    world.gateway.reload(world.config)
    world.turn()


# configuration read again


def test_a_reload_keeps_sessions_that_did_not_change() -> None:
    world = World()
    world.in_room()
    session = world.session
    networks = {**world.config.networks, "other": NetworkConfig("other", "fake")}
    reload(world, networks=networks)
    assert session.calls[-1][0] != "disconnect"
    assert len(world.network.sessions) == 1
    assert world.assembly.networks.get("other") is not None
    answer = world.ask(
        f"<iq type='get' id='1' from='{HOME}' to='{DOMAIN}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>"
    )
    assert "other@gw.test" in answer.to_xml()


def test_a_reload_ends_sessions_of_a_network_that_changed_and_tells_the_clients() -> None:
    world = World()
    world.in_room()
    session = world.session
    changed = NetworkConfig("net", "fake", options={"persistent": False, "new": 1})
    out = world.got(lambda: reload(world, networks={"net": changed}))
    assert session.calls[-1][0] == "disconnect"
    assert [s.get("to") for s in out if s.get("type") == "unavailable"] == [HOME]
    world.join()
    assert world.session is not session


def test_a_reload_puts_out_who_is_denied_now() -> None:
    world = World()
    world.in_room()
    reload(world, access=AccessConfig(register=("*",), guests=("*",), deny=(ROMEO,)))
    assert world.session.calls[-1][0] == "disconnect"
    assert [condition(s) for s in world.join()] == ["forbidden"]


def test_a_network_may_have_a_list_of_its_own() -> None:
    networks = {"net": NetworkConfig("net", "fake", access=("other.example",))}
    world = World(networks=networks)
    assert [condition(s) for s in world.join()] == ["forbidden"]
    assert world.join("mercutio@other.example/x") == []


# rooms that are kept


def test_a_kept_room_outlives_its_last_client_and_the_gateway() -> None:
    world = World(archive=True, persistent=True)
    world.register()
    world.join()
    world.session.online()
    world.session.in_room("#room")
    world.say(f"<presence from='{HOME}' to='{ROOM}/romeo' type='unavailable'/>")
    assert not [c for c in world.session.calls if c[0] in ("leave", "disconnect")]
    line = MessageIn(Target(Kind.ROOM, "#room", "juliet"), Message("while you were away"))
    assert world.got(lambda: world.session.host.deliver(line)) == []
    world.start()
    assert world.session.calls == [("connect",), ("join", "#room", "romeo", None)]
    world.session.online()
    world.session.in_room("#room")
    assert texts(world.join()) == ["while you were away"]


# limits


def test_a_user_who_sends_too_fast_is_told_and_others_are_not_held_up() -> None:
    world = World()
    world.config = evolve(world.config, limits=evolve(world.config.limits, stanza_rate=1.0, stanza_burst=3))
    world.start()
    ping = f"<iq type='get' id='1' from='{HOME}' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>"
    assert [world.ask(ping).get("type") for _ in range(4)] == ["result"] * 3 + ["error"]
    assert world.ask(ping.replace("romeo", "juliet")).get("type") == "result"
    world.turn(1.1)
    assert world.ask(ping).get("type") == "result"


def test_rooms_and_networks_of_a_user_have_a_limit() -> None:
    world = World()
    world.config = evolve(world.config, limits=evolve(world.config.limits, rooms_per_user=2))
    world.start()
    for name in ("#a", "#b"):
        assert world.join(room=f"{name}%net@{DOMAIN}") == []
    assert [condition(s) for s in world.join(room=f"#c%net@{DOMAIN}")] == ["resource-constraint"]


# any host as a network


def test_any_host_with_a_dot_is_a_network_where_that_is_configured() -> None:
    networks = {"net": NetworkConfig("net", "fake"), "*": NetworkConfig("*", "fake")}
    world = World(networks=networks)
    world.join(room=f"#room%irc.example.org@{DOMAIN}")
    network: Any = world.assembly.networks.get("irc.example.org")
    assert network.given["wildcard"] is True
    assert network.sessions[0].calls[0] == ("connect",)
    for name in ("localhost", "127.0.0.1", "a..b", "-x.org", "10.0.0.1"):
        assert [condition(s) for s in world.join(room=f"#room%{name}@{DOMAIN}")] == ["item-not-found"], name
    answer = world.ask(
        f"<iq type='get' id='1' from='{HOME}' to='{DOMAIN}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>"
    )
    assert "irc.example.org" not in answer.to_xml()


def test_without_it_a_host_is_no_network() -> None:
    assert [condition(s) for s in World().join(room=f"#room%irc.example.org@{DOMAIN}")] == ["item-not-found"]


# memory


def test_nothing_is_left_of_a_guest_who_has_gone() -> None:
    world = World()
    world.in_room()
    world.say(f"<presence from='{HOME}' to='{ROOM}/romeo' type='unavailable'/>")
    world.got(lambda: world.session.host.deliver(OccupantLeft("#room", "romeo")))
    assert len(world.assembly.owners) == 0
    world.say(f"<presence from='nobody@example.org/x' to='{DOMAIN}'/>")
    assert len(world.assembly.owners) == 0


# a network that is not at all like IRC


def post() -> tuple[World, Any]:
    world = World(networks={"post": NetworkConfig("post", "post")}, plugins={"post": lambda: Post})
    network: Any = world.assembly.networks.get("post")
    answer = world.ask(
        f"<iq type='set' id='r' from='{HOME}' to='post@{DOMAIN}'><query xmlns='jabber:iq:register'>"
        "<username>box1</username></query></iq>"
    )
    assert answer.get("type") == "result"
    world.say(f"<presence from='{HOME}' to='{DOMAIN}'/>")
    return world, network


def test_networks_of_one_plugin_share_its_tables() -> None:
    networks = {name: NetworkConfig(name, "post") for name in ("post", "other")}
    world = World(networks=networks, plugins={"post": lambda: Post})
    assert [network.open for network in world.assembly.networks] == [True, True]  # type: ignore[attr-defined]


def test_case_matters_where_the_network_says_so() -> None:
    world, network = post()
    world.say(f"<message from='{HOME}' to='^juliet^c%post@{DOMAIN}' type='chat' id='l1'><body>Dear</body></message>")
    rows: list[Any] = []
    network.host.store.run(lambda db: db.execute("SELECT name, text FROM letters_out").fetchall()).addCallback(
        rows.extend
    )
    world.turn()
    assert [tuple(row) for row in rows] == [("JulietC", "Dear")]


def test_a_letter_becomes_a_receipt_when_the_far_end_has_it() -> None:
    world, _network = post()
    owner = world.assembly.owners.get(ROMEO)
    assert owner is not None
    session = owner.sessions["post"]
    host = session.plugin.host  # type: ignore[attr-defined]
    out = world.got(lambda: host.deliver(Delivered("l1", Target(Kind.CONTACT, "JulietC"))))
    assert out[0].get("from") == f"^juliet^c%post@{DOMAIN}"
    assert [e.name for e in out[0].elements()] == ["received", "store"]


def test_a_hub_delivers_to_an_owner_who_is_not_signed_in() -> None:
    world, network = post()
    world.say(f"<presence from='{HOME}' to='{DOMAIN}' type='unavailable'/>")
    assert world.assembly.owners.get(ROMEO) is None
    event = MessageIn(Target(Kind.CONTACT, "JulietC"), Message("a letter"))
    fired: list[Any] = []
    out = world.got(lambda: network.host.account(ROMEO).deliver_safely(event, "k1").addCallback(fired.append))
    assert texts(out) == ["a letter"]
    assert fired == [None]
    assert texts(world.got(lambda: network.host.account(ROMEO).deliver_safely(event, "k1"))) == []
    ping = next(s for s in out if s.name == "iq")
    assert ping.get("to") == "example.org"
    assert texts(world.got(world.start)) == ["a letter"]


def test_a_hub_knows_its_accounts_and_their_rosters() -> None:
    world, network = post()
    world.say(f"<presence from='{HOME}' to='^juliet%post@{DOMAIN}' type='subscribe'/>")
    accounts: list[Any] = []
    rosters: list[Any] = []
    network.host.accounts().addCallback(accounts.extend)
    network.host.roster(ROMEO).addCallback(rosters.extend)
    followers: list[Any] = []
    network.host.followers("Juliet").addCallback(followers.extend)
    world.turn()
    assert [(a.owner, a.settings["box"]) for a in accounts] == [(ROMEO, "box1")]
    assert rosters == ["Juliet"]
    assert followers == [ROMEO]


def test_who_joins_by_hand_does_not_wait_but_many_who_come_back_do() -> None:
    world = World()
    world.config = evolve(world.config, limits=evolve(world.config.limits, connects_per_second=2.0))
    world.start()
    for number in range(6):
        world.join(f"user{number}@example.org/x")
        world.session.online()
    sessions = world.network.sessions
    assert all(("connect",) in session.calls for session in sessions)
    world.turn(60)
    for session in sessions:
        session.lost()
    world.turn(2.01)
    assert 2 <= sum(session.calls.count(("connect",)) == 2 for session in sessions) < 6
    for _ in range(4):
        world.turn(1)
    assert all(session.calls.count(("connect",)) == 2 for session in sessions)


def test_a_room_that_stays_joined_is_left_by_a_command() -> None:
    world = World(persistent=True)
    world.register()
    world.join()
    world.session.online()
    world.session.in_room("#room")
    world.say(f"<presence from='{HOME}' to='{ROOM}/romeo' type='unavailable'/>")
    out = world.say(f"<message from='{HOME}' to='net@{DOMAIN}' type='chat'><body>leave #ROOM</body></message>")
    assert texts(out) == ["#room does not stay joined any more."]
    assert ("leave", "#room", "") in world.session.calls
    world.session.host.deliver(OccupantLeft("#room", "romeo"))
    world.start()
    assert world.network.sessions == []


def test_a_connection_that_nobody_needs_or_uses_ends_by_itself() -> None:
    world = World()
    world.register()
    world.say(f"<message from='{HOME}' to='bob%net@{DOMAIN}' type='chat'><body>hi</body></message>")
    world.session.online()
    world.session.accept()
    world.turn(1801)
    assert world.session.calls[-1][0] != "disconnect"
    world.turn(1801)
    assert world.session.calls[-1][0] == "disconnect"
    assert len(world.assembly.owners) == 0


def test_all_users_together_have_a_limit() -> None:
    world = World()
    world.config = evolve(world.config, limits=evolve(world.config.limits, sessions=2))
    world.start()
    assert world.join("a@example.org/x") == []
    assert world.join("b@example.org/x") == []
    assert [condition(s) for s in world.join("c@example.org/x")] == ["resource-constraint"]
    world.session.lost(retry=False)
    assert world.join("c@example.org/x") == []
