"""Addresses of what people type (`jabber:iq:gateway`)."""

import pytest
from fake_gateway import DOMAIN, FakeNetwork, iq
from hypothesis import given
from hypothesis import strategies as st
from test_adhoc import parse
from twisted.internet.defer import Deferred

from transport.api import Case, Refused
from transport.handlers.prompt import QUERY, Prompt
from transport.networks import Networks
from transport.text.translate import Translator
from transport.xmpp.element import Element
from transport.xmpp.ns import GATEWAY, tag

IRC = FakeNetwork("irc")
SMS = FakeNetwork("sms", claimed={"+1 555": "+1555", "0555": "+1555"})
RSS = FakeNetwork("rss", case=Case.KEEP)


def prompt(*networks: FakeNetwork) -> Prompt:
    return Prompt(
        DOMAIN, Networks({n.name: n for n in networks}, {"text": "sms"}), Translator(), lambda jid: Deferred()
    )


def ask(handler: Prompt, typed: str, to: str = DOMAIN) -> str:
    payload = Element(QUERY, None, Element(tag(GATEWAY, "prompt"), None, typed))
    answer = handler.answer(iq(payload, to), payload)
    assert isinstance(answer, str)
    return parse(answer).child_text(tag(GATEWAY, "jid"))


def test_a_client_is_told_what_to_type() -> None:
    handler = prompt(IRC, SMS)
    for to in (DOMAIN, f"irc@{DOMAIN}"):
        query = parse(handler.ask(iq(Element(QUERY), to, "get"), Element(QUERY)))
        assert query.child_text(tag(GATEWAY, "desc"))
        assert query.child_text(tag(GATEWAY, "prompt"))


@pytest.mark.parametrize(
    ("typed", "to", "jid"),
    [
        ("Juliet", "irc@", "juliet%irc@"),
        ("#Room", "irc@", "#room%irc@"),
        ("+1 555", "sms@", "+1555%sms@"),
        ("0555", "text@", "+1555%sms@"),
        ("+1 555", "", "+1555%sms@"),
        ("juliet%IRC", "", "juliet%irc@"),
        (f"#room%irc@{DOMAIN}", "", "#room%irc@"),
        (f"juliet%irc@{DOMAIN}", "irc@", "juliet%irc@"),
        ("a/b", "irc@", "a\\2fb%irc@"),
        ("nick%odd", "irc@", "nick%odd%irc@"),
        ("Ab", "rss@", "^ab%rss@"),
    ],
)
def test_what_is_typed_becomes_an_address(typed: str, to: str, jid: str) -> None:
    handler = prompt(IRC, SMS, RSS)
    assert ask(handler, typed, f"{to}{DOMAIN}") == f"{jid}{DOMAIN}"


def test_with_one_network_it_need_not_be_named() -> None:
    assert ask(prompt(IRC), "juliet") == f"juliet%irc@{DOMAIN}"


@pytest.mark.parametrize(
    ("typed", "to", "condition"),
    [
        ("juliet", DOMAIN, "item-not-found"),
        ("", DOMAIN, "bad-request"),
        ("\n ", DOMAIN, "bad-request"),
        ("two words", f"irc@{DOMAIN}", "jid-malformed"),
        ("é" * 900, f"irc@{DOMAIN}", "jid-malformed"),
        ("juliet", f"nonsense@{DOMAIN}", "item-not-found"),
        ("juliet", f"romeo%irc@{DOMAIN}", "item-not-found"),
    ],
)
def test_what_cannot_be_an_address_is_refused(typed: str, to: str, condition: str) -> None:
    with pytest.raises(Refused) as e:
        ask(prompt(IRC, SMS), typed, to)
    assert e.value.condition == condition


@given(st.text())
def test_any_text_is_an_address_or_refused(typed: str) -> None:
    try:
        jid = prompt(IRC).join(*prompt(IRC).find(typed, IRC))
    except Refused:
        return
    assert jid.endswith(f"%irc@{DOMAIN}")
    assert len(jid.partition("@")[0].encode("utf-8", "replace")) <= 1023
