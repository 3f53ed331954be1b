"""What becomes of messages: proof, refusals, cuts, pace, and lost connections."""

import pytest
from irc_world import World

from transport.api import Accepted, Connected, Failed, Kind, Message, Refused, Target


def outcomes(world: World) -> list[tuple[str, str]]:
    return [
        ("accepted" if isinstance(e, Accepted) else e.reason.condition, e.message.text)
        for e in world.host.of(Accepted, Failed)
    ]


def test_a_message_is_accepted_when_the_server_has_read_it(world: World) -> None:
    world.say("hello")
    assert world.server.lines[-2:] == ["PRIVMSG #garden :hello", world.server.said("PING")[-1]]
    assert outcomes(world) == [("accepted", "hello")]


def test_no_answer_no_acceptance(world: World) -> None:
    world.host.advance(1)
    world.ircd.pongs = False
    world.say("hello")
    world.host.advance(5)
    assert outcomes(world) == []
    world.server.send(f":irc.fake PONG irc.fake :{world.server.said('PING')[-1][6:]}")
    world.host.pump()
    assert outcomes(world) == [("accepted", "hello")]


def test_a_wrong_pong_proves_nothing(world: World) -> None:
    world.host.advance(1)
    world.ircd.pongs = False
    world.say("hello")
    for token in ("p0", "p999", "x", ""):
        world.hear(f":irc.fake PONG irc.fake :{token}")
        world.hear(f"@time=x :irc.fake PONG irc.fake :{token}")
        world.hear(f"PONG {token or ':'}")
    assert outcomes(world) == []
    token = world.server.said("PING")[-1][6:]
    world.server.send(f"@time=x :irc.fake PONG irc.fake :{token}")
    world.host.pump()
    assert outcomes(world) == [("accepted", "hello")]


def test_messages_a_moment_apart_share_a_proof(world: World) -> None:
    world.host.advance(1)
    before = len(world.server.said("PING"))
    for n in range(5):
        world.session.send(Target(Kind.ROOM, "#garden"), Message(str(n)))
    world.host.advance(0.06)
    world.host.advance(0.06)
    assert outcomes(world) == [("accepted", str(n)) for n in range(5)]
    assert len(world.server.said("PING")) - before == 2


def test_private_messages_wait_for_their_proof_together(world: World) -> None:
    world.host.advance(2)
    before = len(world.server.said("PING"))
    for n in range(5):
        world.session.send(Target(Kind.CONTACT, "juliet"), Message(str(n)))
    world.host.advance(0.5)
    assert outcomes(world) == []
    world.host.advance(0.6)
    assert len(outcomes(world)) == 5
    assert len(world.server.said("PING")) - before == 1


def test_a_refusal_by_the_server_fails_the_message_in_its_words(world: World) -> None:
    world.say("boo", "ghost")
    world.say("hello", "juliet")
    world.host.advance(2)
    assert outcomes(world) == [("item-not-found", "boo"), ("accepted", "hello")]
    [failed] = world.host.of(Failed)
    assert "No such nick" in str(failed.reason.text)


def test_a_channel_that_does_not_take_it_says_so_once_for_many_lines(world: World) -> None:
    world.session.join("#quiet", "romeo", None)
    world.host.pump()
    world.say("one\ntwo\nthree", "#quiet")
    world.say("four", "#quiet")
    world.host.advance(1)
    assert outcomes(world) == [("forbidden", "one\ntwo\nthree"), ("forbidden", "four")]


def test_a_lost_connection_fails_what_is_not_proved(world: World) -> None:
    world.host.advance(1)
    world.ircd.pongs = False
    world.say("one")
    world.say("two")
    world.server.transport.loseConnection()
    world.host.pump()
    assert outcomes(world) == [("recipient-unavailable", "one"), ("recipient-unavailable", "two")]
    assert "may not have arrived" in str(world.host.of(Failed)[0].reason.text)


def test_signing_out_leaves_pending_messages_to_the_core(world: World) -> None:
    world.host.advance(1)
    world.ircd.pongs = False
    world.say("one")
    world.session.disconnect("bye")
    world.host.pump()
    assert outcomes(world) == []


def test_nothing_is_sent_without_a_connection() -> None:
    world = World()
    for target in (Target(Kind.ROOM, "#garden"), Target(Kind.CONTACT, "juliet")):
        with pytest.raises(Refused) as refused:
            world.session.send(target, Message("x"))
        assert refused.value.condition == "recipient-unavailable"


def test_a_room_must_be_joined(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.session.send(Target(Kind.ROOM, "#elsewhere"), Message("x"))
    assert refused.value.condition == "not-acceptable"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\x00", "\x02\x03"])
def test_an_empty_message_is_refused(world: World, text: str) -> None:
    with pytest.raises(Refused) as refused:
        world.session.send(Target(Kind.ROOM, "#garden"), Message(text))
    assert refused.value.condition == "not-acceptable"


def test_long_messages_arrive_whole_within_512_bytes(world: World) -> None:
    text = "\u20ac\u00e9 wherefore art thou " * 60
    world.say(text)
    world.host.advance(1)
    [accepted] = world.host.of(Accepted)
    lines = world.server.said("PRIVMSG")
    assert len(lines) > 1
    assert [line.removeprefix("PRIVMSG #garden :") for line in lines] == list(accepted.sent.pieces)
    assert " ".join(accepted.sent.pieces).split() == text.split()
    for line in lines:
        assert len(f":{world.server.mask} {line}\r\n".encode()) <= 512


def test_the_whole_line_is_used(world: World) -> None:
    room = 512 - 2 - len(f":{world.server.mask} PRIVMSG #garden :")
    world.say("x" * room)
    world.say("y" * (room + 1))
    assert [len(line) for line in world.server.said("PRIVMSG")] == [
        len("PRIVMSG #garden :") + n for n in (room, room, 1)
    ]


def test_an_action_is_framed(world: World) -> None:
    world.say("/me waves")
    assert world.server.said("PRIVMSG") == ["PRIVMSG #garden :\x01ACTION waves\x01"]


def test_an_occupant_is_written_to_by_nick(world: World) -> None:
    world.say("psst", "#garden", "Juliet")
    assert world.server.said("PRIVMSG") == ["PRIVMSG Juliet :psst"]


def test_the_flood_queue_paces_and_keeps_order() -> None:
    world = World(flood_burst=10, flood_rate=1.0).up()
    world.host.advance(30)
    for n in range(15):
        world.session.send(Target(Kind.ROOM, "#garden"), Message(str(n)))
    world.host.pump()
    assert len(world.server.said("PRIVMSG", "PING")) <= 13
    for _ in range(20):
        world.host.advance(1)
    assert world.server.said("PRIVMSG") == [f"PRIVMSG #garden :{n}" for n in range(15)]
    assert outcomes(world) == [("accepted", str(n)) for n in range(15)]


def test_the_queue_has_an_end() -> None:
    world = World(flood_burst=1, flood_rate=0.1).up()
    room = Target(Kind.ROOM, "#garden")
    waiting = world.session.outbox.queue
    while len(waiting) < 500:
        world.session.send(room, Message("x"))
    with pytest.raises(Refused) as refused:
        world.session.send(room, Message("x"))
    assert refused.value.condition == "resource-constraint"
    assert refused.value.retry_after


def test_pong_and_quit_do_not_queue() -> None:
    world = World(flood_burst=1, flood_rate=0.1).up()
    for n in range(20):
        world.session.send(Target(Kind.ROOM, "#garden"), Message(str(n)))
    world.hear("PING :are you there")
    assert world.server.lines[-1] == "PONG :are you there"
    world.session.disconnect("bye")
    world.host.pump()
    assert world.server.lines[-1] == "QUIT :bye"


def test_nothing_ticks_while_nothing_waits(world: World) -> None:
    world.say("hello")
    world.say("hi", "juliet")
    world.host.advance(10)
    assert len(world.host.reactor.getDelayedCalls()) == 1  # the sweep of all connections
    assert world.host.of(Connected)


def test_what_is_said_on_hearing_of_a_proof_is_not_proved_by_it(world: World) -> None:
    world.host.advance(1)
    room = Target(Kind.ROOM, "#quiet")
    world.session.join("#quiet", "romeo", None)
    world.host.advance(1)
    refused: list[object] = []
    first = world.session.set_subject("#garden", "one")
    first.addCallback(lambda _: world.session.set_subject("#quiet", "two").addErrback(refused.append))
    first.addCallback(lambda _: world.session.send(room, Message("three")))
    world.host.advance(1)
    assert len(refused) == 1
    assert outcomes(world) == [("forbidden", "three")]


def test_who_says_much_at_once_sees_what_has_arrived_while_the_rest_waits() -> None:
    world = World(flood_burst=10, flood_rate=1.0).up()
    world.host.advance(30)
    for n in range(40):
        world.session.send(Target(Kind.ROOM, "#garden"), Message(str(n)))
    for _ in range(6):
        world.host.advance(1)
        world.host.pump()
    written = len(world.server.said("PRIVMSG"))
    assert written < 40
    assert len(outcomes(world)) >= 10
    assert len(world.server.said("PRIVMSG", "PING")) <= 10 + 7
