"""Roles, affiliations, topic, nick, invitations: as IRC has them."""

import pytest
from irc_world import World

from transport.api import Affiliation, OccupantLeft, OccupantRenamed, Refused, Role, Subject

JULIET = ":Juliet!j@house JOIN #garden"


@pytest.fixture
def garden(world: World) -> World:
    world.hear(JULIET)
    world.session.join("#quiet", "romeo", None)
    world.host.pump()
    world.hear(":Juliet!j@house JOIN #quiet")
    world.server.lines.clear()
    return world


def sent(world: World) -> list[str]:
    return [line for line in world.server.lines if not line.startswith("PING")]


@pytest.mark.parametrize(
    ("role", "before", "line"),
    [
        (Role.NONE, "", "KICK #garden Juliet :out\tof here".replace("\t", " ")),
        (Role.MODERATOR, "", "MODE #garden +h Juliet"),
        (Role.MODERATOR, "+o", None),
        (Role.PARTICIPANT, "+o", "MODE #garden -o Juliet"),
        (Role.PARTICIPANT, "", None),
        (Role.VISITOR, "+v", "MODE #garden -v Juliet"),
    ],
)
def test_roles_are_modes_and_kicks(garden: World, role: Role, before: str, line: str | None) -> None:
    if before:
        garden.hear(f":romeo!r@h MODE #garden {before} Juliet")
    done = garden.session.set_role("#garden", "JULIET", role, "out\nof here")
    assert garden.result(done) is None
    assert sent(garden) == ([line] if line else [])


@pytest.mark.parametrize(
    ("affiliation", "before", "line"),
    [
        (Affiliation.OWNER, "", "MODE #garden +q Juliet"),
        (Affiliation.ADMIN, "", "MODE #garden +o Juliet"),
        (Affiliation.ADMIN, "+q", "MODE #garden -q+o Juliet Juliet"),
        (Affiliation.MEMBER, "+o", "MODE #garden -o+v Juliet Juliet"),
        (Affiliation.NONE, "+v", "MODE #garden -v Juliet"),
        (Affiliation.NONE, "", None),
    ],
)
def test_affiliations_are_modes(garden: World, affiliation: Affiliation, before: str, line: str | None) -> None:
    if before:
        garden.hear(f":romeo!r@h MODE #garden {before} Juliet")
    assert garden.result(garden.session.set_affiliation("#garden", "Juliet", affiliation, "")) is None
    assert sent(garden) == ([line] if line else [])


def test_an_outcast_is_banned_and_kicked(garden: World) -> None:
    done = garden.session.set_affiliation("#garden", "juliet", Affiliation.OUTCAST, "out")
    garden.host.advance(1)
    assert garden.result(done) is None
    assert sent(garden) == ["USERHOST juliet", "MODE #garden +b *!*@house", "KICK #garden Juliet :out"]
    assert garden.host.of(OccupantLeft)
    done = garden.session.set_affiliation("#garden", "*!*@house", Affiliation.OUTCAST, "")
    assert garden.result(done) is None
    done = garden.session.set_affiliation("#garden", "*!*@house", Affiliation.NONE, "")
    assert garden.result(done) is None
    assert sent(garden)[3:] == ["MODE #garden +b *!*@house", "MODE #garden -b *!*@house"]


def test_a_nick_whose_host_is_not_known_is_banned_by_name(garden: World) -> None:
    done = garden.session.set_affiliation("#garden", "tybalt", Affiliation.OUTCAST, "")
    garden.host.advance(1)
    assert garden.result(done) is None
    assert sent(garden) == ["USERHOST tybalt", "MODE #garden +b tybalt!*@*"]


def test_lists_come_from_the_server_and_from_who_is_there(garden: World) -> None:
    garden.ircd.channel("#garden").bans = ["*!*@evil", "bad!*@*"]
    assert garden.result(garden.session.affiliated("#garden", Affiliation.OUTCAST)) == ["*!*@evil", "bad!*@*"]
    assert garden.result(garden.session.affiliated("#garden", Affiliation.OUTCAST)) == ["*!*@evil", "bad!*@*"]
    assert garden.result(garden.session.affiliated("#garden", Affiliation.ADMIN)) == ["romeo"]


def test_what_is_not_allowed_is_forbidden(garden: World) -> None:
    session = garden.session
    for done in (
        session.set_role("#quiet", "Juliet", Role.NONE, ""),
        session.set_role("#quiet", "Juliet", Role.MODERATOR, ""),
        session.set_affiliation("#quiet", "Juliet", Affiliation.OUTCAST, ""),
        session.set_subject("#quiet", "x"),
    ):
        refused = garden.result(done)
        assert refused.condition == "forbidden"
        assert "operator" in str(refused.text)


def test_who_is_not_there_is_not_found(garden: World) -> None:
    session = garden.session
    for done in (
        session.set_role("#garden", "nobody", Role.NONE, ""),
        session.set_affiliation("#garden", "nobody", Affiliation.ADMIN, ""),
        session.invite("#garden", "ghost", ""),
    ):
        assert garden.result(done).condition == "item-not-found"
    assert garden.result(session.set_subject("#elsewhere", "x")).condition == "not-acceptable"


def test_a_server_that_does_not_answer_times_out(garden: World) -> None:
    garden.ircd.pongs = False
    done = garden.session.set_subject("#garden", "x")
    for _ in range(3):
        garden.server.send(":irc.fake NOTICE romeo :x")
        garden.host.advance(30)
    assert garden.result(done).condition == "remote-server-timeout"


def test_a_lost_connection_ends_requests(garden: World) -> None:
    garden.ircd.pongs = False
    done = garden.session.set_subject("#garden", "x")
    garden.server.transport.loseConnection()
    assert isinstance(garden.result(done), Refused)


def test_the_topic_is_one_line(garden: World) -> None:
    assert garden.result(garden.session.set_subject("#garden", "two\r\nlines")) is None
    assert garden.host.of(Subject)[-1] == Subject("#garden", "two lines", "romeo")
    assert garden.result(garden.session.set_subject("#garden", "")) is None
    assert sent(garden) == ["TOPIC #garden :two lines", "TOPIC #garden :"]


def test_a_nick_is_changed_and_told(garden: World) -> None:
    assert garden.result(garden.session.set_nick("#garden", "montague")) is None
    assert OccupantRenamed("#garden", "romeo", "montague") in garden.host.events
    assert garden.result(garden.session.set_nick("#garden", "montague")) is None
    assert sent(garden) == ["NICK montague"]


def test_a_nick_that_cannot_be_had_is_refused(garden: World) -> None:
    garden.ircd.clients["juliet"] = object()
    for nick, condition in (("juliet", "conflict"), ("badnick", "not-acceptable"), ("a b", "not-acceptable")):
        assert garden.result(garden.session.set_nick("#garden", nick)).condition == condition
    assert garden.session.nick == "romeo"


def test_invitations_go_out(garden: World) -> None:
    assert garden.result(garden.session.invite("#garden", "nurse", "come")) is None
    assert sent(garden) == ["INVITE nurse #garden"]
