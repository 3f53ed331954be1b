"""What the server of an owner sends back: kept, told once, and sent again when the owner comes."""

from tests.safe_bench import JULIET, ROMEO, Bench, slow
from transport.safe import ASK_AGAIN, TRY_AGAIN


def test_what_comes_back_is_kept_told_once_and_sent_again_when_its_owner_comes() -> None:
    bench = Bench()
    for word in "ab":
        bench.deliver(word)
        assert bench.bounce(word)
        assert bench.bounce(word)
    bench.prove()
    assert bench.kept() == 2
    assert [str(text) for text in bench.told] == [
        f"A message for {ROMEO} came back from their server (service-unavailable). It is kept until they are online."
    ]
    bench.safe.arrived(JULIET)
    bench.clock.advance(ASK_AGAIN)
    assert bench.sent == ["a", "b"]
    bench.safe.arrived(ROMEO)
    bench.clock.advance(0)
    assert bench.sent == ["a", "b", "a", "b"]
    bench.prove()
    assert bench.kept() == 0


def test_what_comes_back_after_the_proof_is_kept_too() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.prove()
    assert bench.bounce("a")
    assert bench.kept() == 1
    bench.go_down()
    bench.come_up()
    assert bench.sent == ["a", "a"]


def test_clients_that_come_and_go_while_all_comes_back_cost_little() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.bounce("a")
    for _ in range(600):
        bench.safe.arrived(ROMEO)
        bench.clock.advance(1)
        bench.bounce("a")
        bench.prove()
    assert len(bench.sent) <= 2 + 600 / TRY_AGAIN
    for _ in range(60):
        bench.clock.advance(60)
        bench.bounce("a")
        bench.prove()
    assert len(bench.sent) <= 3 + 600 / TRY_AGAIN


def test_who_comes_before_the_server_has_proved_anything_gets_it_all_the_same() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.bounce("a")
    bench.safe.arrived(ROMEO)
    bench.clock.advance(0)
    assert bench.sent == ["a", "a"]
    bench.prove()
    assert bench.kept() == 0


def test_what_is_on_its_way_again_is_not_sent_a_third_time() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.bounce("a")
    for _ in range(3):
        bench.safe.arrived(ROMEO)
        bench.clock.advance(TRY_AGAIN)
    assert bench.sent == ["a", "a"]


def test_a_lost_link_makes_nobody_wait_longer() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.bounce("a")
    for _ in range(2):
        bench.safe.arrived(ROMEO)
        bench.clock.advance(0)
        bench.bounce("a")
    bench.go_down()
    bench.come_up()
    bench.bounce("a")
    before = len(bench.sent)
    bench.safe.arrived(ROMEO)
    bench.clock.advance(0)
    assert len(bench.sent) == before + 1


def test_who_comes_while_all_is_sent_again_gets_each_thing_once() -> None:
    bench = Bench()
    words = [str(number) for number in range(600)]
    for word in words:
        bench.deliver(word)
        bench.bounce(word)
    bench.go_down()
    bench.sent.clear()
    store = slow(bench)
    bench.come_up()
    store.answer("inbox")
    assert bench.bounce("0")
    bench.safe.arrived(ROMEO)
    bench.clock.advance(0)
    assert "inbox_of" not in [what for what, _, _ in store.waiting]
    store.answer("inbox")
    store.answer("inbox")
    assert bench.sent == words
    bench.clock.advance(1)
    store.answer("inbox_of")
    assert bench.sent == [*words, "0"]


def test_nothing_is_sent_again_because_it_came_back() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.bounce("a")
    bench.prove()
    bench.clock.advance(86400)
    assert bench.sent == ["a"]


def test_errors_of_others_and_of_other_things_are_nothing_to_it() -> None:
    bench = Bench()
    bench.deliver("a")
    assert not bench.bounce("a", owner=JULIET)
    assert not bench.bounce("a", address="eve%net@gw.test")
    assert not bench.bounce("b")
    bench.prove()
    assert bench.kept() == 0


def test_what_cannot_come_back_any_more_is_forgotten() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.prove()
    bench.clock.advance(601)
    bench.safe.tidy()
    assert not bench.bounce("a")
