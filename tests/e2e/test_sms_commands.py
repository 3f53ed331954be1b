"""Commands of the network, as forms (XEP-0050) and as words in a chat, for members and for administrators."""

import json

import pytest
from phones import REQUEST, Phones, Setup, on
from stanzas import CLIENT, ITEMS, body, condition, error_text, show
from test_sms_view import shows
from xmpp_user import XmppUser

from demo.partners.patience import until

SETUP = Setup(
    modems={"one": 'prefixes = ["+49"]\ncost = 0.09', "two": 'prefixes = ["+41"]'},
    options="per_user_day = 20",
    others={"own": ("", {"three": ""}), "locked": ("", {"four": ""})},
)
pytestmark = on("prosody")
SWISS = "+4179123"
MENU = {"text": "1 Balance\n2 Data", "choices": {"1": {"text": "12.50 EUR"}, "2": {"text": "Which?\n1 Day", "choices": {
    "1": {"text": "Ordered."}}}}}  # fmt: skip
ADMINS = {"modems", "pause", "resume", "drain", "reset", "pin", "puk", "queue", "unowned", "reassign"}
MEMBERS = {"signal", "quota", "cost", "flash", "ussd", "block", "unblock"}


@pytest.fixture
def admin(phones: Phones) -> XmppUser:
    """An administrator, who is a member too."""
    return phones.named("admin")


def listed(phones: Phones, user: XmppUser) -> set[str]:
    """The commands that somebody is shown."""
    node = "node='http://jabber.org/protocol/commands'"
    found = user.iq(phones.network, f"<query xmlns='http://jabber.org/protocol/disco#items' {node}/>")
    return {item.get("node", "") for item in found.iter(f"{ITEMS}item")}


# members


def test_each_is_shown_the_commands_that_are_for_them(phones: Phones, admin: XmppUser, talker: XmppUser) -> None:
    assert listed(phones, talker) >= MEMBERS
    assert not listed(phones, talker) & (ADMINS | {"at"})
    assert listed(phones, admin) >= MEMBERS | ADMINS
    assert "at" not in listed(phones, admin)


def test_signal_tells_operator_and_strength(phones: Phones, talker: XmppUser) -> None:
    phones.fence(talker)
    one = phones.simulator.numbers["one"]
    for told in (show(phones.command(talker, "signal").element), phones.chat(talker, "signal")):
        assert one in told
        assert "SimTel" in told
        assert "dBm" in told


def test_quota_counts_the_parts_of_texts(phones: Phones) -> None:
    user = phones.member()
    assert "0 of 20" in phones.command(user, "quota").note
    phones.receipt(user, user.say(phones.address(phones.number()), "x" * 400, extra=REQUEST))
    assert "3 of 20" in phones.command(user, "quota").note
    assert "3 of 20" in phones.chat(user, "quota")


def test_cost_measures_a_text(phones: Phones, talker: XmppUser) -> None:
    answered = phones.command(talker, "cost", {"number": "0151 1234567", "text": "Füße " * 33})
    assert "goes out in: 2." in answered.note
    told = show(answered.element)
    for word in ("GSM7", "one", "0.18"):
        assert word in told
    assert "UCS2" in phones.chat(talker, "cost жжж")
    assert not phones.submitted("+491511234567")


def test_flash_texts_are_shown_at_once(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    answered = phones.command(talker, "flash", {"number": number, "text": "Look! 😀"})
    assert answered.status == "completed"
    assert phones.got(number) == ["Look! 😀"]
    assert [part["class"] for part in phones.submitted(number)] == [0]


def test_a_flash_text_that_fails_is_told(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.simulator.ask(f"fault one number-error {number} cms 28")
    phones.command(talker, "flash", {"number": number, "text": "Look!"})
    told = talker.expect("message", where=lambda s: number in (body(s) or error_text(s)))
    assert "CMS 28" in (body(told) or error_text(told))


def test_ussd_goes_in_steps(phones: Phones) -> None:
    user = phones.member(network="own")
    place = phones.gateway.address("own")
    phones.simulator.ask(f"ussd *123# {json.dumps(MENU)}")
    assert "12.50 EUR" in phones.command(user, "ussd", {"code": "*123#"}, {"answer": "1"}, at=place).text()
    first = phones.command(user, "ussd", {"code": "*123#"}, {"answer": "2"}, at=place)
    assert first.status == "executing"
    assert "Which?" in first.text()
    whole = phones.command(user, "ussd", {"code": "*123#"}, {"answer": "2"}, {"answer": "1"}, at=place)
    assert (whole.status, "Ordered." in whole.text()) == ("completed", True)
    assert "2 Data" in phones.chat(user, "ussd *123#", place)
    assert "12.50 EUR" in phones.chat(user, "1", place)
    assert "not one that this gateway passes on" in phones.chat(user, "ussd **21*+491234567#", place)


def test_ussd_asks_which_of_several_modems(phones: Phones, talker: XmppUser) -> None:
    answered = phones.command(talker, "ussd", {"code": "*100#", "modem": "two"})
    assert "12.50 SEK" in answered.text()
    asked = [entry for entry in phones.simulator.entries() if entry["event"] == "ussd"]
    assert asked[-1]["modem"] == phones.simulator.numbers["two"]


def test_blocking_in_words(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    assert "not reach you" in phones.chat(talker, f"block 0{number.removeprefix('+49')}")
    assert number in show(phones.command(talker, "unblock").element)
    assert phones.command(talker, "unblock", {"number": number}).status == "completed"
    assert number not in show(phones.command(talker, "unblock").element)


# administrators


@pytest.mark.parametrize("node", sorted(ADMINS))
def test_members_may_not_administrate(phones: Phones, talker: XmppUser, node: str) -> None:
    answer = talker.iq(phones.network, f"<command xmlns='http://jabber.org/protocol/commands' node='{node}'/>", "set")
    assert condition(answer) in ("forbidden", "item-not-found")


def test_modems_are_listed(phones: Phones, admin: XmppUser) -> None:
    for told in (show(phones.command(admin, "modems").element), phones.chat(admin, "modems")):
        assert "one" in told
        assert "two" in told
        assert "ready" in told


def test_a_modem_can_be_paused_and_resumed(phones: Phones, admin: XmppUser) -> None:
    number = f"{SWISS}{next(phones.people.numbers):04}"
    user = phones.member()
    address = phones.add(user, number)
    assert phones.command(admin, "pause", {"modem": "two"}).status == "completed"
    shows(user, address, "xa", "paused")
    id = user.say(address, "later", extra=REQUEST)
    phones.text(number, "I still hear you", "two")
    user.expect("message", frm=address, body="I still hear you")
    assert number in show(phones.command(admin, "queue").element)
    assert not phones.submitted(number)
    assert phones.command(admin, "resume").status == "completed"
    phones.receipt(user, id)
    shows(user, address, "")
    assert phones.got(number) == ["later"]


def test_the_queue_can_be_looked_at_and_emptied(phones: Phones, admin: XmppUser) -> None:
    number = f"{SWISS}{next(phones.people.numbers):04}"
    user = phones.member()
    phones.command(admin, "pause", {"modem": "two"})
    try:
        ids = [user.say(phones.address(number), text, extra=REQUEST) for text in ("one", "two")]
        until(lambda: len(rows(phones, admin, number)) == 2, "two texts in the queue")
        first, second = rows(phones, admin, number)
        assert user.bare in first[1]
        assert phones.command(admin, "queue", {"text": first[0], "act": "show"}).status == "completed"
        assert "dropped" in phones.command(admin, "queue", {"text": second[0], "act": "drop"}).note
        error = user.expect("message", id=ids[1], type="error")
        assert error_text(error).startswith("An administrator has taken the text")
        assert condition(error) == "not-allowed"
    finally:
        phones.command(admin, "resume")
    phones.receipt(user, ids[0])
    assert phones.got(number) == ["one"]
    assert "No text waits" in phones.command(admin, "queue").note


def rows(phones: Phones, admin: XmppUser, number: str) -> list[tuple[str, str]]:
    """The texts to a number in the queue: id and line."""
    options = phones.command(admin, "queue").element.iter("{jabber:x:data}option")
    found = [(o.findtext("{jabber:x:data}value") or "", o.get("label", "")) for o in options]
    return [(value, label) for value, label in found if number in label]


def test_a_modem_can_be_drained_by_hand(phones: Phones, admin: XmppUser) -> None:
    user = phones.member(keyword="drained")
    number = phones.number()
    phones.simulator.ask("fault two silent")
    try:
        phones.text(number, "@drained hello", "two")
        phones.simulator.wait_for("stored", "the text in the SIM", modem=phones.simulator.numbers["two"])
        assert "1 messages" in phones.command(admin, "drain", {"modem": "two"}).note
    finally:
        phones.simulator.ask("fault two silent off")
    user.expect("message", frm=phones.address(number), body="hello")
    phones.wait_stored_nothing("two")


def test_a_modem_can_be_started_afresh(phones: Phones, admin: XmppUser) -> None:
    user = phones.member()
    number = f"{SWISS}{next(phones.people.numbers):04}"
    address = phones.add(user, number)
    shows(user, address, "")
    assert phones.command(admin, "reset", {"modem": "two"}).status == "completed"
    phones.receipt(user, user.say(address, "after the reset", extra=REQUEST))


def test_a_pin_is_asked_of_an_administrator_and_never_guessed(phones: Phones, admin: XmppUser) -> None:
    user = phones.member(network="locked")
    place = phones.gateway.address("locked")
    address = phones.add(user, phones.number(), "locked")
    shows(user, address, "")
    phones.simulator.ask("unplug four")
    shows(user, address, None, "gone")
    phones.simulator.ask("pin four 4321")
    phones.simulator.ask("plug four")
    shows(user, address, None, "locked")
    told = admin.expect("message", where=lambda s: "PIN" in (body(s) or ""))
    assert "four" in (body(told) or "")
    wrong = phones.command(admin, "pin", {"pin": "9999"}, at=place)
    assert wrong.status == "executing" or "not" in wrong.note
    assert phones.command(admin, "pin", {"pin": "4321"}, at=place).status == "completed"
    shows(user, address, "")
    tries = [entry["right"] for entry in phones.simulator.entries() if entry["event"] == "pin"]
    assert tries == [False, True]
    assert "4321" not in phones.gateway.log()
    phones.receipt(user, user.say(address, "open again", extra=REQUEST))


def test_who_is_no_member_has_no_commands(phones: Phones) -> None:
    stranger = phones.people.romeo()
    answer = stranger.iq(phones.network, "<command xmlns='http://jabber.org/protocol/commands' node='flash'/>", "set")
    assert answer.find(f"{CLIENT}error") is not None
