"""Messages to contacts, networks and the gateway; and what may not pass."""

from typing import Any

import pytest

from tests.world import DOMAIN, HOME, ROMEO, World, condition
from transport.api import Delivered, Feature, Invited, Kind, Message, MessageIn, Sent, Span, Status, Target, Text
from transport.xmpp.element import Element

JULIET = f"juliet%net@{DOMAIN}"
NET = f"net@{DOMAIN}"
OMEMO = "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/></encrypted>"


def chat(inside: str, to: str = JULIET, kind: str = "type='chat'", id: str = "c1") -> str:
    return f"<message from='{HOME}' to='{to}' {kind} id='{id}'>{inside}</message>"


def body(text: str) -> str:
    return f"<body>{text}</body>"


def online(archive: bool = False) -> World:
    world = World(archive=archive)
    world.register()
    world.say(f"<presence from='{HOME}' to='{DOMAIN}'/>")
    world.session.online()
    world.out.clear()
    return world


def texts(stanzas: list[Element]) -> list[str]:
    return [c.text for s in stanzas for c in s.elements() if c.name == "body"]


@pytest.mark.parametrize("kind", ["type='chat'", "type='normal'", ""])
def test_a_message_to_a_contact_goes_to_the_network_whatever_its_type(kind: str) -> None:
    world = online()
    assert world.say(chat(body("hi"), kind=kind)) == []
    assert world.session.calls[-1] == ("send", Target(Kind.CONTACT, "juliet"), "hi")
    assert world.got(world.session.accept) == []


def test_a_contact_answers_to_the_bare_address() -> None:
    world = online()
    line = MessageIn(Target(Kind.CONTACT, "juliet"), Message("hello"))
    out = world.got(lambda: world.session.host.deliver(line))
    assert [(s.get("from"), s.get("to"), s.get("type")) for s in out] == [(JULIET, ROMEO, "chat")]


def test_a_message_to_a_contact_signs_a_member_in_and_waits_for_that() -> None:
    world = World()
    world.register()
    assert world.say(chat(body("hi"))) == []
    assert world.session.sent == []
    world.got(world.session.online)
    assert world.session.calls[-1] == ("send", Target(Kind.CONTACT, "juliet"), "hi")


def test_who_is_neither_member_nor_in_a_room_is_told_to_register() -> None:
    world = World()
    assert [condition(s) for s in world.say(chat(body("hi")))] == ["registration-required"]


@pytest.mark.parametrize(
    ("to", "wanted"),
    [(f"x%nowhere@{DOMAIN}", "item-not-found"), (f"#room%net@{DOMAIN}", "not-acceptable"),
     (f"a\\20b%net@{DOMAIN}", "jid-malformed")],
)  # fmt: skip
def test_a_message_that_goes_nowhere_is_an_error(to: str, wanted: str) -> None:
    world = online()
    assert [condition(s) for s in world.say(chat(body("x"), to))] == [wanted]


def test_an_error_is_never_answered() -> None:
    world = online()
    assert world.say(chat(body("x"), f"x%nowhere@{DOMAIN}", "type='error'")) == []


@pytest.mark.parametrize(
    "what",
    [OMEMO, "<openpgp xmlns='urn:xmpp:openpgp:0'>x</openpgp>", "<x xmlns='jabber:x:encrypted'>x</x>",
     "<encryption xmlns='urn:xmpp:eme:0' namespace='x'/>"],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_an_encrypted_message_is_refused_and_its_fallback_never_sent(what: str, first: bool) -> None:
    world = online()
    fallback = body("This message is encrypted.")
    out = world.say(chat(what + fallback if first else fallback + what))
    assert [condition(s) for s in out] == ["not-acceptable"]
    assert world.session.sent == []
    assert "This message is encrypted." not in texts(out)


def test_a_correction_is_marked_where_the_network_knows_none() -> None:
    world = online()
    world.say(chat(body("better") + "<replace xmlns='urn:xmpp:message-correct:0' id='c0'/>"))
    assert world.session.sent[-1].text == "(corrected) better"


def test_a_reaction_is_refused_where_the_network_knows_none() -> None:
    world = online()
    out = world.say(chat("<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>+</reaction></reactions>"))
    assert [condition(s) for s in out] == ["feature-not-implemented"]


def test_chat_states_alone_are_no_messages() -> None:
    world = online()
    assert world.say(chat("<composing xmlns='http://jabber.org/protocol/chatstates'/>")) == []
    assert world.session.sent == []


def test_a_receipt_comes_only_when_the_far_end_has_it() -> None:
    world = online()
    out = world.say(chat(body("x") + "<request xmlns='urn:xmpp:receipts'/>"))
    out += world.got(world.session.accept)
    assert out == []
    world.network.__class__.features |= {Feature.RECEIPTS}
    try:
        out = world.got(lambda: world.session.host.deliver(Delivered("c1", Target(Kind.CONTACT, "juliet"))))
    finally:
        world.network.__class__.features -= {Feature.RECEIPTS}
    assert [(e.name, e.get("id")) for s in out for e in s.elements()] == [("received", "c1"), ("store", "")]


def test_a_text_beyond_the_limit_is_refused() -> None:
    world = online()
    out = world.say(chat(body("x" * 70_000)))
    assert [condition(s) for s in out] == ["policy-violation"]


def test_a_plugin_that_breaks_costs_that_message_only() -> None:
    world = online()
    world.session.answer = RuntimeError("bug")
    assert [condition(s) for s in world.say(chat(body("x")))] == ["internal-server-error"]
    world.session.answer = Sent()
    assert world.say(chat(body("x"))) == []


def test_raw_lines_go_to_the_network_and_answers_come_from_it() -> None:
    world = online()
    world.say(chat(body("WHOIS juliet"), NET))
    assert world.session.calls[-1] == ("raw", "WHOIS juliet")
    line = MessageIn(Target(Kind.NETWORK, ""), Message("juliet is on balcony", notice=True))
    out = world.got(lambda: world.session.host.deliver(line))
    assert [(s.get("from"), s.get("type")) for s in out] == [(NET, "chat")]


def test_help_is_answered_by_the_network_and_by_the_gateway() -> None:
    world = online()
    for place in (NET, DOMAIN):
        out = world.say(chat(body("help"), place))
        assert "register" in texts(out)[0]
    assert "help" in texts(world.say(chat(body("what?"), DOMAIN)))[0]


def test_a_name_that_a_network_claims_is_turned_into_an_address() -> None:
    world = online()
    assert f"bob%net@{DOMAIN}" in texts(world.say(chat(body("fake:bob"), DOMAIN)))[0]


def test_an_answer_to_a_question_never_reaches_the_network() -> None:
    world = online()
    world.say(chat(body("register"), NET))
    world.say(chat(body("HUNTER2"), NET))
    assert not [c for c in world.session.calls if c[0] == "raw"]


def test_progress_is_a_headline_and_an_invitation_is_mediated() -> None:
    world = online()
    out = world.got(lambda: world.session.host.deliver(Status(Text("Connecting to {x}.", x="y"))))
    assert [(s.get("type"), texts([s])) for s in out] == [("headline", ["Connecting to y."])]
    out = world.got(lambda: world.session.host.deliver(Invited("#room", "juliet", "come")))
    invite = next(e for x in out[0].elements() for e in x.elements())
    assert (out[0].get("from"), invite.get("from")) == (f"#room%net@{DOMAIN}", JULIET)


def test_emphasis_is_xhtml_beside_the_plain_body() -> None:
    world = online()
    message: Any = Message("a <b> c", spans=(Span(2, 5, "bold"),))
    out = world.got(lambda: world.session.host.deliver(MessageIn(Target(Kind.CONTACT, "juliet"), message)))
    html = next(e for e in out[0].elements() if e.name == "html")
    assert "<span style=" in html.to_xml()
    assert texts(out) == ["a <b> c"]


def test_signing_out_gives_back_what_was_not_delivered() -> None:
    world = online()
    world.say(chat(body("x"), id="m5"))
    out = world.say(f"<presence from='{HOME}' to='{DOMAIN}' type='unavailable'/>")
    assert [(s.get("id"), condition(s)) for s in out if s.get("type") == "error"] == [("m5", "recipient-unavailable")]


def test_who_is_written_to_under_an_alias_or_another_spelling_answers_from_there() -> None:
    world = online()
    line = MessageIn(Target(Kind.CONTACT, "juliet"), Message("hello"))
    other = f"juliet%alias.example@{DOMAIN}"
    world.say(chat(body("hi"), JULIET))
    world.say(chat(body("hi"), other))
    assert world.got(lambda: world.session.host.deliver(line))[0].get("from") == other
    world.say(chat(body("hi"), JULIET))
    assert world.got(lambda: world.session.host.deliver(line))[0].get("from") == JULIET
    world.say(chat(body("hi"), other))
    assert world.got(lambda: world.session.host.deliver(line))[0].get("from") == other
