"""A conversation that survives its servers, and the books that both sides keep of it."""

import re
from collections import Counter
from collections.abc import Sized
from contextlib import suppress
from typing import Any

from attrs import define, field
from cast import Network, People
from gateway import Gateway
from irc_user import IrcUser
from stanzas import CLIENT, MUC, body, condition
from waiting import Missed
from xmpp_user import XmppUser

CHANNEL = "#talk"
NUMBERED = re.compile(r"[xi]\d+-\d+\Z")
RECOVERY = 90.0


@define
class Ledger:
    """What was said and what came of it, by the peers' own logs; texts are unique."""

    sent: list[str] = field(factory=list)
    acknowledged: set[str] = field(factory=set)
    errored: set[str] = field(factory=set)
    delivered: Counter[str] = field(factory=Counter)

    @property
    def lost(self) -> list[str]:
        """Acknowledged and not delivered."""
        return [text for text in self.sent if text in self.acknowledged and not self.delivered[text]]

    @property
    def doubled(self) -> list[str]:
        """Delivered more than once."""
        return [text for text, times in self.delivered.items() if times > 1]

    @property
    def untold(self) -> list[str]:
        """Neither acknowledged, nor errored, nor delivered: nobody was told."""
        known = self.acknowledged | self.errored
        return [text for text in self.sent if text not in known and not self.delivered[text]]

    @property
    def contradicted(self) -> list[str]:
        """Acknowledged, and called failed as well."""
        return sorted(self.acknowledged & self.errored)

    def row(self, name: str) -> str:
        """A line of the table."""
        counts: tuple[Sized, ...] = (self.sent, self.acknowledged, self.delivered, self.errored, self.untold)
        counts += (self.lost, self.doubled, self.contradicted)
        return f"{name:24}" + "".join(f"{len(count):>13}" for count in counts)


WORDS = ("sent", "acknowledged", "delivered", "errored", "unanswered", "lost", "doubled", "contradicted")
HEAD = f"{'':24}" + "".join(f"{word:>13}" for word in WORDS)


class Conversation:
    """Romeo on XMPP and ann on IRC in one channel; both come back after anything."""

    def __init__(self, gateway: Gateway, people: People, network: Network) -> None:
        self.gateway = gateway
        self.people = people
        self.network = network
        self.jid = people.account("romeo")
        self.room = gateway.address(network.name, CHANNEL)
        self.romeo: XmppUser = people.client(self.jid)
        self.nick = self.romeo.nick
        self.ann: IrcUser = people.on_irc(network)
        self.past: list[XmppUser | IrcUser] = []
        self.to_irc = Ledger()
        self.to_xmpp = Ledger()
        self.round = 0
        self.recover()

    def say(self, number: int) -> None:
        """One line each; a peer whose connection is gone says nothing."""
        text = f"x{self.round}-{number}"
        if self.romeo.client.transport is not None:
            self.romeo.say(self.room, text, "groupchat")
            self.to_irc.sent.append(text)
        text = f"i{self.round}-{number}"
        with suppress(Exception):
            self.ann.say(CHANNEL, text)
            self.to_xmpp.sent.append(text)

    def recover(self) -> None:
        """Bring both back into the channel, and wait until each hears the other."""
        self.round += 1
        if not self.ann.connection.is_connected():
            self.past.append(self.ann)
            self.ann = self.people.on_irc(self.network)
        if CHANNEL not in str(self.ann.inbox.everything) or not self.in_channel():
            self.ann.join(CHANNEL)
        if self.romeo.client.transport is None:
            self.past.append(self.romeo)
            self.romeo = self.people.client(self.jid)
        for attempt in range(int(RECOVERY / 3)):
            self.enter()
            if self.heard(f"marker {self.round}.{attempt}"):
                return
        raise Missed(f"nothing that romeo says reaches ann any more; he heard {self.romeo.inbox.waiting[-5:]}")

    def heard(self, marker: str) -> bool:
        """Whether each hears the other; what romeo says while IRC is away may come back as an error."""
        self.romeo.say(self.room, marker, "groupchat")
        with suppress(Missed):
            self.ann.expect("pubmsg", text=marker, within=3)
            self.ann.say(CHANNEL, f"{marker} back")
            self.romeo.expect("message", body=f"{marker} back", within=3)
            return True
        return False

    def in_channel(self) -> bool:
        """Whether ann's connection has joined."""
        return any(line.type == "join" and line.nick == self.ann.nick for _, line in self.ann.inbox.everything)

    def enter(self) -> None:
        """Join the room, again and again until it works."""
        failures: list[str] = []
        for _ in range(int(RECOVERY / 3)):
            here = self.ping()
            if here:
                return
            with suppress(Missed, AssertionError):
                self.romeo.join(self.room, self.nick, "<history maxstanzas='0'/>", within=3)
                return
            failures.append(str(here))
        raise Missed(f"romeo could not join again: {failures}")

    def ping(self) -> bool:
        """Whether romeo is in the room, as the gateway sees it (XEP-0410)."""
        with suppress(Missed):
            answer = self.romeo.iq(f"{self.room}/{self.nick}", "<ping xmlns='urn:xmpp:ping'/>", within=3)
            return condition(answer) is None
        return False

    def told(self, since: float) -> bool:
        """Whether romeo has heard from or about the gateway since a time: an error, a goodbye or a message."""
        return any(
            when >= since and self.gateway.domain in str(stanza.get("from")) and not is_talk(stanza)
            for when, stanza in self.romeo.inbox.everything
        )

    def close_books(self) -> None:
        """Read both sides' logs into the ledgers."""
        for user in (*self.past, self.romeo):
            if isinstance(user, XmppUser):
                self.read_romeo(user)
        for user in (*self.past, self.ann):
            if isinstance(user, IrcUser):
                for _, line in user.inbox.everything:
                    if line.type == "pubmsg" and line.text.startswith("x"):
                        self.to_irc.delivered[line.text] += 1

    def read_romeo(self, user: XmppUser) -> None:
        """What romeo heard: reflections, errors, and what ann said."""
        by_id = user.said
        for _, stanza in user.inbox.everything:
            text = body(stanza)
            if stanza.tag != f"{CLIENT}message":
                continue
            if stanza.get("type") == "error":
                failed = by_id.get(stanza.get("id") or "", "")
                self.to_irc.errored.update(NUMBERED.findall(failed))
            elif text and NUMBERED.match(text):
                if text.startswith("x"):
                    self.to_irc.acknowledged.add(text)
                else:
                    self.to_xmpp.delivered[text] += 1

    def table(self, title: str) -> str:
        """The books as a table."""
        rows = [title, HEAD, self.to_irc.row("XMPP to IRC"), self.to_xmpp.row("IRC to XMPP")]
        return "\n".join(rows)


def is_talk(stanza: Any) -> bool:
    """Whether this is the conversation itself."""
    return bool(NUMBERED.match(body(stanza) or "")) or MUC in stanza.tag
