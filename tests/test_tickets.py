"""Tickets: a message's outcome finds its sender after a restart."""

from hypothesis import given
from hypothesis import strategies as st

from transport.api import Message, Refused
from transport.refusals import words_for
from transport.testing.host import FakeHost
from transport.tickets import Copy, copy, recall, ticket, written_to
from transport.xmpp.element import Element
from transport.xmpp.ns import MESSAGE, XML, tag

LANG = tag(XML, "lang")
ATTRS = {"from": "romeo@example.org/home", "to": "A%net@gw.test/x", "id": "m1", "type": "chat", LANG: "de"}


def test_a_ticket_holds_what_the_outcome_needs_and_not_the_text() -> None:
    told = ticket(Message("secret", "m1", receipt=True, origin=Element(MESSAGE, ATTRS)), 1_700_000_000.5)
    assert "secret" not in told
    message = recall(told)
    assert (message.id, message.receipt, message.origin.attrs, message.origin.lang) == ("m1", True, ATTRS, "de")
    assert message.when is not None
    assert message.when.timestamp() == 1_700_000_000
    assert written_to(message) == "A%net@gw.test"


def test_a_ticket_of_a_ticket_is_the_same() -> None:
    told = ticket(Message("x", "m1", origin=copy(Element(MESSAGE, ATTRS), "b%net@gw.test")), 1.0)
    assert ticket(recall(told), 99.0) == told


def test_a_copy_answers_from_its_recipient_and_names_them() -> None:
    message = recall(ticket(Message("x", "m1", origin=copy(Element(MESSAGE, ATTRS), "b%net@gw.test")), 1.0))
    assert isinstance(message.origin, Copy)
    assert written_to(message) == "b%net@gw.test"
    assert str(words_for(message.origin, Refused("forbidden", "No."))) == "Not sent to b: No."


def test_a_message_of_nobody_keeps_its_id_only() -> None:
    message = recall(FakeHost().ticket(Message("x", "m1")))
    assert (message.id, message.origin, written_to(message)) == ("m1", None, None)


@given(st.text() | st.sampled_from(["[" * 100_000, "[1,2,3]", '["a","b","c","d","e","f",1e400,0]', "{}", "null"]))
def test_a_broken_ticket_is_nobodys(text: str) -> None:
    assert recall(text).origin is None
