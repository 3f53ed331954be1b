"""Which modem a text goes through."""

from random import Random

import pytest

from transport.api import Refused
from transport.plugins.sms.outgoing.routing import View, choose, listed, matched, ways
from transport.plugins.sms.states import ModemSettings

ANN = "ann@example.org"
BOB = "+4915112345678"


def view(name: str, ready: bool = True, **settings: object) -> View:
    return View(ModemSettings(name, f"/dev/{name}", **settings), ready)  # type: ignore[arg-type]


def pick(*views: View, number: str = BOB, sticky: str = "", waits: bool = True, owner: str = ANN) -> str | None:
    return choose(ways(views, owner, number), sticky, waits, Random(1))


@pytest.mark.parametrize(
    ("entries", "yes"),
    [
        ((), True),
        (("*",), True),
        ((ANN,), True),
        (("Example.org",), True),
        (("*.org",), True),
        (("*.example.org",), False),
        (("bob@example.org",), False),
        (("ample.org",), False),
        (("*.ample.org",), False),
    ],
)
def test_lists_of_users_hold_addresses_and_domains(entries: tuple[str, ...], yes: bool) -> None:
    assert listed(entries, ANN) is yes


def test_prefixes_match_by_their_longest() -> None:
    assert matched(("+49", "+4915"), BOB) == 5
    assert matched(("+1",), BOB) is None
    assert matched((), BOB) == 0


def test_short_numbers_are_served_by_all_but_a_prefix_of_their_own_is_better() -> None:
    assert pick(view("a", prefixes=("+49",)), number="71120") == "a"
    assert pick(view("a", prefixes=("+49",)), view("b", prefixes=("711",), cost=9.0), number="71120") == "b"


def test_the_longest_prefix_goes_before_the_lowest_cost() -> None:
    assert pick(view("a", cost=0.1), view("b", prefixes=("+49",), cost=5.0)) == "b"
    assert pick(view("a", cost=2.0), view("b", cost=1.0)) == "b"


def test_weights_share_the_texts_of_equals() -> None:
    found = ways([view("a", weight=3), view("b", weight=1), view("c", weight=0)], ANN, BOB)
    random = Random(7)
    names = [choose(found, "", True, random) for _ in range(400)]
    assert 250 < names.count("a") < 350
    assert names.count("c") == 0
    assert pick(view("a", weight=0), view("b", weight=0)) in ("a", "b")


def test_a_modem_without_network_is_passed_over() -> None:
    assert pick(view("a", ready=False), view("b", cost=9.0)) == "b"
    assert pick(view("a", ready=False)) is None


def test_a_conversation_keeps_its_modem() -> None:
    assert pick(view("a"), view("b", cost=9.0), sticky="b") == "b"
    assert pick(view("a"), view("b", ready=False), sticky="b") is None
    assert pick(view("a"), view("b", ready=False), sticky="b", waits=False) == "a"
    assert pick(view("a"), sticky="gone") == "a"


def test_a_conversation_does_not_keep_a_modem_that_is_not_its_owners_any_more() -> None:
    assert pick(view("a"), view("b", users=("cat@example.org",)), sticky="b") == "a"


@pytest.mark.parametrize(
    ("views", "condition"),
    [
        ([view("a", users=("cat@example.org",))], "forbidden"),
        ([], "forbidden"),
        ([view("a", prefixes=("+1",))], "item-not-found"),
        ([view("a", prefixes=("+1",)), view("b", users=("cat@example.org",))], "item-not-found"),
    ],
)
def test_who_may_use_none_or_where_none_serves_is_refused(views: list[View], condition: str) -> None:
    with pytest.raises(Refused) as refused:
        ways(views, ANN, BOB)
    assert refused.value.condition == condition


def test_a_sim_whose_answers_are_somebodys_sends_for_others_only_where_there_is_no_other() -> None:
    both = (view("a", owner="bob@example.org"), view("b", cost=9.0))
    assert pick(*both) == "b"
    assert pick(*both, owner="bob@example.org") == "a"
    assert pick(view("a", owner="bob@example.org")) == "a"
    with pytest.raises(Refused) as caught:
        pick(view("a", owner="bob@example.org", users=("bob@example.org",)))
    assert caught.value.condition == "forbidden"
