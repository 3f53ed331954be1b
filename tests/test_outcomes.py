"""What became of the owner's messages, delivered safely: it reaches the sender, whoever is still there."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from tests.edges import JULIET, NET, PHONE, bodies, errors, member, presence
from tests.fake_network import FakeNetwork
from tests.world import DOMAIN, HOME, ROMEO, World, condition
from transport.api import (
    PENDING,
    Attachment,
    Delivered,
    Details,
    Failed,
    Kind,
    Message,
    MessageIn,
    Read,
    Refused,
    Target,
)
from transport.xmpp.element import Element
from transport.xmpp.ns import HINTS, RECEIPTS, tag

TO = Target(Kind.CONTACT, "juliet")
REQUEST = f"<request xmlns='{RECEIPTS}'/>"
GONE = Refused("item-not-found", "Nobody has this number.")


class Desk:
    """A world whose network answers by tickets."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = 0

    @property
    def host(self) -> Any:
        return self.world.network.host.account(ROMEO)

    def ticket(self, to: str = JULIET, inside: str = REQUEST, id: str = "m1") -> str:
        """Romeo writes; the network keeps the ticket."""
        self.world.say(f"<message from='{HOME}' to='{to}' type='chat' id='{id}'><body>hi</body>{inside}</message>")
        ticket: str = self.world.session.host.ticket(self.world.session.sent[-1])
        self.world.session.accept()
        return ticket

    def tell(self, event: Any) -> list[Element]:
        self.key += 1
        fired: list[Any] = []
        out = self.world.got(
            lambda: self.host.deliver_safely(event, f"k{self.key}").addCallbacks(
                fired.append, lambda f: fired.append(f.value)
            )
        )
        assert fired == [None]
        return [stanza for stanza in out if stanza.name == "message"]

    def failed(self, ticket: str) -> list[Element]:
        return self.tell(Failed(self.host.recall(ticket), GONE))

    def delivered(self, ticket: str) -> list[Element]:
        message = self.host.recall(ticket)
        return self.tell(Delivered(message.id or "", TO, message))

    def pongs(self) -> None:
        """The server has had all."""
        for id, question in list(self.world.assembly.tracker.open.items()):
            self.world.say(f"<iq type='result' id='{id}' from='{question.asked}' to='{DOMAIN}'/>")


def desk() -> Desk:
    return Desk(member())


def test_a_receipt_goes_to_the_bare_address_from_where_the_owner_wrote_to_and_is_kept_by_the_server() -> None:
    at = desk()
    to = f"JULIET%alias.example@{DOMAIN}"
    [receipt] = at.delivered(at.ticket(to))
    assert (receipt.get("from"), receipt.get("to"), receipt.get("type")) == (to, ROMEO, "chat")
    received = receipt.child(tag(RECEIPTS, "received"))
    assert received is not None
    assert received.get("id") == "m1"
    assert receipt.child(tag(HINTS, "store")) is not None


def test_who_has_not_asked_gets_no_receipt() -> None:
    at = desk()
    assert at.delivered(at.ticket(inside="")) == []


def test_an_error_goes_to_the_client_that_wrote() -> None:
    at = desk()
    [error] = at.failed(at.ticket())
    assert (error.get("from"), error.get("to"), error.get("id"), condition(error)) == (
        JULIET,
        HOME,
        "m1",
        "item-not-found",
    )


def test_an_error_for_a_client_that_is_gone_is_told_in_words() -> None:
    at = desk()
    ticket = at.ticket()
    at.world.say(presence(jid=PHONE))
    at.world.say(presence(kind="unavailable"))
    [told] = at.failed(ticket)
    assert (told.get("from"), told.get("to"), told.get("type")) == (JULIET, ROMEO, "chat")
    assert bodies([told]) == ["Your message of 1970-01-12 13:46 UTC was not delivered: Nobody has this number."]


def test_what_fails_of_a_message_that_no_client_sent_is_told_in_words() -> None:
    at = desk()
    [told] = at.tell(Failed(Message("", "m1"), GONE))
    assert (told.get("from"), told.get("to"), told.get("type")) == (NET, ROMEO, "chat")
    assert bodies([told]) == ["A message of yours was not delivered: Nobody has this number."]


def test_an_error_that_its_client_did_not_wait_for_is_told_in_words() -> None:
    at = desk()
    at.failed(at.ticket())
    at.world.out.clear()
    at.world.say(presence(kind="unavailable"))
    at.pongs()
    assert len(bodies(at.world.out)) == 1
    at.pongs()
    kept: list[Any] = []
    at.world.store.inbox().addCallback(kept.extend)
    assert kept == []


def test_what_was_not_proved_is_told_again_after_a_restart() -> None:
    at = desk()
    ticket = at.ticket()
    at.failed(ticket)
    at.delivered(ticket)
    again = [s for s in at.world.got(at.world.start) if s.name == "message"]
    assert [s.get("to") for s in again] == [ROMEO, ROMEO]
    assert len(bodies(again)) == 1


def test_what_failed_of_a_ticket_that_nobody_can_read_is_told_in_words() -> None:
    [told] = desk().failed("nonsense")
    assert (told.get("from"), bodies([told])) == (
        NET,
        ["A message of yours was not delivered: Nobody has this number."],
    )


def test_other_events_are_not_for_this() -> None:
    with pytest.raises(TypeError):
        desk().host.deliver_safely(Read("m1", TO), "k")


def test_a_long_text_comes_in_pieces_and_nothing_of_it_is_lost() -> None:
    text = "".join(chr(0x41 + number % 26) for number in range(90_000)) + "&" * 9000
    out = desk().tell(MessageIn(TO, Message(text)))
    assert "".join(bodies(out)) == text
    assert len(out) == 3
    assert len({stanza.get("id") for stanza in out}) == 3


def test_pieces_are_as_small_as_the_server_wants() -> None:
    world = member()
    world.config.limits.stanza_bytes = 10_000
    world.start()
    out = Desk(world).tell(MessageIn(TO, Message("&" * 3000)))
    assert len(out) == 3
    assert all(len(stanza.to_xml()) < 10_000 for stanza in out)


def test_what_is_shared_comes_with_it() -> None:
    details = Details(attachments=(Attachment("https://example.org/a.png"),))
    [told] = desk().tell(MessageIn(TO, Message("look", details=details)))
    assert [x.name for x in told.elements()] == ["body", "delay", "x"]


def test_the_network_itself_may_have_something_to_tell() -> None:
    [told] = desk().tell(MessageIn(Target(Kind.NETWORK, ""), Message("The modem is back.")))
    assert told.get("from") == NET


def test_a_message_answers_from_the_address_that_the_owner_writes_to() -> None:
    at = desk()
    to = f"juliet%alias.example@{DOMAIN}"
    at.ticket(to)
    [told] = at.tell(MessageIn(TO, Message("yes?")))
    assert told.get("from") == to


def test_what_is_kept_for_somebody_who_is_not_registered_any_more_is_not_lost() -> None:
    at = desk()
    at.world.assembly.link.up = False
    at.world.gateway.down("a test")
    at.tell(MessageIn(TO, Message("too late?")))
    at.world.assembly.link.up = True
    at.world.gateway.up()
    at.world.say(
        f"<iq type='set' id='x' from='{HOME}' to='{DOMAIN}'><query xmlns='jabber:iq:register'><remove/></query></iq>"
    )
    assert "too late?" in bodies(at.world.got(at.world.start))


def test_what_comes_back_waits_until_its_owner_is_there() -> None:
    at = desk()
    at.world.say(presence(kind="unavailable"))
    [told] = at.tell(MessageIn(TO, Message("are you there?")))
    bounce = (
        f"<message from='{ROMEO}' to='{JULIET}' type='error' id='{told.get('id')}'><error type='cancel'>"
        "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    )
    out = at.world.say(bounce)
    assert [s.get("to") for s in out if s.name == "message"] == ["admin@example.org"]
    at.pongs()
    out = at.world.say(presence())
    assert [s.get("id") for s in out if bodies([s]) == ["are you there?"]] == [told.get("id")]


def test_what_comes_back_is_heard_from_who_is_too_fast() -> None:
    world = member()
    world.config.limits.stanza_rate, world.config.limits.stanza_burst = 0.001, 2
    world.start()
    at = Desk(world)
    told = [at.tell(MessageIn(TO, Message(str(number))))[0] for number in range(4)]
    for stanza in told:
        world.say(
            f"<message from='{ROMEO}' to='{JULIET}' type='error' id='{stanza.get('id')}'><error type='cancel'>"
            "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
        )
    for _ in range(2):
        at.pongs()
    kept: list[Any] = []
    world.store.inbox().addCallback(kept.extend)
    assert len(kept) == 4


# a network that waits and retries by itself


class Patient(FakeNetwork):
    queues = True


def patient() -> World:
    return member(plugins={"fake": lambda: Patient})


def write(world: World, answer: Any) -> None:
    world.session.answer = answer
    world.say(f"<message from='{HOME}' to='{JULIET}' type='chat' id='m1'><body>hi</body></message>")


@pytest.mark.parametrize("lost", [True, False])
def test_what_a_patient_network_has_not_answered_is_not_failed_but_may_fail_later(lost: bool) -> None:
    world, answer = patient(), Deferred[Any]()
    write(world, answer)
    session = world.session
    if lost:
        assert errors(world.got(session.lost)) == []
    else:
        assert errors(world.say(presence(kind="unavailable"))) == []
        assert world.assembly.owners.get(ROMEO) is None
    assert errors(world.got(lambda: answer.errback(GONE))) == [("m1", "item-not-found")]


def test_a_patient_network_may_tell_an_outcome_after_its_session_has_ended() -> None:
    world = patient()
    write(world, PENDING)
    session = world.session
    world.say(presence(kind="unavailable"))
    out = world.got(lambda: session.host.deliver(Failed(session.sent[-1], GONE)))
    assert errors(out) == [("m1", "item-not-found")]
