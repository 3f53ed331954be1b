"""Messages that must not be lost: kept until the XMPP server is seen to have them.

XEP-0114 acknowledges nothing; a ping (XEP-0199) that the owner's server answers proves that it has read
all that was sent before it.
"""

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.api import INetwork, MessageIn
from transport.store.interface import InboxRow, IStore

ASK_AGAIN = 60.0
Stanza = Callable[[str, INetwork, MessageIn], str]


class Safe:
    """The inbox: what goes in is durable, and goes out again after every failure."""

    log = Logger()

    def __init__(
        self,
        store: IStore,
        send: Callable[[str], object],
        proof: Callable[[str], Deferred[None]],
        is_up: Callable[[], bool],
        stanza: Stanza,
        later: Callable[..., object],
    ) -> None:
        self._store = store
        self._send = send
        self._proof = proof
        self._is_up = is_up
        self._stanza = stanza
        self._later = later
        self._unproved: dict[str, list[int]] = {}
        self._proving: set[str] = set()

    def deliver(self, owner: str, network: INetwork, event: MessageIn, key: str) -> Deferred[None]:
        """Keep a message, and send it; fires once it is durable.  A known key is dropped."""
        xml = self._stanza(owner, network, event)
        kept = self._store.inbox_put(owner, network.name, key, xml)
        return kept.addCallback(self._kept, owner, xml)

    def _kept(self, id: int | None, owner: str, xml: str) -> None:
        if id is not None and self._is_up():
            self._go(id, owner, xml)

    def _go(self, id: int, owner: str, xml: str) -> None:
        self._send(xml)
        peer = owner.rpartition("@")[2]
        self._unproved.setdefault(peer, []).append(id)
        self._prove(peer)

    def _prove(self, peer: str) -> None:
        if peer in self._proving or not self._unproved.get(peer):
            return
        self._proving.add(peer)
        ids = self._unproved.pop(peer)
        self._proof(peer).addCallbacks(self._proved, self._unclear, callbackArgs=(peer, ids), errbackArgs=(peer, ids))

    def _proved(self, _: None, peer: str, ids: list[int]) -> None:
        self._proving.discard(peer)
        self._store.inbox_done(ids).addErrback(lambda f: self.log.failure("the inbox could not be cleared", f))
        self._prove(peer)

    def _unclear(self, failure: Failure, peer: str, ids: list[int]) -> None:
        """Ask again after a while, unless the link has gone: then all goes out again when it is back."""
        self.log.info("the XMPP server {peer} did not confirm: {reason}", peer=peer, reason=str(failure.value))
        if self._is_up():
            self._unproved.setdefault(peer, []).extend(ids)
            self._later(ASK_AGAIN, self._ask_again, peer)
        else:
            self._proving.discard(peer)

    def _ask_again(self, peer: str) -> None:
        self._proving.discard(peer)
        if self._is_up():
            self._prove(peer)

    def resend(self) -> None:
        """The link is up: send all that may not have arrived."""
        self._unproved.clear()
        self._store.inbox().addCallbacks(self._resend, lambda f: self.log.failure("the inbox could not be read", f))

    def _resend(self, rows: Sequence[InboxRow]) -> None:
        for row in rows:
            self._go(row.id, row.owner, row.xml)
