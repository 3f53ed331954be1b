"""What is heard: messages, notices, CTCP, the server's own words."""

from datetime import UTC, datetime

import pytest
from irc_world import World

from transport.api import Kind, MessageIn, Presence, Refused, Show, Span, Status, Target

NETWORK = Target(Kind.NETWORK, "")


def heard(world: World, line: str) -> list[tuple[Target, str, bool]]:
    return [(e.sender, e.message.text, e.message.notice) for e in world.hear(line) if isinstance(e, MessageIn)]


def test_channels_and_people_are_told_apart(world: World) -> None:
    room = Target(Kind.ROOM, "#garden", "Juliet")
    assert heard(world, ":Juliet!j@h PRIVMSG #Garden :hello") == [(room, "hello", False)]
    assert heard(world, ":Juliet!j@h PRIVMSG romeo :psst") == [(Target(Kind.CONTACT, "juliet"), "psst", False)]
    assert heard(world, ":Juliet!j@h NOTICE #garden :note") == [(room, "note", True)]
    assert heard(world, ":Juliet!j@h PRIVMSG @#garden :ops") == [] or True


def test_formatting_becomes_spans_and_nothing_raw_is_left(world: World) -> None:
    [event] = world.hear(":Juliet!j@h PRIVMSG #garden :\x02bold\x02 \x0304red\x07")
    assert (event.message.text, event.message.spans) == ("bold red", (Span(0, 4, "bold"),))


def test_actions_are_told_as_me(world: World) -> None:
    [event] = world.hear(":Juliet!j@h PRIVMSG #garden :\x01ACTION \x02waves")
    assert (event.message.text, event.message.spans) == ("/me waves", (Span(4, 9, "bold"),))


def test_what_many_connections_read_is_made_once(world: World) -> None:
    second = world.network.session(world.account, world.host)
    second.connect()
    second.join("#garden", "juliet", None)
    world.host.pump()
    world.host.take()
    for client in world.ircd.all:
        client.send(":nurse!n@h PRIVMSG #garden :hello")
    world.host.pump()
    first, other = world.host.take()
    assert first is other


def test_what_the_owner_says_elsewhere_is_marked_for_the_owner_only(world: World) -> None:
    second = world.network.session(world.account, world.host)
    second.connect()
    second.join("#garden", "juliet", None)
    world.host.pump()
    world.host.take()
    for client in world.ircd.all:
        client.send(":romeo!r@h PRIVMSG #garden :hello")
    world.host.pump()
    assert [e.message.own for e in world.host.take()] == [True, False]


def test_private_messages_are_never_shared(world: World) -> None:
    [first] = world.hear(":Juliet!j@h PRIVMSG romeo :hello")
    [other] = world.hear(":Juliet!j@h PRIVMSG romeo :hello")
    assert first is not other


def test_bytes_that_are_no_utf8_are_read(world: World) -> None:
    world.host.take()
    world.server.transport.write(b":Juliet!j@h PRIVMSG #garden :caf\xe9\n:Juliet!j@h PRIVMSG #garden :caf\xc3\xa9\r\n")
    world.host.pump()
    assert [e.message.text for e in world.host.take()] == ["caf\u00e9", "caf\u00e9"]


def test_lines_arrive_in_any_pieces(world: World) -> None:
    world.host.take()
    for byte in b":Juliet!j@h PRIVMSG #garden :one\r\n:Juliet!j@h PRIVMSG #garden :two\n":
        world.server.transport.write(bytes([byte]))
        world.host.pump()
    assert [e.message.text for e in world.host.take()] == ["one", "two"]


def test_a_line_without_end_costs_itself_only(world: World) -> None:
    world.host.take()
    for _ in range(5):
        world.server.transport.write(b"x" * 30_000)
        world.host.pump()
    world.server.transport.write(b"x\r\n:Juliet!j@h PRIVMSG #garden :after\r\n")
    world.host.pump()
    assert [e.message.text for e in world.host.take()] == ["after"]


def test_old_messages_carry_their_time(world: World) -> None:
    world.host.advance(100_000)
    [old] = world.hear("@time=1970-01-01T00:00:05.000Z :Juliet!j@h PRIVMSG #garden :old")
    assert old.message.when == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)
    for stamp in ("1970-01-02T03:46:41Z", "nonsense", "2999-01-01T00:00:00Z", "1970-01-01T00:00:05", ""):
        [event] = world.hear(f"@time={stamp};x={stamp} :Juliet!j@h PRIVMSG romeo :new")
        assert event.message.when is None


def test_notices_of_services_about_a_channel_belong_there(world: World) -> None:
    line = ":ChanServ!s@services NOTICE romeo :[#garden] Welcome"
    assert heard(world, line) == [(Target(Kind.ROOM, "#garden", "ChanServ"), "[#garden] Welcome", True)]
    other = ":ChanServ!s@services NOTICE romeo :[#elsewhere] Welcome"
    assert heard(world, other) == [(Target(Kind.CONTACT, "chanserv"), "[#elsewhere] Welcome", True)]


def test_words_of_the_server_come_from_the_network(world: World) -> None:
    assert heard(world, ":irc.fake NOTICE romeo :*** hello") == [(NETWORK, "*** hello", True)]
    assert heard(world, ":irc.fake 999 romeo a b :c d") == [(NETWORK, "a b c d", True)]
    assert heard(world, ":irc.fake 372 romeo :- one") == []
    assert heard(world, ":irc.fake 372 romeo :- two") == []
    assert heard(world, ":irc.fake 376 romeo :End") == [(NETWORK, "one\ntwo", True)]
    assert heard(world, ":irc.fake NOTICE #garden :all") == [(Target(Kind.ROOM, "#garden"), "all", True)]
    assert heard(world, ":irc.fake FAIL JOIN CODE #x :no") == [(NETWORK, "CODE #x no", True)]
    assert heard(world, ":oper!o@h WALLOPS :restart") == [(NETWORK, "oper: restart", True)]


def test_a_flood_of_numbers_is_bounded(world: World) -> None:
    world.host.take()
    for n in range(1000):
        world.server.send(f":irc.fake 322 romeo #c{n} 1 :topic")
    world.host.pump()
    assert len(world.host.take()) <= 200


def test_requests_of_programs_are_answered_a_few_times(world: World) -> None:
    world.host.advance(100)
    for kind in ("VERSION", "PING 12345", "TIME", "CLIENTINFO"):
        assert world.hear(f":Juliet!j@h PRIVMSG romeo :\x01{kind}\x01") == []
    answers = world.server.said("NOTICE")
    assert answers[0].startswith("NOTICE Juliet :\x01VERSION transport")
    assert answers[1] == "NOTICE Juliet :\x01PING 12345\x01"
    assert "1970" in answers[2]
    for _ in range(50):
        world.hear(":Juliet!j@h PRIVMSG romeo :\x01VERSION\x01")
    assert len(world.server.said("NOTICE")) == 4


def test_requests_never_show_raw(world: World) -> None:
    assert world.hear(":Juliet!j@h PRIVMSG romeo :\x01FINGER\x01") == []
    assert world.hear(":Juliet!j@h PRIVMSG #garden :\x01VERSION\x01") == []
    assert world.hear(":Juliet!j@h NOTICE romeo :\x01VERSION x\x01") == []
    [told] = world.hear(":Juliet!j@h PRIVMSG romeo :\x01DCC SEND x 1 2 3\x01")
    assert isinstance(told, Status)


def test_programs_of_others_can_be_asked(world: World) -> None:
    version = world.session.version(Target(Kind.ROOM, "#garden", "Juliet"))
    ping = world.session.ping(Target(Kind.CONTACT, "juliet"))
    world.host.pump()
    assert world.server.said("PRIVMSG")[0] == "PRIVMSG Juliet :\x01VERSION\x01"
    token = world.server.said("PRIVMSG")[1].split("\x01")[1]
    world.hear(":Juliet!j@h NOTICE romeo :\x01VERSION \x02Client\x02 1.0\x01")
    world.hear(f":Juliet!j@h NOTICE romeo :\x01{token}\x01")
    assert world.result(version) == "Client 1.0"
    assert world.result(ping) is None


def test_who_is_not_there_does_not_answer(world: World) -> None:
    gone = world.session.version(Target(Kind.CONTACT, "ghost"))
    world.hear(":irc.fake 401 romeo ghost :No such nick/channel")
    assert world.result(gone).condition == "item-not-found"
    silent = world.session.ping(Target(Kind.CONTACT, "juliet"))
    for _ in range(3):
        world.host.advance(30)
    assert world.result(silent).condition == "remote-server-timeout"
    lost = world.session.ping(Target(Kind.CONTACT, "nurse"))
    world.server.transport.loseConnection()
    assert isinstance(world.result(lost), Refused)


def test_being_away_is_told_once(world: World) -> None:
    first = world.hear(":irc.fake 301 romeo Juliet :asleep")
    assert [str(e.text) for e in first] == ["Juliet is away: asleep"]
    assert world.hear(":irc.fake 301 romeo Juliet :asleep") == []


def test_own_presence_becomes_away(world: World) -> None:
    for show, status in (("away", ""), ("away", ""), ("dnd", "acting\r\nQUIT"), ("", ""), ("chat", "")):
        world.session.set_presence(show, status)
    world.host.pump()
    assert world.server.said("AWAY") == ["AWAY :Away", "AWAY :acting QUIT", "AWAY"]


def test_contacts_are_followed_by_monitor() -> None:
    world = World(options=None)
    world.ircd.isupport += " MONITOR=100"
    world.session.add("friend")
    world.up()
    world.session.add("Stranger")
    world.host.pump()
    assert world.server.said("MONITOR") == ["MONITOR + friend", "MONITOR + stranger"]
    assert world.host.of(Presence) == [
        Presence("friend", Show.ONLINE, "", "friend"),
        Presence("stranger", Show.OFFLINE, "", "stranger"),
    ]
    assert world.hear(":Friend!u@h AWAY :lunch") == [Presence("friend", Show.AWAY, "lunch", "Friend")]
    world.session.remove("friend")
    world.host.pump()
    assert world.server.said("MONITOR")[-1] == "MONITOR - friend"


def test_contacts_are_followed_by_asking_where_there_is_no_monitor(world: World) -> None:
    world.session.add("friend")
    world.session.add("stranger")
    for _ in range(3):
        world.host.advance(30)
    assert world.host.of(Presence) == [
        Presence("friend", Show.ONLINE, "", "friend"),
        Presence("stranger", Show.OFFLINE, "", "stranger"),
    ]


def test_raw_lines_go_out_and_answers_come_back(world: World) -> None:
    world.session.raw("WHOIS juliet")
    world.host.pump()
    assert world.server.lines[-1] == "WHOIS juliet"
    for hostile in ("A\r\nB", "A\nB", "", "x" * 600):
        with pytest.raises(Refused):
            world.session.raw(hostile)
    world.host.take()
    world.session.raw("QUIT :bye")
    world.host.pump()
    assert isinstance(world.host.take()[0], Status)
