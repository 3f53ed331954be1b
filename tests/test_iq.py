"""Questions: only whom we asked can answer, and always something comes of them."""

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from transport.xmpp import stanza
from transport.xmpp.element import Element
from transport.xmpp.iq import MOST_QUESTIONS, IqError, IqTimeout, Tracker
from transport.xmpp.ns import COMPONENT, IQ, STANZA_ERRORS, tag
from transport.xmpp.outgoing import verify

DOMAIN = "gw.localhost"
OTHERS = [
    "mallory@evil/x",
    "romeo@localhost/other",
    "romeo@evil",
    "localhost.evil",
    "evil",
    "",
    "romeo@localhost@evil",
    DOMAIN,
]


class Asker:
    def __init__(self) -> None:
        self.clock = Clock()
        self.sent: list[Element] = []
        self.tracker = Tracker(self.clock, lambda xml: self.sent.append(verify(xml, DOMAIN)), DOMAIN)
        self.outcomes: list[object] = []

    def ask(self, to: str, **options: object) -> Deferred[object]:
        return self.tracker.request("get", to, "<query xmlns='urn:x'/>", **options).addBoth(self.outcomes.append)

    def answer(
        self, sender: str, kind: str = "result", *children: Element, to: str = DOMAIN, id: str | None = None
    ) -> bool:
        attrs = {"from": sender, "to": to, "type": kind, "id": self.sent[-1].get("id") if id is None else id}
        return self.tracker.answered(Element(IQ, attrs, *children))

    def failed(self) -> IqError:
        (outcome,) = self.outcomes
        return outcome.value  # type: ignore[attr-defined]


@pytest.fixture
def asker() -> Asker:
    return Asker()


@pytest.mark.parametrize(
    "to", ["romeo@localhost/r", "romeo@localhost", "localhost", "ROMEO@localhost/R", "dave\N{UNICORN FACE}@localhost"]
)
def test_the_one_we_asked_answers(to: str, asker: Asker) -> None:
    asker.ask(to)
    (question,) = asker.sent
    assert (question.get("from"), question.get("to"), question.get("type")) == (DOMAIN, to, "get")
    assert question.child(tag("urn:x", "query")) is not None
    assert asker.answer(to)
    (answer,) = asker.outcomes
    assert answer.get("from") == to
    assert asker.tracker.open == {}
    assert asker.clock.getDelayedCalls() == []


@pytest.mark.parametrize("sender", OTHERS)
@pytest.mark.parametrize("to", ["romeo@localhost/r", "juliet@localhost", "romeo@localhost/x@evil"])
def test_nobody_else_does(to: str, sender: str, asker: Asker) -> None:
    asker.ask(to)
    assert not asker.answer(sender)
    assert not asker.answer(sender, "error")
    assert asker.outcomes == []
    assert asker.answer(to)


def test_a_server_answers_for_the_bare_address_of_its_user_only(asker: Asker) -> None:
    asker.ask("romeo@localhost/r")
    assert not asker.answer("localhost")
    assert not asker.answer("romeo@localhost")
    asker.ask("romeo@localhost")
    assert asker.answer("localhost")


def test_an_answer_to_another_address_of_ours_is_none(asker: Asker) -> None:
    asker.ask("romeo@localhost", from_=f"nick%net@{DOMAIN}")
    assert not asker.answer("romeo@localhost", to=DOMAIN)
    assert asker.answer("romeo@localhost", to=f"nick%net@{DOMAIN}")


def test_an_answer_counts_once_and_an_unknown_id_never(asker: Asker) -> None:
    asker.ask("localhost")
    assert not asker.answer("localhost", id="")
    assert not asker.answer("localhost", id="H_1")
    assert asker.answer("localhost")
    assert not asker.answer("localhost")


def test_ids_cannot_be_guessed(asker: Asker) -> None:
    for _ in range(100):
        asker.ask("localhost")
    ids = {e.get("id") for e in asker.sent}
    assert len(ids) == 100
    assert all(len(id) == 32 and int(id, 16) >= 0 for id in ids)


def test_an_error_fails_with_its_condition_and_text(asker: Asker) -> None:
    asker.ask("localhost")
    error = Element(
        tag(COMPONENT, "error"),
        {"type": "cancel"},
        Element(tag("urn:y", "own")),
        Element(tag(STANZA_ERRORS, "text"), {}, "No."),
        Element(tag(STANZA_ERRORS, "item-not-found")),
    )
    assert asker.answer("localhost", "error", error)
    assert (asker.failed().condition, asker.failed().text) == ("item-not-found", "No.")


@pytest.mark.parametrize("children", [(), (Element(tag(COMPONENT, "error")),)])
def test_an_error_that_says_nothing_fails_too(children: tuple[Element, ...], asker: Asker) -> None:
    asker.ask("localhost")
    assert asker.answer("localhost", "error", *children)
    assert asker.failed().condition == "undefined-condition"


def test_silence_fails_in_time_and_a_late_answer_is_none(asker: Asker) -> None:
    asker.ask("localhost", timeout=5)
    asker.clock.advance(4.9)
    assert asker.outcomes == []
    asker.clock.advance(0.1)
    assert isinstance(asker.failed(), IqTimeout)
    assert not asker.answer("localhost")


def test_a_question_can_be_taken_back(asker: Asker) -> None:
    asker.ask("localhost").cancel()
    assert isinstance(asker.failed(), CancelledError)
    assert asker.tracker.open == {}
    assert asker.clock.getDelayedCalls() == []


def test_all_questions_fail_with_the_link(asker: Asker) -> None:
    asker.ask("localhost")
    asker.ask("romeo@localhost")
    asker.tracker.fail_all("the link is down")
    assert [o.value.text for o in asker.outcomes] == ["the link is down"] * 2
    assert asker.clock.getDelayedCalls() == []
    assert not asker.answer("localhost")


def test_open_questions_are_bounded(asker: Asker) -> None:
    for _ in range(MOST_QUESTIONS):
        asker.tracker.request("get", "localhost", "")
    assert asker.outcomes == []
    asker.ask("localhost")
    assert asker.failed().condition == "resource-constraint"
    assert len(asker.sent) == MOST_QUESTIONS


def error(condition: str) -> Element:
    return Element(tag(COMPONENT, "error"), {}, Element(tag(STANZA_ERRORS, condition)))


def test_a_ping_that_is_answered_even_with_an_error_proves_what_came_before(asker: Asker) -> None:
    proofs: list[None] = []
    asker.tracker.proof("localhost").addCallback(proofs.append)
    assert asker.sent[0].child(tag("urn:xmpp:ping", "ping")) is not None
    asker.answer("localhost")
    asker.tracker.proof("localhost").addCallback(proofs.append)
    asker.answer("localhost", "error", error("service-unavailable"))
    assert proofs == [None, None]


@pytest.mark.parametrize("condition", ["remote-server-not-found", "remote-server-timeout"])
def test_a_ping_that_did_not_arrive_proves_nothing(condition: str, asker: Asker) -> None:
    asker.tracker.proof("elsewhere.example").addErrback(asker.outcomes.append)
    asker.answer("elsewhere.example", "error", error(condition))
    assert asker.failed().condition == condition


def test_silence_and_a_lost_link_prove_nothing(asker: Asker) -> None:
    asker.tracker.proof("localhost").addErrback(asker.outcomes.append)
    asker.clock.advance(30)
    assert isinstance(asker.failed(), IqTimeout)
    asker.outcomes.clear()
    asker.tracker.proof("localhost").addErrback(asker.outcomes.append)
    asker.tracker.fail_all("down")
    assert asker.failed().text == "down"


def test_a_hostile_address_stays_within_its_attribute(asker: Asker) -> None:
    asker.ask("x'/><message to='y")
    assert asker.sent[0].get("to") == "x'/><message to='y"
    assert stanza.iq("get", "a'", "b<", "c&") == "<iq from='a&#39;' to='b&lt;' type='get' id='c&amp;'/>"
