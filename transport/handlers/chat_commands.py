"""Commands as a dialogue, for clients without a screen for XEP-0050: one question at a time, in words.

Knows no stanzas: text goes in, the answer's text comes out.
"""

from twisted.internet.interfaces import IReactorTime

from transport.api import Ask, Command, Done, Field, FieldKind, Refused, Text
from transport.commands import FINAL, Desk, Expired, Run, Runs, again
from transport.text.clean import one_line
from transport.text.translate import Translator
from transport.xmpp import forms

EXPIRY = 600.0
ANSWER_LENGTH = 10_000
HELP = "help"
CANCEL = "cancel"
KEEP = "-"
YES = frozenset({"yes", "y", "true", "1", "on"})
NO = frozenset({"no", "n", "false", "0", "off"})


class Dialogues:
    """All dialogues, one for each client and place."""

    __slots__ = ("_busy", "_desk", "_runs", "_translator")

    def __init__(self, desk: Desk, clock: IReactorTime, translator: Translator) -> None:
        self._desk = desk
        self._runs = Runs(clock, expiry=EXPIRY)
        self._translator = translator
        self._busy: set[str] = set()

    def hint(self, lang: str = "en") -> str:
        """What to say to somebody whose text nobody understands."""
        return self._translator.render(Text("I do not know that. Send help to see what you can ask me."), lang)

    def waits(self, full: str, place: str) -> bool:
        """Whether a question is open, so that any text from there is its answer and nothing else."""
        id = f"{full}\n{place}"
        return id in self._busy or id in self._runs

    async def answer(self, full: str, place: str, text: str, lang: str = "en") -> str | None:
        """The reply to a text, or None when it is no command and answers no question.

        `full` is the full address it comes from, `place` "" for the gateway or a network's name.
        """
        id = f"{full}\n{place}"
        if id in self._busy:
            return self._say(Text("One moment please, I am still at your last answer."), lang)
        try:
            run = self._runs.take(id, full)
        except Expired as e:
            word = Text(
                "You took too long, so I forgot about it. Send {command} to begin again.", command=e.run.command
            )
            return await self._first(id, full, place, text, lang) or self._say(word, lang)
        if run is None:
            return await self._first(id, full, place, text, lang)
        if text.strip().lower() == CANCEL:
            return self._say(Text("Cancelled."), lang)
        return await self._next(run, text, lang)

    async def _first(self, id: str, full: str, place: str, text: str, lang: str) -> str | None:
        word, _, argument = text.strip().partition(" ")
        name, argument, owner = word.lower(), one_line(argument.strip()), full.partition("/")[0]
        if name == CANCEL:
            return self._say(Text("There is nothing to cancel."), lang)
        if name == HELP:
            return self._help(await self._desk.visible(place, owner), argument, lang)
        if self._desk.commands.get(place, name) is None:
            return None
        self._busy.add(id)
        try:
            result = await self._desk.start(place, name, owner, lang, argument)
        except Refused as e:
            return self._say(e.text, lang)
        finally:
            self._busy.discard(id)
        if isinstance(result, Done):
            return self._done(result, lang)
        run = self._runs.open(full, place, name, result, id)
        return f"{self._opening(result, lang)}\n{self._question(run, lang)}"

    async def _next(self, run: Run, text: str, lang: str) -> str:
        open_fields = remaining(run)
        if open_fields:
            try:
                run.entered[open_fields[0].name] = self._read(open_fields[0], text, lang)
            except Refused as e:
                self._runs.keep(run)
                return f"{self._say(e.text, lang)}\n{self._question(run, lang)}"
            if len(open_fields) > 1:
                self._runs.keep(run)
                return self._question(run, lang)
        return await self._finish(run, lang)

    async def _finish(self, run: Run, lang: str) -> str:
        self._busy.add(run.id)
        try:
            result = await self._desk.step(run.ask.answered, dict(run.entered))
        except Refused as e:
            if e.condition in FINAL:
                return self._say(e.text, lang)
            run.ask, run.entered = again(run.ask, run.entered), {}
            self._runs.keep(run)
            return f"{self._say(e.text, lang)}\n{self._question(run, lang)}"
        finally:
            self._busy.discard(run.id)
        if isinstance(result, Done):
            return self._done(result, lang)
        run.ask, run.entered = result, {}
        self._runs.keep(run)
        return f"{self._opening(result, lang)}\n{self._question(run, lang)}"

    def _read(self, field: Field, text: str, lang: str) -> str:
        yes, no = (self._say(Text(word), lang).lower() for word in ("yes", "no"))
        return read(self._translator.field(field, lang), text, YES | {yes}, NO | {no})

    def _say(self, text: Text | str, lang: str) -> str:
        return self._translator.render(text, lang)

    def _done(self, done: Done, lang: str) -> str:
        return "\n".join([self._say(done.text, lang), *(row[0] + ": " + ", ".join(row[1:]) for row in done.rows)])

    def _help(self, commands: list[Command], about: str, lang: str) -> str:
        if about:
            found = next((c for c in commands if c.name == about.lower()), None)
            if found is None:
                return self._say(Text("There is no command {name} here.", name=about), lang)
            lines = [found.title, found.help] if found.help else [found.title]
            return "\n".join(self._say(line, lang) for line in lines)
        head = Text("You can send me one of these words:")
        foot = Text("Send help and one of the words to learn more about it.")
        lines = [f"{c.name} - {self._say(c.title, lang)}" for c in commands]
        return "\n".join([self._say(head, lang), *lines, self._say(foot, lang)])

    def _opening(self, ask: Ask, lang: str) -> str:
        lines: list[Text | str] = [ask.title]
        if ask.instructions is not None:
            lines.append(ask.instructions)
        if any(f.kind is not FieldKind.NOTE for f in ask.fields):
            lines.append(Text("Send - to keep what stands in [brackets], or cancel to stop."))
        return "\n".join(self._say(line, lang) for line in lines)

    def _question(self, run: Run, lang: str) -> str:
        fields = [f for f in run.ask.fields if f.kind is not FieldKind.NOTE]
        if not fields:
            notes = [self._say(f.label, lang) for f in run.ask.fields]
            return "\n".join([*notes, self._say(Text("Send ok to go on, or cancel to stop."), lang)])
        at = len(run.entered)
        field = self._translator.field(fields[at], lang)
        lines = [self._say(note.label, lang) for note in notes_before(run.ask.fields, fields[at])]
        head = f"{at + 1}/{len(fields)} {field.label}" if len(fields) > 1 else field.label
        lines.append(f"{head}{self._choice(field, lang)}:")
        if field.help:
            lines.append(f"({field.help})")
        if field.kind is FieldKind.SECRET:
            warning = Text("What you send here stays readable in the history of this chat.")
            lines.append(f"({self._say(warning, lang)})")
        lines += [f"{n}. {label}" for n, (_, label) in enumerate(field.options, 1)]
        return "\n".join(lines)

    def _choice(self, field: Field, lang: str) -> str:
        if field.kind is FieldKind.SECRET:
            return "" if field.required else " [-]"
        if field.kind is FieldKind.BOOLEAN:
            yes, no = (self._say(Text(word), lang) for word in ("yes", "no"))
            return f" ({yes}/{no}) [{yes if field.default.lower() in YES else no}]"
        default = field.default
        if field.kind is FieldKind.CHOICE:
            default = dict(field.options).get(default, default)
        if not default and not field.required:
            default = KEEP
        return f" [{default}]" if default else ""


def remaining(run: Run) -> list[Field]:
    """The fields not yet asked for."""
    return [f for f in run.ask.fields if f.kind is not FieldKind.NOTE][len(run.entered) :]


def notes_before(fields: tuple[Field, ...], field: Field) -> list[Field]:
    """The notes that stand directly before a field."""
    notes: list[Field] = []
    for f in fields:
        if f is field:
            break
        notes = [*notes, f] if f.kind is FieldKind.NOTE else []
    return notes


def read(field: Field, text: str, yes: frozenset[str] = YES, no: frozenset[str] = NO) -> str:
    """The value that a typed answer means; Refused says what is wrong with it."""
    if len(text) > ANSWER_LENGTH:
        raise Refused("not-acceptable", "That is too long.")
    text = text.strip()
    if text in ("", KEEP):
        value = "" if field.kind is FieldKind.SECRET else field.default
    elif field.kind is FieldKind.BOOLEAN:
        value = read_boolean(text, yes, no)
    elif field.kind is FieldKind.CHOICE:
        value = read_choice(field, text)
    else:
        value = text if field.kind is FieldKind.LINES else one_line(text)
    return forms.check((field,), {field.name: value}).get(field.name, "")


def read_boolean(text: str, yes: frozenset[str] = YES, no: frozenset[str] = NO) -> str:
    """`1` or `0` for a yes or a no."""
    word = text.lower().rstrip(".!")
    if word not in yes | no:
        raise Refused("not-acceptable", "Please answer yes or no.")
    return "1" if word in yes else "0"


def read_choice(field: Field, text: str) -> str:
    """The option meant by its number, its label or its value."""
    number = text.rstrip(".)")
    if number.isascii() and number.isdigit() and len(number) < 6 and 0 < int(number) <= len(field.options):
        return field.options[int(number) - 1][0]
    for value, label in field.options:
        if text.casefold() in (value.casefold(), label.casefold()):
            return value
    raise Refused("not-acceptable", "Please answer with one of the numbers.")
