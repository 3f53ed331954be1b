"""Ad-hoc commands (XEP-0050)."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import fromstring

import pytest
from fake_gateway import DOMAIN, NICK, ROMEO, SECRET, FakeGateway, FakeNetwork, iq, result

from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, Refused, Text, Who
from transport.handlers.adhoc import AdHoc
from transport.xmpp.element import Element
from transport.xmpp.ns import ADHOC, DATA_FORMS, tag

CHOICE = Field("colour", "Colour", FieldKind.CHOICE, options=(("r", "Red"),))
X, FIELD, VALUE = (tag(DATA_FORMS, name) for name in ("x", "field", "value"))


def parse(xml: str) -> Element:
    """Written XML as a tree again."""

    def convert(node: Node) -> Element:
        uri, _, name = node.tag[1:].partition("}") if node.tag.startswith("{") else ("", "", node.tag)
        out = Element(tag(uri, name), dict(node.attrib))
        if node.text:
            out.add(node.text)
        for child in node:
            out.add(convert(child))
        return out

    return convert(fromstring(xml))


def form(kind: str = "submit", **values: str) -> Element:
    x = Element(X, {"type": kind})
    for name, value in values.items():
        x.add(Element(FIELD, {"var": name}, Element(VALUE, None, value)))
    return x


class Client:
    """Somebody with a client that knows ad-hoc commands, and the command `paint` at the gateway."""

    def __init__(self, *fields: Field) -> None:
        self.gateway = FakeGateway(FakeNetwork("irc", (NICK, SECRET)))
        self.given: list[dict[str, str]] = []
        self.outcomes: list[Any] = []
        self.gateway.commands.add("", Command("paint", "Paint it", self.paint, Who.ANYONE))
        self.fields = fields
        self.adhoc = AdHoc(self.gateway.desk, self.gateway.clock, self.gateway.translator)

    def paint(self, context: CommandContext) -> Any:
        return Ask(Text("Painting"), self.fields, self.answered, Text("Choose.")) if self.fields else self.end()

    def answered(self, values: Mapping[str, str]) -> Any:
        self.given.append(dict(values))
        return self.end()

    def end(self) -> Any:
        outcome = self.outcomes.pop(0) if self.outcomes else Done(Text("Painted."))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def do(
        self, action: str = "", session: str = "", x: Element | None = None, node: str = "paint", **where: str
    ) -> Element:
        attrs = {"node": node, "action": action, "sessionid": session}
        payload = Element(tag(ADHOC, "command"), {k: v for k, v in attrs.items() if v}, *([x] if x else []))
        return parse(result(self.adhoc.command(iq(payload, **where), payload)))

    def refused(self, condition: str, detail: str, *args: Any, **kwargs: Any) -> None:
        with pytest.raises(Refused) as e:
            self.do(*args, **kwargs)
        assert e.value.condition == condition
        assert getattr(e.value, "extra", "") == (f"<{detail} xmlns='{ADHOC}'/>" if detail else "")


def note(answer: Element) -> tuple[str, str]:
    found = answer.child(tag(ADHOC, "note"))
    return ("", "") if found is None else (found.get("type"), found.text)


def values(answer: Element) -> dict[str, str]:
    x = answer.child(X)
    assert x is not None
    return {f.get("var") or f.get("label"): f.child_text(VALUE) for f in x.elements(FIELD)}


def test_what_one_may_use_is_listed() -> None:
    client = Client()
    assert client.adhoc.items("", Who.ANYONE) == [
        ("paint", "Paint it"),
        ("register", "Register, or change your registration"),
    ]
    assert "users" in dict(client.adhoc.items("", Who.ADMIN))


def test_a_command_answers_as_a_command() -> None:
    client = Client()
    info = client.adhoc.info("", "paint")
    assert info is not None
    identity, features = info
    assert (identity.category, identity.type, identity.name) == ("automation", "command-node", "Paint it")
    assert features == (ADHOC, DATA_FORMS)
    assert client.adhoc.info("", "nonsense") is None
    top = client.adhoc.info("", ADHOC)
    assert top is not None
    assert top[0].type == "command-list"


def test_a_command_without_questions_is_completed_at_once() -> None:
    answer = Client().do("execute")
    assert (answer.get("status"), answer.get("node"), note(answer)) == ("completed", "paint", ("info", "Painted."))
    assert answer.get("sessionid")


@pytest.mark.parametrize("action", ["execute", "next", "complete", ""])
def test_a_form_is_asked_and_answered(action: str) -> None:
    client = Client(NICK, CHOICE)
    asked = client.do()
    assert asked.get("status") == "executing"
    actions = asked.child(tag(ADHOC, "actions"))
    assert actions is not None
    assert (actions.get("execute"), [a.name for a in actions.elements()]) == ("complete", ["complete"])
    x = asked.child(X)
    assert x is not None
    assert x.child_text(tag(DATA_FORMS, "instructions")) == "Choose."
    answer = client.do(action, asked.get("sessionid"), form(nick="romeo", colour="r", other="?"))
    assert answer.get("status") == "completed"
    assert answer.get("sessionid") == asked.get("sessionid")
    assert client.given == [{"nick": "romeo", "colour": "r"}]


def test_a_form_that_leads_to_another_offers_next() -> None:
    client = Client(NICK)
    client.outcomes = [Ask(Text("More"), (CHOICE,), client.answered, more=True)]
    asked = client.do()
    second = client.do("next", asked.get("sessionid"), form(nick="romeo"))
    assert (second.get("status"), second.get("sessionid")) == ("executing", asked.get("sessionid"))
    actions = second.child(tag(ADHOC, "actions"))
    assert actions is not None
    assert [a.name for a in actions.elements()] == ["next"]
    assert client.do("next", asked.get("sessionid"), form(colour="r")).get("status") == "completed"


def test_a_form_with_mistakes_is_shown_again_with_what_was_entered() -> None:
    client = Client(NICK, SECRET)
    client.outcomes = [Refused("conflict", "This nickname is in use.")]
    session = client.do().get("sessionid")
    again = client.do("complete", session, form(password="hunter2"))
    assert (again.get("status"), note(again)) == ("executing", ("error", "Please fill in: Your nickname."))
    again = client.do("complete", session, form(nick="romeo", password="hunter2"))
    assert note(again) == ("error", "This nickname is in use.")
    assert values(again) == {"nick": "romeo", "password": ""}
    assert client.do("complete", session, form(nick="mercutio")).get("status") == "completed"


def test_a_final_refusal_is_an_error_and_ends_it() -> None:
    client = Client(NICK)
    client.outcomes = [Refused("forbidden", "You may not.")]
    session = client.do().get("sessionid")
    client.refused("forbidden", "", "complete", session, form(nick="romeo"))
    client.refused("bad-request", "bad-sessionid", "complete", session, form(nick="romeo"))


@pytest.mark.parametrize("x", [None, form("cancel")])
def test_cancel_ends_a_command(x: Element | None) -> None:
    client = Client(NICK)
    session = client.do().get("sessionid")
    answer = client.do("" if x else "cancel", session, x)
    assert (answer.get("status"), answer.get("sessionid")) == ("canceled", session)
    client.refused("bad-request", "bad-sessionid", "complete", session, form(nick="romeo"))


def test_wrong_actions_and_payloads_leave_the_command_running() -> None:
    client = Client(NICK)
    session = client.do().get("sessionid")
    client.refused("bad-request", "malformed-action", "jump", session)
    client.refused("bad-request", "bad-action", "prev", session)
    client.refused("bad-request", "bad-payload", "complete", session)
    client.refused("bad-request", "bad-payload", "complete", session, form("form", nick="romeo"))
    many = form(**{f"f{n}": "" for n in range(300)})
    client.refused("bad-request", "bad-payload", "complete", session, many)
    assert client.do("complete", session, form(nick="romeo")).get("status") == "completed"


def test_only_the_client_that_started_a_command_goes_on_with_it() -> None:
    client = Client(NICK)
    session = client.do().get("sessionid")
    for who in (f"{ROMEO}/balcony", "juliet@example.org/orchard"):
        client.refused("bad-request", "bad-sessionid", "complete", session, form(nick="x"), from_=who)
    client.refused("bad-request", "bad-sessionid", "complete", session, form(nick="x"), node="register")
    client.refused("bad-request", "bad-sessionid", "complete", session, form(nick="x"), to=f"irc@{DOMAIN}")
    assert client.do("complete", session, form(nick="romeo")).get("status") == "completed"


def test_a_command_that_waits_too_long_expires() -> None:
    client = Client(NICK)
    session = client.do().get("sessionid")
    client.gateway.clock.advance(3600)
    client.refused("not-allowed", "session-expired", "complete", session, form(nick="romeo"))


def test_unknown_commands_and_sessions_are_refused() -> None:
    client = Client()
    client.refused("item-not-found", "", "execute", node="nonsense")
    client.refused("item-not-found", "", "execute", to=f"nonsense@{DOMAIN}")
    client.refused("item-not-found", "", "execute", to=f"juliet%irc@{DOMAIN}")
    client.refused("forbidden", "", "execute", node="users")
    client.refused("bad-request", "bad-sessionid", "complete")
    client.refused("bad-request", "bad-sessionid", "complete", "nonsense", form(nick="x"))


def test_rows_are_fields_of_a_result() -> None:
    client = Client()
    client.outcomes = [Done(Text("Rooms:"), (("#a", "3", "<b>"), ("#b", "1")))]
    answer = client.do()
    x = answer.child(X)
    assert x is not None
    assert x.get("type") == "result"
    assert [(f.get("label"), f.child_text(VALUE)) for f in x.elements(FIELD)] == [("#a", "3, <b>"), ("#b", "1")]


def test_a_network_is_registered_with_under_its_alias_too() -> None:
    client = Client()
    asked = client.do(node="register", to=f"alias@{DOMAIN}")
    x = asked.child(X)
    assert x is not None
    client.do("complete", asked.get("sessionid"), form(nick="romeo"), node="register", to=f"irc@{DOMAIN}")
    assert client.gateway.store.states[ROMEO].accounts["irc"].settings == {"nick": "romeo"}
