"""What is no plain text to one phone: encrypted and fancy messages, and messages to several people."""

from collections.abc import Iterator

import pytest
from cast import People
from phones import REQUEST, Phones, Setup, Texting, check, on
from stanzas import body, condition, error_text
from xmpp_user import Loop, XmppUser

SETUP = Setup(others={"plain": ("fallbacks = true", {"two": ""})})
pytestmark = on("prosody")
OOB = "<x xmlns='jabber:x:oob'><url>{url}</url></x>"
PLACE = "https://example.org/picture.jpg"


@pytest.fixture(scope="module")
def plain(texting: Texting, loop: Loop, numbers: Iterator[int]) -> Iterator[XmppUser]:
    """A member where fallbacks are allowed."""
    phones = Phones(texting.gateway, texting.simulator, texting, People(loop, texting.xmpp, numbers))
    yield phones.member("plain", network="plain")
    phones.people.go_home()


ENCRYPTED = "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>AAAA</payload></encrypted>"


@pytest.mark.parametrize(
    "extra",
    [
        ENCRYPTED,
        "<x xmlns='jabber:x:encrypted'>AAAA</x>",
        "<openpgp xmlns='urn:xmpp:openpgp:0'>AAAA</openpgp>",
        "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0'/>",
    ],
)
def test_what_is_encrypted_is_never_texted(phones: Phones, talker: XmppUser, plain: XmppUser, extra: str) -> None:
    for network, user in (("sms", talker), ("plain", plain)):
        number = phones.number()
        error = phones.refused(user, number, "I sent you an encrypted message", extra, network)
        assert "encrypted" in error_text(error)
        phones.fence(talker)
        assert not phones.submitted(number)


FANCY = {
    "correction": ("<replace xmlns='urn:xmpp:message-correct:0' id='m0'/>", "I mean this", "(corrected) I mean this"),
    "reply": ("<reply xmlns='urn:xmpp:reply:0' to='+49%sms@transport.localhost' id='m0'/>", "yes", "yes"),
    "reaction": ("<reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👍</reaction></reactions>", "", "👍"),
}


@pytest.mark.parametrize("name", FANCY)
def test_what_phones_do_not_know_is_refused(phones: Phones, talker: XmppUser, name: str) -> None:
    extra, text, _ = FANCY[name]
    number = phones.number()
    phones.fails(talker, number, "cancel", "feature-not-implemented", "Phones know no", text=text, extra=extra)
    assert not phones.submitted(number)


@pytest.mark.parametrize("name", FANCY)
def test_what_phones_do_not_know_goes_as_plain_text_if_allowed(phones: Phones, plain: XmppUser, name: str) -> None:
    extra, text, sent = FANCY[name]
    number = phones.number()
    phones.receipt(plain, plain.say(phones.address(number, "plain"), text, extra=extra + REQUEST))
    assert phones.got(number) == [sent]


def test_a_file_is_its_address(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    talker.say(phones.address(number), PLACE, extra=OOB.format(url=PLACE))
    assert phones.got(number) == [PLACE]


# several people at once


def test_joined_numbers_get_one_text_each(phones: Phones, talker: XmppUser) -> None:
    good, bad, best = phones.number(), phones.number(), phones.number()
    phones.simulator.ask(f"fault one number-error {bad} cms 28")
    id = talker.say(phones.address(f"{good},{bad},{best},{good}"), "to all", extra=REQUEST)
    error = talker.expect("message", id=id, type="error")
    check(error, "cancel", "item-not-found", bad)
    receipts = {phones.receipt(talker, id).get("from") for _ in range(2)}
    assert receipts == {phones.address(good), phones.address(best)}
    phones.fence(talker)
    assert phones.has_no_word(talker, id)
    assert (phones.texts(good), phones.texts(bad), phones.texts(best)) == (["to all"], [], ["to all"])
    phones.text(best, "just me")
    assert body(talker.expect("message", frm=phones.address(best))) == "just me"


@pytest.mark.parametrize("at", ["", "sms"])
def test_listed_addresses_get_one_text_each(phones: Phones, talker: XmppUser, at: str) -> None:
    good, bad, wrong = phones.number(), phones.number(), "+49123"
    phones.simulator.ask(f"fault one number-error {bad} cms 28")
    rows = "".join(f"<address type='to' jid='{phones.address(number)}'/>" for number in (good, bad, wrong))
    listed = f"<addresses xmlns='http://jabber.org/protocol/address'>{rows}</addresses>"
    id = talker.say(phones.network if at else phones.gateway.domain, "to all", extra=listed + REQUEST)
    errors = {condition(e): error_text(e) for e in (talker.expect("message", id=id, type="error") for _ in range(2))}
    assert set(errors) == {"item-not-found", "jid-malformed"}
    assert bad in errors["item-not-found"]
    assert wrong in errors["jid-malformed"]
    assert phones.receipt(talker, id).get("from") == phones.address(good)
    phones.fence(talker)
    assert phones.has_no_word(talker, id)
    assert phones.texts(good) == ["to all"]
