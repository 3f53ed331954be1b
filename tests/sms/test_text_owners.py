"""Each rule of whose a text is, their order, and that nobody else ever gets it."""

from collections.abc import Mapping, Sequence

import pytest
from inbox_rig import JULIET, NURSE, PHONE, ROMEO, START, STICK, Rig, deliver, result
from twisted.internet.defer import Deferred

from transport.api import Account, Refused
from transport.plugins.sms.incoming.owners import ACCOUNTS, STICKY
from transport.plugins.sms.states import ModemSettings

OTHER = "+4930123456"


def account(owner: str, **settings: str) -> Account:
    return Account(owner, "sms", settings)


def rig(*modems: ModemSettings, catch_all: Sequence[str] = (), **keywords: str) -> Rig:
    """Romeo and Juliet are registered, with keywords."""
    accounts = [account(owner, keyword=keywords.get(owner.partition("@")[0], "")) for owner in (ROMEO, JULIET)]
    return Rig(*modems, accounts=accounts, catch_all=catch_all)


def got(world: Rig) -> Mapping[str, list[str]]:
    """What each one was told."""
    return {owner: texts for owner in (ROMEO, JULIET, NURSE) if (texts := world.texts(owner))}


def test_a_sim_of_ones_own_comes_before_all_rules() -> None:
    world = rig(ModemSettings("stick", "/dev/null", owner=ROMEO), juliet="j")
    world.wrote(JULIET)
    world.host.rosters[JULIET] = (PHONE,)
    world.receive(deliver("@j hello"))
    assert got(world) == {ROMEO: ["@j hello"]}


def test_nobody_reads_the_texts_of_a_sim_whose_owner_has_not_registered() -> None:
    world = rig(ModemSettings("stick", "/dev/null", owner=NURSE), catch_all=(ROMEO,))
    world.wrote(JULIET)
    world.receive(deliver("for the nurse"))
    assert got(world) == {}
    assert world.states() == ["unowned"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("@j hello", "hello"), ("@J: hello", "hello"), ("@j\nhello", "hello"), ("@j,hello", "hello"), ("@j", "@j")],
)
def test_a_keyword_comes_before_who_wrote_last_and_is_taken_off(text: str, told: str) -> None:
    world = rig(romeo="r", juliet="j")
    world.wrote(ROMEO)
    world.receive(deliver(text))
    assert got(world) == {JULIET: [told]}


@pytest.mark.parametrize("text", ["@nobody hello", "hello @j", "j hello", "@", "@jj hello", "mail@j"])
def test_what_is_no_keyword_stays_in_the_text(text: str) -> None:
    world = rig(romeo="r", juliet="j")
    world.wrote(ROMEO)
    world.receive(deliver(text))
    assert got(world) == {ROMEO: [text]}


def test_of_two_with_one_keyword_the_first_has_it() -> None:
    world = rig(romeo="x", juliet="x")
    world.receive(deliver("@x one"))
    assert got(world) == {}
    result(Deferred.fromCoroutine(world.owners.claim_keyword(account(JULIET, keyword="x"))))
    with pytest.raises(Refused) as refused:
        result(Deferred.fromCoroutine(world.owners.claim_keyword(account(ROMEO, keyword="x"))))
    assert refused.value.condition == "conflict"
    world.receive(deliver("@x two"))
    assert got(world) == {JULIET: ["two"]}


def test_a_keyword_that_was_given_up_can_be_had() -> None:
    world = rig(romeo="x")
    result(Deferred.fromCoroutine(world.owners.claim_keyword(account(ROMEO, keyword="x"))))
    world.host.registered = (account(ROMEO), account(JULIET, keyword="x"))
    world.host.reactor.advance(ACCOUNTS)
    result(Deferred.fromCoroutine(world.owners.claim_keyword(account(JULIET, keyword="x"))))
    world.receive(deliver("@x hello"))
    assert got(world) == {JULIET: ["hello"]}


def test_who_wrote_to_the_number_last_through_the_modem_gets_the_answer() -> None:
    world = rig(STICK, ModemSettings("other", "/dev/zero"))
    world.wrote(ROMEO)
    world.wrote(JULIET, modem="other")
    world.host.rosters[JULIET] = (PHONE,)
    world.receive(deliver("to the stick"))
    world.receive(deliver("to the other"), modem="other")
    assert got(world) == {ROMEO: ["to the stick"], JULIET: ["to the other"]}
    world.wrote(JULIET, at=START + 1)
    world.receive(deliver("again"))
    assert world.texts(JULIET) == ["to the other", "again"]


def test_who_wrote_long_ago_or_is_gone_has_no_claim() -> None:
    world = rig(catch_all=(JULIET,))
    world.wrote(ROMEO, at=START - STICKY - 1)
    world.receive(deliver("long ago"))
    world.wrote(NURSE)
    world.receive(deliver("gone"))
    assert got(world) == {JULIET: ["long ago", "gone"]}


def test_the_only_one_with_the_number_in_the_roster_gets_what_a_stranger_writes() -> None:
    world = rig(catch_all=(JULIET,))
    world.host.rosters[JULIET] = (OTHER,)
    world.host.rosters[ROMEO] = (OTHER, PHONE)
    world.receive(deliver("only Romeo's"))
    world.receive(deliver("both have it", sender=OTHER))
    assert got(world) == {ROMEO: ["only Romeo's"], JULIET: ["both have it"]}


def test_the_first_of_those_who_catch_all_that_is_registered_gets_the_rest_alone() -> None:
    world = rig(catch_all=(NURSE, JULIET, ROMEO))
    world.receive(deliver("whose?"))
    assert got(world) == {JULIET: ["whose?"]}


def test_who_may_not_use_the_modem_gets_nothing_of_it_by_keyword_number_or_roster() -> None:
    world = rig(ModemSettings("stick", "/dev/null", users=(JULIET,)), romeo="r")
    world.wrote(ROMEO)
    world.host.rosters[ROMEO] = (PHONE,)
    world.receive(deliver("@r hello"))
    assert got(world) == {}


def test_a_registration_is_known_after_a_while_or_when_its_owner_comes() -> None:
    world = rig(juliet="j")
    world.receive(deliver("@n hello"))
    nurse = account(NURSE, keyword="n")
    world.host.registered = (*world.host.registered, nurse)
    world.receive(deliver("@n again"))
    assert got(world) == {}
    assert world.owners.came(nurse)
    world.receive(deliver("@n now"))
    assert got(world) == {NURSE: ["now"]}
    assert not world.owners.came(nurse)


def test_a_number_can_only_be_given_to_who_is_registered() -> None:
    world = rig()
    with pytest.raises(Refused):
        result(world.inbox.assign(PHONE, NURSE))
