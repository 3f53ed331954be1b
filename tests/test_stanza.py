"""Stanzas as text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xml_values import TEXTS

from transport.text.clean import clean
from transport.xmpp import rsm, stanza
from transport.xmpp.element import Element
from transport.xmpp.ns import COMPONENT, ERROR, IQ, MESSAGE, PRESENCE, RSM, STANZA_ERRORS, tag
from transport.xmpp.outgoing import verify

DOMAIN = "gw.localhost"


def asked(tag: str = IQ, kind: str = "get", **attrs: str) -> Element:
    usual = {"from": "romeo@localhost/r", "to": DOMAIN, "type": kind, "id": "7"}
    return Element(tag, usual | attrs, Element("secret", {}, "payload"))


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_a_caller_gives_stays_in_its_place(to: str, id: str, said: str) -> None:
    for found in (
        verify(stanza.message(DOMAIN, f"x{to}", "chat", stanza.body(said), id=id), DOMAIN),
        verify(
            stanza.presence(DOMAIN, f"x{to}", "unavailable", stanza.child("urn:x", "y", {"a": said}, said), id=id),
            DOMAIN,
        ),
        verify(stanza.iq("set", DOMAIN, f"x{to}", id, stanza.error("conflict", said, lang=said)), DOMAIN),
    ):
        assert found.get("to") == clean(f"x{to}")
        assert found.get("id") == clean(id)
        assert len(list(found.elements())) == 1


def test_a_result_goes_back_to_who_asked() -> None:
    assert stanza.reply(asked(), "<x/>") == f"<iq from='{DOMAIN}' to='romeo@localhost/r' type='result' id='7'><x/></iq>"


def test_an_error_goes_back_without_the_payload() -> None:
    assert stanza.error_reply(asked(), "item-not-found", "No such <thing>.", extra="<e/>") == (
        f"<iq from='{DOMAIN}' to='romeo@localhost/r' type='error' id='7'><error type='cancel' code='404'>"
        f"<item-not-found xmlns='{STANZA_ERRORS}'/>"
        f"<text xmlns='{STANZA_ERRORS}' xml:lang='en'>No such &lt;thing&gt;.</text><e/></error></iq>"
    )


def test_an_error_presence_of_a_room_says_so() -> None:
    x = "<x xmlns='http://jabber.org/protocol/muc'/>"
    answer = stanza.error_reply(asked(PRESENCE, ""), "conflict", kind="wait", payload=x)
    assert answer is not None
    assert answer.startswith("<presence ")
    assert f"type='error' id='7'>{x}<error type='wait' code='409'>" in answer


@pytest.mark.parametrize("kind", ["error", "result"])
@pytest.mark.parametrize("tag", [IQ, MESSAGE, PRESENCE])
def test_an_answer_is_never_answered(tag: str, kind: str) -> None:
    assert stanza.error_reply(asked(tag, kind), "bad-request") is None


def test_what_came_from_nobody_is_not_answered() -> None:
    assert stanza.error_reply(Element(MESSAGE, {"to": DOMAIN}), "bad-request") is None


@given(st.sampled_from(sorted(stanza.ERRORS)) | TEXTS)
def test_only_conditions_of_the_standard_are_sent(condition: str) -> None:
    answer = stanza.error_reply(asked(), condition)
    assert answer is not None
    error = verify(answer, DOMAIN).child(ERROR)
    assert error is not None
    (found,) = error.elements()
    assert found.name == (condition if condition in stanza.ERRORS else "undefined-condition")
    assert error.get("type") in ("auth", "cancel", "modify", "wait")


@pytest.mark.parametrize(
    "when",
    [
        1_000_000_000.25,
        datetime(2001, 9, 9, 1, 46, 40, 250000, UTC),
        datetime(2001, 9, 9, 3, 46, 40, 250000, timezone(timedelta(hours=2))),
        datetime(2001, 9, 9, 1, 46, 40, 250000),
    ],
)
def test_a_delay_is_in_utc(when: datetime | float) -> None:
    assert stanza.delay(when, "a'") == "<delay xmlns='urn:xmpp:delay' from='a&#39;' stamp='2001-09-09T01:46:40.250Z'/>"


def page(*parts: tuple[str, str]) -> rsm.Page | None:
    children = [Element(tag(RSM, name), {}, *([said] if said else [])) for name, said in parts]
    return rsm.parse(Element("query", {}, Element(tag(RSM, "set"), {}, *children)))


def test_a_page_is_read() -> None:
    assert page(("max", "10"), ("after", "x")) == rsm.Page(limit=10, after="x")
    assert page(("before", "")) == rsm.Page(before="")
    assert page(("index", "3"), ("max", "0")) == rsm.Page(limit=0, index=3)
    assert rsm.parse(Element("query")) is None


@pytest.mark.parametrize("bad", ["-1", "x", "", "1e3", "\u0663", "9" * 5000, " 1"])
def test_a_bad_number_of_a_page_is_as_if_absent(bad: str) -> None:
    assert page(("max", bad), ("index", bad)) == rsm.Page()


def test_a_page_is_written() -> None:
    assert rsm.build("a<", "b", 10, 0) == (
        f"<set xmlns='{RSM}'><first index='0'>a&lt;</first><last>b</last><count>10</count></set>"
    )
    assert rsm.build("", "", 0) == f"<set xmlns='{RSM}'><count>0</count></set>"


def test_the_namespace_of_stanzas_is_the_stream_s() -> None:
    assert verify(stanza.message(DOMAIN, "a@b", "", stanza.body("x")), DOMAIN).child_text(tag(COMPONENT, "body")) == "x"
