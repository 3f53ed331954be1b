"""Texting in both directions: what the phone gets is what was written, and the other way round; ticks."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from phones import REQUEST, Phones, Setup, on, receipt_of
from stanzas import DELAY, body, condition

from transport.plugins.sms import tpdu

SETUP = Setup(modems={"one": "", "two": 'owner = "juliet@localhost"\nusers = ["juliet@localhost"]\ncost = 0.5'})
pytestmark = on("prosody", "ejabberd")

# What each is, and in how many parts it goes.
TEXTS = {
    "one letter": ("x", 1),
    "160 septets": ("a" * 160, 1),
    "161 septets": ("b" * 161, 2),
    "306 septets": ("c" * 306, 2),
    "307 septets": ("d" * 307, 3),
    "160 septets with escapes": ("€" * 80, 1),
    "an escape at the end of a part": ("e" * 152 + "€" + "f" * 20, 2),
    "escapes at all ends": ("[" * 76 + "g" + "]" * 76 + "h" + "~" * 30, 3),
    "padding that looks like @": ("i" * 7, 1),
    "@ at the end": ("i" * 6 + "@", 1),
    "national letters": ("Füße, ÄÖÜ, ñ, à è ì ò ù, Åé, Δ Φ Γ Λ Ω Π Ψ Σ Θ Ξ, ¿¡ § ¤ £ ¥", 1),
    "70 units": ("ж" * 70, 1),
    "71 units": ("й" * 71, 2),
    "134 units": ("л" * 134, 2),
    "135 units": ("м" * 135, 3),
    "emoji": ("👍🏽 👩‍👩‍👧‍👦 🇩🇪", 1),
    "emoji over a boundary": ("ж" * 66 + "😀" + "ж" * 66 + "😀" * 10, 3),
    "only emoji": ("😀" * 100, 4),
    "other scripts": ("你好，世界。 שלום عالم ţară ć ğ ı हिन्दी", 1),
    "lines": ("one\n\ntwo\nthree", 1),
    "spaces inside": ("a  b   c", 1),
    "markup": ("<b>&amp; \"quotes\" 'and' ]]> *stars* _lines_", 1),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_come_as_they_were_written(phones: Phones, name: str, talker: Any) -> None:
    text, parts = TEXTS[name]
    number = phones.number()
    talker.say(phones.address(number), text)
    assert phones.got(number) == [text]
    assert len(phones.submitted(number)) == parts
    phones.text(number, text)
    assert body(talker.expect("message", frm=phones.address(number))) == text


def test_two_members_talk_through_two_modems(phones: Phones) -> None:
    romeo, juliet = phones.member(), phones.named("juliet")
    one, two = (phones.address(number) for number in phones.simulator.numbers.values())
    for turn in range(3):
        for speaker, to, hearer, frm in ((romeo, two, juliet, one), (juliet, one, romeo, two)):
            text = f"Turn {turn}, {speaker.nick}: " + "äöü 😀👍🏽 " * 20 + "end"
            id = speaker.say(to, text, extra=REQUEST)
            assert body(hearer.expect("message", frm=frm, where=has_body)) == text
            assert phones.receipt(speaker, id).get("from") == to
    for modem in SETUP.modems:
        phones.wait_stored_nothing(modem)


@pytest.mark.parametrize("order", ["3,1,2", "1,1,2,3,3", "3,2,1,3"])
def test_parts_may_come_in_any_order_and_twice(phones: Phones, talker: Any, order: str) -> None:
    text = f"{order}: " + "ж" * 55 + "😀" * 40
    number = phones.number()
    talker.say(phones.address(number), "hello")
    phones.got(number)
    phones.simulator.ask(f"parts {number} one {order} {text}")
    phones.text(number, "afterwards")
    assert body(talker.expect("message", frm=phones.address(number))) == text
    assert body(talker.expect("message", frm=phones.address(number))) == "afterwards"
    phones.wait_stored_nothing()


def test_a_quick_conversation_stays_in_order(phones: Phones, talker: Any) -> None:
    number = phones.number()
    phones.simulator.ask(f"answer {number}")
    texts = [f"text {count}" for count in range(15)]
    for text in texts:
        talker.say(phones.address(number), text)
    assert phones.got(number, len(texts)) == texts
    heard = [body(talker.expect("message", frm=phones.address(number))) for _ in texts]
    assert heard == [f"You said: {text}" for text in texts]


# ticks


def test_a_tick_means_that_the_phone_has_the_text(phones: Phones, talker: Any) -> None:
    number = phones.number()
    phones.simulator.ask(f"report {number} delivered 0.5")
    id = talker.say(phones.address(number), "z" * 400, extra=REQUEST)
    phones.got(number)
    assert phones.has_no_word(talker, id)
    receipt = phones.receipt(talker, id)
    assert receipt.get("from") == phones.address(number)
    assert body(receipt) is None
    reports = {entry["id"]: entry["at"] for entry in phones.simulator.entries() if entry["event"] == "reported"}
    parts = phones.submitted(number)
    assert len(parts) == 3
    came = next(at for at, stanza in talker.inbox.everything if receipt_of(stanza) == id)
    assert all(reports[part["id"]] <= came for part in parts)
    phones.fence(talker)
    assert phones.has_no_word(talker, id)


def test_a_tick_needs_every_part(phones: Phones, talker: Any) -> None:
    number = phones.number()
    phones.simulator.ask("fault one submit-delay 0.3")
    try:
        id = talker.say(phones.address(number), "y" * 400, extra=REQUEST)
        phones.wait_submitted(number)
        phones.simulator.ask(f"report {number} none")
        assert phones.got(number) == ["y" * 400]
    finally:
        phones.simulator.ask("fault one submit-delay 0")
    reported = [e["id"] for e in phones.simulator.entries() if e["event"] == "reported"]
    assert [part["id"] in reported for part in phones.submitted(number)] == [True, False, False]
    phones.fence(talker)
    assert phones.has_no_word(talker, id)


def test_there_is_no_tick_without_a_question(phones: Phones, talker: Any) -> None:
    number = phones.number()
    id = talker.say(phones.address(number), "no tick please")
    phones.got(number)
    assert [part["report"] for part in phones.submitted(number)] == [False]
    phones.fence(talker)
    assert phones.has_no_word(talker, id)


def test_there_is_no_tick_when_the_last_word_of_the_network_is_none(phones: Phones, talker: Any) -> None:
    """The message was forwarded, replaced; the phone is still being tried; a reserved word (TS 23.040 9.2.3.15)."""
    said = {}
    for status in (0x01, 0x02, 0x10, 0x30, 0x80):
        number = phones.number()
        phones.simulator.ask(f"report {number} {status}")
        said[number] = talker.say(phones.address(number), "still on its way?", extra=REQUEST)
    for number in said:
        part = phones.wait_submitted(number)
        phones.simulator.wait_for("reported", "the report", id=part["id"])
    phones.fence(talker)
    assert all(phones.has_no_word(talker, id) for id in said.values())


def test_the_tick_comes_once_the_phone_is_on_again(phones: Phones, talker: Any) -> None:
    number = phones.number()
    phones.simulator.ask(f"report {number} trying 0.5")
    id = talker.say(phones.address(number), "are you there?", extra=REQUEST)
    part = phones.wait_submitted(number)
    phones.simulator.wait_for("reported", "the first report", id=part["id"], status=0x30)
    phones.receipt(talker, id)
    statuses = [e["status"] for e in phones.simulator.entries() if e["event"] == "reported" and e["id"] == part["id"]]
    assert statuses == [0x30, 0x00]


def test_reports_may_come_before_the_modem_has_answered(phones: Phones, talker: Any) -> None:
    number = phones.number()
    phones.simulator.ask(f"report {number} early")
    ids = [talker.say(phones.address(number), f"{count} " + "q" * 200, extra=REQUEST) for count in range(3)]
    for id in ids:
        phones.receipt(talker, id)


def test_a_member_may_hear_of_all_that_does_not_arrive(phones: Phones) -> None:
    """Reports are asked for always; a client that did not ask gets no tick (XEP-0184 section 5.4), but the error."""
    user = phones.member(reports="1")
    good, bad = phones.number(), phones.number()
    phones.simulator.ask(f"report {bad} failed")
    id = user.say(phones.address(good), "always")
    assert condition(phones.refused(user, bad, "never")) == "recipient-unavailable"
    assert [phones.wait_submitted(number)["report"] for number in (good, bad)] == [True, True]
    phones.fence(user)
    assert phones.has_no_word(user, id)


def test_what_comes_late_says_when_it_was_sent(phones: Phones, talker: Any) -> None:
    number = phones.number()
    talker.say(phones.address(number), "hello")
    phones.got(number)
    # The modem was off for a while; stamps tell whole seconds, and the quarter of an hour that clocks differ by.
    sent = datetime.now(timezone(timedelta(hours=1))).replace(microsecond=0) - timedelta(days=3)
    phones.simulator.ask(f"raw one {late_pdu(number, sent)}")
    came = talker.expect("message", frm=phones.address(number))
    assert body(came) == "late"
    delay = came.find(f"{DELAY}delay")
    assert delay is not None
    assert datetime.fromisoformat(delay.get("stamp", "")) == sent
    phones.text(number, "now")
    talker.expect("message", frm=phones.address(number), body="now")


def has_body(stanza: Any) -> bool:
    """Whether a message says something."""
    return body(stanza) is not None


def late_pdu(number: str, sent: datetime) -> str:
    """A text of some time ago, in hexadecimal."""
    (submit,) = tpdu.segments("late", number)
    sender = tpdu.Number(number.removeprefix("+"), 1)
    return tpdu.encode(tpdu.Deliver(sender, sent, 0, submit.dcs, submit.data)).hex()
