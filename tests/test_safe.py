"""What must not be lost: durable first, sent again until the server is seen to have it."""

from tests.safe_bench import HOME, Bench, letter, slow, stanza
from transport.api import Refused
from transport.parcel import Parcel
from transport.safe import ASK_AGAIN


def test_it_is_durable_when_it_fires_and_forgotten_when_proved() -> None:
    bench = Bench()
    assert bench.deliver("a") == [None]
    assert (bench.sent, bench.kept()) == (["a"], 1)
    bench.prove()
    assert bench.kept() == 0


def test_a_known_key_is_dropped() -> None:
    bench = Bench()
    bench.deliver("a")
    assert bench.deliver("a") == [None]
    assert bench.sent == ["a"]


def test_while_the_link_is_down_it_waits_and_then_goes_out() -> None:
    bench = Bench(up=False)
    assert bench.deliver("a") == [None]
    assert bench.sent == []
    bench.come_up()
    assert bench.sent == ["a"]


def test_what_was_not_proved_before_the_link_was_lost_goes_out_again() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.go_down()
    bench.come_up()
    assert bench.sent == ["a", "a"]
    bench.prove()
    assert bench.kept() == 0


def test_a_server_that_does_not_answer_is_asked_again() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.proofs.pop().errback(RuntimeError("time-out"))
    bench.deliver("b")
    assert bench.proofs == []
    bench.clock.advance(ASK_AGAIN)
    bench.prove()
    assert (bench.sent, bench.kept()) == (["a", "b"], 0)


def test_a_thousand_at_once_are_few_questions() -> None:
    bench = Bench()
    for number in range(1000):
        bench.deliver(str(number))
    assert len(bench.proofs) == 1
    bench.proofs.pop().callback(None)
    assert len(bench.proofs) == 1
    bench.prove()
    assert bench.kept() == 0


def test_what_the_server_does_not_take_is_refused_and_not_kept() -> None:
    bench = Bench()
    [refused] = bench.deliver("a", letter("x" * 1000))
    assert isinstance(refused, Refused)
    assert (bench.sent, bench.kept()) == ([], 0)


# order


def test_what_comes_while_all_is_sent_again_goes_out_behind_it() -> None:
    bench = Bench(up=False)
    for word in "abc":
        bench.deliver(word)
    store = slow(bench)
    bench.come_up()
    bench.deliver("d")
    store.answer("inbox_put")
    assert bench.sent == []
    store.answer("inbox")
    assert bench.sent == ["a", "b", "c"]
    store.answer("inbox")
    bench.deliver("e")
    store.answer("inbox")
    store.answer("inbox_put")
    assert bench.sent == ["a", "b", "c", "d", "e"]


def test_what_is_read_from_the_store_before_its_own_answer_comes_goes_out_once() -> None:
    bench = Bench(up=False)
    store = slow(bench)
    bench.deliver("a")
    bench.come_up()
    store.answer("inbox")
    store.answer("inbox")
    assert bench.sent == ["a"]
    store.answer("inbox_put")
    assert bench.sent == ["a"]


def test_a_link_that_is_lost_while_all_is_sent_again_begins_anew() -> None:
    bench = Bench(up=False)
    for word in "ab":
        bench.deliver(word)
    store = slow(bench)
    bench.come_up()
    bench.go_down()
    bench.come_up()
    store.answer("inbox")
    assert bench.sent == []
    store.answer("inbox")
    store.answer("inbox")
    assert bench.sent == ["a", "b"]


def test_what_comes_behind_the_last_look_at_what_waits_is_not_left() -> None:
    bench = Bench(up=False)
    store = slow(bench)
    bench.come_up()
    bench.deliver("a")
    store.answer("inbox_put")
    store.answer("inbox")
    store.answer("inbox")
    assert bench.sent == ["a"]


def test_a_look_from_before_the_link_was_lost_opens_no_way() -> None:
    bench = Bench(up=False)
    store = slow(bench)
    bench.come_up()
    bench.go_down()
    bench.deliver("a")
    bench.come_up()
    store.answer("inbox")
    bench.deliver("b")
    for _ in range(2):
        store.answer("inbox_put")
    for _ in range(3):
        store.answer("inbox")
    assert bench.sent == ["a", "b"]


def test_a_proof_from_before_the_link_was_lost_proves_nothing() -> None:
    bench = Bench()
    bench.deliver("a")
    [old] = bench.proofs
    bench.up = False
    bench.safe.down()
    bench.come_up()
    old.callback(None)
    assert bench.kept() == 1


def test_many_are_sent_again_in_order() -> None:
    bench = Bench(up=False)
    for number in range(1203):
        bench.deliver(str(number))
    bench.come_up()
    assert bench.sent == [str(number) for number in range(1203)]


# errors


def failure(word: str) -> Parcel:
    return Parcel(
        (stanza(f"{word} in words"),), f"<message to='{HOME}' type='error'><body>{word}</body></message>", HOME
    )


def test_an_error_goes_to_a_client_that_is_there_and_in_words_to_the_owner_else() -> None:
    bench = Bench()
    bench.clients.add(HOME)
    bench.deliver("a", failure("a"))
    bench.clients.clear()
    bench.deliver("b", failure("b"))
    assert bench.sent == ["a", "b in words"]


def test_an_error_for_a_client_that_went_before_the_proof_is_told_in_words() -> None:
    bench = Bench()
    bench.clients.add(HOME)
    bench.deliver("a", failure("a"))
    bench.clients.clear()
    bench.prove()
    assert (bench.sent, bench.kept()) == (["a", "a in words"], 0)


def test_an_error_that_is_sent_again_finds_its_client_or_the_owner() -> None:
    bench = Bench(up=False)
    bench.deliver("a", failure("a"))
    bench.come_up()
    bench.go_down()
    bench.clients.add(HOME)
    bench.come_up()
    assert bench.sent == ["a in words", "a"]


def test_a_text_in_several_pieces_is_one_thing() -> None:
    bench = Bench(up=False)
    bench.deliver("ab", Parcel((stanza("a"), stanza("b"))))
    bench.come_up()
    bench.prove()
    assert (bench.sent, bench.kept()) == (["a", "b"], 0)
