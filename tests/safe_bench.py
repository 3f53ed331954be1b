"""A safe in memory: what it sends, asks and tells, and a store that answers when the test says so."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from transport.api import Text
from transport.parcel import Parcel
from transport.safe import Safe
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
