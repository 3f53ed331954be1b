"""Channels: entering, who is there, what changes, leaving."""

import pytest
from fake_ircd import Ircd
from irc_world import World

from transport.api import (
    Affiliation,
    Invited,
    Leave,
    Occupant,
    OccupantLeft,
    OccupantRenamed,
    Role,
    RoomConfig,
    RoomJoined,
    RoomMoved,
    RoomRefused,
    Standing,
    Subject,
)

ADMIN = Standing(Affiliation.ADMIN, Role.MODERATOR)
OWNER = Standing(Affiliation.OWNER, Role.MODERATOR)
HELPER = Standing(Affiliation.MEMBER, Role.MODERATOR)
NOBODY = Standing(Affiliation.NONE, Role.PARTICIPANT)


def test_all_who_are_there_are_told_at_once_after_the_topic() -> None:
    world = World()
    channel = world.ircd.channel("#garden")
    channel.members = {f"n{i}": "" for i in range(25)} | {"Juliet": "@+", "nurse": "%", "friar": "~@"}
    channel.topic = "\x02moon\x02light"
    world.up()
    subject, joined = world.host.of(RoomJoined, Subject)
    assert isinstance(joined, RoomJoined)
    assert len(joined.occupants) == 29
    assert [joined.occupants[n] for n in ("Juliet", "nurse", "friar", "n3", "romeo")] == [
        ADMIN,
        HELPER,
        OWNER,
        NOBODY,
        NOBODY,
    ]
    assert subject == Subject("#garden", "moonlight", "setter")


def test_standings_and_nicks_are_shared() -> None:
    world, other = World(ircd=Ircd()).up(), World().up(nick="juliet")
    other.network, other.session = world.network, None
    second = world.network.session(world.account, world.host)
    second.connect()
    second.join("#garden", "juliet", None)
    world.host.pump()
    first, later = world.host.of(RoomJoined)
    [nick] = [n for n in later.occupants if n == "romeo"]
    [same] = list(first.occupants)
    assert nick is same


def test_joins_before_the_welcome_go_out_together_with_their_keys() -> None:
    world = World()
    world.session.connect()
    for room, key in (("#a", None), ("#locked", "sesame"), ("#b", None)):
        world.session.join(room, "romeo", key)
    world.host.pump()
    assert world.server.said("JOIN") == ["JOIN #locked,#a,#b sesame"]
    assert sorted(e.room for e in world.host.of(RoomJoined)) == ["#a", "#b", "#locked"]


def test_many_joins_fit_their_lines() -> None:
    world = World()
    world.session.connect()
    for n in range(60):
        world.session.join(f"#channel-number-{n}", "romeo", None)
    world.host.pump()
    lines = world.server.said("JOIN")
    assert len(lines) > 1
    assert all(len(line) <= 510 for line in lines)
    assert len(world.host.of(RoomJoined)) == 60


@pytest.mark.parametrize(
    ("room", "condition"),
    [
        ("#banned", "forbidden"),
        ("#full", "service-unavailable"),
        ("#invited", "registration-required"),
        ("#registered", "registration-required"),
        ("#none", "item-not-found"),
        ("#toomany", "resource-constraint"),
        ("#locked", "not-authorized"),
        ("#silent", "remote-server-timeout"),
    ],
)
def test_every_refusal_has_its_condition_and_words(world: World, room: str, condition: str) -> None:
    world.session.join(room, "romeo", None)
    world.host.pump()
    world.host.advance(1)
    [refused] = world.host.of(RoomRefused)
    assert (refused.room, refused.reason.condition) == (room, condition)
    assert str(refused.reason.text)


@pytest.mark.parametrize("room", ["#a b", "#a,b", "#a\r\nQUIT", "#" + "x" * 300, "#a:b", "nick", "#a\x07", ""])
def test_what_cannot_be_a_channel_is_refused_unsent(world: World, room: str) -> None:
    before = len(world.server.lines)
    world.session.join(room, "romeo", None)
    world.host.pump()
    assert len(world.host.of(RoomRefused)) == 1
    assert len(world.server.lines) == before


def test_a_joined_room_is_told_again_from_what_is_known(world: World) -> None:
    before = len(world.server.lines)
    world.host.take()
    world.session.join("#garden", "other", None)
    world.host.pump()
    subject, joined = world.host.take()
    assert joined.nick == "romeo"
    assert joined.occupants == {"romeo": ADMIN}
    assert subject == Subject("#garden", "")
    assert len(world.server.lines) == before


def test_a_forward_moves_the_room(world: World) -> None:
    world.session.join("#forward", "romeo", None)
    world.host.pump()
    assert world.host.events[-2:] == [RoomMoved("#forward", "#target"), Invited("#target", None)]


def test_a_forced_join_is_an_invitation_that_can_be_taken(world: World) -> None:
    world.host.take()
    world.server.enter("#forced")
    world.host.pump()
    assert world.host.take() == [Invited("#forced", None)]
    world.session.join("#forced", "romeo", None)
    assert [e.room for e in world.host.of(RoomJoined)] == ["#forced"]


def test_people_come_and_go(world: World) -> None:
    assert world.hear(":Juliet!j@house JOIN #Garden") == [Occupant("#garden", "Juliet", NOBODY, "j@house")]
    assert world.hear(":Juliet!j@house NICK :Jule") == [OccupantRenamed("#garden", "Juliet", "Jule")]
    assert world.hear(":Jule!j@house PART #garden :\x02late") == [
        OccupantLeft("#garden", "Jule", Leave.LEFT, None, "late")
    ]
    assert world.hear(":Jule!j@house PART #garden") == []
    world.hear(":nurse!n@house JOIN :#garden")
    assert world.hear(":nurse!n@house QUIT :Ping timeout") == [
        OccupantLeft("#garden", "nurse", Leave.QUIT, None, "Ping timeout")
    ]


def test_a_quit_leaves_every_shared_room(world: World) -> None:
    world.session.join("#balcony", "romeo", None)
    world.host.pump()
    world.hear(":Juliet!j@house JOIN #garden")
    world.hear(":Juliet!j@house JOIN #balcony")
    assert [e.room for e in world.hear(":Juliet!j@house QUIT")] == ["#garden", "#balcony"]
    assert world.hear(":stranger!s@house QUIT :x") == []


def test_kicks_name_their_actor(world: World) -> None:
    world.hear(":Juliet!j@house JOIN #garden")
    assert world.hear(":nurse!n@h KICK #garden JULIET :go") == [
        OccupantLeft("#garden", "Juliet", Leave.KICKED, "nurse", "go")
    ]
    assert world.hear(":nurse!n@h KICK #garden romeo") == [OccupantLeft("#garden", "romeo", Leave.KICKED, "nurse", "")]
    assert world.hear(":Juliet!j@house JOIN #garden") == []


def test_leaving_is_told_by_the_echo(world: World) -> None:
    world.host.take()
    world.session.leave("#garden", "good\nnight")
    world.host.pump()
    assert world.server.said("PART") == ["PART #garden :good night"]
    assert world.host.take() == [OccupantLeft("#garden", "romeo", Leave.LEFT, None, "good night")]
    world.session.leave("#garden", "")
    assert world.server.said("PART") == ["PART #garden :good night"]


def test_modes_of_people_change_their_standing(world: World) -> None:
    world.hear(":Juliet!j@house JOIN #garden")
    assert world.hear(":romeo!r@h MODE #garden +ov-v JULIET Juliet Juliet") == [Occupant("#garden", "Juliet", ADMIN)]
    assert world.hear(":romeo!r@h MODE #garden -o+h Juliet Juliet") == [Occupant("#garden", "Juliet", HELPER)]
    assert world.hear(":romeo!r@h MODE #garden +b *!*@x") == []
    assert world.hear(":romeo!r@h MODE #garden +o nobody") == []
    assert world.hear(":romeo!r@h MODE #garden +o") == []


def test_modes_of_the_channel_are_its_configuration(world: World) -> None:
    world.hear(":Juliet!j@house JOIN #garden")
    world.ircd.channel("#garden").modes = "+mnt"
    events = world.hear(":romeo!r@h MODE #garden +m")
    [config] = [e for e in events if isinstance(e, RoomConfig)]
    assert config.features["moderated"] == "1"
    assert "public" in config.features
    [config] = world.hear(":romeo!r@h MODE #garden -m+k key")
    assert "unmoderated" in config.features
    assert "passwordprotected" in config.features


def test_the_topic_changes(world: World) -> None:
    assert world.hear(":Juliet!j@h TOPIC #garden :new \x0304moon") == [Subject("#garden", "new moon", "Juliet")]
    assert world.hear(":Juliet!j@h TOPIC #garden :") == [Subject("#garden", "", "Juliet")]


def test_invitations_to_us_are_told(world: World) -> None:
    assert world.hear(":Juliet!j@h INVITE romeo :#Balcony") == [Invited("#balcony", "Juliet")]
    assert world.hear(":Juliet!j@h INVITE nurse :#Balcony") == []


def test_an_own_rename_by_services_is_followed(world: World) -> None:
    assert world.hear(":romeo!r@h NICK Guest42") == [OccupantRenamed("#garden", "romeo", "Guest42")]
    world.server.nick = "Guest42"
    world.host.take()
    world.session.join("#b", "romeo", None)
    world.host.pump()
    assert world.host.of(RoomJoined)[0].nick == "Guest42"


@pytest.mark.parametrize(
    "line",
    [
        "JOIN",
        ":x!y@z JOIN",
        "KICK #garden",
        "MODE",
        "MODE #garden",
        "353 romeo",
        "366",
        "470 romeo #a",
        "NICK",
        ":romeo!r@h NICK",
        "005",
        "332 romeo",
        "367",
        "PRIVMSG",
        "PRIVMSG #garden",
        "NOTICE romeo",
        "CAP",
        "PONG",
        "PING",
        "303",
        "INVITE romeo",
        "TOPIC #garden",
        "301",
        "AUTHENTICATE +",
        "999",
        "433",
        ":",
        "@x",
        "CHGHOST a",
        ":romeo!x@y CHGHOST a",
        "ERROR",
    ],
)
def test_broken_lines_cost_themselves_only(world: World, line: str) -> None:
    world.hear(line)
    [said] = world.hear(":romeo!r@h TOPIC #garden :still here")
    assert isinstance(said, Subject)


def test_a_channel_that_is_left_before_the_server_has_answered_is_no_invitation(world: World) -> None:
    world.host.take()
    world.session.join("#balcony", "romeo", None)
    world.session.leave("#balcony", "")
    world.host.pump()
    kinds = [type(event).__name__ for event in world.host.take()]
    assert "Invited" not in kinds
    assert "RoomJoined" in kinds
