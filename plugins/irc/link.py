"""One user's connection to a network: what is known through it, from the first byte to the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.python.failure import Failure

from transport.api import Account, Connected, Disconnected, IHost, Refused, Status, Text
from transport.plugins.irc import contacts, rooms, signin
from transport.plugins.irc.caps import Capabilities
from transport.plugins.irc.channel import Channel
from transport.plugins.irc.connection import Connection
from transport.plugins.irc.entries import Request
from transport.plugins.irc.flood import TokenBucket, bucket
from transport.plugins.irc.incoming import HANDLERS, unknown
from transport.plugins.irc.line import decode, format_line, parse
from transport.plugins.irc.outbox import Outbox
from transport.plugins.irc.registration import Registration
from transport.plugins.irc.shared import Shared

if TYPE_CHECKING:
    from transport.plugins.irc.network import IRC

REQUEST_TIMEOUT = 30.0
# With so many lines waiting, what nobody asked for is not sent.
BUSY = 100
# Quarters of the ping interval without a byte: then the server is asked, then given up.
ASK_AFTER, DEAD_AFTER = 4, 8
# `!user@host ` before the server has told: a long user, the longest host.
UNKNOWN_MASK = 1 + 11 + 1 + 63 + 1


class Link:
    """`up` says whether 001 has come; `joining` are rooms asked for, with their keys."""

    __slots__ = (
        "account",
        "asked",
        "attempt",
        "away",
        "away_told",
        "caps",
        "channels",
        "connection",
        "ctcp_bucket",
        "deliver",
        "error",
        "gathered",
        "held_nick",
        "host",
        "joining",
        "motd",
        "network",
        "nick",
        "notice_bucket",
        "outbox",
        "overhead",
        "registration",
        "shared",
        "silence",
        "support",
        "up",
        "userhosts",
        "waiting",
        "wanted_nick",
        "watched",
    )

    def __init__(self, network: IRC, shared: Shared, account: Account, host: IHost) -> None:
        self.network = network
        self.shared = shared
        self.account = account
        self.host = host
        self.deliver = host.deliver
        self.support = shared.blank
        self.caps: Capabilities | None = None
        self.connection: Connection | None = None
        self.outbox: Outbox | None = None
        self.registration: Registration | None = None
        self.attempt: signin.Attempt | None = None
        self.up = False
        self.nick = ""
        self.wanted_nick = account.settings.get("nick", "")
        self.held_nick = ""
        self.overhead = 0
        self.channels: dict[str, Channel] = {}
        self.joining: dict[str, str | None] = {}
        self.waiting: dict[tuple[str, str], contacts.Reply] = {}
        self.gathered: list[str] | None = None
        self.asked: list[list[str]] = []
        self.userhosts: dict[str, str] | None = None
        self.motd: list[str] | None = None
        self.watched: dict[str, bool | None] | None = None
        self.away_told: dict[str, str] | None = None
        self.away = ""
        self.ctcp_bucket: TokenBucket | None = None
        self.notice_bucket: TokenBucket | None = None
        self.error = ""
        self.silence = 0

    # What the connection tells

    def opened(self, connection: Connection) -> None:
        """The server may be spoken to."""
        self.connection = connection
        settings = self.network.settings
        self.outbox = Outbox(
            connection.write,
            self.shared.clock,
            bucket(settings["flood_burst"], settings["flood_rate"]),
            self.shared.soon,
            self.shared.late,
        )
        self.support = self.shared.blank
        self.error = ""
        if self.attempt is not None:
            self.attempt.opened()

    def receive(self, connection: Connection, raw: bytes) -> None:
        """One line; what is wrong with it costs this line only."""
        if connection is not self.connection:
            return
        said = self.shared.said.get(raw)
        if said is not None and self.up:
            self.deliver(said)
            return
        outbox = self.outbox
        if outbox is not None and raw.endswith(outbox.token) and raw.split(b" ", 2)[1:2] == [b"PONG"]:
            # Every message has one; it need not be read in whole.
            outbox.pong(raw)
            return
        try:
            line = parse(decode(raw, self.network.settings["encoding"]))
            if line is None or (self.registration is not None and self.registration.handle(line)):
                return
            handler = HANDLERS.get(line.command)
            if handler is not None:
                handler(self, line, raw)
            else:
                unknown(self, line, raw)
        except Exception:
            self.host.log.debug("A line of the network could not be used: {failure}", failure=Failure())

    def lost(self, connection: Connection, reason: Failure) -> None:
        """The connection is gone."""
        if connection is not self.connection:
            return
        if self.attempt is not None:
            self.attempt.lost(reason)
            return
        why, retry = signin.farewell(reason, self.error)
        self.clear(
            Refused(
                "recipient-unavailable",
                "The connection to the network was lost; the message may not have arrived.",
            )
        )
        self.deliver(Disconnected(why, retry))

    def clear(self, reason: Refused, tell: bool = True) -> None:
        """Forget the connection and all that was known through it."""
        outbox, self.outbox = self.outbox, None
        self.connection = self.registration = self.caps = None
        self.held_nick = self.nick or self.held_nick
        self.up = False
        self.nick = ""
        self.shared.sessions.discard(self)
        self.channels, self.joining = {}, {}
        waiting, self.waiting = self.waiting, {}
        self.motd = self.gathered = None
        self.userhosts = None
        self.asked.clear()
        if outbox is not None:
            outbox.close(reason, tell)
        for request in waiting.values():
            request.failed(reason)
        if self.watched:
            self.watched = dict.fromkeys(self.watched)

    def beat(self) -> None:
        """A quarter of the ping interval is over."""
        connection, outbox = self.connection, self.outbox
        if connection is None or outbox is None:
            return
        contacts.beat(self)
        self.expire()
        if connection.heard:
            connection.heard = False
            self.silence = 0
            return
        self.silence += 1
        if self.silence == ASK_AFTER:
            outbox.alive()
        elif self.silence >= DEAD_AFTER:
            connection.abort()

    def expire(self) -> None:
        """Nobody waits longer than to the deadline."""
        now = self.shared.clock.seconds()
        late = Refused("remote-server-timeout", "The network has not answered.")
        for key, request in list(self.waiting.items()):
            if request.deadline < now:
                del self.waiting[key]
                request.failed(late)
        if self.outbox is not None:
            for entry in self.outbox.unproved:
                if isinstance(entry, Request) and entry.deadline < now:
                    entry.failed(late)

    # What registration tells

    def command(self, *params: str) -> None:
        """Write a line at once."""
        self.commands(params)

    def commands(self, *lines: tuple[str, ...]) -> None:
        """Write some lines at once, together."""
        if self.outbox is not None:
            self.outbox.write(b"".join([format_line(*params) for params in lines]))

    def offer(self, *lines: bytes) -> None:
        """Send lines that are worth nothing later: not at all while too many wait."""
        if self.up and self.outbox is not None and len(self.outbox.queue) < BUSY:
            self.outbox.put_all(list(lines), None)

    def forget_nick(self) -> None:
        """The next to join may choose a nick, unless the account has its own."""
        self.wanted_nick = self.account.settings.get("nick", "")

    def tell(self, text: Text) -> None:
        """Say something to the owner."""
        self.deliver(Status(text))

    def renamed(self, nick: str, address: str | None = None) -> None:
        """The owner has this nick, and where it is known this `user@host`."""
        self.nick = nick
        tail = 1 + len(address.encode()) + 1 if address else UNKNOWN_MASK
        self.overhead = 1 + len(nick.encode()) + tail

    def welcomed(self, nick: str) -> None:
        """001 has come."""
        if self.registration is not None and "cap-notify" in self.registration.caps.enabled:
            self.caps = self.registration.caps
            self.caps.offered = {}
        self.registration = None
        self.up = True
        self.silence = 0
        self.renamed(nick)
        self.shared.watch(self)
        attempt, self.attempt = self.attempt, None
        if attempt is not None:
            attempt.succeeded()
        self.deliver(Connected(nick))
        rooms.join_all(self)
        contacts.signed_in(self)

    def nick_refused(self, nick: str, reason: Refused) -> str | None:
        """A nick cannot be had while signing on."""
        return self.attempt.other_nick(nick, reason) if self.attempt is not None else None

    def turned_away(self, reason: Refused, retry: bool) -> None:
        """Signing on came to nothing."""
        if self.attempt is not None:
            self.attempt.failed(reason, retry)

    def request(self, names: tuple[str, ...], verify: Callable[[], Refused | None] | None = None) -> Request:
        """Something to wait for."""
        return Request(names, self.shared.clock.seconds() + REQUEST_TIMEOUT, 1, verify)
