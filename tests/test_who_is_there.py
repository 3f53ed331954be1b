"""Which clients are there, and who may do what."""

from typing import Any

from attrs import evolve

from tests.edges import JULIET, NET, PHONE, asked, bodies, errors, member, presence, seated
from tests.world import DOMAIN, HOME, ROMEO, ROOM, World, condition
from transport.api import Presence, Show
from transport.config import NetworkConfig
from transport.store.interface import ContactRow
from transport.xmpp.element import Element

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


def shown(stanzas: list[Element], of: str = NET) -> list[tuple[str, str, list[str]]]:
    """What presences of an address say: to whom, type, and texts inside."""
    return [
        (s.get("to"), s.get("type"), [e.text for e in s.elements() if e.name in ("show", "status")])
        for s in stanzas
        if s.name == "presence" and s.get("from") == of
    ]


def test_a_network_has_a_presence_of_its_own_that_later_clients_see() -> None:
    world = member()
    session = world.session
    out = world.got(lambda: session.host.deliver(Presence("", Show.AWAY, "no network")))
    assert shown(out) == [(ROMEO, "", ["away", "no network"])]
    assert shown(world.say(presence(jid=PHONE))) == [(PHONE, "", ["away", "no network"])]
    out = world.got(lambda: session.host.deliver(Presence("", Show.OFFLINE, "no modem")))
    assert shown(out) == [(ROMEO, "unavailable", ["no modem"])]


def test_a_network_that_is_lost_is_what_it_says_only_when_it_says_it_again() -> None:
    world = member()
    session = world.session
    world.got(lambda: session.host.deliver(Presence("", Show.DND, "quota reached")))
    assert [show[2][0] for show in shown(world.got(session.lost))] == ["xa"]
    world.turn(100)
    assert shown(world.got(session.online)) == [(ROMEO, "", [])]
