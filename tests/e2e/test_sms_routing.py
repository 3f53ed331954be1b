"""Whose a text is that comes in: each rule in its turn, one owner and never several."""

import pytest
from phones import REQUEST, Phones, Setup, on
from stanzas import DELAY, Stanza, body, condition, error_text, show
from xmpp_user import XmppUser

SETUP = Setup(
    modems={"one": "", "two": 'owner = "owner@localhost"\nusers = ["owner@localhost"]'},
    others={"open": ('catch_all = ["nobody@localhost", "catcher@localhost"]\nclaims = "warn"', {"three": ""})},
)
pytestmark = on("prosody")
NICK = "{http://jabber.org/protocol/nick}nick"


def hears(phones: Phones, user: XmppUser, number: str, text: str, network: str = "sms") -> Stanza:
    """Somebody gets a text."""
    return user.expect("message", frm=phones.address(number, network), body=text)


def nobody_else_heard(text: str, *users: XmppUser) -> bool:
    """Whether a text came to none of these."""
    return not any(body(stanza) == text for user in users for _, stanza in user.inbox.everything)


@pytest.fixture
def admin(phones: Phones) -> XmppUser:
    """An administrator."""
    return phones.named("admin")


def told_of_unowned(phones: Phones, admin: XmppUser, number: str, modem: str = "one") -> None:
    """An administrator hears of a text that nobody owns, but not what it says."""
    told = admin.expect("message", where=lambda s: number in (body(s) or ""))
    assert f"modem {modem}" in (body(told) or "")
    assert "reassign" in (body(told) or "")


def test_a_sim_with_an_owner_is_that_owners_alone(phones: Phones, admin: XmppUser) -> None:
    rival = phones.member(keyword="rival")
    number = phones.number()
    phones.add(rival, number)
    phones.text(number, "before the owner is there", "two")
    told_of_unowned(phones, admin, number, "two")
    owner = phones.named("owner")
    hears(phones, owner, number, "before the owner is there")
    phones.text(number, "@rival afterwards", "two")
    hears(phones, owner, number, "@rival afterwards")
    phones.fence(rival)
    assert not rival.inbox.has(lambda s: s.get("from") == phones.address(number) and body(s) is not None)


def test_a_keyword_says_whose_a_text_is(phones: Phones) -> None:
    ann, bob = phones.member("ann", keyword="ann"), phones.member("bob")
    number = phones.number()
    phones.receipt(bob, bob.say(phones.address(number), "bob writes first", extra=REQUEST))
    for text, whole in (("@ann hello", "hello"), ("@ANN: hi", "hi"), ("@ann", "@ann")):
        phones.text(number, text)
        hears(phones, ann, number, whole)
    phones.text(number, "@annabel hello")
    hears(phones, bob, number, "@annabel hello")
    assert nobody_else_heard("hello", bob)


def test_a_keyword_is_the_firsts(phones: Phones) -> None:
    phones.member("cat", keyword="cats")
    second = phones.member("dog", keyword="cats")
    told = second.expect("message", where=lambda s: "cats" in (body(s) or ""))
    assert "another user's" in (body(told) or "")


def test_answers_go_to_who_wrote(phones: Phones) -> None:
    ann, bob = phones.member("ann"), phones.member("bob")
    number = phones.number()
    phones.add(bob, number)
    phones.receipt(ann, ann.say(phones.address(number), "ann writes", extra=REQUEST))
    phones.text(number, "an answer")
    hears(phones, ann, number, "an answer")
    error = phones.refused(bob, number, "bob writes too")
    assert condition(error) == "policy-violation"
    assert "Somebody else" in error_text(error)
    assert phones.texts(number) == ["ann writes"]
    assert nobody_else_heard("an answer", bob)


def test_of_two_who_wrote_the_latest_gets_the_answers(phones: Phones) -> None:
    """Where the configuration lets a second one write."""
    ann, bob = phones.member("ann", "open"), phones.member("bob", "open")
    number = phones.number()
    address = phones.address(number, "open")
    phones.receipt(ann, ann.say(address, "ann writes", extra=REQUEST))
    phones.receipt(bob, bob.say(address, "bob writes", extra=REQUEST))
    assert "Somebody else" in (body(bob.expect("message", where=lambda s: "wrote to" in (body(s) or ""))) or "")
    phones.text(number, "for bob", "three")
    hears(phones, bob, number, "for bob", "open")
    phones.receipt(ann, ann.say(address, "ann again", extra=REQUEST))
    phones.text(number, "for ann", "three")
    hears(phones, ann, number, "for ann", "open")
    assert nobody_else_heard("for bob", ann)
    assert nobody_else_heard("for ann", bob)


def test_the_only_one_with_the_number_in_the_roster_gets_it(phones: Phones, admin: XmppUser) -> None:
    ann, bob = phones.member("ann"), phones.member("bob")
    number, shared = phones.number(), phones.number()
    for who, which in ((ann, number), (ann, shared), (bob, shared)):
        phones.add(who, which)
    phones.text(number, "for ann")
    hears(phones, ann, number, "for ann")
    phones.text(shared, "for whom?")
    told_of_unowned(phones, admin, shared)
    assert nobody_else_heard("for ann", bob)
    assert nobody_else_heard("for whom?", ann, bob, admin)


def test_what_nobody_owns_goes_to_the_first_of_those_who_catch_all(phones: Phones) -> None:
    catcher = phones.named("catcher", "open")
    number = phones.number()
    phones.text(number, "anybody there?", "three")
    hears(phones, catcher, number, "anybody there?", "open")


def test_what_nobody_owns_is_kept_and_handed_over(phones: Phones, admin: XmppUser) -> None:
    number = phones.number()
    ann = phones.member("ann")
    phones.text(number, "one")
    told_of_unowned(phones, admin, number)
    phones.text(number, "two " + "x" * 200)
    phones.wait_stored_nothing()
    assert number in show(phones.command(admin, "unowned").element)
    answered = phones.command(admin, "reassign", {"number": number, "owner": ann.bare})
    assert answered.status == "completed"
    assert "2 waited" in answered.note
    for text in ("one", "two " + "x" * 200):
        hears(phones, ann, number, text)
    phones.text(number, "three")
    hears(phones, ann, number, "three")
    assert number not in show(phones.command(admin, "unowned").element)


def test_a_number_can_be_kept_away(phones: Phones) -> None:
    ann = phones.member("ann")
    number, other = phones.number(), phones.number()
    for each in (number, other):
        phones.receipt(ann, ann.say(phones.address(each), "hello", extra=REQUEST))
    assert number in phones.chat(ann, f"block {number}")
    phones.text(number, "not wanted")
    phones.text(other, "wanted")
    hears(phones, ann, other, "wanted")
    phones.wait_stored_nothing()
    assert phones.command(ann, "unblock", {"number": number}).status == "completed"
    phones.text(number, "wanted again")
    hears(phones, ann, number, "wanted again")
    assert nobody_else_heard("not wanted", ann)


def test_a_new_sender_is_offered_as_a_contact_after_the_text(phones: Phones) -> None:
    ann = phones.member("ann", keyword="offered")
    number = phones.number()
    phones.text(number, "@offered hello")
    hears(phones, ann, number, "hello")
    ann.expect("presence", frm=phones.address(number), type="subscribe")
    stanzas = [stanza for _, stanza in ann.inbox.everything if stanza.get("from") == phones.address(number)]
    assert [body(stanzas[0]), stanzas[1].get("type")] == ["hello", "subscribe"]


def test_the_server_keeps_texts_for_who_is_away(phones: Phones) -> None:
    ann = phones.member("ann")
    number = phones.number()
    phones.receipt(ann, ann.say(phones.address(number), "hello", extra=REQUEST))
    ann.close()
    texts = [f"while you were out, {count}" for count in range(5)]
    for text in texts:
        phones.text(number, text)
    phones.wait_stored_nothing()
    again = phones.people.client(ann.bare, "phone")
    came = [again.expect("message", frm=phones.address(number)) for _ in texts]
    assert [body(stanza) for stanza in came] == texts
    assert all(stanza.find(f"{DELAY}delay") is not None for stanza in came)


def test_an_alphanumeric_sender_keeps_its_spelling(phones: Phones) -> None:
    ann = phones.member("ann", keyword="names")
    phones.text("FoNiC", "@names your bill")
    address = phones.address("fonic;alpha")
    hears(phones, ann, "fonic;alpha", "your bill")
    assert ann.expect("presence", frm=address, type="subscribe").findtext(NICK) == "FoNiC"
    phones.add(ann, "fonic;alpha")
    ann.expect("presence", frm=address, type=None)
    card = ann.query(address, "vcard-temp", "vCard")
    assert card.findtext("{vcard-temp}vCard/{vcard-temp}FN") == "FoNiC"
    assert condition(phones.refused(ann, "fonic;alpha", "who are you?")) == "not-acceptable"
