"""Conversations that outlive a modem, a gateway and an XMPP server that go away for a moment."""

import sqlite3
from collections.abc import Iterator

import pytest
from phones import REQUEST, Phones, Setup, on, receipt_of
from stanzas import CLIENT, body, condition, error_text
from test_sms_view import shows
from xmpp_user import XmppUser

from demo.partners.patience import until

LATE = frozenset({"late"})
SETUP = Setup(modems={"one": 'prefixes = ["+49"]', "late": 'prefixes = ["+43"]'})
pytestmark = on("prosody")


@pytest.fixture
def deaf(phones: Phones) -> Iterator[None]:
    """A modem without a network: all texts wait."""
    phones.simulator.ask("fault one no-network")
    yield
    phones.simulator.ask("fault one none")


def waits(phones: Phones, user: XmppUser, *texts: str) -> str:
    """Texts to a number that wait, as the gateway has them; the number."""
    number = phones.number()
    address = phones.add(user, number)
    shows(user, address, "away", "no network")
    for text in texts:
        user.say(address, text, extra=REQUEST)
    user.settle(phones.gateway.domain)
    return number


def restart(phones: Phones) -> None:
    """Stop the gateway as systemd does, and start it again."""
    assert phones.gateway.stop() == 0
    phones.gateway.start()


def test_a_conversation_goes_on_when_the_modem_is_plugged_in_again(phones: Phones) -> None:
    user = phones.member()
    number = phones.number()
    address = phones.add(user, number)
    shows(user, address, "")
    first = user.say(address, "first", extra=REQUEST)
    phones.receipt(user, first)
    phones.simulator.ask("unplug one")
    shows(user, address, None, "gone")
    ids = [user.say(address, f"waiting {count} " + "😀" * 80, extra=REQUEST) for count in range(3)]
    phones.text(number, "are you there?")
    user.settle(phones.gateway.domain)
    assert phones.texts(number) == ["first"]
    phones.simulator.ask("plug one")
    user.expect("message", frm=address, body="are you there?")
    for id in ids:
        phones.receipt(user, id)
    assert phones.got(number, 4)[1:] == [f"waiting {count} " + "😀" * 80 for count in range(3)]
    phones.wait_stored_nothing()


def test_texts_outlive_the_gateway(phones: Phones, deaf: None) -> None:
    user = phones.member()
    texts = [f"text {count} " + "x" * 200 for count in range(5)]
    number = waits(phones, user, *texts)
    assert phones.gateway.stop() == 0
    phones.text(number, "while you slept")
    phones.gateway.start()
    phones.simulator.ask("fault one network")
    user.expect("message", frm=phones.address(number), body="while you slept")
    for id in list(user.said)[-5:]:
        phones.receipt(user, id)
    phones.fence(user)
    assert phones.texts(number) == texts
    assert len(phones.submitted(number)) == 10
    phones.wait_stored_nothing()


def test_texts_that_grow_too_old_come_back(phones: Phones, deaf: None) -> None:
    user = phones.member()
    number = waits(phones, user, "no network for a day")
    refused = phones.number()
    phones.simulator.ask("fault one network")
    phones.simulator.ask(f"fault one number-error {refused} cms 38")
    phones.receipt(user, next(iter(user.said)))
    congested = user.say(phones.address(refused), "congested for a day", extra=REQUEST)
    phones.simulator.wait_for("refused", "CMS 38", to=refused)
    phones.simulator.ask("fault one no-network")
    shows(user, phones.address(number), "away", "no network")
    waiting = user.say(phones.address(number), "no network for a day", extra=REQUEST)
    user.settle(phones.gateway.domain)
    assert phones.gateway.stop() == 0
    a_day_goes_by(phones)
    phones.gateway.start()
    for id, word, said in (
        (waiting, "recipient-unavailable", "no modem"),
        (congested, "remote-server-timeout", "CMS 38"),
    ):
        error = user.expect("message", id=id, type="error", within=30)
        assert (condition(error), error.find(f"{CLIENT}error").get("type")) == (word, "wait")
        assert said in error_text(error)
    assert phones.texts(refused) == []


def a_day_goes_by(phones: Phones) -> None:
    """All that waits is a day older; the gateway is stopped."""
    with sqlite3.connect(phones.gateway.folder / "transport.db") as store:
        changed = store.execute(
            "UPDATE sms_out SET created = created - 86400, expires = expires - 86400 WHERE state = 'queued'"
        )
        assert changed.rowcount == 2
    store.close()


def test_a_text_in_doubt_is_sent_once_more_and_its_sender_told(phones: Phones, talker: XmppUser) -> None:
    number = phones.number()
    phones.simulator.ask("fault one submit-error cms 332")
    id = talker.say(phones.address(number), "once or twice", extra=REQUEST)
    told = talker.expect("message", frm=phones.network, where=lambda s: number in (body(s) or ""))
    assert "may arrive twice" in (body(told) or "")
    phones.receipt(talker, id)
    phones.fence(talker)
    assert phones.has_no_word(talker, id)
    assert phones.texts(number) == ["once or twice"]


def test_a_modem_is_added_while_the_gateway_runs(phones: Phones, talker: XmppUser) -> None:
    texting = phones.texting
    phones.gateway.write(texting.setup.written(phones.simulator, LATE))
    restart(phones)
    phones.fence(talker)
    number = "+436641234567"
    assert condition(phones.refused(talker, number, "too early")) == "item-not-found"
    phones.gateway.write(texting.setup.written(phones.simulator))
    phones.gateway.reload()

    def goes() -> bool:
        id = talker.say(phones.address(number), "now", extra=REQUEST)
        word = talker.expect("message", where=lambda s: id in (s.get("id"), receipt_of(s)))
        return word.get("type") != "error"

    until(goes, "the modem that was added", pause=0.2)
    assert phones.submitted(number)[0]["from"] == phones.simulator.numbers["late"]


def test_texts_that_come_while_the_xmpp_server_restarts_are_all_there(phones: Phones) -> None:
    user = phones.member()
    number = phones.number()
    phones.receipt(user, user.say(phones.address(number), "hello", extra=REQUEST))
    texts = [f"text {count} " + "ж" * (count * 10 + 1) for count in range(20)]
    user.close()
    xmpp = phones.texting.xmpp
    for text in texts[:5]:
        phones.text(number, text)
    mark = xmpp.mark()
    xmpp.stop()
    for text in texts[5:15]:
        phones.text(number, text)
    phones.wait_stored_nothing()
    xmpp.start()
    for text in texts[15:]:
        phones.text(number, text)
    xmpp.wait_for_component(mark, phones.gateway.program)
    again = phones.people.client(user.bare, "phone")
    assert list(heard(again, phones.address(number), texts[-1])) == texts
    phones.wait_stored_nothing()
    phones.receipt(again, again.say(phones.address(number), "all there", extra=REQUEST))
    assert not again.inbox.has(lambda s: s.get("from") == phones.address(number) and body(s) is not None)


def heard(user: XmppUser, address: str, last: str) -> Iterator[str]:
    """What comes up to a text; a stanza that the server could not say to have had comes again, with its id."""
    known: set[str] = set()
    while True:
        stanza = user.expect("message", frm=address, where=lambda s: body(s) is not None, within=60)
        if stanza.get("id", "") not in known:
            known.add(stanza.get("id", ""))
            yield body(stanza) or ""
            if body(stanza) == last:
                return
