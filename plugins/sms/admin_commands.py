"""What administrators may ask of the network: modems, PINs, the queue, texts that nobody owns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from attrs import define
from twisted.internet.defer import Deferred

from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, Refused, Text, Who
from transport.plugins.sms import numbers
from transport.plugins.sms.outgoing.outbox import Outbox
from transport.plugins.sms.states import IsModem, ModemState
from transport.plugins.sms.user_commands import facts

SHOWN = 100


class Unowned(Protocol):
    """Texts that came in, and whose they are."""

    def unowned(self) -> Deferred[Sequence[tuple[str, str]]]:
        """Numbers whose texts nobody owns, each with the modem that got them."""

    def assign(self, number: str, owner: str) -> Deferred[int]:
        """A number's texts belong to an owner from now on: how many waited and are handed over."""


@define
class AdminCommands:
    """The commands of one network; `native` gives the number that a person typed, `raw` allows any command of modems.

    `modems` may be filled later.
    """

    modems: Mapping[str, IsModem]
    outbox: Callable[[], Outbox]
    inbox: Callable[[], Unowned]
    native: Callable[[str, Mapping[str, str]], str]
    raw: bool = False

    def commands(self) -> tuple[Command, ...]:
        """All of them; the raw one only where a modem allows it."""
        found: tuple[Command, ...] = (
            Command("modems", "The modems with their network and signal", self.show, Who.ADMIN),
            Command("pause", "Send nothing through a modem for a while", self.pause, Who.ADMIN),
            Command("resume", "Send through a paused modem again", self.resume, Who.ADMIN),
            Command("drain", "Read all that a modem has stored", self.drain, Who.ADMIN),
            Command("reset", "Close a modem's port and start it afresh", self.reset, Who.ADMIN),
            Command("pin", "Give a modem the PIN of its SIM", self.pin, Who.ADMIN,
                    "It is used once. Put it into the configuration as well, or a restart asks again."),
            Command("puk", "Free a SIM that wants its PUK", self.puk, Who.ADMIN,
                    "After ten wrong PUKs a SIM is dead for ever."),
            Command("queue", "Texts that wait to be sent", self.queue, Who.ADMIN,
                    "Lets you try one again at once, or drop it; its sender is told."),
            Command("unowned", "Texts that nobody owns", self.unowned, Who.ADMIN),
            Command("reassign", "Say whose the texts of a number are", self.reassign, Who.ADMIN),
        )  # fmt: skip
        if self.raw or any(modem.settings.raw for modem in self.modems.values()):
            found += (Command("at", "Send a modem one command as it is", self.at, Who.ADMIN),)
        return found

    # modems

    def show(self, context: CommandContext) -> Done:
        """All modems."""
        rows = tuple(
            (name, *facts(modem), self._device(modem), self._why(modem)) for name, modem in self.modems.items()
        )
        return Done(Text("Modems: {count}.", count=len(rows)), rows)

    def _why(self, modem: IsModem) -> str:
        health = modem.health
        return "-" if health.state is ModemState.READY or health.why is None else str(health.why)

    def _device(self, modem: IsModem) -> str:
        health = modem.health
        return " ".join(filter(None, (health.manufacturer, health.model, health.revision, health.imei))) or "-"

    def _ask(
        self,
        context: CommandContext,
        title: Text,
        act: Callable[[IsModem, Mapping[str, str]], object],
        *fields: Field,
        which: Callable[[IsModem], bool] = lambda modem: True,
    ) -> object:
        """Ask which modem, unless it is plain, and for what else is needed; then act."""
        fitting = [name for name, modem in self.modems.items() if which(modem)]
        if not fitting:
            raise Refused("item-not-found", "There is no modem that needs this.")
        name = context.argument if context.argument in fitting else fitting[0]
        if not fields and (len(fitting) == 1 or context.argument in fitting):
            return act(self.modems[name], {})
        choices = tuple((each, each) for each in fitting)
        modem = Field("modem", "Modem", FieldKind.CHOICE, default=name, options=choices)
        return Ask(title, (modem, *fields), lambda values: act(self.modems[values.get("modem") or name], values))

    def pause(self, context: CommandContext) -> object:
        """Stop sending."""

        def act(modem: IsModem, values: Mapping[str, str]) -> Done:
            modem.pause(True)
            return Done(Text("{modem} sends nothing now; it goes on receiving.", modem=modem.settings.name))

        return self._ask(context, Text("Pause"), act, which=lambda m: m.health.state is not ModemState.PAUSED)

    def resume(self, context: CommandContext) -> object:
        """Send again."""

        def act(modem: IsModem, values: Mapping[str, str]) -> Done:
            modem.pause(False)
            return Done(Text("{modem} sends again.", modem=modem.settings.name))

        return self._ask(context, Text("Resume"), act, which=lambda m: m.health.state is ModemState.PAUSED)

    def drain(self, context: CommandContext) -> object:
        """Empty the SIM's and the modem's memory."""

        async def act(modem: IsModem, values: Mapping[str, str]) -> Done:
            count = await modem.drain()
            return Done(Text("{modem} had {count} messages stored.", modem=modem.settings.name, count=count))

        return self._ask(context, Text("Drain"), act)

    def reset(self, context: CommandContext) -> object:
        """Start afresh."""

        async def act(modem: IsModem, values: Mapping[str, str]) -> Done:
            await modem.reset()
            return Done(Text("{modem} starts afresh.", modem=modem.settings.name))

        return self._ask(context, Text("Reset"), act)

    # PIN and PUK

    def pin(self, context: CommandContext) -> object:
        """Ask for the PIN, and try it once."""

        async def act(modem: IsModem, values: Mapping[str, str]) -> Done:
            await modem.unlock(values["pin"].strip())
            return Done(Text("The SIM in {modem} has taken the PIN.", modem=modem.settings.name))

        pin = Field("pin", "PIN", FieldKind.SECRET, required=True)
        return self._ask(context, Text("Give the PIN"), act, pin)

    def puk(self, context: CommandContext) -> object:
        """Ask for the PUK and a new PIN, and try them once."""

        async def act(modem: IsModem, values: Mapping[str, str]) -> Done:
            await modem.unlock(values["pin"].strip(), values["puk"].strip())
            return Done(Text("The SIM in {modem} is free, and has the new PIN.", modem=modem.settings.name))

        fields = (
            Field("puk", "PUK", FieldKind.SECRET, required=True, help="Eight digits."),
            Field("pin", "New PIN", FieldKind.SECRET, required=True, help="Four to eight digits."),
        )
        return self._ask(context, Text("Give the PUK"), act, *fields)

    # the queue

    async def queue(self, context: CommandContext) -> Ask | Done:
        """Show what waits, and let one of it be tried or dropped."""
        rows = await self.outbox().waiting()
        if not rows:
            return Done(Text("No text waits."))
        choices = tuple(
            (str(row.id), f"{row.id}: {row.owner}, {row.number}, {row.state}"
                          + (f", {row.fault}" if row.fault else ""))
            for row in rows[:SHOWN]
        )  # fmt: skip
        acts = (("show", "Only look"), ("retry", "Try again now"), ("drop", "Drop it and tell its sender"))
        fields = (
            Field("text", "Text", FieldKind.CHOICE, required=True, default=choices[0][0], options=choices),
            Field("act", "What to do", FieldKind.CHOICE, required=True, default="show", options=acts),
        )
        title = Text("Texts that wait: {count}", count=len(rows))
        return Ask(title, fields, self._queued)

    async def _queued(self, values: Mapping[str, str]) -> Done:
        id, outbox = int(values["text"]), self.outbox()
        if values["act"] == "retry" and outbox.retry(id):
            return Done(Text("Text {id} is tried again.", id=id))
        if values["act"] == "drop" and await outbox.drop(id):
            return Done(Text("Text {id} is dropped, and its sender is told.", id=id))
        if values["act"] == "show":
            return Done(Text("Text {id} stays as it is.", id=id))
        return Done(Text("Text {id} does not wait any more, or a modem is sending it just now.", id=id))

    # whose a number is

    async def unowned(self, context: CommandContext) -> Done:
        """Numbers whose texts wait for an owner; the texts themselves are nobody's to read."""
        found = await self.inbox().unowned()
        if not found:
            return Done(Text("Every text has an owner."))
        rows = tuple(found[:SHOWN])
        return Done(Text("Numbers whose texts nobody owns: {count}. Use reassign.", count=len(found)), rows)

    def reassign(self, context: CommandContext) -> Ask:
        """Ask for number and owner."""
        fields = (
            Field("number", "Number", required=True, default=context.argument),
            Field("owner", "Address of its owner", required=True),
        )
        return Ask(Text("Whose texts are they?"), fields, self._reassign)

    async def _reassign(self, values: Mapping[str, str]) -> Done:
        typed, owner = values["number"], values["owner"].strip().lower()
        waiting = {number for number, _ in await self.inbox().unowned()}
        # Senders may have names, and numbers that nobody could dial.
        known = (each for each in (typed, numbers.alphanumeric(typed)) if each in waiting)
        number = next(known, None) or self.native(typed, {})
        count = await self.inbox().assign(number, owner)
        return Done(Text("Texts from {number} go to {owner} now; {count} waited.", number=number, owner=owner,
                         count=count))  # fmt: skip

    # raw commands

    def at(self, context: CommandContext) -> object:
        """Ask for a line."""

        async def act(modem: IsModem, values: Mapping[str, str]) -> Done:
            answer = await modem.raw(values["line"].strip())
            return Done(Text("{answer}", answer=answer))

        line = Field("line", "Command", required=True, default="AT")
        return self._ask(context, Text("A command for a modem"), act, line, which=lambda modem: modem.settings.raw)
