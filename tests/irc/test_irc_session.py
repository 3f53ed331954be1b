"""Signing in, talking, and what becomes of messages."""

from irc_world import World

from transport.api import Accepted, Connected, RoomJoined, Subject


def test_a_join_connects_and_enters(world: World) -> None:
    assert [e.nick for e in world.host.of(Connected)] == ["romeo"]
    [joined] = world.host.of(RoomJoined)
    assert (joined.room, joined.nick, list(joined.occupants)) == ("#garden", "romeo", ["romeo"])
    assert world.host.of(Subject) == [Subject("#garden", "")]


def test_a_message_is_accepted_when_the_server_has_read_it(world: World) -> None:
    message = world.say("hello")
    assert world.server.said("PRIVMSG") == ["PRIVMSG #garden :hello"]
    assert [e.message for e in world.host.of(Accepted)] == [message]
