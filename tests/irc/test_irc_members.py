"""Who is in a channel, as the server names them."""

from irc_world import World

from transport.api import OccupantRenamed, RoomJoined


def test_names_with_control_characters_never_leave(world: World) -> None:
    world.hear(":Juliet!j@h JOIN #garden")
    assert world.hear(":Juliet!j@h NICK :Ju\x02li\x00et") == [
        OccupantRenamed("#garden", "Juliet", "Ju\ufffdli\ufffdet")
    ]
    world.host.take()
    world.server.on_join = lambda *params: None
    world.ircd.pongs = False
    world.session.join("#balcony", "romeo", None)
    world.host.pump()
    for line in (
        ":romeo!r@h JOIN :#balcony",
        ":s 353 romeo = #balcony :a\x02b @c\x00d romeo",
        ":s 366 romeo #balcony :x",
    ):
        world.server.send(line)
    world.host.pump()
    [joined] = world.host.of(RoomJoined)
    assert list(joined.occupants) == ["a\ufffdb", "c\ufffdd", "romeo"]
