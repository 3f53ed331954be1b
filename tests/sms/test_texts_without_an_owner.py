"""Texts that nobody owned when they came reach their owner, whenever the gateway learns of that one."""

from inbox_rig import NURSE, PHONE, ROMEO, deliver, result
from test_sms_network import World
from twisted.internet.defer import Deferred

from transport.api import Account, MessageIn
from transport.plugins.sms.incoming.owners import ACCOUNTS
from transport.plugins.sms.states import Incoming


def receive(world: World, text: str, index: int) -> None:
    """A modem has got a text."""
    name = next(iter(world.hub.modems))
    result(world.hub.inbox.received(Incoming(name, "sim", deliver(text), ("SM", index))))


def texts(world: World, owner: str) -> list[str]:
    return [event.message.text for event in world.host.account(owner).of(MessageIn)]


def test_one_who_registered_and_has_not_signed_in_gets_what_came_before() -> None:
    world = World(catch_all=[NURSE])
    receive(world, "early", 1)
    world.host.registered = (*world.host.registered, Account(NURSE, "sms"))
    world.host.reactor.advance(ACCOUNTS)
    receive(world, "late", 2)
    assert sorted(texts(world, NURSE)) == ["early", "late"]
    assert texts(world, ROMEO) == []
    assert result(Deferred.fromCoroutine(world.hub.owners.registered())).keys() >= {NURSE}
    assert result(world.hub.inbox.unowned()) == []


def test_one_who_registered_just_before_the_end_gets_it_after_the_next_start() -> None:
    world = World(catch_all=[NURSE])
    receive(world, "early", 1)
    assert result(world.hub.inbox.unowned()) == [(PHONE, next(iter(world.hub.modems)))]
    world.host.registered = (*world.host.registered, Account(NURSE, "sms"))
    stopped = world.network.stop_hub()
    world.host.reactor.advance(30)
    result(stopped)
    world.network.start(world.host)
    world.network.start_hub(world.host)
    assert texts(world, NURSE) == ["early"]
