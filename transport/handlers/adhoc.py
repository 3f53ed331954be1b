"""Commands as ad-hoc commands (XEP-0050)."""

from twisted.internet.interfaces import IReactorTime

from transport.api import Ask, Done, Field, FieldKind, Identity, Refused, Text, Who
from transport.commands import FINAL, Desk, Expired, Run, Runs, again, new_id
from transport.router import Router, Stanza
from transport.text.translate import Translator
from transport.xmpp import forms
from transport.xmpp.element import Element
from transport.xmpp.ns import ADHOC, DATA_FORMS, tag

COMMAND = tag(ADHOC, "command")
FORM = tag(DATA_FORMS, "x")
ACTIONS = frozenset({"execute", "next", "prev", "complete", "cancel"})


class CommandError(Refused):
    """Refused with one of the conditions of XEP-0050 section 4.5."""

    def __init__(self, condition: str, detail: str, template: str) -> None:
        super().__init__(condition, template)
        self.extra = Element(tag(ADHOC, detail)).to_xml()


class AdHoc:
    """Lists, starts and continues commands."""

    __slots__ = ("_desk", "_runs", "_translator")

    def __init__(self, desk: Desk, clock: IReactorTime, translator: Translator) -> None:
        self._desk = desk
        self._runs = Runs(clock)
        self._translator = translator

    def register(self, router: Router) -> None:
        """Answer the IQs of this protocol."""
        router.iq("set", COMMAND, self.command)

    def items(self, place: str, who: Who, lang: str = "en") -> list[tuple[str, str]]:
        """(node, name) of what disco#items of the node of `ADHOC` lists (section 2.2)."""
        return [(c.name, self._translator.render(c.title, lang)) for c in self._desk.commands.visible(place, who)]

    def info(self, place: str, node: str, lang: str = "en") -> tuple[Identity, tuple[str, ...]] | None:
        """What disco#info of a node says, identity and features (section 2.3); None if it is not ours."""
        if node == ADHOC:
            name = self._translator.render(Text("Commands"), lang)
            return Identity("automation", "command-list", name), (ADHOC,)
        command = self._desk.commands.get(place, node)
        if command is None:
            return None
        title = self._translator.render(command.title, lang)
        return Identity("automation", "command-node", title), (ADHOC, DATA_FORMS)

    async def command(self, stanza: Stanza, payload: Element) -> str:
        """Start a command, or go on with one."""
        node, action = payload.get("node"), payload.get("action") or "execute"
        if action not in ACTIONS:
            raise CommandError("bad-request", "malformed-action", "There is no such action.")
        place = None if stanza.address.name else self._desk.people.place(stanza.address.network)
        if place is None or not node:
            raise Refused("item-not-found", "There are no commands here.")
        session = payload.get("sessionid")
        if session:
            return await self._continue(stanza, payload, place, node, action)
        if action != "execute":
            raise CommandError("bad-request", "bad-sessionid", "This command has not been started.")
        result = await self._desk.start(place, node, stanza.owner, stanza.lang)
        if isinstance(result, Done):
            return self._completed(node, new_id(), result, stanza.lang)
        return self._executing(self._runs.open(stanza.from_, place, node, result), stanza.lang)

    async def _continue(self, stanza: Stanza, payload: Element, place: str, node: str, action: str) -> str:
        run = self._take(payload.get("sessionid"), stanza.from_, place, node)
        if action == "cancel":
            return _command(run.command, run.id, "canceled").to_xml()
        if action == "prev":
            self._runs.keep(run)
            raise CommandError("bad-request", "bad-action", "This command cannot go back; cancel it instead.")
        values = self._values(run, payload)
        if values is None:
            return _command(run.command, run.id, "canceled").to_xml()
        try:
            result = await self._desk.step(run.ask.answered, forms.check(run.ask.fields, values))
        except Refused as e:
            if e.condition in FINAL:
                raise
            run.ask = again(run.ask, values)
            self._runs.keep(run)
            return self._executing(run, stanza.lang, e)
        if isinstance(result, Done):
            return self._completed(run.command, run.id, result, stanza.lang)
        run.ask = result
        self._runs.keep(run)
        return self._executing(run, stanza.lang)

    def _take(self, session: str, full: str, place: str, node: str) -> Run:
        try:
            run = self._runs.take(session, full)
        except Expired:
            raise CommandError("not-allowed", "session-expired", "You took too long; please begin again.") from None
        if run is not None and (run.place, run.command) != (place, node):
            self._runs.keep(run)
            run = None
        if run is None:
            raise CommandError("bad-request", "bad-sessionid", "This command is not running.")
        return run

    def _values(self, run: Run, payload: Element) -> dict[str, str] | None:
        """What the form holds, None when it says that the user gave up."""
        form = payload.child(FORM)
        if form is not None and form.get("type") == "cancel":
            return None
        if form is None and not asks(run.ask):
            return {}
        if form is None or form.get("type") != "submit":
            self._runs.keep(run)
            raise CommandError("bad-request", "bad-payload", "Please fill in the form.")
        try:
            return dict(forms.submit(form))
        except Refused as e:
            self._runs.keep(run)
            raise CommandError("bad-request", "bad-payload", e.text.template) from e

    def _executing(self, run: Run, lang: str, error: Refused | None = None) -> str:
        ask, render = run.ask, self._translator.render
        command = _command(run.command, run.id, "executing")
        action = "next" if ask.more else "complete"
        actions = Element(tag(ADHOC, "actions"), {"execute": action}, Element(tag(ADHOC, action)))
        form = forms.form(
            self._translator.fields(ask.fields, lang),
            {},
            title=render(ask.title, lang),
            instructions=render(ask.instructions, lang) if ask.instructions else "",
        )
        command.add(actions).add(form)
        if error is not None:
            command.add(_note("error", render(error.text, lang)))
        return command.to_xml()

    def _completed(self, node: str, session: str, done: Done, lang: str) -> str:
        command = _command(node, session, "completed")
        text = self._translator.render(done.text, lang)
        if done.rows:
            command.add(table(text, done.rows))
        return command.add(_note("info", text)).to_xml()


def asks(ask: Ask) -> bool:
    """Whether a question has anything to fill in."""
    return any(field.kind is not FieldKind.NOTE for field in ask.fields)


def table(title: str, rows: tuple[tuple[str, ...], ...]) -> Element:
    """Rows as the fields of a result: every client shows those, few show `<reported/>`."""
    fields = tuple(Field(f"row{n}", row[0]) for n, row in enumerate(rows))
    values = {f"row{n}": ", ".join(row[1:]) for n, row in enumerate(rows)}
    return forms.form(fields, values, title=title, kind="result")


def _command(node: str, session: str, status: str) -> Element:
    return Element(COMMAND, {"node": node, "sessionid": session, "status": status})


def _note(kind: str, text: str) -> Element:
    return Element(tag(ADHOC, "note"), {"type": kind}, text)
