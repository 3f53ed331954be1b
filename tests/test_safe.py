"""Messages that must not be lost: durable first, sent again until the server is seen to have them."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from tests.fake_network import FakeNetwork
from transport.api import Kind, Message, MessageIn, Target
from transport.safe import ASK_AGAIN, Safe
from transport.store.sqlite import memory_store

EVENT = MessageIn(Target(Kind.CONTACT, "bob"), Message("hi"))


class Bench:
    def __init__(self) -> None:
        self.clock = Clock()
        self.store = memory_store(self.clock)
        self.store.start()
        self.sent: list[str] = []
        self.proofs: list[Deferred[None]] = []
        self.up = True
        self.safe = Safe(
            self.store, self.sent.append, self.proof, lambda: self.up,
            lambda owner, network, event: f"<message to='{owner}'>{event.message.text}</message>", self.clock.callLater,
        )  # fmt: skip

    def proof(self, peer: str) -> Deferred[None]:
        self.proofs.append(Deferred())
        return self.proofs[-1]

    def deliver(self, key: str) -> list[Any]:
        fired: list[Any] = []
        network: Any = FakeNetwork("net", {})
        self.safe.deliver("romeo@example.org", network, EVENT, key).addCallback(fired.append)
        self.clock.advance(0)
        return fired

    def kept(self) -> int:
        rows: list[Any] = []
        self.store.inbox().addCallback(rows.extend)
        self.clock.advance(0)
        return len(rows)


def test_it_is_durable_when_it_fires_and_forgotten_when_proved() -> None:
    bench = Bench()
    assert bench.deliver("a") == [None]
    assert (len(bench.sent), bench.kept()) == (1, 1)
    bench.proofs[0].callback(None)
    assert bench.kept() == 0


def test_a_known_key_is_dropped() -> None:
    bench = Bench()
    bench.deliver("a")
    assert bench.deliver("a") == [None]
    assert len(bench.sent) == 1


def test_while_the_link_is_down_it_waits_and_then_goes_out() -> None:
    bench = Bench()
    bench.up = False
    assert bench.deliver("a") == [None]
    assert bench.sent == []
    bench.up = True
    bench.safe.resend()
    assert len(bench.sent) == 1


def test_what_was_not_proved_before_the_link_was_lost_goes_out_again() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.up = False
    bench.proofs[0].errback(RuntimeError("link down"))
    bench.up = True
    bench.safe.resend()
    assert len(bench.sent) == 2
    bench.proofs[1].callback(None)
    assert bench.kept() == 0


def test_a_server_that_does_not_answer_is_asked_again() -> None:
    bench = Bench()
    bench.deliver("a")
    bench.proofs[0].errback(RuntimeError("time-out"))
    bench.deliver("b")
    assert len(bench.proofs) == 1
    bench.clock.advance(ASK_AGAIN)
    bench.proofs[1].callback(None)
    assert (len(bench.sent), bench.kept()) == (2, 0)
