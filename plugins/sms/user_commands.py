"""What users may ask of the network: USSD codes, signal, quota, cost, flash texts, blocked numbers."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from attrs import define, evolve, field
from twisted.internet.defer import Deferred

from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, Message, Refused, Text
from transport.plugins.sms.outgoing.outbox import Outbox
from transport.plugins.sms.outgoing.records import Order
from transport.plugins.sms.states import IsModem, ModemState, UssdAnswer

STATES = {
    ModemState.UNPLUGGED: Text("not plugged in"),
    ModemState.STARTING: Text("starting"),
    ModemState.LOCKED: Text("locked"),
    ModemState.SEARCHING: Text("no network"),
    ModemState.READY: Text("ready"),
    ModemState.PAUSED: Text("paused"),
    ModemState.BROKEN: Text("out of service"),
}
CHOICES = 200
LONGEST_CODE = 100
LONGEST_ANSWER = 160


class Blocked(Protocol):
    """The numbers that owners do not want to hear of."""

    def numbers(self, owner: str) -> Deferred[Sequence[str]]:
        """An owner's, sorted."""

    def block(self, owner: str, number: str) -> Deferred[None]:
        """Take nothing from a number any more."""

    def unblock(self, owner: str, number: str) -> Deferred[None]:
        """Take texts from it again."""


def signal_words(modem: IsModem) -> str:
    """The signal's strength in dBm, and what that means to a person."""
    signal = modem.health.signal
    if signal is None:
        return "-"
    words = "weak" if signal < -97 else "fair" if signal < -83 else "good" if signal < -71 else "very good"
    return f"{signal} dBm ({words})"


def facts(modem: IsModem) -> tuple[str, ...]:
    """A modem's row in a table: state, operator, signal; why it is in that state is not for users."""
    return str(STATES[modem.health.state]), modem.health.operator or "-", signal_words(modem)


def shown_name(modem: IsModem) -> str:
    """The number of a modem's SIM, or else its name."""
    return modem.settings.number or modem.settings.name


def registered(run: Callable[[CommandContext], object], context: CommandContext) -> object:
    """Run a command for one who is registered with the network; Refused (`registration-required`)."""
    if context.account is None or context.account.guest:
        raise Refused("registration-required", "Register with this network first: send the word register to it.")
    return run(context)


@define
class UserCommands:
    """The commands of one network.

    `serving` gives the modems that an owner may use; `native` the number that a person typed, by the settings
    of the owner's account; `may_ask` says which USSD codes are allowed; `dialogues` are those in which the
    operator waits for an answer, by modem, since a modem has one and the next code would be taken for that answer.
    """

    serving: Callable[[str], Sequence[IsModem]]
    outbox: Callable[[], Outbox]
    blocked: Callable[[], Blocked]
    native: Callable[[str, Mapping[str, str]], str]
    ticket: Callable[[str, Message], str]
    may_ask: re.Pattern[str]
    dialogues: dict[str, object] = field(factory=dict)

    def commands(self) -> tuple[Command, ...]:
        """All of them, for those who are registered here."""
        return tuple(evolve(command, run=partial(registered, command.run)) for command in self._all())

    def _all(self) -> tuple[Command, ...]:
        return (
            Command("signal", "Network and signal of the modems that serve you", self.signal),
            Command("quota", "How many texts you may still send today", self.quota),
            Command("cost", "What a text will cost: parts and alphabet", self.cost,
                    help="Add the text: cost Hello there."),
            Command("flash", "Send a text that shows at once on the phone's screen", self.flash),
            Command("ussd", "Ask the operator something by a code, such as your balance", self.ussd,
                    help="Add the code: ussd *100#"),
            Command("block", "Take no more texts from a number", self.block, help="Add the number: block 01511234567"),
            Command("unblock", "Take texts from a number again", self.unblock),
        )  # fmt: skip

    def _modems(self, owner: str) -> Sequence[IsModem]:
        modems = self.serving(owner)
        if not modems:
            raise Refused("forbidden", "No modem of this gateway serves you.")
        return modems

    def _number(self, typed: str, context: CommandContext) -> str:
        return self.native(typed, context.account.settings if context.account is not None else {})

    # what is

    def signal(self, context: CommandContext) -> Done:
        """The modems, each with what it knows of its network."""
        rows = tuple((shown_name(modem), *facts(modem)) for modem in self._modems(context.owner))
        return Done(Text("Modems that serve you: {count}.", count=len(rows)), rows)

    async def quota(self, context: CommandContext) -> Done:
        """What was sent in the last day, and what waits."""
        outbox = self.outbox()
        used, most = outbox.used_today(context.owner), outbox.policy.per_user_day
        waiting = len(await outbox.waiting(context.owner))
        if not most:
            return Done(Text("Sent in the last 24 hours: {used}, waiting: {waiting}; there is no limit.", used=used,
                             waiting=waiting))  # fmt: skip
        return Done(Text(
            "Sent in the last 24 hours: {used} of {most}, waiting: {waiting}. A long text counts once for each of "
            "its parts.", used=used, most=most, waiting=waiting))  # fmt: skip

    def cost(self, context: CommandContext) -> Ask | Done:
        """Measure a text, for a number where one is given."""
        if context.argument:
            return self._estimate(context, {"text": context.argument, "number": ""})
        fields = (
            Field("number", "Number", help="May stay empty."),
            Field("text", "Text", FieldKind.LINES, required=True),
        )
        return Ask(Text("What a text will cost"), fields, partial(self._estimate, context))

    def _estimate(self, context: CommandContext, values: Mapping[str, str]) -> Done:
        typed = values.get("number", "").strip()
        number = self._number(typed, context) if typed else ""
        found = self.outbox().estimate(context.owner, number, values["text"])
        rows: tuple[tuple[str, ...], ...] = (
            ("alphabet", found.alphabet),
            ("left in the last part", str(found.left)),
        )
        if found.modem:
            rows += (("modem", found.modem), ("cost", f"{found.cost:g}"))
        return Done(Text("Parts that this text goes out in: {parts}.", parts=found.parts), rows)

    # flash texts

    def flash(self, context: CommandContext) -> Ask:
        """Ask for number and text, then send it as class 0 (3GPP TS 23.038 section 4)."""
        fields = (
            Field("number", "Number", required=True, default=context.argument),
            Field("text", "Text", FieldKind.LINES, required=True),
        )
        return Ask(Text("Send a flash text"), fields, partial(self._flash, context))

    async def _flash(self, context: CommandContext, values: Mapping[str, str]) -> Done:
        number = self._number(values["number"], context)
        ticket = self.ticket(context.owner, Message(values["text"]))
        await self.outbox().put(Order(context.owner, number, values["text"], ticket, "", report=False, flash=True))
        return Done(Text("The flash text to {number} is on its way. You will hear if it fails.", number=number))

    # USSD

    async def ussd(self, context: CommandContext) -> Ask | Done:
        """Ask for the code and, where there are several, for the modem."""
        modems = self._modems(context.owner)
        if context.argument and len(modems) == 1:
            return await self._first(context, {"code": context.argument})
        fields: tuple[Field, ...] = (Field("code", "Code", required=True, default=context.argument or "*100#"),)
        if len(modems) > 1:
            choices = tuple((modem.settings.name, shown_name(modem)) for modem in modems)
            fields += (Field("modem", "Modem", FieldKind.CHOICE, default=choices[0][0], options=choices),)
        return Ask(Text("Ask the operator"), fields, partial(self._first, context), more=True)

    async def _first(self, context: CommandContext, values: Mapping[str, str]) -> Ask | Done:
        code = values["code"].strip()
        self._check_code(code)
        modems = self._modems(context.owner)
        name = values.get("modem", "")
        modem = next((modem for modem in modems if modem.settings.name == name), modems[0])
        if self.dialogues.pop(modem.settings.name, None) is not None:
            await modem.end_ussd()
        return self._answered(modem, await modem.ussd(code))

    def _check_code(self, code: str) -> None:
        if len(code) > LONGEST_CODE or not self.may_ask.fullmatch(code):
            raise Refused("not-allowed", "The code {code} is not one that this gateway passes on.", code=code)

    def _answered(self, modem: IsModem, answer: UssdAnswer) -> Ask | Done:
        text = Text("{answer}", answer=answer.text)
        if not answer.more:
            return Done(text)
        dialogue = self.dialogues[modem.settings.name] = object()
        field = Field("answer", "Answer", help="Leave it empty to end the dialogue.")
        return Ask(Text("The operator asks"), (field,), partial(self._next, modem, dialogue), text, more=True)

    async def _next(self, modem: IsModem, dialogue: object, values: Mapping[str, str]) -> Ask | Done:
        given = values.get("answer", "").strip()
        if len(given) > LONGEST_ANSWER:
            raise Refused("not-acceptable", "That is too long.")
        if given.startswith(("*", "#")):
            # Once the operator waits no longer, an answer would be a code.
            self._check_code(given)
        if self.dialogues.get(modem.settings.name) is not dialogue:
            raise Refused("not-allowed", "Somebody else has asked the operator meanwhile; please begin again.")
        del self.dialogues[modem.settings.name]
        if not given:
            await modem.end_ussd()
            return Done(Text("The dialogue is over."))
        return self._answered(modem, await modem.ussd(given))

    # blocked numbers

    def block(self, context: CommandContext) -> Ask | Deferred[Done]:
        """Ask for the number unless it was given."""
        if context.argument:
            return self._block(context, {"number": context.argument})
        return Ask(Text("Block a number"), (Field("number", "Number", required=True),), partial(self._block, context))

    def _block(self, context: CommandContext, values: Mapping[str, str]) -> Deferred[Done]:
        number = self._number(values["number"], context)
        done = Done(Text("Texts from {number} will not reach you any more.", number=number))
        return self.blocked().block(context.owner, number).addCallback(lambda _: done)

    async def unblock(self, context: CommandContext) -> Ask | Done:
        """Show what is blocked, and free one number."""
        numbers = await self.blocked().numbers(context.owner)
        if not numbers:
            return Done(Text("You have blocked no number."))
        choices = tuple((number, number) for number in numbers[:CHOICES])
        field = Field("number", "Number", FieldKind.CHOICE, required=True, default=choices[0][0], options=choices)
        return Ask(Text("Unblock a number"), (field,), partial(self._unblock, context))

    async def _unblock(self, context: CommandContext, values: Mapping[str, str]) -> Done:
        await self.blocked().unblock(context.owner, values["number"])
        return Done(Text("Texts from {number} reach you again.", number=values["number"]))
