"""What clients see of numbers and of the network: addresses, cards, features, presence; what comes besides texts."""

import pytest
from phones import REQUEST, Phones, Setup, on
from stanzas import CLIENT, REGISTER, Stanza, body, features, identities
from waiting import PATIENCE
from xmpp_user import XmppUser

SETUP = Setup(
    modems={"one": 'prefixes = ["+49"]', "two": 'prefixes = ["+41"]\nowner = "caller@localhost"\nhang_up = true'},
    others={"huawei": ("", {"three": 'owner = "caller@localhost"'})},
    profiles={"three": "huawei"},
)
pytestmark = on("prosody")
SWISS = "+41791234567"


def shows(user: XmppUser, address: str, what: str | None, words: str = "", within: float = PATIENCE) -> str:
    """Wait until an address is shown so ("" available, None unavailable), with these words; the whole status."""

    def fits(stanza: Stanza) -> bool:
        if words not in (stanza.findtext(f"{CLIENT}status") or ""):
            return False
        if stanza.get("type") is not None:
            return what is None and stanza.get("type") == "unavailable"
        return what is not None and (stanza.findtext(f"{CLIENT}show") or "") == what

    return user.expect("presence", frm=address, where=fits, within=within).findtext(f"{CLIENT}status") or ""


# addresses


def asked(phones: Phones, user: XmppUser, typed: str, at: str = "") -> Stanza:
    """Have the gateway make an address of what somebody typed."""
    inside = f"<query xmlns='jabber:iq:gateway'><prompt>{typed}</prompt></query>"
    return user.iq(at or phones.network, inside, "set")


@pytest.mark.parametrize(
    "typed", ["015112345678", "0049 151 1234-5678", "+49 (151) 12345678", "tel:+49-151-12345678", "sms:+4915112345678?body=x"]
)  # fmt: skip
def test_numbers_may_be_typed_in_any_form(phones: Phones, talker: XmppUser, typed: str) -> None:
    for at in (phones.network, phones.gateway.domain):
        answer = asked(phones, talker, typed, at)
        assert answer.findtext("{jabber:iq:gateway}query/{jabber:iq:gateway}jid") == phones.address("+4915112345678")


def test_what_is_no_number_gets_no_address(phones: Phones, talker: XmppUser) -> None:
    assert asked(phones, talker, "not a number").get("type") == "error"


def test_a_member_has_a_country_of_their_own(phones: Phones) -> None:
    user = phones.member(region="AT")
    answer = asked(phones, user, "0664 1234567")
    assert answer.findtext("{jabber:iq:gateway}query/{jabber:iq:gateway}jid") == phones.address("+436641234567")


def test_a_local_address_is_answered_from_where_it_was_written_to(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    local = phones.address("0" + number.removeprefix("+49"))
    id = talker.say(local, "hello", extra=REQUEST)
    assert phones.receipt(talker, id).get("from") == local
    assert phones.got(number) == ["hello"]
    phones.text(number, "answer")
    assert body(talker.expect("message", frm=local)) == "answer"


# cards and features


def test_numbers_have_cards(phones: Phones, talker: XmppUser) -> None:
    address = phones.address("+4915112345678")
    card = talker.query(address, "vcard-temp", "vCard")
    assert card.findtext(".//{vcard-temp}TEL/{vcard-temp}NUMBER") == "+4915112345678"
    four = talker.query(address, "urn:ietf:params:xml:ns:vcard-4.0", "vcard")
    assert four.findtext(".//{urn:ietf:params:xml:ns:vcard-4.0}uri") == "tel:+4915112345678"


def test_numbers_promise_what_phones_can_do(phones: Phones, talker: XmppUser) -> None:
    of_number = talker.query(phones.address("+4915112345678"), "http://jabber.org/protocol/disco#info")
    assert identities(of_number) == {("client", "phone")}
    assert "urn:xmpp:receipts" in features(of_number)
    assert not {f for f in features(of_number) if "chatstates" in f or "markers" in f or "markable" in f}
    of_network = talker.query(phones.network, "http://jabber.org/protocol/disco#info")
    assert identities(of_network) == {("gateway", "sms")}
    assert {"jabber:iq:gateway", "jabber:iq:register", "http://jabber.org/protocol/address"} <= features(of_network)


def test_typing_and_reading_are_not_texted(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    for inner in (
        "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
        "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>",
        "<received xmlns='urn:xmpp:receipts' id='x'/>",
    ):
        talker.send(f"<message type='chat' to='{phones.address(number)}'>{inner}</message>")
    phones.receipt(talker, talker.say(phones.address(number), "only this", extra=REQUEST))
    assert phones.texts(number) == ["only this"]


def test_registration_tells_which_numbers_serve(phones: Phones) -> None:
    offered = phones.people.romeo().query(phones.network, "jabber:iq:register")
    words = (offered.findtext(f"{REGISTER}query/{REGISTER}instructions") or "").replace(" ", "")
    assert phones.simulator.numbers["one"] in words
    assert phones.simulator.numbers["three"] not in words


# presence


def test_a_number_is_shown_as_its_modem_is(phones: Phones) -> None:
    user = phones.named("caller")
    address = phones.add(user, SWISS)
    german = phones.add(user, phones.number())
    shows(user, address, "")
    shows(user, german, "")
    phones.simulator.ask("fault two no-network")
    shows(user, address, "away", "no network")
    shows(user, phones.network, "", "two: The modem has no network")
    phones.simulator.ask("fault two network")
    shows(user, address, "")
    phones.simulator.ask("unplug two")
    shows(user, address, None, "gone")
    phones.simulator.ask("plug two")
    shows(user, address, "")
    assert not user.inbox.has(lambda s: s.get("from") == german and s.get("type") == "unavailable")


def test_the_network_shows_operator_and_signal(phones: Phones) -> None:
    user = phones.member()
    user.presence(phones.network, type="probe")
    shows(user, phones.network, "", "SimTel, very good signal")


# what comes besides texts


def test_flash_texts_have_a_mark(phones: Phones) -> None:
    user = phones.named("caller")
    number = phones.number()
    phones.simulator.ask(f"flash {number} two look here")
    assert body(user.expect("message", frm=phones.address(number))) == "[flash] look here"


def test_of_a_multimedia_message_there_is_one_notice(phones: Phones) -> None:
    user = phones.named("caller")
    number = phones.number()
    for _ in range(2):
        phones.simulator.ask(f"mms {number} two T1")
    phones.text(number, "did you see it?", "two")
    told = user.expect("message", frm=phones.address(number))
    assert "MMS" in (body(told) or "")
    assert body(user.expect("message", frm=phones.address(number))) == "did you see it?"


def test_voicemail_is_told_and_silent_messages_are_not(phones: Phones) -> None:
    user = phones.named("caller")
    number = phones.number()
    phones.simulator.ask(f"silent {number} two")
    phones.simulator.ask(f"voicemail {number} two on")
    phones.simulator.ask(f"voicemail {number} two off")
    phones.simulator.ask(f"voicemail {number} two on You have 3 messages")
    assert "voicemail" in (body(user.expect("message", frm=phones.address(number))) or "")
    assert body(user.expect("message", frm=phones.address(number))) == "You have 3 messages"
    phones.wait_stored_nothing("two")


def test_a_call_is_one_message(phones: Phones) -> None:
    user = phones.register(phones.named("caller"), "huawei")
    numbers = {"sms": phones.number(), "huawei": phones.number()}
    for network, modem in (("sms", "two"), ("huawei", "three")):
        phones.simulator.ask(f"call {numbers[network]} {modem} 1")
    for network, number in numbers.items():
        told = user.expect("message", frm=phones.address(number, network), within=20)
        assert (body(told) or "").startswith("Missed call on 20")
    assert not user.inbox.has(lambda s: "Missed call" in (body(s) or ""))


def test_a_huawei_modem_talks_both_ways(phones: Phones) -> None:
    user = phones.named("caller", "huawei")
    number = phones.number()
    address = phones.address(number, "huawei")
    text = "Größe 😀 " * 30 + "end"
    phones.receipt(user, user.say(address, text, extra=REQUEST))
    assert phones.got(number) == [text]
    phones.text(number, text, "three")
    assert body(user.expect("message", frm=address, where=lambda s: body(s) is not None)) == text
    asked = phones.command(user, "ussd", {"code": "*102#"}, at=phones.gateway.address("huawei"))
    assert "Баланс 12.50 €" in asked.text()
