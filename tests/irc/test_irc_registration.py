"""Signing on: capabilities, SASL, nicks, passwords, servers in turn, and being turned away."""

import pytest
from fake_ircd import Ircd
from irc_world import World
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from transport.api import Connected, Disconnected, RoomJoined, RoomRefused, Status

ROMEO = {"nick": "romeo"}


def member(settings: dict[str, str], **ircd: str) -> World:
    world = World(settings, Ircd(**ircd))
    world.session.connect()
    world.host.pump()
    return world


def statuses(world: World) -> list[str]:
    return [str(event.text) for event in world.host.of(Status)]


def test_a_member_signs_on_without_joining() -> None:
    world = member(ROMEO)
    assert [e.nick for e in world.host.of(Connected)] == ["romeo"]
    assert world.server.lines[:3] == ["CAP LS 302", "NICK romeo", "USER romeo 0 * :romeo"]
    assert world.server.said("CAP")[1:] == ["CAP REQ :multi-prefix server-time", "CAP END"]


def test_a_guest_waits_for_a_nick() -> None:
    world = World()
    world.session.connect()
    world.host.pump()
    assert world.server.lines == []
    world.session.join("#garden", "juliet", None)
    world.host.pump()
    assert [e.nick for e in world.host.of(RoomJoined)] == ["juliet"]


def test_nobody_waits_for_a_nick_for_ever() -> None:
    world = World()
    world.session.connect()
    world.host.advance(61)
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("conflict", False)


def test_capabilities_are_read_from_several_lines_and_refusals_end_well() -> None:
    world = member(ROMEO, caps="a b c server-time multi-prefix sasl=PLAIN")
    assert world.server.said("CAP")[1:] == ["CAP REQ :multi-prefix server-time", "CAP END"]
    assert world.host.of(Connected)


def test_offers_after_signing_on_are_taken_up() -> None:
    world = member(ROMEO, caps="cap-notify")
    world.hear(":irc.fake CAP romeo NEW :away-notify draft/x")
    assert (
        world.server.said("CAP")[-1] == "CAP REQ :away-notify" or world.server.said("CAP")[-1] == "CAP REQ away-notify"
    )


def test_an_account_is_proved_by_sasl_under_its_own_name() -> None:
    ircd = Ircd(caps="sasl=PLAIN,EXTERNAL multi-prefix")
    ircd.accounts["montague"] = "secret word"
    world = World(ROMEO | {"username": "montague", "password": "secret word"}, ircd).up()
    assert world.server.account == "montague"
    assert world.server.said("NICK") == ["NICK romeo"]
    assert world.host.of(RoomJoined)


def test_scram_is_preferred_and_both_sides_prove_themselves() -> None:
    ircd = Ircd(caps="sasl=PLAIN,SCRAM-SHA-256")
    ircd.accounts["montague"] = "secret"
    world = World(ROMEO | {"username": "montague", "password": "secret"}, ircd).up()
    assert world.server.account == "montague"
    assert world.server.said("AUTHENTICATE")[0] == "AUTHENTICATE SCRAM-SHA-256"
    assert "AUTHENTICATE PLAIN" not in world.server.lines
    assert world.host.of(RoomJoined)


def test_a_success_that_the_server_has_not_proved_is_not_believed() -> None:
    ircd = Ircd(caps="sasl=SCRAM-SHA-256")
    world = World(ROMEO | {"password": "secret"}, ircd)
    world.session.connect()
    world.server.scram = lambda text: world.server.numeric("903", "SASL authentication successful")
    world.host.pump()
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("not-authorized", False)


def test_plain_is_tried_where_scram_fails() -> None:
    ircd = Ircd(caps="sasl=PLAIN,SCRAM-SHA-256")
    ircd.accounts["romeo"] = "secret"
    world = World(ROMEO | {"password": "secret"}, ircd)
    world.session.connect()
    server = world.server

    def no_scram(text: str) -> None:
        server.mechanism = ""
        server.numeric("904", "SASL authentication failed")

    server.scram = no_scram
    world.host.pump()
    assert server.account == "romeo"
    assert world.host.of(Connected)


@pytest.mark.parametrize("caps", ["sasl=PLAIN", "sasl"])
def test_a_wrong_password_is_told_and_not_tried_again(caps: str) -> None:
    world = member(ROMEO | {"password": "wrong"}, caps=caps)
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("not-authorized", False)
    assert "SASL authentication failed" in str(gone.reason.text)
    assert world.host.of(Connected) == []


@pytest.mark.parametrize("caps", ["multi-prefix", ""])
def test_without_sasl_on_offer_nobody_pretends_to_be_signed_in(caps: str) -> None:
    world = member(ROMEO | {"password": "secret"}, caps=caps)
    [gone] = world.host.of(Disconnected)
    assert gone.reason.condition == "not-authorized"
    assert world.host.of(Connected) == []


def test_a_server_without_capabilities_cannot_welcome_an_account() -> None:
    world = World(ROMEO | {"password": "secret"})
    world.session.connect()
    world.server.on_cap = lambda *params: None
    world.host.pump()
    assert world.server.welcomed
    [gone] = world.host.of(Disconnected)
    assert gone.reason.condition == "not-authorized"
    assert world.host.of(Connected) == []


def test_a_server_without_capabilities_welcomes_others() -> None:
    world = World(ROMEO)
    world.session.connect()
    world.server.on_cap = lambda *params: world.server.numeric("421", "CAP", "Unknown command")
    world.host.pump()
    assert world.host.of(Connected)


def test_after_a_conflict_there_is_time_to_choose() -> None:
    world = World(ircd=taken("romeo"))
    world.session.connect()
    world.host.advance(50)
    world.session.join("#garden", "romeo", None)
    world.host.pump()
    world.host.advance(50)
    world.session.join("#garden", "juliet", None)
    world.host.pump()
    assert [e.nick for e in world.host.of(RoomJoined)] == ["juliet"]


def test_the_password_of_the_server_is_given() -> None:
    ircd = Ircd()
    ircd.server_password = "open"
    assert World(ROMEO | {"server_password": "open"}, ircd).up().host.of(Connected)
    assert World({"nick": "juliet"}, ircd, password="open").up().host.of(Connected)
    world = World({"nick": "nurse"}, ircd).up()
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("not-authorized", False)


def taken(*nicks: str) -> Ircd:
    ircd = Ircd()
    for nick in nicks:
        ircd.clients[nick] = object()
    return ircd


def test_a_nick_in_use_is_refused_to_who_joins_with_it_and_another_goes_on() -> None:
    world = World(ircd=taken("romeo")).up()
    [refused] = world.host.of(RoomRefused)
    assert (refused.room, refused.reason.condition) == ("#garden", "conflict")
    world.session.join("#garden", "romeo2", None)
    world.host.pump()
    assert [e.nick for e in world.host.of(RoomJoined)] == ["romeo2"]
    assert len(world.ircd.all) == 1


def test_a_nick_the_server_does_not_like_is_not_acceptable() -> None:
    world = World().up(nick="badnick")
    assert [e.reason.condition for e in world.host.of(RoomRefused)] == ["not-acceptable"]
    world.host.advance(61)
    [gone] = world.host.of(Disconnected)
    assert not gone.retry


@pytest.mark.parametrize("nick", ["", " ", "a b", ":x", "a\r\nQUIT", "#x", "9x", "a,b", "x" * 65])
def test_a_nick_nobody_can_have_is_refused_before_it_is_sent(nick: str) -> None:
    world = World().up(nick=nick)
    assert [e.reason.condition for e in world.host.of(RoomRefused)] == ["not-acceptable"]
    assert world.server.lines == []


def test_a_registered_nick_in_use_is_replaced_by_one_like_it() -> None:
    world = World(ROMEO, taken("romeo", "romeo_"))
    world.session.connect()
    world.host.pump()
    assert [e.nick for e in world.host.of(Connected)] == ["romeo__"]
    assert any("romeo__" in text for text in statuses(world))


def test_alternatives_come_to_an_end() -> None:
    world = World(ROMEO, taken(*(f"romeo{'_' * n}" for n in range(9))))
    world.session.connect()
    world.host.pump()
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("conflict", True)


def test_after_a_lost_connection_the_own_ghost_is_no_conflict(world: World) -> None:
    ghost = world.server
    ghost.transport.loseConnection()
    world.host.pump()
    world.ircd.clients["romeo"] = object()
    world.host.take()
    world.up()
    assert [e.nick for e in world.host.of(RoomJoined)] == ["romeo_"]
    assert world.host.of(RoomRefused) == []
    del world.ircd.clients["romeo"]
    world.hear(":romeo!r@h JOIN #garden")
    world.hear(":romeo!r@h QUIT :Ping timeout")
    assert world.session.nick == "romeo"


def test_who_gave_up_may_come_back_under_another_nick() -> None:
    world = World(ircd=taken("romeo")).up()
    world.host.advance(61)
    assert world.host.of(Disconnected)
    world.up(nick="juliet")
    assert [e.nick for e in world.host.of(RoomJoined)] == ["juliet"]


def test_servers_are_tried_in_turn() -> None:
    world = World(ROMEO, servers=("irc://one.fake", "irc://two.fake:7000", "irc://three.fake"))
    tried = []

    def server(host: str, port: int) -> object:
        tried.append((host, port))
        return (
            DNSLookupError()
            if host == "one.fake"
            else ConnectionRefusedError("no")
            if port == 7000
            else world.ircd(host, port)
        )

    world.host.server = server
    world.up()
    assert tried == [("one.fake", 6667), ("two.fake", 7000), ("three.fake", 6667)]
    assert "Connecting to two.fake:7000 (not encrypted)." in statuses(world)
    assert world.host.of(RoomJoined)
    assert world.host.of(Disconnected) == []


def test_when_no_server_lets_us_in_that_is_told_once() -> None:
    world = World(ROMEO)
    world.host.server = lambda host, port: DNSLookupError()
    world.session.connect()
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("remote-server-not-found", True)
    world.host.server = world.ircd
    world.up()
    assert world.host.of(RoomJoined)


def test_a_server_that_does_not_answer_is_left() -> None:
    world = World(ROMEO)
    world.host.server = lambda host, port: Deferred()
    world.session.connect()
    world.host.advance(31)
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("remote-server-timeout", True)


def test_a_server_that_never_welcomes_is_left() -> None:
    world = World(ROMEO)
    world.ircd.pongs = False
    world.session.connect()
    world.server.on_nick = world.server.on_cap = lambda *params: None
    world.host.advance(61)
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("remote-server-timeout", True)


@pytest.mark.parametrize(
    ("line", "condition", "retry"),
    [
        (":irc.fake 465 * :You are banned from this server", "forbidden", False),
        ("ERROR :Closing Link: romeo (K-Lined)", "forbidden", False),
        ("ERROR :Trying to reconnect too fast", "remote-server-not-found", True),
    ],
)
def test_being_turned_away_is_told(line: str, condition: str, retry: bool) -> None:
    world = World(ROMEO)
    world.session.connect()
    world.server.on_nick = world.server.on_cap = lambda *params: None
    world.server.send(line)
    world.host.pump()
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == (condition, retry)


def test_signing_out_while_connecting_leaves_nothing_behind() -> None:
    world = World(ROMEO)
    pending: Deferred[None] = Deferred()
    world.host.server = lambda host, port: pending
    world.session.connect()
    world.session.disconnect("bye")
    world.host.advance(200)
    assert world.host.of(Disconnected, Connected) == []
    assert world.host.reactor.getDelayedCalls() == []


def test_signing_out_while_signing_on_leaves_nothing_behind() -> None:
    world = World(ROMEO)
    world.session.connect()
    world.session.disconnect("bye")
    world.host.advance(200)
    assert world.host.of(Disconnected, Connected) == []
    assert world.server.closed


def test_signing_out_says_why(world: World) -> None:
    world.session.disconnect("good\r\nnight :x")
    world.host.pump()
    assert world.server.lines[-1] == "QUIT :good night :x"
    assert world.server.closed
    assert world.host.of(Disconnected) == []


def test_a_lost_connection_is_told(world: World) -> None:
    world.server.transport.loseConnection()
    world.host.pump()
    [gone] = world.host.of(Disconnected)
    assert (gone.reason.condition, gone.retry) == ("remote-server-not-found", True)


def test_the_last_words_of_the_server_are_told(world: World) -> None:
    world.server.send("ERROR :Closing Link: (Excess Flood)")
    world.server.transport.loseConnection()
    world.host.pump()
    [gone] = world.host.of(Disconnected)
    assert "Excess Flood" in str(gone.reason.text)
    assert gone.retry


def test_a_silent_server_is_asked_and_then_given_up(world: World) -> None:
    world.ircd.pongs = False
    before = len(world.server.said("PING"))
    for _ in range(5):
        world.host.advance(30)
    assert len(world.server.said("PING")) == before + 1
    assert world.host.of(Disconnected) == []
    for _ in range(4):
        world.host.advance(30)
    [gone] = world.host.of(Disconnected)
    assert gone.retry


def test_a_server_that_answers_is_kept(world: World) -> None:
    for _ in range(60):
        world.host.advance(30)
    assert world.host.of(Disconnected) == []
