"""The whole gateway in memory: stanzas go in as text, what comes out is read back as elements."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import succeed
from twisted.internet.testing import MemoryReactorClock

from tests.fake_network import FakeNetwork, FakeSession
from transport.config import AccessConfig, ArchiveConfig, Config, NetworkConfig, StorageConfig, XmppConfig
from transport.store.sqlite import memory_store
from transport.tap import Assembly
from transport.xmpp.element import Element
from transport.xmpp.stream import StreamParser

DOMAIN = "gw.test"
ROMEO = "romeo@example.org"
HOME = f"{ROMEO}/home"
ROOM = f"#room%net@{DOMAIN}"
OPEN = "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>"


def parse(xml: str) -> list[Element]:
    """The stanzas in a text, as a stream would carry them."""
    found: list[Element] = []
    StreamParser(lambda attrs: None, found.append).feed((OPEN + xml).encode())
    return found


class World:
    """A gateway with one network `net`; `out` is everything it has said since it was last looked at."""

    def __init__(
        self, archive: bool = False, networks: Any = None, persistent: bool = False, plugins: Any = None, **access: Any
    ) -> None:
        self.plugins = plugins or {"fake": lambda: FakeNetwork}
        self.reactor = MemoryReactorClock()
        self.reactor.advance(1_000_000)
        self.access = AccessConfig(
            **(access or {"register": ("*",), "guests": ("*",), "admins": ("admin@example.org",)})
        )
        self.options = {"persistent": persistent}
        self.config = Config(
            XmppConfig(DOMAIN, "127.0.0.1", 5347, "secret"), StorageConfig(":memory:", ""), self.access,
            ArchiveConfig(archive), networks=networks or {
                "net": NetworkConfig("net", "fake", ("alias.example",), options=self.options),
            },
        )  # fmt: skip
        self.store = memory_store(self.reactor)
        self.out: list[Element] = []
        self.start()

    def start(self) -> None:
        """A gateway begins; the store is what it was."""
        self.assembly = Assembly(self.config, self.reactor, self.plugins, self.store)
        self.gateway = self.assembly.gateway()
        self.assembly.link.send = self.send  # type: ignore[method-assign]
        self.assembly.link.put = self.put  # type: ignore[method-assign]
        self.gateway = self.rewired()
        self.assembly.link.startService = lambda: None  # type: ignore[method-assign]
        self.assembly.link.stopService = lambda: None  # type: ignore[method-assign, return-value, assignment]
        self.gateway.startService()
        # A database in memory is gone when it is closed: a second gateway finds it open.
        self.store.start = lambda: succeed(None)  # type: ignore[method-assign]
        self.assembly.link.up = True
        self.gateway.up()
        self.turn()

    def rewired(self) -> Any:
        """The parts take `link.send` as they are made; made again, they take the test's."""
        self.assembly.tracker.send = self.send
        return self.assembly.gateway()

    def send(self, xml: str) -> None:
        self.out += parse(xml)

    def put(self, xml: str) -> bool:
        if self.assembly.link.up:
            self.send(xml)
        return self.assembly.link.up

    def turn(self, seconds: float = 0) -> None:
        """Let what is due happen."""
        for _ in range(5):
            self.reactor.advance(0)
        if seconds:
            self.reactor.advance(seconds)

    def say(self, xml: str) -> list[Element]:
        """Stanzas of users go in; what came out of it."""
        self.out.clear()
        for element in parse(xml):
            self.assembly.router.receive(element)
        self.turn()
        return list(self.out)

    def ask(self, xml: str) -> Element:
        """An IQ goes in; its answer."""
        answers = [e for e in self.say(xml) if e.name == "iq"]
        assert len(answers) == 1, answers
        return answers[0]

    def got(self, what: Callable[[], object] | None = None) -> list[Element]:
        """What came out of doing something."""
        self.out.clear()
        if what is not None:
            what()
        self.turn()
        return list(self.out)

    @property
    def network(self) -> FakeNetwork:
        found: Any = self.assembly.networks.get("net")
        return found  # type: ignore[no-any-return]

    @property
    def session(self) -> FakeSession:
        return self.network.sessions[-1]

    def register(self, jid: str = HOME, place: str = f"net@{DOMAIN}") -> None:
        answer = self.ask(
            f"<iq type='set' id='r' from='{jid}' to='{place}'><query xmlns='jabber:iq:register'>"
            "<nick>romeo</nick><password>pw</password></query></iq>"
        )
        assert answer.get("type") == "result", answer

    def join(self, jid: str = HOME, nick: str = "romeo", room: str = ROOM, inside: str = "") -> list[Element]:
        return self.say(
            f"<presence from='{jid}' to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'>{inside}</x></presence>"
        )

    def in_room(self, **others: Any) -> list[Element]:
        """Romeo has joined the room as a guest."""
        self.join()
        self.session.online()
        return self.got(lambda: self.session.in_room("#room", **others))


def codes(presence: Element) -> set[str]:
    """The status codes of a presence from a room."""
    return {s.get("code") for x in presence.elements() for s in x.elements() if s.name == "status"}


def condition(stanza: Element) -> str:
    """The condition of an error stanza, or what it is instead."""
    for error in stanza.elements():
        if error.name == "error":
            return next(e.name for e in error.elements() if e.name != "text")
    return f"no error: {stanza}"
