"""Registration with the gateway and its networks (XEP-0077), and the order of what follows (XEP-0100)."""

from typing import Any

import pytest
from fake_gateway import DOMAIN, NICK, ROMEO, SECRET, FakeGateway, FakeNetwork, iq, result
from test_adhoc import form, parse

from transport.api import CommandContext, Field, FieldKind, Refused
from transport.config import AccessConfig
from transport.handlers.register import Register
from transport.store.interface import AccountRow, ContactRow
from transport.xmpp.element import Element
from transport.xmpp.ns import DATA_FORMS, REGISTER, tag

IRC = f"irc@{DOMAIN}"
QUERY = tag(REGISTER, "query")
KNOWN = AccountRow("irc", {"nick": "romeo"}, {"password": "hunter2"})


class Client:
    """Somebody with a client that registers."""

    def __init__(self, *networks: FakeNetwork, **options: Any) -> None:
        self.gateway = FakeGateway(*(networks or (FakeNetwork("irc", (NICK, SECRET)),)), **options)
        self.handler = Register(self.gateway.registration, self.gateway.translator)

    def get(self, to: str = DOMAIN) -> Element:
        payload = Element(QUERY)
        return parse(result(self.handler.ask(iq(payload, to, "get"), payload)))

    def set(self, *children: Element, to: str = DOMAIN) -> None:
        payload = Element(QUERY, None, *children)
        assert result(self.handler.answer(iq(payload, to), payload)) == ""

    def refused(self, condition: str, *children: Element, to: str = DOMAIN) -> str:
        with pytest.raises(Refused) as e:
            self.set(*children, to=to)
        assert e.value.condition == condition
        return str(e.value.text)

    def after(self) -> list[Any]:
        """What went out once the answer was on its way; nothing may go before it."""
        before = list(self.gateway.said)
        self.gateway.clock.advance(0)
        return self.gateway.said[len(before) :]

    def account(self, network: str = "irc") -> tuple[dict[str, str], dict[str, str]]:
        row = self.gateway.store.states[ROMEO].accounts[network]
        return row.settings, row.secrets


def legacy(**values: str) -> list[Element]:
    return [Element(tag(REGISTER, k), None, v) for k, v in values.items()]


def fields(query: Element) -> dict[str, str]:
    x = query.child(tag(DATA_FORMS, "x"))
    assert x is not None
    return {
        f.get("var"): f.child_text(tag(DATA_FORMS, "value"))
        for f in x.elements(tag(DATA_FORMS, "field"))
        if f.get("var") != "FORM_TYPE"
    }


REMOVE = Element(tag(REGISTER, "remove"))


def test_the_gateway_asks_with_a_form_and_with_plain_fields() -> None:
    query = Client().get()
    names = [e.name for e in query.elements()]
    assert names == ["instructions", "nick", "password", "x"]
    assert fields(query) == {"network": "irc", "nick": "", "password": ""}


def test_a_network_asks_for_what_it_needs() -> None:
    query = Client().get(IRC)
    assert query.child_text(tag(REGISTER, "instructions")) == "Choose a nickname."
    assert fields(query) == {"nick": "", "password": ""}


def test_registering_with_the_gateway_by_form() -> None:
    client = Client()
    client.set(form(FORM_TYPE=REGISTER, network="irc", nick="romeo", password="hunter2"))
    assert client.gateway.store.states[ROMEO].member
    assert client.account() == ({"nick": "romeo"}, {"password": "hunter2"})
    assert client.gateway.said == []
    assert client.after() == [("subscribe", "")]


def test_registering_with_the_gateway_by_plain_fields() -> None:
    client = Client()
    client.set(*legacy(nick="romeo", password="hunter2"))
    assert client.account() == ({"nick": "romeo"}, {"password": "hunter2"})


def test_membership_alone_can_be_had() -> None:
    client = Client()
    client.set(form(network=""))
    state = client.gateway.store.states[ROMEO]
    assert (state.member, state.accounts) == (True, {})
    assert client.after() == [("subscribe", "")]


def test_registering_with_a_network_makes_a_member() -> None:
    client = Client()
    client.set(form(nick="romeo"), to=IRC)
    assert client.gateway.store.states[ROMEO].member
    assert client.account() == ({"nick": "romeo"}, {})
    assert client.after() == [("subscribe", "irc")]


def test_somebody_who_is_online_is_signed_in_after_the_subscription() -> None:
    client = Client()
    owner = client.gateway.online()
    client.set(form(nick="romeo"), to=IRC)
    assert owner.member
    assert client.gateway.said == []
    assert client.after() == [("subscribe", "irc"), ("sign in", "irc")]
    assert owner.sessions["irc"].account.settings == {"nick": "romeo"}


def test_what_others_hold_of_an_owner_learns_of_the_registration() -> None:
    client = Client()
    held = result(client.gateway.owners.load(ROMEO))
    client.set(form(nick="romeo"), to=IRC)
    assert (held.member, held.state.accounts["irc"].settings) == (True, {"nick": "romeo"})


def test_changed_settings_begin_a_new_session_and_unchanged_ones_do_not() -> None:
    client = Client()
    client.gateway.member(ROMEO, KNOWN)
    owner = client.gateway.online()
    client.gateway.sessions.sign_in(owner, client.gateway.networks.get("irc"))
    client.set(form(nick="romeo", password=""), to=IRC)
    assert ("sign out", "irc") not in client.after()
    client.set(form(nick="mercutio", password=""), to=IRC)
    assert client.after()[1:] == [("sign out", "irc"), ("sign in", "irc")]
    assert owner.sessions["irc"].account.settings == {"nick": "mercutio", "password": "hunter2"}


@pytest.mark.parametrize("to", [DOMAIN, IRC])
def test_current_values_are_shown_and_secrets_never(to: str) -> None:
    client = Client()
    client.gateway.member(ROMEO, KNOWN)
    query = client.get(to)
    assert query.child(tag(REGISTER, "registered")) is not None
    assert query.child_text(tag(REGISTER, "nick")) == "romeo"
    assert fields(query)["nick"] == "romeo"
    assert "hunter2" not in query.to_xml()


def test_a_secret_left_empty_is_kept_and_a_new_one_replaces_it() -> None:
    client = Client(FakeNetwork("irc", (NICK, Field("password", "Password", FieldKind.SECRET, required=True))))
    client.gateway.member(ROMEO, KNOWN)
    client.set(form(nick="mercutio", password=""), to=IRC)
    assert client.account() == ({"nick": "mercutio"}, {"password": "hunter2"})
    client.set(form(nick="mercutio", password="new"), to=IRC)
    assert client.account() == ({"nick": "mercutio"}, {"password": "new"})


def test_an_optional_value_can_be_emptied() -> None:
    client = Client(FakeNetwork("irc", (Field("nick", "Nick", legacy="nick"),)))
    client.gateway.member(ROMEO, AccountRow("irc", {"nick": "romeo"}))
    client.set(form(nick=""), to=IRC)
    assert client.account()[0] == {"nick": ""}


def test_several_networks_are_offered_and_an_account_is_not_overwritten() -> None:
    client = Client(FakeNetwork("irc", (NICK, SECRET)), FakeNetwork("sms", (Field("number", "Number"),)))
    client.gateway.member(ROMEO, KNOWN)
    assert fields(client.get()) == {"network": ""}
    client.set(form(network="irc"))
    assert client.account() == ({"nick": "romeo"}, {"password": "hunter2"})


def test_what_is_missing_or_wrong_is_said() -> None:
    client = Client()
    assert "Your nickname" in client.refused("not-acceptable", form(password="x"), to=IRC)
    assert "Your nickname" in client.refused("not-acceptable", form(network="irc"))
    assert "cannot be had" in client.refused("not-acceptable", *legacy(nick="taken"))
    client.refused("not-acceptable", form(network="nonsense"))
    assert client.gateway.store.states == {}
    assert client.after() == []


def test_broken_requests_are_refused() -> None:
    client = Client()
    client.refused("bad-request", form("form"))
    client.refused("bad-request", form(FORM_TYPE="urn:other", nick="romeo"))
    client.refused("bad-request", REMOVE, *legacy(nick="x"))
    client.refused("item-not-found", form(), to=f"nonsense@{DOMAIN}")
    client.refused("service-unavailable", form(), to=f"juliet%irc@{DOMAIN}")
    client.refused("registration-required", REMOVE)
    client.refused("registration-required", REMOVE, to=IRC)
    client.set(form("cancel"))
    assert client.gateway.store.states == {}


def test_who_may_not_register_is_refused() -> None:
    client = Client(access=AccessConfig(register=("elsewhere.example",)))
    client.refused("forbidden", form(network=""))
    with pytest.raises(Refused):
        client.get()


def test_a_member_who_may_not_register_any_more_can_change_and_leave() -> None:
    client = Client(access=AccessConfig(register=("elsewhere.example",)))
    client.gateway.member()
    client.set(form(nick="romeo"), to=IRC)
    assert client.account()[0] == {"nick": "romeo"}
    client.set(REMOVE)
    assert client.gateway.store.states == {}


def test_leaving_the_gateway_forgets_everything_and_tells_every_contact() -> None:
    client = Client()
    contacts = tuple(ContactRow("irc", name, True, True) for name in ("", "juliet"))
    client.gateway.member(ROMEO, KNOWN, contacts=(ContactRow("", "", True, True), *contacts))
    owner = client.gateway.online()
    client.gateway.sessions.sign_in(owner, client.gateway.networks.get("irc"))
    client.gateway.said.clear()
    client.set(REMOVE)
    assert client.gateway.said == [("sign out", "irc")]
    assert ROMEO not in client.gateway.store.states
    said = client.after()
    assert {("unsubscribe", "irc", "juliet"), ("unsubscribe", "irc", ""), ("unsubscribe", "", "")} <= set(said)
    assert (owner.member, owner.state.accounts, owner.state.contacts) == (False, {}, {})


def test_contacts_are_told_of_somebody_who_is_not_online_too() -> None:
    client = Client()
    client.gateway.member(ROMEO, KNOWN, contacts=(ContactRow("irc", "juliet", True, True),))
    client.set(REMOVE)
    assert ("unsubscribe", "irc", "juliet") in client.after()


def test_leaving_a_network_leaves_the_rest() -> None:
    client = Client()
    rows = (ContactRow("irc", "juliet", True, True), ContactRow("", "", True, True))
    client.gateway.member(ROMEO, KNOWN, contacts=rows)
    owner = client.gateway.online()
    client.set(REMOVE, to=IRC)
    assert client.gateway.store.states[ROMEO].accounts == {}
    assert client.after() == [("unsubscribe", "irc", "juliet"), ("unsubscribe", "irc")]
    assert (owner.member, list(owner.state.contacts)) == (True, [("", "")])


# the same by commands


def run(client: Client, name: str, *answers: dict[str, str], place: str = "", who: str = ROMEO, word: str = "") -> Any:
    step = result(client.gateway.desk.start(place, name, who, "en", word))
    for answer in answers:
        step = result(client.gateway.desk.step(step.answered, answer))
    return step


def test_the_command_asks_for_the_network_first_when_there_are_several() -> None:
    client = Client(FakeNetwork("irc", (NICK, SECRET)), FakeNetwork("sms", (Field("number", "Number"),)))
    asked = run(client, "register")
    assert ([f.name for f in asked.fields], asked.more) == (["network"], True)
    asked = run(client, "register", {"network": "irc"})
    assert [f.name for f in asked.fields] == ["nick", "password"]
    run(client, "register", {"network": "irc"}, {"nick": "romeo"})
    assert client.account() == ({"nick": "romeo"}, {})
    assert client.after() == [("subscribe", "irc"), ("subscribe", "")]
    assert [f.name for f in run(client, "register", word="sms").fields] == ["number"]
    run(client, "register", {"network": ""}, who="juliet@example.org")
    assert client.gateway.store.states["juliet@example.org"].member


def test_the_command_at_a_network_asks_for_that_network() -> None:
    client = Client()
    assert [f.name for f in run(client, "register", place="irc").fields] == ["nick", "password"]


def test_unregistering_asks_once_more() -> None:
    client = Client()
    client.gateway.member(ROMEO, KNOWN)
    assert str(run(client, "unregister", {"confirm": "0"}).text) == "Nothing was changed."
    assert client.gateway.store.states[ROMEO].member
    run(client, "unregister", {"confirm": "1"}, place="irc")
    assert client.gateway.store.states[ROMEO].accounts == {}
    run(client, "unregister", {"confirm": "1"})
    assert ROMEO not in client.gateway.store.states


def test_settings_are_kept_and_take_effect() -> None:
    client = Client()
    client.gateway.member(ROMEO, KNOWN)
    owner = client.gateway.online()
    run(client, "settings", {"persistent": "1"})
    assert client.gateway.store.states[ROMEO].preferences == {"persistent": "1"}
    assert owner.state.preferences == {"persistent": "1"}
    assert ("settle", ROMEO) in client.gateway.said
    assert run(client, "settings").fields[0].default == "1"
    with pytest.raises(Refused):
        run(client, "settings", {"persistent": "1"}, who="admin@example.org")


def test_connecting_status_and_disconnecting() -> None:
    client = Client()
    client.gateway.member(ROMEO, KNOWN)
    owner = client.gateway.online()
    assert run(client, "status").rows == (("irc", "signed out"),)
    assert str(run(client, "connect").text) == "You are signed in to irc."
    assert run(client, "status").rows == (("irc", "signed in as romeo, rooms: 0"),)
    assert str(run(client, "disconnect", word="irc").text) == "You are signed out of irc."
    assert owner.sessions == {}
    assert "not signed in" in str(run(client, "disconnect", place="irc").text)
    with pytest.raises(Refused) as e:
        run(client, "connect", word="nonsense")
    assert e.value.condition == "item-not-found"


def test_which_network_is_asked_when_there_are_several_accounts() -> None:
    client = Client(FakeNetwork("irc", (NICK,)), FakeNetwork("sms"))
    client.gateway.member(ROMEO, KNOWN, AccountRow("sms"))
    client.gateway.online()
    assert [value for value, _ in run(client, "connect").fields[0].options] == ["irc", "sms"]
    run(client, "connect", {"network": "sms"})
    assert client.gateway.said == [("sign in", "sms")]


def test_administrators_see_tell_and_remove_users() -> None:
    client = Client()
    client.gateway.member(ROMEO, KNOWN)
    client.gateway.member("juliet@example.com")
    admin = "admin@example.org"
    rows = run(client, "users", who=admin).rows
    assert [row[0] for row in rows] == ["juliet@example.com", ROMEO]
    assert "networks: irc" in rows[1][1]
    assert len(run(client, "users", who=admin, word="example.com").rows) == 1
    run(client, "announce", {"text": "Good night"}, who=admin)
    assert client.gateway.said == [("tell", ROMEO, "Good night"), ("tell", "juliet@example.com", "Good night")]
    run(client, "remove-user", {"jid": "Romeo@Example.org"}, {"confirm": "1"}, who=admin)
    assert ROMEO not in client.gateway.store.states
    for wrong, condition in (("nobody@example.org", "item-not-found"), ("@@", "not-acceptable")):
        with pytest.raises(Refused) as e:
            run(client, "remove-user", {"confirm": "1"}, who=admin, word=wrong)
        assert e.value.condition == condition


def test_a_context_without_account_is_the_gateway() -> None:
    client = Client()
    context = result(client.gateway.desk.people.context(ROMEO, ""))
    assert context == CommandContext(ROMEO)
