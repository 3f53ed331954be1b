"""What all sessions of a network have in common, so that a thousand of them do not keep it each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from transport.api import Kind, MessageIn, Target
from transport.plugins.irc import casemap
from transport.plugins.irc.isupport import ISupport
from transport.plugins.irc.line import format_line
from transport.plugins.irc.outbox import PROOF_GAP, Sweep

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

SAID_SIZE = 256
CACHE_SIZE = 8192
LATE_PROOF = 1.0


class Shared:
    """Caches (all bounded), sweeps, and what is known of the server.

    `learned` is called when the server tells other letters or channel types than were known.
    """

    def __init__(
        self, clock: IReactorTime, support: ISupport, ping_interval: float, learned: Callable[[ISupport], None]
    ) -> None:
        self.clock = clock
        self.support = support
        self.learned = learned
        # Where every connection begins, so that those told the same end with the same value.
        self.blank = ISupport({})
        # The last lines said in channels; every occupant's connection reads the same bytes.
        self.said: dict[bytes, MessageIn] = {}
        self.targets: dict[tuple[str, str], Target] = {}
        self.folded: dict[str, str] = {}
        self.heads: dict[str, bytes] = {}
        self.supports: dict[tuple[ISupport, tuple[str, ...]], ISupport] = {}
        self.soon = Sweep(clock, PROOF_GAP)
        self.late = Sweep(clock, LATE_PROOF)
        self.beat_interval = max(1.0, ping_interval / 4)
        self.sessions: set[Link] = set()
        self.call: IDelayedCall | None = None

    def fold(self, name: str) -> str:
        """The one spelling of a name."""
        folded = self.folded.get(name)
        if folded is None:
            if len(self.folded) >= CACHE_SIZE:
                self.folded.clear()
            folded = casemap.fold(name, self.support.casemapping)
            # Most names are folded already; two equal texts would be kept by every channel.
            folded = self.folded[name] = name if folded == name else folded
        return folded

    def occupant(self, channel: str, nick: str) -> Target:
        """The target for somebody in a channel, one value for all."""
        target = self.targets.get((channel, nick))
        if target is None:
            if len(self.targets) >= CACHE_SIZE:
                self.targets.clear()
            target = self.targets[channel, nick] = Target(Kind.ROOM, self.fold(channel), nick)
        return target

    def remember(self, raw: bytes, event: MessageIn) -> None:
        """Keep what a line says, for the next connection that reads it."""
        if len(self.said) >= SAID_SIZE:
            self.said.clear()
        self.said[raw] = event

    def head(self, name: str) -> bytes:
        """How a line to a name begins, without its text; Refused when it cannot be a name."""
        head = self.heads.get(name)
        if head is None:
            if len(self.heads) >= CACHE_SIZE:
                self.heads.clear()
            head = self.heads[name] = format_line("PRIVMSG", name, "")[:-2]
        return head

    def told(self, before: ISupport, tokens: list[str]) -> ISupport:
        """What is known after a 005; one value for all who were told the same."""
        key = before, tuple(tokens)
        found = self.supports.get(key)
        if found is None:
            if len(self.supports) >= 64:
                self.supports.clear()
            found = self.supports[key] = before.updated(tokens)
        if found.tokens.keys() >= self.support.tokens.keys():
            self.adopt(found)
        return found

    def adopt(self, found: ISupport) -> None:
        """A server has told all of itself; the network is known by that from now on."""
        known = self.support
        if found is known or not found.tokens:
            return
        self.support = found
        self.learned(found)
        if (found.casemapping, found.chantypes) != (known.casemapping, known.chantypes):
            self.folded.clear()
            self.targets.clear()
            self.said.clear()

    def watch(self, session: Link) -> None:
        """Look after a connection's signs of life."""
        self.sessions.add(session)
        if self.call is None:
            self.call = self.clock.callLater(self.beat_interval, self.beat)

    def beat(self) -> None:
        """A quarter of the ping interval is over, for all connections."""
        self.call = None
        for session in list(self.sessions):
            session.beat()
        if self.sessions:
            self.call = self.clock.callLater(self.beat_interval, self.beat)
