"""What the IRC tests share: a server in memory, a host that remembers, and a session between them."""

from typing import Any

from fake_ircd import Ircd

from transport.api import Account, Kind, Message, Target
from transport.plugins.irc import IRC
from transport.testing.host import FakeHost

OPTIONS = {"servers": ("irc://irc.fake",), "flood_rate": 0}


class World:
    """An IRC server, a network of ours, and one session on it."""

    def __init__(self, settings: dict[str, str] | None = None, ircd: Ircd | None = None, **options: Any) -> None:
        self.ircd = ircd or Ircd()
        self.host = FakeHost(self.ircd)
        self.network = IRC("fake", OPTIONS | options)
        guest = settings is None
        self.account = Account("romeo@example.org", "fake", settings or {}, guest)
        self.session: Any = self.network.session(self.account, self.host)

    def up(self, room: str = "#garden", nick: str = "romeo") -> "World":
        """Sign in by joining a room."""
        self.session.connect()
        self.session.join(room, nick, None)
        self.host.pump()
        return self

    @property
    def server(self) -> Any:
        return self.ircd.last

    def hear(self, line: str) -> list[Any]:
        """What one line from the server makes of itself."""
        self.host.take()
        self.server.send(line)
        self.host.pump()
        return self.host.take()

    def say(self, text: str, name: str = "#garden", occupant: str | None = None) -> Message:
        """Send a message, to a room when the name is one."""
        message = Message(text)
        kind = Kind.ROOM if name.startswith("#") else Kind.CONTACT
        self.host.advance(1)
        self.session.send(Target(kind, name, occupant), message)
        self.host.pump()
        return message

    def result(self, deferred: Any) -> Any:
        """What a Deferred came to, or the Refused it failed with."""
        self.host.pump()
        self.host.advance(1)
        out: list[Any] = []
        deferred.addBoth(out.append)
        assert out, "nothing came of it"
        return getattr(out[0], "value", out[0])
