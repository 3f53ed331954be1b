"""Commands: one definition each, shown as ad-hoc command (XEP-0050) and as a chat dialogue.

A place is where a command is asked for: "" is the gateway, anything else a network's name.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from inspect import isawaitable
from typing import Any, Protocol

from attrs import define, evolve, field
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, Refused, Who

RANK = {Who.ANYONE: 0, Who.MEMBER: 1, Who.ADMIN: 2}
WILDCARD = "*"
# After these, filling in the same form again cannot help.
FINAL = frozenset({"forbidden", "internal-server-error", "not-allowed", "registration-required"})


class Commands:
    """The commands of every place."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: dict[str, dict[str, Command]] = {}

    def add(self, place: str, command: Command) -> None:
        """Offer a command; one of the same name that was there is replaced."""
        self._places.setdefault(place, {})[command.name] = command

    def replace(self, place: str, commands: Iterable[Command]) -> None:
        """Offer these commands at a place, and no others."""
        self._places[place] = {command.name: command for command in commands}

    def remove(self, place: str) -> None:
        """Offer nothing at a place any more."""
        self._places.pop(place, None)

    def visible(self, place: str, who: Who) -> list[Command]:
        """What somebody may ask for, sorted by name."""
        rank = RANK[who]
        return sorted((c for c in self._at(place).values() if RANK[c.who] <= rank), key=lambda command: command.name)

    def get(self, place: str, name: str) -> Command | None:
        """A command by its name."""
        return self._at(place).get(name)

    def _at(self, place: str) -> Mapping[str, Command]:
        found = self._places.get(place)
        return found if found is not None else self._places.get(WILDCARD if place else "", {})


class People(Protocol):
    """Tells who somebody is, and where."""

    def place(self, network: str) -> str | None:
        """The place of a network's name or alias, "" for the gateway; None when there is none."""

    def who(self, owner: str) -> Awaitable[Who]:
        """The highest rank that a bare address has."""

    def context(self, owner: str, place: str) -> Awaitable[CommandContext]:
        """What a command is told of its user; Refused when the place does not exist."""


@define
class Desk:
    """Starts commands for people."""

    commands: Commands
    people: People
    log: Logger

    async def visible(self, place: str, owner: str) -> list[Command]:
        """What an owner may ask for at a place, sorted by name."""
        return self.commands.visible(place, await self.people.who(owner))

    async def find(self, place: str, name: str, owner: str) -> Command:
        """A command that an owner may use; Refused: `item-not-found`, `forbidden`, `registration-required`."""
        command = self.commands.get(place, name)
        if command is None:
            raise Refused("item-not-found", "There is no command {name} here.", name=name)
        if RANK[command.who] > RANK[await self.people.who(owner)]:
            if command.who is Who.MEMBER:
                raise Refused("registration-required", "You need to register with the gateway first.")
            raise Refused("forbidden", "Only an administrator may do this.")
        return command

    async def start(self, place: str, name: str, owner: str, lang: str = "en", argument: str = "") -> Ask | Done:
        """Run a command; Refused when it says no."""
        command = await self.find(place, name, owner)
        context = await self.people.context(owner, place)
        context.lang = lang
        context.argument = argument
        return await self.step(command.run, context)

    async def step(self, call: Callable[[Any], Any], given: Any) -> Ask | Done:
        """Call a command's function and wait for what it says; a bug in it becomes Refused."""
        try:
            result = call(given)
            if isawaitable(result):
                result = await result
            if not isinstance(result, Ask | Done):
                raise TypeError(f"a command returned {type(result).__name__}")
        except Refused:
            raise
        except Exception:
            self.log.failure("A command failed")
            raise Refused("internal-server-error", "Something went wrong here, please try later.") from None
        return result


@define
class Run:
    """A command that waits for its user's answer.

    `holder` is the full address that runs it; `entered` belongs to a chat dialogue, which asks field by
    field.
    """

    id: str
    holder: str
    place: str
    command: str
    ask: Ask
    expires: float = 0.0
    entered: dict[str, str] = field(factory=dict, repr=False)


class Expired(Exception):
    """A run had been waiting too long."""

    def __init__(self, run: Run) -> None:
        self.run = run
        super().__init__(run.command)


def again(ask: Ask, entered: Mapping[str, str]) -> Ask:
    """The same question with what was entered as the defaults; never a secret."""

    def kept(question: Field) -> Field:
        value = entered.get(question.name)
        if value is None or question.kind is FieldKind.SECRET:
            return question
        if question.kind is FieldKind.CHOICE and value not in [option for option, _ in question.options]:
            return question
        return evolve(question, default=value)

    return evolve(ask, fields=tuple(kept(question) for question in ask.fields))


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(16)


class Runs:
    """All commands that wait for an answer; each person has a few at most, the oldest gives way."""

    __slots__ = ("_clock", "_expiry", "_limit", "_runs")

    def __init__(self, clock: IReactorTime, limit_per_owner: int = 5, expiry: float = 3600.0) -> None:
        self._clock = clock
        self._limit = limit_per_owner
        self._expiry = expiry
        # In the order of expiry, since every change puts a run at the end.
        self._runs: dict[str, Run] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def __contains__(self, id: str) -> bool:
        return id in self._runs

    def open(self, holder: str, place: str, command: str, ask: Ask, id: str | None = None) -> Run:
        """Wait for an answer to the first question."""
        run = Run(id or new_id(), holder, place, command, ask)
        self.keep(run)
        return run

    def keep(self, run: Run) -> None:
        """Wait for an answer, from now on."""
        self._sweep()
        self._runs.pop(run.id, None)
        owner = run.holder.partition("/")[0]
        own = [r.id for r in self._runs.values() if r.holder.partition("/")[0] == owner]
        for id in own[: max(0, len(own) - self._limit + 1)]:
            del self._runs[id]
        run.expires = self._clock.seconds() + self._expiry
        self._runs[run.id] = run

    def take(self, id: str, holder: str) -> Run | None:
        """Take a run out while its answer is worked on, so that it is answered once; None if unknown.

        Only its holder can; raises Expired when it waited too long.
        """
        run = self._runs.get(id)
        if run is None or run.holder != holder:
            return None
        del self._runs[id]
        if run.expires <= self._clock.seconds():
            raise Expired(run)
        return run

    def _sweep(self) -> None:
        # A run that has just expired stays for a while, so that its user can be told so.
        before = self._clock.seconds() - self._expiry
        for id in [run.id for run in self._runs.values() if run.expires <= before]:
            del self._runs[id]
