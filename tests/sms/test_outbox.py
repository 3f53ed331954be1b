"""The outbox: a text's way from its owner to the network, and the one word that ends it."""

from collections import deque
from typing import Any

import pytest
from outbox_world import ANN, BOB, EVE, LOST, TAKEN_IN_DOUBT, Answer, World, cms, why
from twisted.internet.defer import Deferred, fail

from transport.api import Refused, Status
from transport.plugins.sms.outgoing.policy import Policy
from transport.plugins.sms.states import Fault, ModemSettings, ModemState, NotSubmitted

LONG = "x" * 400


def test_a_text_goes_out_and_its_receipt_comes_back() -> None:
    world = World()
    id = world.send()
    assert [(air.number, air.text, air.report) for air in world.air] == [(BOB, "hello", True)]
    assert not world.receipts()
    world.report(world.air[0])
    [receipt] = world.receipts()
    assert (receipt.sender.name, receipt.message_id) == (BOB, "id-0-hello")
    assert world.row(id, "state, told, text") == ("delivered", 1, "")


def test_a_text_without_a_receipt_takes_three_transactions_and_says_nothing() -> None:
    world = World()
    world.advance(1)
    before = world.runs
    id = world.send(report=False)
    assert world.runs - before == 3
    assert not world.air[0].report
    assert world.row(id, "state, told, text") == ("accepted", 1, "")
    assert not world.hosts[ANN].events


def test_parts_go_in_order_with_one_reference_and_one_receipt() -> None:
    world = World()
    world.send(text=LONG)
    assert [(air.part, air.parts) for air in world.air] == [(1, 3), (2, 3), (3, 3)]
    assert len({air.set for air in world.air}) == 1
    assert world.modems["a"].more == [True, True, False]
    world.report(world.air[2])
    world.report(world.air[0])
    assert not world.receipts()
    world.report(world.air[1])
    assert len(world.receipts()) == 1
    world.report(world.air[1])
    assert len(world.receipts()) == 1


def test_a_refused_part_stops_the_text_and_says_how_much_went_out() -> None:
    world = World()
    world.modems["a"].script.extend([Answer(), cms(1)])
    world.send(text=LONG)
    assert len(world.air) == 1
    [failed] = world.failures()
    assert why(failed) == (
        "item-not-found",
        f"The phone network knows no subscriber {BOB} (error CMS 1). 1 of 3 parts had gone out.",
    )


def test_a_part_is_tried_again_with_the_same_reference() -> None:
    world = World()
    world.modems["a"].script.extend([Answer(), cms(38)])
    world.send(text=LONG)
    assert len(world.air) == 1
    world.advance(31)
    assert [air.part for air in world.air] == [1, 2, 3]
    assert len({air.set for air in world.air}) == 1


def test_all_parts_go_anew_when_it_took_too_long() -> None:
    world = World()
    world.modems["a"].script.extend([Answer(), cms(38), cms(38), cms(38)])
    world.send(text=LONG)
    world.advance(1200)
    assert [air.part for air in world.air] == [1, 1, 2, 3]
    assert [air.set for air in world.air].count(world.air[0].set) == 1
    for air in world.air[1:]:
        world.report(air)
    assert len(world.receipts()) == 1


def test_one_bad_number_holds_up_no_other_and_order_is_kept_for_each() -> None:
    world = World()
    world.modems["a"].by_number[EVE] = deque([cms(38)])
    world.put(EVE, "first")
    world.put(EVE, "second")
    world.put(BOB, "third")
    world.advance(0)
    assert [air.text for air in world.air] == ["third"]
    world.advance(31)
    assert [air.text for air in world.air] == ["third", "first", "second"]


def test_owners_take_turns_and_conversations_go_before_bulk() -> None:
    world = World()
    world.state("a", ModemState.UNPLUGGED)
    for i in range(3):
        world.put(f"+491511000000{i}", f"ann {i}")
    for i in range(3):
        world.put(f"+491512000000{i}", f"bulk {i}", owner="cat@example.org", bulk=True)
    for i in range(2):
        world.put(f"+491513000000{i}", f"dan {i}", owner="dan@example.org")
    world.advance(0)
    assert not world.air
    world.state("a", ModemState.READY)
    assert [air.text for air in world.air] == [
        "ann 0", "dan 0", "ann 1", "dan 1", "ann 2", "bulk 0", "bulk 1", "bulk 2",
    ]  # fmt: skip


def test_texts_keep_the_gap_but_parts_do_not() -> None:
    world = World(settings=(ModemSettings("a", "/dev/a", gap=5.0),))
    start = world.clock.seconds()
    world.put(text=LONG)
    world.put(EVE)
    world.advance(20)
    assert [round(air.at - start) for air in world.air] == [0, 0, 0, 5]


def test_a_text_that_waits_too_long_fails_and_blames_the_gateway() -> None:
    world = World(policy=Policy(ttl=3600))
    world.state("a", ModemState.UNPLUGGED)
    id = world.send()
    world.advance(3700)
    [failed] = world.failures()
    assert why(failed)[0] == "recipient-unavailable"
    assert "this gateway had no modem" in why(failed)[1]
    world.state("a", ModemState.READY)
    assert not world.air
    assert world.row(id, "state, told") == ("expired", 1)
    assert world.outbox.used_today(ANN) == 0


def test_a_network_that_stays_away_ends_a_text_with_its_last_error() -> None:
    world = World(policy=Policy(ttl=3600))
    world.modems["a"].default = cms(38)
    world.send()
    world.advance(3700)
    assert why(world.failures()[0])[0] == "remote-server-timeout"
    assert "CMS 38" in why(world.failures()[0])[1]


@pytest.mark.parametrize("code", [310, 330, 331])
def test_a_gateway_out_of_service_is_blamed_for_a_text_that_is_too_old(code: int) -> None:
    world = World(policy=Policy(ttl=3600))
    world.modems["a"].default = cms(code)
    world.send()
    world.advance(3700)
    assert why(world.failures()[0])[0] == "recipient-unavailable"
    assert "this gateway" in why(world.failures()[0])[1]


def test_a_word_is_told_after_a_crash_when_it_was_not_kept() -> None:
    world = World()
    world.modems["a"].script.append(cms(21))
    host = world.hosts[ANN]
    original = host.deliver_safely
    host.deliver_safely = lambda event, key: Deferred()  # type: ignore[method-assign]
    world.send(text=LONG)
    host.deliver_safely = original  # type: ignore[method-assign]
    world.crash()
    world.advance(0)
    assert why(world.failures()[0])[1].startswith("The phone network does not allow texts")
    world.crash()
    world.advance(0)
    assert len(world.failures()) == 1


def test_in_doubt_is_said_and_sent_again_once() -> None:
    world = World()
    world.modems["a"].script.append(TAKEN_IN_DOUBT)
    id = world.send()
    assert len(world.air) == 2
    [notice] = world.notices()
    assert "may arrive twice" in notice.message.text
    assert world.row(id, "resent, state") == (1, "accepted")
    world.report(world.air[1])
    assert len(world.receipts()) == 1


def test_in_doubt_twice_is_reported() -> None:
    world = World()
    world.modems["a"].script.extend([LOST, cms(332)])
    world.send()
    assert not world.air
    [failed] = world.failures()
    assert why(failed)[0] == "remote-server-timeout"
    assert "may have been sent" in why(failed)[1]


def test_a_text_that_was_sent_again_and_then_refused_may_have_been_sent() -> None:
    world = World()
    world.modems["a"].script.extend([TAKEN_IN_DOUBT, cms(21)])
    world.send()
    [failed] = world.failures()
    assert why(failed)[0] == "not-allowed"
    assert why(failed)[1].endswith("But it may have been sent before that.")


def test_a_doubtful_text_of_an_owner_who_leaves_is_not_sent_again() -> None:
    world = World()
    world.modems["a"].script.append(Answer(True, TAKEN_IN_DOUBT.says, 5.0))
    world.send()
    world.outbox.drop_owner(ANN)
    world.advance(10)
    assert len(world.air) == 1
    assert not world.notices()
    assert "may have been sent" in why(world.failures()[0])[1]


def test_a_mistake_of_ours_while_sending_stops_no_other_text() -> None:
    world = World()
    modem = world.modems["a"]
    modem.before = lambda air: 1 / 0 if air.number == EVE else None
    world.put(EVE)
    world.put(BOB)
    world.advance(0)
    modem.before = None
    world.advance(100)
    assert BOB in [air.number for air in world.air]
    assert len(world.failures()) + len(world.notices()) >= 1
    assert not world.outbox.lanes.entries


@pytest.mark.parametrize("policy", [Policy(resend=False), Policy(resend_age=0.0)])
def test_in_doubt_is_reported_where_that_is_the_policy_or_it_is_too_old(policy: Policy) -> None:
    world = World(policy=policy)
    world.state("a", ModemState.UNPLUGGED)
    world.put()
    world.advance(5)
    world.modems["a"].script.append(LOST)
    world.state("a", ModemState.READY)
    assert not world.notices()
    assert "may have been sent" in why(world.failures()[0])[1]
    assert not world.air


def test_what_the_modem_was_never_given_is_no_try() -> None:
    world = World()
    modem = world.modems["a"]
    modem.script.append(Answer(False, NotSubmitted("unplugged")))
    modem.health.state = ModemState.READY

    def unplug(*_: object) -> None:
        modem.health.state = ModemState.UNPLUGGED

    original = modem.submit

    def submit(pdu: bytes, more: bool) -> object:
        unplug()
        return original(pdu, more)

    modem.submit = submit  # type: ignore[method-assign,assignment]
    id = world.send()
    assert world.row(id, "state, attempts") == ("queued", 0)
    modem.submit = original  # type: ignore[method-assign]
    world.state("a", ModemState.READY)
    assert len(world.air) == 1


def test_a_modem_without_network_holds_its_queue_until_it_is_back() -> None:
    world = World()
    world.modems["a"].script.append(cms(331))
    id = world.send()
    assert world.row(id, "state, attempts") == ("queued", 0)
    world.state("a", ModemState.SEARCHING)
    world.state("a", ModemState.READY)
    assert len(world.air) == 1


def test_a_modem_that_only_says_it_has_no_network_is_tried_after_a_while() -> None:
    world = World()
    world.modems["a"].script.append(cms(331))
    world.send()
    world.advance(29)
    assert not world.air
    world.advance(2)
    assert len(world.air) == 1


def test_a_full_memory_is_emptied_and_the_text_goes_on() -> None:
    world = World()
    world.modems["a"].script.append(cms(322))
    world.send()
    assert world.modems["a"].drains == 1
    assert len(world.air) == 1


def test_three_errors_of_a_modem_in_a_row_start_it_afresh() -> None:
    world = World()
    world.modems["a"].script.extend([cms(500), cms(500), cms(None)])
    world.send()
    world.advance(4)
    assert not world.modems["a"].resets
    world.advance(17)
    assert world.modems["a"].resets == 1
    world.advance(61)
    assert len(world.air) == 1


def test_a_modem_that_fails_for_several_numbers_is_left_alone_for_a_while() -> None:
    world = World()
    modem = world.modems["a"]
    modem.default = cms(500)
    for i in range(6):
        world.put(f"+491511000000{i}")
    world.advance(4)
    assert modem.resets == 1
    tried = len(modem.more)
    assert tried == 6
    world.advance(50)
    assert len(modem.more) == tried
    world.advance(20)
    assert len(modem.more) > tried


def test_one_number_that_fails_always_does_not_stop_its_modem() -> None:
    world = World()
    modem = world.modems["a"]
    modem.by_number[EVE] = deque([cms(500)] * 9)
    world.send(EVE)
    world.advance(500)
    assert modem.resets == 1
    world.send(BOB)
    assert [air.number for air in world.air] == [BOB]


def test_a_duplicate_that_the_network_rejects_counts_as_taken() -> None:
    world = World()
    world.modems["a"].script.append(cms(197))
    id = world.send()
    assert world.row(id, "state")[0] == "accepted"
    assert not world.failures()


def test_a_wrong_validity_is_left_out_the_next_time() -> None:
    world = World()
    world.modems["a"].script.append(cms(198))
    world.send()
    assert world.air[0].pdu.validity is None


def test_a_locked_sim_holds_the_queue_and_is_told_once() -> None:
    world = World()
    world.modems["a"].default = cms(310)
    id = world.send()
    world.advance(1300)
    assert world.row(id, "state, attempts") == ("queued", 0)
    assert len(world.told_admins) == 1
    assert "there is no SIM card" in world.told_admins[0]


def test_our_own_mistake_keeps_its_pdu_in_the_journal_only() -> None:
    world = World()
    world.modems["a"].script.append(cms(304))
    id = world.send()
    state, fault, text = world.row(id, "state, fault, text")
    assert (state, text) == ("failed", "")
    assert fault.startswith("CMS 304 ")
    assert bytes.fromhex(fault.removeprefix("CMS 304 "))
    assert why(world.failures()[0])[0] == "internal-server-error"


def test_a_notice_tells_once_that_a_text_still_waits() -> None:
    world = World(policy=Policy(notice_after=300.0))
    world.state("a", ModemState.UNPLUGGED)
    world.put()
    world.advance(2000)
    [status] = world.hosts[ANN].of(Status)
    assert "still waits" in str(status.text)


def test_no_notice_comes_unasked() -> None:
    world = World()
    world.state("a", ModemState.UNPLUGGED)
    world.put()
    world.advance(2000)
    assert not world.hosts[ANN].events


@pytest.mark.parametrize(
    ("number", "text", "policy", "condition"),
    [
        (BOB, "", Policy(), "not-acceptable"),
        (BOB, "x" * 2000, Policy(), "not-acceptable"),
        (BOB, "\U0001f600" * 400, Policy(), "not-acceptable"),
        (BOB, "\ud800", Policy(), "not-acceptable"),
        ("fonic;alpha", "x", Policy(), "not-acceptable"),
        ("112", "x", Policy(region="DE", short_numbers=True), "not-allowed"),
        ("+49112", "x", Policy(), "not-allowed"),
        ("71120", "x", Policy(region="SE"), "not-allowed"),
        ("+499001234567", "x", Policy(), "not-allowed"),
        ("+999123456", "x", Policy(), "not-acceptable"),
        (BOB, "x" * 400, Policy(per_user_day=2), "policy-violation"),
        (BOB, "x", Policy(queue_per_user=0), "resource-constraint"),
        (BOB, "x", Policy(queue=0), "resource-constraint"),
    ],
)
def test_what_may_not_be_sent_is_refused_before_it_is_kept(
    number: str, text: str, policy: Policy, condition: str
) -> None:
    world = World(policy=policy)
    with pytest.raises(Refused) as refused:
        world.outbox.put(world.order(number, text))
    assert refused.value.condition == condition
    assert not world.rows("SELECT * FROM sms_out")


def test_short_numbers_are_sent_to_where_that_is_allowed() -> None:
    world = World(policy=Policy(region="SE", short_numbers=True))
    world.send("71120")
    assert world.air[0].number == "71120"


def test_quotas_count_parts_over_a_day_and_survive_a_restart() -> None:
    world = World(policy=Policy(per_user_day=5))
    world.send(text=LONG)
    world.crash()
    assert world.outbox.used_today(ANN) == 3
    with pytest.raises(Refused) as refused:
        world.outbox.put(world.order(text=LONG))
    assert refused.value.retry_after == pytest.approx(86400, abs=5)
    world.advance(86401)
    assert world.outbox.used_today(ANN) == 0
    world.send(text=LONG)


def test_a_sim_keeps_its_limit_over_a_restart() -> None:
    world = World(settings=(ModemSettings("a", "/dev/a", gap=0.0, per_hour=2),))
    for i in range(3):
        world.put(f"+491511000000{i}")
    world.advance(0)
    assert len(world.air) == 2
    world.crash()
    world.advance(60)
    assert len(world.air) == 2
    world.advance(3600)
    assert len(world.air) == 3


def test_another_modem_sends_what_one_may_not_any_more() -> None:
    world = World(
        settings=(
            ModemSettings("a", "/dev/a", gap=0.0, per_hour=1),
            ModemSettings("b", "/dev/b", gap=0.0, cost=5.0),
        )
    )
    world.put("+4915110000001")
    world.put("+4915110000002")
    world.advance(1)
    assert [air.sim for air in world.air] == ["imsi-a", "imsi-b"]


def test_answers_meet_the_same_sim() -> None:
    settings = (ModemSettings("a", "/dev/a", gap=0.0), ModemSettings("b", "/dev/b", gap=0.0, cost=5.0))
    world = World(settings=settings)
    world.state("a", ModemState.SEARCHING)
    world.send()
    world.state("a", ModemState.READY)
    world.send(text="again")
    world.crash()
    world.send(text="and again")
    world.send(EVE, "to another")
    assert [air.sim for air in world.air] == ["imsi-b", "imsi-b", "imsi-b", "imsi-a"]
    world.state("b", ModemState.SEARCHING)
    world.send(text="waits")
    assert len(world.air) == 4
    assert world.rows("SELECT modem, owner FROM sms_sticky WHERE number = ?", BOB) == [("b", ANN)]


def test_another_sim_may_send_where_the_policy_lets_it() -> None:
    settings = (ModemSettings("a", "/dev/a", gap=0.0), ModemSettings("b", "/dev/b", gap=0.0, cost=5.0))
    world = World(settings=settings, policy=Policy(sticky_waits=False))
    world.send()
    world.state("a", ModemState.SEARCHING)
    world.send()
    assert [air.sim for air in world.air] == ["imsi-a", "imsi-b"]


def test_nobody_else_writes_to_a_number_through_the_same_modem_for_a_day() -> None:
    world = World()
    world.send()
    refused: list[Refused] = []
    world.put(owner="cat@example.org").addErrback(lambda failure: refused.append(failure.value))
    assert refused[0].condition == "policy-violation"
    assert world.outbox.used_today("cat@example.org") == 0
    world.advance(86401)
    world.send(owner="cat@example.org")
    assert len(world.air) == 2


def test_a_second_writer_may_be_warned_instead() -> None:
    world = World(policy=Policy(claim="warn"))
    world.send()
    world.send(owner="cat@example.org")
    assert len(world.air) == 2
    assert len(world.hosts["cat@example.org"].of(Status)) == 1
    assert not world.hosts[ANN].of(Status)


def test_a_dropped_text_is_not_sent_and_said() -> None:
    world = World()
    world.state("a", ModemState.UNPLUGGED)
    id = world.send()
    got: list[bool] = []
    world.outbox.drop(id).addCallback(got.append)
    assert got == [True]
    assert len(world.failures()) == 1
    world.outbox.drop(id).addCallback(got.append)
    assert got == [True, False]
    world.state("a", ModemState.READY)
    assert not world.air
    assert world.outbox.used_today(ANN) == 0


def test_the_texts_of_an_owner_who_leaves_are_given_up() -> None:
    world = World()
    world.modems["a"].script.append(Answer(False, NotSubmitted("no", Fault("CMS", 38)), delay=10.0))
    world.put(BOB)
    world.put(EVE)
    world.put("+4915110000001", owner="dan@example.org")
    world.advance(0)
    world.outbox.drop_owner(ANN)
    world.advance(100)
    assert len(world.failures()) == 2
    assert not world.failures("dan@example.org")


def test_an_administrator_may_have_a_text_tried_at_once() -> None:
    world = World()
    world.modems["a"].script.append(cms(38))
    id = world.send()
    [row] = result(world.outbox.waiting())
    assert (row.id, row.attempts, row.fault, row.state) == (id, 1, "CMS 38", "queued")
    assert result(world.outbox.waiting("dan@example.org")) == []
    assert world.outbox.retry(id)
    world.advance(0)
    assert len(world.air) == 1
    assert not world.outbox.retry(id)


def result(deferred: Deferred[Any]) -> Any:
    got: list[Any] = []
    deferred.addCallback(got.append)
    return got[0]


def test_an_estimate_says_what_a_text_takes() -> None:
    world = World(settings=(ModemSettings("a", "/dev/a", cost=2.0),))
    estimate = world.outbox.estimate(ANN, BOB, LONG)
    assert (estimate.parts, estimate.modem, estimate.cost, estimate.alphabet) == (3, "a", 6.0, "GSM7")


def test_a_disk_that_is_full_loses_and_doubles_nothing() -> None:
    world = World()
    world.state("a", ModemState.UNPLUGGED)
    world.put()
    world.put(EVE)
    world.advance(0)
    world.broken = True
    world.state("a", ModemState.READY)
    world.advance(60)
    assert not world.air
    world.broken = False
    world.advance(10)
    assert len(world.air) == 2


def test_an_answer_that_cannot_be_written_is_written_later() -> None:
    world = World()
    world.modems["a"].before = lambda air: setattr(world, "broken", True)
    id = world.send()
    world.advance(20)
    assert world.row(id, "state")[0] == "submitting"
    world.broken = False
    world.advance(6)
    assert world.row(id, "state")[0] == "accepted"
    assert len(world.air) == 1


def test_what_the_core_could_not_keep_is_told_again() -> None:
    world = World()
    world.modems["a"].script.append(cms(1))
    host = world.hosts[ANN]
    original = host.deliver_safely
    host.deliver_safely = lambda event, key: fail(OSError())  # type: ignore[method-assign]
    world.send()
    assert not world.failures()
    host.deliver_safely = original  # type: ignore[method-assign]
    world.advance(31)
    assert len(world.failures()) == 1


def test_stopping_awaits_what_a_modem_has_at_hand_and_begins_nothing() -> None:
    world = World()
    world.modems["a"].script.append(Answer(delay=2.0))
    first = world.send()
    world.put(EVE)
    stopped: list[object] = []
    world.outbox.stop().addCallback(stopped.append)
    world.advance(1)
    assert not stopped
    world.advance(1.5)
    assert stopped
    assert world.row(first, "state")[0] == "accepted"
    world.advance(100)
    assert len(world.air) == 1
    world.start()
    world.advance(0)
    assert len(world.air) == 2


def test_stopping_does_not_wait_for_ever() -> None:
    world = World()
    world.modems["a"].script.append(Answer(False, None))
    id = world.send()
    stopped: list[object] = []
    world.outbox.stop().addCallback(stopped.append)
    world.advance(6)
    assert stopped
    assert world.row(id, "state")[0] == "submitting"


def test_old_rows_are_forgotten() -> None:
    world = World()
    id = world.send()
    world.report(world.air[0])
    world.advance(86400)
    assert world.row(id, "state")[0] == "delivered"
    world.advance(31 * 86400)
    assert not world.rows("SELECT * FROM sms_out")
    assert not world.rows("SELECT * FROM sms_part")


def test_a_thousand_texts_go_out_fairly_once_the_modem_is_back() -> None:
    world = World(policy=Policy(queue_per_user=600, per_user_day=1000))
    world.state("a", ModemState.UNPLUGGED)
    owners = [f"user{i}@example.org" for i in range(4)]
    for owner, count in zip(owners, (600, 200, 100, 100), strict=True):
        for i in range(count):
            world.put(f"+49151{owners.index(owner)}{i:06d}", f"{owner} {i}", owner=owner)
    world.advance(0)
    world.crash()
    world.state("a", ModemState.READY)
    assert len(world.air) == 1000
    first = [air.text.split()[0] for air in world.air[:400]]
    assert all(first.count(owner) == 100 for owner in owners)
