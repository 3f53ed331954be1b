"""What comes in is kept before it is told, told in order and once, whatever it is."""

from typing import Any

import pytest
from attrs import evolve
from inbox_rig import JULIET, PHONE, ROMEO, STICK, Rig, deliver, parts, result
from twisted.internet.defer import Deferred, fail, succeed

from transport.api import Account, MessageIn, Refused
from transport.plugins.sms import tpdu
from transport.plugins.sms.incoming.in_journal import KEEP, SAME_DIRECT
from transport.plugins.sms.incoming.inbox import AGAIN, GRACE
from transport.plugins.sms.incoming.reassembly import MOST, TIMEOUT
from transport.plugins.sms.states import Incoming, ModemSettings

LONG = "A text in three parts. " * 16
MINE = ModemSettings("stick", "/dev/null", owner=ROMEO)


def mine(**others: Any) -> Rig:
    """All that comes is Romeo's."""
    return Rig(MINE, **others)


def pushed(transaction: bytes, sender: bytes = b"") -> bytes:
    """An MMS notification, as a WAP push."""
    data = b"\x01\x06\x03\xbe\xaf\x84\x8c\x82\x98" + transaction + b"\0" + b"\x8d\x90" + sender
    port = tpdu.Element(5, bytes.fromhex("0b8423f0"))
    return deliver("", dcs=0x04, data=data, header=(port,))


# keeping


def test_a_text_is_told_once_it_is_kept() -> None:
    rig = mine()
    kept: list[Deferred[Any]] = []
    run = rig.host.store.run

    def slow(fn: Any) -> Any:
        held: Deferred[Any] = Deferred()
        held.addCallback(lambda _: run(fn))
        kept.append(held)
        return held

    rig.host.store.run = slow  # type: ignore[method-assign]
    done = rig.receive(deliver("hello"))
    assert (done.called, rig.told()) == (False, [])
    kept[0].callback(None)
    assert done.called
    assert rig.told() == [(PHONE, "hello")]


def test_a_text_that_is_told_is_not_kept_any_more_but_known() -> None:
    rig = mine()
    rig.receive(deliver("hello"), place=("SM", 1))
    assert rig.host.store.database.execute("SELECT state, pdu, owner FROM sms_in").fetchall() == [("told", "", ROMEO)]
    rig.receive(deliver("hello"), place=("SM", 1))
    rig.restart()
    rig.receive(deliver("hello"), place=("SM", 1))
    assert rig.texts() == ["hello"]


def test_the_same_text_in_another_place_is_another_one() -> None:
    rig = mine()
    rig.receive(deliver("hello"), place=("SM", 1))
    rig.receive(deliver("hello"), place=("ME", 1))
    rig.receive(deliver("hello", at=1_780_000_001.0), place=("SM", 1))
    assert rig.texts() == ["hello"] * 3


def test_a_text_that_comes_directly_again_is_the_same_for_a_short_while() -> None:
    rig = mine()
    for _ in range(2):
        rig.receive(deliver("hello"), place=None)
    assert rig.texts() == ["hello"]
    rig.host.reactor.advance(SAME_DIRECT + 1)
    rig.receive(deliver("hello"), place=None)
    assert rig.texts() == ["hello"] * 2


def test_what_cannot_be_kept_is_not_taken_and_not_told() -> None:
    rig = mine()
    rig.host.store.run = lambda fn: fail(OSError("disk full"))  # type: ignore[method-assign]
    failures: list[Any] = []
    rig.receive(deliver("hello")).addErrback(failures.append)
    assert failures
    assert rig.told() == []


def test_what_was_kept_before_a_crash_is_told_after_it_in_order() -> None:
    rig = mine()
    rig.host.account(ROMEO).deliver_safely = lambda event, key: Deferred()  # type: ignore[method-assign]
    for text in ("one", "two", "three"):
        rig.receive(deliver(text))
    assert rig.states() == ["new"] * 3
    del rig.host.hosts[ROMEO]
    rig.restart()
    assert rig.texts() == ["one", "two", "three"]
    assert rig.states() == ["told"] * 3


def test_a_crash_after_telling_does_not_tell_twice() -> None:
    rig = mine()
    mark = rig.inbox.journal.mark
    rig.inbox.journal.__class__.mark = lambda self, *args: Deferred()  # type: ignore[method-assign]
    try:
        rig.receive(deliver("hello"))
    finally:
        rig.inbox.journal.__class__.mark = mark.__func__  # type: ignore[method-assign, attr-defined]
    assert rig.states() == ["new"]
    rig.restart()
    assert rig.texts() == ["hello"]
    assert rig.states() == ["told"]


def test_a_core_that_fails_is_asked_again() -> None:
    rig = mine()
    host = rig.host.account(ROMEO)
    good = host.deliver_safely
    host.deliver_safely = lambda event, key: fail(OSError("disk full"))  # type: ignore[method-assign]
    rig.receive(deliver("hello"))
    host.deliver_safely = good  # type: ignore[method-assign]
    assert rig.texts() == []
    rig.host.reactor.advance(AGAIN)
    assert rig.texts() == ["hello"]


def test_what_no_server_would_take_is_kept_and_told_to_administrators() -> None:
    rig = mine()
    refused = Refused("not-acceptable", "This is longer than the XMPP server takes.")
    rig.host.account(ROMEO).deliver_safely = lambda event, key: fail(refused)  # type: ignore[method-assign]
    rig.receive(deliver("hello"))
    assert rig.states() == ["bad"]
    assert ["longer than" in str(text) for text in rig.host.told] == [True]


def test_two_hundred_texts_are_told_in_order() -> None:
    rig = mine()
    for n in range(200):
        rig.receive(deliver(f"text {n}"))
    assert rig.texts() == [f"text {n}" for n in range(200)]


def test_what_was_told_long_ago_is_forgotten() -> None:
    rig = mine()
    rig.receive(deliver("hello"))
    rig.host.reactor.advance(KEEP + 86400)
    rig.restart()
    assert rig.states() == []


# parts


def test_a_long_text_is_told_when_all_parts_are_there() -> None:
    rig = mine()
    first, second, third = parts(LONG)
    rig.receive(third)
    rig.receive(first)
    assert rig.texts() == []
    assert rig.states() == ["part", "part"]
    rig.receive(second)
    assert rig.texts() == [LONG]
    assert rig.states() == ["told"] * 3


@pytest.mark.parametrize("crash", range(1, 3))
def test_a_restart_in_the_middle_of_a_set_loses_nothing(crash: int) -> None:
    rig = mine()
    for n, part in enumerate(parts(LONG + "😀" * 100), 1):
        rig.receive(part)
        if n == crash:
            rig.restart()
            rig.host.reactor.advance(GRACE - 1)
    assert rig.texts() == [LONG + "😀" * 100]


def test_a_set_waits_after_a_long_stop_for_what_lies_in_the_sim() -> None:
    rig = mine()
    first, second, third = parts(LONG)
    rig.receive(first)
    rig.inbox.stop()
    rig.host.reactor.advance(TIMEOUT * 5)
    rig.start()
    rig.host.reactor.advance(GRACE - 1)
    rig.receive(second)
    rig.receive(third)
    assert rig.texts() == [LONG]


def test_a_set_that_stays_incomplete_is_told_with_its_gap_and_the_rest_by_itself() -> None:
    rig = mine()
    first, second, third = parts(LONG)
    rig.receive(first)
    rig.receive(third)
    rig.host.reactor.advance(TIMEOUT)
    (text,) = rig.texts()
    assert text == f"{LONG[:153]} [part 2 of 3 missing] {LONG[306:]}"
    rig.restart()
    rig.receive(first)
    rig.receive(second)
    assert rig.texts()[1:] == [f"[part 2 of 3] {LONG[153:306]}"]
    rig.host.reactor.advance(TIMEOUT)
    assert len(rig.texts()) == 2


def test_one_part_of_several_says_what_is_missing() -> None:
    rig = mine()
    rig.receive(parts(LONG)[1])
    rig.host.reactor.advance(TIMEOUT)
    assert rig.texts() == [f"[part 1 of 3 missing] {LONG[153:306]} [part 3 of 3 missing]"]


# kinds


def test_type_0_and_cleared_mailboxes_are_not_told() -> None:
    rig = mine()
    rig.receive(deliver("silent", pid=0x40))
    rig.receive(deliver("", dcs=0xC0))
    assert rig.told() == []
    assert rig.states() == ["told"] * 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": "", "dcs": 0xC8}, "There is a new message in the voicemail box."),
        ({"text": "discard me", "dcs": 0xC8}, "There is a new message in the voicemail box."),
        ({"text": "", "dcs": 0xD9}, "A fax is waiting."),
        ({"text": "2 new messages", "dcs": 0xD8}, "2 new messages"),
        ({"text": "", "header": (tpdu.Element(1, b"\x80\x03"),)}, "There is a new message in the voicemail box. (3)"),
        ({"text": "now", "dcs": 0x10}, "[flash] now"),
        ({"text": "now", "dcs": 0xF0}, "[flash] now"),
        ({"text": "for the SIM", "dcs": 0xF2}, "for the SIM"),
        ({"text": "new rate", "pid": 0x41}, "[replaces an earlier text] new rate"),
        ({"text": "", "dcs": 0x04, "data": b"12345"}, "[5 bytes of data, which this gateway cannot show]"),
        ({"text": "", "dcs": 0xF5, "data": b"123"}, "[3 bytes of data, which this gateway cannot show]"),
        ({"text": "", "data": b"a\x00b"}, "a@b"),
    ],
)  # fmt: skip
def test_every_kind_is_told_as_what_it_is(fields: dict[str, Any], told: str) -> None:
    rig = mine()
    rig.receive(deliver(**fields))
    assert rig.texts() == [told]


def test_notices_of_mailboxes_may_be_off() -> None:
    rig = mine(notices=False)
    rig.receive(deliver("", dcs=0xC8))
    rig.receive(deliver("2 new messages", dcs=0xD8))
    assert rig.texts() == ["2 new messages"]


def test_an_mms_is_told_of_once_for_each_transaction() -> None:
    rig = mine()
    for transaction in (b"T1", b"T1", b"T2"):
        rig.receive(pushed(transaction))
    rig.receive(pushed(b"T3", b"\x89\x17\x80+4915112345678/TYPE=PLMN\0"))
    some = "An MMS message has come; this gateway cannot show those."
    assert rig.texts() == [some, some, "An MMS message from +4915112345678 has come; this gateway cannot show those."]


def test_an_mms_in_two_parts_is_one_notice() -> None:
    rig = mine()
    port = tpdu.Element(5, bytes.fromhex("0b8423f0"))
    for n, data in ((1, b"\x01\x06\x03\xbe\xaf\x84\x8c\x82\x98T"), (2, b"1\0\x8d\x90")):
        rig.receive(deliver("", dcs=0x04, data=data, header=(port, tpdu.Element(0, bytes((9, 2, n))))))
    assert rig.texts() == ["An MMS message has come; this gateway cannot show those."]


def test_another_push_is_told_by_its_size() -> None:
    rig = mine()
    rig.receive(deliver("", dcs=0x04, data=b"1234", header=(tpdu.Element(5, bytes.fromhex("0b8423f0")),)))
    assert rig.texts() == ["[a WAP push of 4 bytes, which this gateway cannot show]"]


def test_a_status_report_is_the_outboxs() -> None:
    rig = mine()
    report = tpdu.StatusReport(7, tpdu.Number.of(PHONE), None, None, 0)
    rig.receive(tpdu.encode(report))
    assert [(sim, each.reference) for sim, each in rig.reports] == [("sim of stick", 7)]
    assert rig.states() == []


def test_what_cannot_be_read_is_kept_and_told_to_administrators_once() -> None:
    rig = mine()
    for _ in range(2):
        assert result(rig.receive(b"\x00\x04\x99", place=("SM", 1))) is None
    assert result(rig.inbox.unreadable("stick", "sim", "07zz", ("SM", 2))) is None
    rig.receive(deliver("hello"))
    assert rig.states() == ["bad", "bad", "told"]
    assert len(rig.host.told) == 1
    assert rig.host.store.database.execute("SELECT pdu FROM sms_in WHERE id = 2").fetchone() == (b"07zz".hex(),)


# when


@pytest.mark.parametrize(
    ("sent", "told"),
    [(-10, False), (-59, False), (-61, True), (-86400, True), (50, False), (5000, False), (-9e8, False)],
)
def test_an_old_text_says_when_it_was_sent(sent: float, told: bool) -> None:
    rig = mine()
    rig.receive(deliver("hello", at=1_780_000_000.0 + sent))
    (event,) = rig.host.account(ROMEO).of(MessageIn)
    when = event.message.when
    assert (when is not None) is told
    if when is not None:
        assert when.timestamp() == 1_780_000_000.0 + sent


# nobody's


def test_what_nobody_owns_is_kept_and_told_to_administrators_until_it_is_given_away() -> None:
    rig = Rig()
    rig.receive(deliver("one"))
    rig.receive(deliver("two"))
    for part in parts(LONG):
        rig.receive(part)
    rig.receive(deliver("other", sender="+4930123456"))
    assert rig.told() == []
    assert rig.states() == ["unowned"] * 6
    assert [text.params["number"] for text in rig.host.told] == [PHONE, "+4930123456"]
    rig.restart()
    assert result(rig.inbox.unowned()) == [(PHONE, "stick"), ("+4930123456", "stick")]
    assert result(rig.inbox.assign(PHONE, ROMEO)) == 3
    assert rig.texts() == ["one", "two", LONG]
    rig.receive(deliver("three"))
    assert rig.texts()[3:] == ["three"]
    assert result(rig.inbox.unowned()) == [("+4930123456", "stick")]


def test_what_waits_for_an_owner_who_never_registers_can_be_given_away() -> None:
    rig = Rig(ModemSettings("stick", "/dev/null", owner=JULIET))
    rig.receive(deliver("for Juliet"))
    assert result(rig.inbox.assign(PHONE, ROMEO)) == 1
    assert rig.texts() == ["for Juliet"]
    assert result(rig.inbox.unowned()) == []


def test_the_same_text_twice_is_told_twice_when_the_first_was_surely_deleted() -> None:
    rig = Rig()
    rig.wrote(ROMEO)
    again = Incoming("stick", "sim", deliver("ping"), ("SM", 1))
    result(rig.inbox.received(again))
    result(rig.inbox.received(again))
    assert rig.texts() == ["ping"]
    result(rig.inbox.received(evolve(again, fresh=True)))
    assert rig.texts() == ["ping", "ping"]


def test_what_nobody_owned_is_told_to_who_registers_for_it() -> None:
    rig = Rig(ModemSettings("stick", "/dev/null", owner=JULIET), STICK.__class__("other", "/dev/zero"))
    rig.receive(deliver("for Juliet"))
    assert rig.states() == ["unowned"]
    juliet = Account(JULIET, "sms")
    rig.host.registered = (*rig.host.registered, juliet)
    assert rig.owners.came(juliet)
    result(Deferred.fromCoroutine(rig.inbox.look_again()))
    assert rig.texts(JULIET) == ["for Juliet"]


def test_a_number_that_is_blocked_is_not_told_and_not_kept() -> None:
    rig = mine()
    result(rig.blocked.block(ROMEO, PHONE))
    rig.restart()
    rig.receive(deliver("spam"))
    assert rig.told() == []
    assert (rig.states(), rig.blocked.dropped) == (["told"], 1)
    result(rig.blocked.unblock(ROMEO, PHONE))
    rig.receive(deliver("sorry"))
    assert rig.texts() == ["sorry"]
    assert result(rig.blocked.numbers(ROMEO)) == []


def test_who_hears_of_a_sender_is_told() -> None:
    rig = mine()
    rig.receive(deliver("hello", sender="MegaFon"))
    assert rig.told() == [("megafon;alpha", "hello")]
    assert [(owner, sender.spelling) for owner, sender in rig.met] == [(ROMEO, "MegaFon")]


def test_nothing_happens_after_a_stop() -> None:
    rig = mine()
    rig.receive(parts(LONG)[0])
    rig.inbox.stop()
    assert rig.host.reactor.getDelayedCalls() == []
    rig.inbox.host.account(ROMEO).deliver_safely = lambda event, key: succeed(None)  # type: ignore[method-assign]
    rig.host.reactor.advance(TIMEOUT * 2)
    assert rig.states() == ["part"]


def test_one_part_of_very_many_makes_no_long_message() -> None:
    rig = mine()
    header = (tpdu.Element(0, bytes((7, 255, 2))),)
    rig.receive(deliver("a", header=header))
    rig.host.reactor.advance(TIMEOUT)
    assert rig.texts() == ["[part 1 of 255 missing] a [parts 3 to 255 of 255 missing]"]


def test_of_very_many_sets_that_stay_incomplete_the_oldest_are_told_at_once() -> None:
    rig = mine()
    for n in range(MOST + 5):
        rig.receive(deliver("a", header=(tpdu.Element(8, bytes((n >> 8, n & 255, 3, 1))),)))
    rig.host.reactor.advance(1)
    assert len(rig.inbox._reassembly.open) == MOST
    assert len(rig.texts()) == 5
