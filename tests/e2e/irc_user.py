"""A person with an IRC client: the `irc` package in a thread of its own, asked in plain calls."""

import functools
import ssl
import threading
from collections.abc import Callable
from typing import Any

import irc.client
import irc.connection
from attrs import define
from jaraco.stream.buffer import LenientDecodingLineBuffer
from waiting import PATIENCE, Inbox


@define
class Line:
    """What an IRC server sent, as the `irc` package names it."""

    type: str
    source: str
    target: str
    arguments: list[str]

    @property
    def nick(self) -> str:
        """Who sent it."""
        return self.source.partition("!")[0]

    @property
    def text(self) -> str:
        """Its first argument."""
        return self.arguments[0] if self.arguments else ""


class Connection(irc.client.ServerConnection):
    """Reads any bytes."""

    buffer_class = LenientDecodingLineBuffer


class IrcUser:
    """One client; `inbox` holds all that came and was not asked for."""

    def __init__(self, nick: str, port: int, *, tls: ssl.SSLContext | None = None, password: str | None = None) -> None:
        self.nick = nick
        self.port = port
        self.tls = tls
        self.password = password
        self.inbox: Inbox[Line] = Inbox(nick, str)
        self.reactor = irc.client.Reactor()
        self.reactor.add_global_handler("all_events", self.receive)
        self.connection = Connection(self.reactor)
        self.reactor.connections.append(self.connection)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.work, name=nick, daemon=True)

    def connect(self) -> "IrcUser":
        """Sign in and wait for the welcome."""
        wrap: Any = functools.partial(self.tls.wrap_socket, server_hostname="localhost") if self.tls else lambda s: s
        factory = irc.connection.Factory(wrapper=wrap)
        self.connection.connect("127.0.0.1", self.port, self.nick, self.password, connect_factory=factory)
        self.thread.start()
        self.expect("welcome")
        return self

    def work(self) -> None:
        """Read until the end."""
        while not self.ended.is_set():
            self.reactor.process_once(0.1)

    def receive(self, connection: Any, event: Any) -> None:
        """Keep what came."""
        if event.type not in ("all_raw_messages", "ping"):
            self.inbox.put(Line(event.type, str(event.source or ""), str(event.target or ""), list(event.arguments)))
        if event.type == "ctcp" and event.arguments[0] in ("VERSION", "PING"):
            answer = "a test's client" if event.arguments[0] == "VERSION" else " ".join(event.arguments[1:])
            connection.ctcp_reply(event.source.nick, f"{event.arguments[0]} {answer}")

    def close(self) -> None:
        """Quit."""
        self.ended.set()
        if self.thread.is_alive():
            self.thread.join(PATIENCE)
        if self.connection.is_connected():
            self.connection.disconnect("bye")

    def expect(
        self,
        type: str,
        *,
        nick: str | None = None,
        target: str | None = None,
        text: str | None = None,
        where: Callable[[Line], bool] | None = None,
        within: float = PATIENCE,
    ) -> Line:
        """The next line of this type that fits; nicks and targets whatever their case."""

        def fits(line: Line) -> bool:
            return (
                line.type == type
                and (nick is None or line.nick.lower() == nick.lower())
                and (target is None or line.target.lower() == target.lower())
                and (text is None or line.text == text)
                and (where is None or where(line))
            )

        return self.inbox.take(fits, within, f"{type} nick={nick} target={target} text={text!r}")

    def raw(self, line: str) -> None:
        """Send a line as written."""
        self.connection.send_raw(line)

    def join(self, channel: str, key: str = "") -> None:
        """Join a channel and wait for the end of its names."""
        self.raw(f"JOIN {channel} {key}".strip())
        self.expect("endofnames", where=lambda line: line.text.lower() == channel.lower())

    def say(self, target: str, text: str) -> None:
        """Say one line."""
        self.raw(f"PRIVMSG {target} :{text}")

    def settle(self) -> None:
        """Wait until the server has handled all that was sent."""
        self.raw("PING settled")
        self.expect("pong", where=lambda line: "settled" in [line.target, *line.arguments])
