"""What must not be lost: durable first, sent again until the server is seen to have it."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from transport.api import Refused, Text
from transport.parcel import Parcel
from transport.safe import ASK_AGAIN, TRY_AGAIN, Safe
from transport.store.sqlite import memory_store

ROMEO, JULIET = "romeo@example.org", "juliet@example.org"
FROM = "bob%net@gw.test"
HOME = f"{ROMEO}/home"


def stanza(word: str, owner: str = ROMEO) -> str:
    return f"<message from='{FROM}' to='{owner}' type='chat' id='id-{word}'><body>{word}</body></message>"


def letter(word: str, owner: str = ROMEO) -> Parcel:
    return Parcel((stanza(word, owner),))


class Bench:
    """A safe; `sent` are the words of what went out, `proofs` what was asked of servers."""

    def __init__(self, up: bool = True) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.store = memory_store(self.clock)
        self.store.start()
        self.sent: list[str] = []
        self.proofs: list[Deferred[None]] = []
        self.up = False
        self.clients: set[str] = set()
        self.told: list[Text] = []
        self.safe = Safe(
            self.store, self, self.proof, self.clock, lambda owner, client: client in self.clients, self.told.append
        )
        if up:
            self.come_up()

    def put(self, xml: str) -> bool:
        if self.up:
            self.sent.append(xml.partition("<body>")[2].partition("<")[0])
        return self.up

    def fits(self, xml: str) -> bool:
        return len(xml) < 1000

    def proof(self, peer: str) -> Deferred[None]:
        self.proofs.append(Deferred())
        return self.proofs[-1]

    def prove(self) -> None:
        """All that was asked is answered."""
        while self.proofs:
            self.proofs.pop(0).callback(None)

    def come_up(self) -> None:
        self.up = True
        self.safe.resend()

    def go_down(self) -> None:
        self.up = False
        self.safe.down()
        for proof in self.proofs:
            proof.errback(RuntimeError("link down"))
        self.proofs.clear()

    def deliver(self, word: str, parcel: Parcel | None = None, owner: str = ROMEO) -> list[Any]:
        fired: list[Any] = []
        parcel = parcel or letter(word, owner)
        self.safe.deliver(owner, "net", parcel, word).addCallbacks(fired.append, lambda f: fired.append(f.value))
        return fired

    def bounce(self, word: str, owner: str = ROMEO, address: str = FROM) -> bool:
        return self.safe.bounced(owner, f"id-{word}", address, "service-unavailable")

    def kept(self) -> int:
        rows: list[Any] = []
        self.store.inbox().addCallback(rows.extend)
        return len(rows)


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


class Slow:
    """Answers of the store that come when the test says so, in whatever order."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.waiting: list[tuple[str, Deferred[Any], Any]] = []

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any) -> Deferred[Any]:
            later: Deferred[Any] = Deferred()
            getattr(self.store, name)(*given).addCallback(lambda value: self.waiting.append((name, later, value)))
            return later

        return call

    def answer(self, name: str) -> None:
        number = next(n for n, (what, _, _) in enumerate(self.waiting) if what == name)
        _, later, value = self.waiting.pop(number)
        later.callback(value)


def slow(bench: Bench) -> Slow:
    made = Slow(bench.store)
    bench.safe._store = made  # type: ignore[assignment]
    return made


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


# what comes back


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
