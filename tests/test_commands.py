"""The command framework: who sees what, what a command may return, what waits for an answer."""

import pytest
from fake_gateway import ROMEO, FakeGateway, FakeNetwork, result
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from transport.access import Access
from transport.api import Ask, Command, CommandContext, Done, Refused, Text, Who
from transport.commands import Commands, Expired, Runs
from transport.config import AccessConfig

DONE = Done(Text("done"))
ASK = Ask(Text("?"), (), lambda values: DONE)


def command(name: str, who: Who = Who.ANYONE) -> Command:
    return Command(name, name.title(), lambda context: DONE, who)


def test_people_see_what_they_may_use_sorted_by_name() -> None:
    commands = Commands()
    for c in (command("b", Who.MEMBER), command("a"), command("c", Who.ADMIN)):
        commands.add("", c)
    assert [c.name for c in commands.visible("", Who.ANYONE)] == ["a"]
    assert [c.name for c in commands.visible("", Who.MEMBER)] == ["a", "b"]
    assert [c.name for c in commands.visible("", Who.ADMIN)] == ["a", "b", "c"]


def test_places_have_commands_of_their_own() -> None:
    commands = Commands()
    commands.add("", command("a"))
    commands.replace("net", [command("b")])
    assert commands.get("net", "a") is None
    assert commands.get("", "b") is None
    commands.remove("net")
    assert commands.visible("net", Who.ADMIN) == []


def test_networks_that_are_not_configured_have_the_commands_of_the_wildcard() -> None:
    commands = Commands()
    commands.add("*", command("a"))
    assert commands.get("irc.example.net", "a") is not None
    assert commands.get("", "a") is None


async def coroutine(context: CommandContext) -> Done:
    return await succeed(DONE)


@pytest.mark.parametrize("run", [lambda c: DONE, lambda c: succeed(DONE), coroutine])
def test_a_command_may_be_plain_deferred_or_a_coroutine(run: object) -> None:
    gateway = FakeGateway()
    gateway.commands.add("", Command("x", "X", run, Who.ANYONE))  # type: ignore[arg-type]
    assert result(gateway.desk.start("", "x", ROMEO)) is DONE


def test_a_faulty_command_is_refused_and_logged() -> None:
    gateway = FakeGateway()
    gateway.commands.add("", Command("x", "X", lambda c: 1 / 0, Who.ANYONE))
    gateway.commands.add("", Command("y", "Y", lambda c: "nonsense", Who.ANYONE))
    faults: list[object] = []
    gateway.desk.log.failure = lambda *args: faults.append(args)  # type: ignore[method-assign, assignment]
    for name in "xy":
        with pytest.raises(Refused) as e:
            result(gateway.desk.start("", name, ROMEO))
        assert e.value.condition == "internal-server-error"
        assert "division" not in str(e.value.text)
    assert len(faults) == 2


@pytest.mark.parametrize(
    ("name", "condition"), [("users", "forbidden"), ("settings", "registration-required"), ("x", "item-not-found")]
)
def test_what_one_may_not_use_is_refused(name: str, condition: str) -> None:
    with pytest.raises(Refused) as e:
        result(FakeGateway().desk.start("", name, ROMEO))
    assert e.value.condition == condition


def test_somebody_denied_may_use_nothing() -> None:
    gateway = FakeGateway()
    gateway.desk.people.access = Access(AccessConfig(register=("*",), deny=(ROMEO,)))  # type: ignore[attr-defined]
    with pytest.raises(Refused) as e:
        result(gateway.desk.start("", "register", ROMEO))
    assert e.value.condition == "forbidden"


def test_a_command_is_told_who_where_and_what() -> None:
    seen: list[CommandContext] = []

    def run(context: CommandContext) -> Done:
        seen.append(context)
        return DONE

    gateway = FakeGateway(FakeNetwork("irc", commands=(Command("x", "X", run, Who.ANYONE),)))
    gateway.member("admin@example.org")
    owner = gateway.online("admin@example.org")
    gateway.sessions.sign_in(owner, gateway.networks.get("irc"))
    result(gateway.desk.start("irc", "x", "admin@example.org", "de", "word"))
    [context] = seen
    assert (context.owner, context.admin, context.lang, context.argument) == ("admin@example.org", True, "de", "word")
    assert context.account is not None
    assert (context.account.network, context.account.guest, context.session) == ("irc", True, "plugin")


def test_a_run_is_answered_once_and_by_its_holder() -> None:
    runs = Runs(Clock())
    run = runs.open("r@x/1", "", "c", ASK)
    assert runs.take(run.id, "r@x/2") is None
    assert runs.take(run.id, "r@x/1") is run
    assert runs.take(run.id, "r@x/1") is None


def test_ids_cannot_be_guessed() -> None:
    runs = Runs(Clock(), limit_per_owner=100)
    ids = {runs.open("r@x/1", "", "c", ASK).id for _ in range(100)}
    assert len(ids) == 100
    assert min(map(len, ids)) >= 20


def test_a_run_expires() -> None:
    clock = Clock()
    runs = Runs(clock, expiry=60)
    run = runs.open("r@x/1", "", "c", ASK)
    clock.advance(59)
    runs.keep(run)
    clock.advance(60)
    with pytest.raises(Expired):
        runs.take(run.id, "r@x/1")
    assert runs.take(run.id, "r@x/1") is None


def test_expired_runs_are_forgotten() -> None:
    clock = Clock()
    runs = Runs(clock, expiry=60)
    for n in range(10):
        runs.open(f"r{n}@x/1", "", "c", ASK)
    clock.advance(121)
    runs.open("j@x/1", "", "c", ASK)
    assert len(runs) == 1


def test_the_oldest_run_of_an_owner_gives_way() -> None:
    runs = Runs(Clock(), limit_per_owner=2)
    first, *_ = [runs.open(f"r@x/{n}", "", "c", ASK) for n in range(3)]
    other = runs.open("j@x/1", "", "c", ASK)
    assert len(runs) == 3
    assert runs.take(first.id, "r@x/0") is None
    assert runs.take(other.id, "j@x/1") is other


def test_keeping_a_run_again_does_not_push_out_another() -> None:
    runs = Runs(Clock(), limit_per_owner=2)
    a, b = (runs.open("r@x/1", "", "c", ASK) for _ in range(2))
    runs.keep(a)
    assert runs.take(b.id, "r@x/1") is b
