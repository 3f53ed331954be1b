"""Texts that do not go out or do not arrive: one error each, with its type, its condition and its words."""

import pytest
from phones import REQUEST, Phones, Setup, check, on
from stanzas import CLIENT
from xmpp_user import XmppUser

from demo.partners.patience import until

SETUP = Setup(
    modems={"one": 'prefixes = ["+49", "+1"]', "two": 'prefixes = ["+41"]'},
    options='in_doubt = "report"\nmax_parts = 4\nper_user_day = 0\nqueue_per_user = 5',
    others={
        "closed": ("", {"three": 'users = ["nobody@localhost"]'}),
        "dear": ("short_numbers = true\npremium = true", {"four": ""}),
        "tight": ("per_user_day = 3", {"five": ""}),
    },
)
pytestmark = on("prosody")


# what the gateway itself refuses


@pytest.mark.parametrize(
    ("number", "type", "word", "said"),
    [
        ("juliet", "modify", "jid-malformed", "juliet"),
        ("+49", "modify", "jid-malformed", "+49"),
        ("+999999999999999999", "modify", "jid-malformed", "+9999"),
        ("fonic;alpha", "modify", "not-acceptable", "fonic"),
        ("112", "cancel", "not-allowed", "112"),
        ("911", "cancel", "not-allowed", "911"),
        ("110", "cancel", "not-allowed", "110"),
        ("+499001234567", "cancel", "not-allowed", "+499001234567"),
        ("71120", "cancel", "not-allowed", "71120"),
        ("+33612345678", "cancel", "item-not-found", "+33612345678"),
    ],
)
def test_numbers_that_cannot_be_texted(
    phones: Phones, talker: XmppUser, number: str, type: str, word: str, said: str
) -> None:
    phones.fails(talker, number, type, word, said)
    assert not phones.submitted(number)


@pytest.mark.parametrize("text", ["   ", "\n \n", "x" * 613, "ж" * 269])
def test_texts_that_cannot_be_sent(phones: Phones, talker: XmppUser, text: str) -> None:
    number = phones.number()
    phones.fails(talker, number, "modify", "not-acceptable", text=text)
    assert not phones.submitted(number)


def test_the_longest_text_goes(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.receipt(talker, talker.say(phones.address(number), "x" * 612, extra=REQUEST))
    assert phones.got(number) == ["x" * 612]


def test_members_who_may_use_no_modem_are_told_so(phones: Phones) -> None:
    user = phones.member(network="closed")
    check(phones.refused(user, phones.number(), "hello", network="closed"), "auth", "forbidden", "may not send")


def test_who_has_not_registered_is_told_to(phones: Phones) -> None:
    stranger = phones.people.romeo()
    number = phones.number()
    check(phones.refused(stranger, number, "hello"), "auth", "registration-required")
    phones.refused(stranger, f"{number},{phones.number()}", "hello")
    assert not phones.submitted(number)


def test_short_and_dear_numbers_go_if_allowed(phones: Phones) -> None:
    user = phones.member(network="dear")
    for number in ("71120", "+499001234567"):
        phones.receipt(user, user.say(phones.address(number, "dear"), "hello", extra=REQUEST))
    check(phones.refused(user, "112", "help", network="dear"), "cancel", "not-allowed")


def test_a_day_has_its_quota(phones: Phones) -> None:
    user = phones.member(network="tight")
    number = phones.number()
    address = phones.add(user, number, "tight")
    user.expect("presence", frm=address, type=None)
    id = user.say(address, "x" * 306, extra=REQUEST)
    phones.receipt(user, id)
    error = phones.refused(user, number, "y" * 306, network="tight")
    check(error, "wait", "policy-violation", "3 texts in 24 hours", "2 are used", "as 2")
    phones.receipt(user, user.say(address, "z", extra=REQUEST))
    shown = user.expect("presence", frm=address, where=lambda s: s.findtext(f"{CLIENT}show") == "dnd")
    assert "limit" in shown.findtext(f"{CLIENT}status", "")
    check(phones.refused(user, number, "one more", network="tight"), "wait", "policy-violation", "3 are used")
    assert [len(text) for text in phones.texts(number)] == [306, 1]


def test_a_queue_has_an_end(phones: Phones) -> None:
    user = phones.member()
    number = "+41791234567"
    phones.simulator.ask("fault two no-network")
    try:
        address = phones.add(user, number)
        user.expect("presence", frm=address, where=lambda s: s.findtext(f"{CLIENT}show") == "away")
        for count in range(5):
            user.say(address, f"waiting {count}")
        check(phones.refused(user, number, "one too many"), "wait", "resource-constraint", "Too many of your texts")
    finally:
        phones.simulator.ask("fault two none")
    assert phones.got(number, 5) == [f"waiting {count}" for count in range(5)]


# what the phone network refuses


@pytest.mark.parametrize(
    ("code", "type", "word"),
    [
        *((code, "cancel", "item-not-found") for code in (1, 28, 30, 195)),
        *((code, "cancel", "not-allowed") for code in (8, 10, 21, 29, 50, 196)),
        *((code, "cancel", "not-allowed") for code in (69, 95, 128, 175, 193)),
        *((code, "cancel", "internal-server-error") for code in (304, 520)),
    ],
)
def test_errors_of_the_network(phones: Phones, talker: XmppUser, code: int, type: str, word: str) -> None:
    number = phones.number()
    phones.simulator.ask(f"fault one number-error {number} cms {code}")
    phones.fails(talker, number, type, word, number, *() if word.startswith("internal") else (f"CMS {code}",))
    assert not phones.submitted(number)


def test_an_error_in_a_later_part_says_what_went_out(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.simulator.ask("fault one submit-delay 0.3")
    try:
        id = talker.say(phones.address(number), "x" * 400, extra=REQUEST)
        phones.wait_submitted(number)
        phones.simulator.ask(f"fault one number-error {number} cms 28")
        error = talker.expect("message", id=id, type="error")
    finally:
        phones.simulator.ask("fault one submit-delay 0")
    check(error, "cancel", "item-not-found", number, "CMS 28", "of 3 parts had gone out")
    phones.fence(talker)
    assert phones.has_no_word(talker, id)


@pytest.mark.parametrize(("kind", "code"), [("cms", 38), ("cms", 500), ("error", None), ("cms", 302), ("cms", 322)])
def test_errors_that_pass_are_not_told(phones: Phones, talker: XmppUser, kind: str, code: int | None) -> None:
    """The next try comes by itself after a while, or at once when an administrator asks for it."""
    number = phones.number()
    phones.simulator.ask(f"fault one number-error {number} {kind} {code or ''}")
    id = talker.say(phones.address(number), "again and again", extra=REQUEST)
    admin = phones.named("admin")
    shown = wait_for_row(phones, admin, number)
    assert f"{kind} {code or ''}".strip().upper() in shown[1]
    phones.simulator.ask(f"fault one number-error {number} none")
    phones.command(admin, "queue", {"text": shown[0], "act": "retry"})
    phones.receipt(talker, id)
    assert phones.has_no_word(talker, id)
    assert phones.got(number) == ["again and again"]


def wait_for_row(phones: Phones, admin: XmppUser, number: str) -> tuple[str, str]:
    """The text to a number in the queue, once it has failed: its id and its line."""

    def look() -> tuple[str, str] | None:
        form = phones.command(admin, "queue").element
        for option in form.iter("{jabber:x:data}option"):
            label = option.get("label", "")
            if number in label and ("CMS" in label or "ERROR" in label):
                return option.findtext("{jabber:x:data}value") or "", label
        return None

    return until(look, f"{number} in the queue")


def test_a_text_that_the_network_has_already_is_not_sent_again(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.simulator.ask(f"fault one number-error {number} cms 197")
    id = talker.say(phones.address(number), "duplicate", extra=REQUEST)
    phones.simulator.wait_for("refused", "CMS 197", to=number)
    phones.fence(talker)
    assert phones.has_no_word(talker, id)


def test_what_may_have_gone_out_is_told_so(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.simulator.ask(f"fault one number-error {number} cms 332")
    phones.fails(talker, number, "wait", "remote-server-timeout", number, "may have been sent")


def test_a_modem_that_is_unplugged_over_a_text_leaves_it_in_doubt(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.simulator.ask("fault one no-answer submitted")
    id = talker.say(phones.address(number), "did it go?", extra=REQUEST)
    phones.wait_submitted(number)
    phones.simulator.ask("unplug one")
    check(talker.expect("message", id=id, type="error"), "wait", "remote-server-timeout", number, "may have been sent")
    phones.simulator.ask("plug one")
    phones.fence(talker)
    assert phones.has_no_word(talker, id)
    assert phones.texts(number) == ["did it go?"]


# what reports say


@pytest.mark.parametrize(
    ("status", "type", "word"),
    [
        *((status, "cancel", "item-not-found") for status in (0x43,)),
        *((status, "cancel", "not-allowed") for status in (0x40, 0x41, 0x42, 0x44, 0x45, 0x47, 0x5F)),
        *((status, "wait", "recipient-unavailable") for status in (0x46, 0x60, 0x63, 0x7F)),
    ],
)
def test_reports_of_failure(phones: Phones, talker: XmppUser, status: int, type: str, word: str) -> None:
    number = phones.number()
    phones.simulator.ask(f"report {number} {status}")
    phones.fails(talker, number, type, word, number, f"report {status:02X}")
    assert len(phones.submitted(number)) == 1


def test_one_part_that_does_not_arrive_fails_the_whole(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.simulator.ask("fault one submit-delay 0.3")
    try:
        id = talker.say(phones.address(number), "x" * 400, extra=REQUEST)
        phones.wait_submitted(number)
        phones.simulator.ask(f"report {number} failed")
        error = talker.expect("message", id=id, type="error")
    finally:
        phones.simulator.ask("fault one submit-delay 0")
    check(error, "wait", "recipient-unavailable", number)
    phones.fence(talker)
    assert phones.has_no_word(talker, id)
