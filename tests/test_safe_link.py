"""The safe on a link that is lost at any moment: everything arrives, in order, once for each link."""

from component_server import DOMAIN, ComponentServer, Gateway, message
from twisted.internet.defer import Deferred

from transport.parcel import Parcel
from transport.safe import Safe
from transport.store.sqlite import memory_store
from transport.xmpp.iq import Tracker

C = "{jabber:component:accept}"


class Whole:
    """A link, questions and a safe, as they are put together in the gateway."""

    def __init__(self) -> None:
        self.server = ComponentServer()
        gateway = self.gateway = Gateway(self.server)
        self.store = memory_store(gateway.clock)
        self.store.start()
        tracker = Tracker(gateway.clock, gateway.link.send, DOMAIN)
        self.safe = Safe(
            self.store, gateway.link, tracker.proof, gateway.clock, lambda owner, client: False, lambda text: None
        )

        def down(reason: str) -> None:
            self.safe.down()
            tracker.fail_all(reason)

        gateway.link.on_stanza = tracker.answered  # type: ignore[assignment]
        gateway.link.on_up = self.safe.resend
        gateway.link.on_down = down
        gateway.start()

    def deliver(self, *words: str) -> None:
        for word in words:
            fired: list[None] = []
            kept: Deferred[None] = self.safe.deliver("romeo@localhost", "net", Parcel((message(word),)), word)
            kept.addCallback(fired.append)
            assert fired == [None]

    def arrived(self) -> list[str | None]:
        """What has arrived since it was last asked."""
        texts = self.server.texts()
        self.asked = [stanza for stanza in self.server.stanzas if stanza.tag == f"{C}iq"]
        self.server.stanzas.clear()
        return texts

    def pong(self) -> None:
        for iq in self.asked:
            self.server.session.deliver(f"<iq type='result' id='{iq.get('id')}' from='localhost' to='{DOMAIN}'/>")

    def kept(self) -> int:
        rows: list[object] = []
        self.store.inbox().addCallback(rows.extend)
        return len(rows)


def test_what_is_sent_in_the_turn_in_which_the_link_is_lost_goes_out_once_on_the_next() -> None:
    whole = Whole()
    whole.deliver("a", "b")
    whole.server.session.loseConnection()
    assert whole.arrived() == ["a", "b"]
    whole.deliver("c")
    whole.gateway.pass_time(1)
    assert whole.arrived() == ["a", "b", "c"]
    whole.pong()
    whole.gateway.turn()
    whole.arrived()
    whole.pong()
    assert whole.kept() == 0


def test_a_server_that_was_away_for_ten_minutes_gets_all_in_order() -> None:
    whole = Whole()
    whole.deliver("first")
    whole.server.down = True
    whole.server.session.loseConnection()
    whole.arrived()
    words = [str(number) for number in range(200)]
    for word in words:
        whole.deliver(word)
        whole.gateway.pass_time(3)
    whole.server.down = False
    while not whole.gateway.link.up:
        whole.gateway.pass_time(1)
    whole.gateway.turn()
    assert whole.arrived() == ["first", *words]
    while whole.asked:
        whole.pong()
        whole.gateway.turn()
        assert whole.arrived() == []
    assert whole.kept() == 0
