"""A network that keeps to the contract, answers late, and does what it likes in between."""

from random import Random
from typing import Any

from twisted.internet.defer import Deferred

from tests.fake_network import MEMBER, OPERATOR, FakeNetwork, FakeSession
from transport.api import (
    PENDING,
    SENT,
    Accepted,
    Connected,
    Disconnected,
    Failed,
    Kind,
    Leave,
    Message,
    MessageIn,
    OccupantLeft,
    OccupantRenamed,
    Refused,
    RoomJoined,
    RoomRefused,
    Sent,
    Subject,
    Target,
)

NO = Refused("forbidden", "No.")
GONE = Refused("remote-server-timeout", "The line is dead.")


class HonestSession(FakeSession):
    """Answers one question at each `step`; `taken` are the ids of messages that the network has."""

    def __init__(self, account: Any, host: Any, random: Random, taken: set[str | None]) -> None:
        super().__init__(account, host)
        self.random, self.taken = random, taken
        self.up = False
        self.nick = "romeo"
        self.questions: list[tuple[Any, ...]] = []
        self.wanted: dict[str, None] = {}
        self.inside: dict[str, None] = {}

    def reset(self) -> None:
        self.up = False
        self.questions, self.wanted, self.inside = [], {}, {}

    # what the gateway asks

    def connect(self) -> None:
        self.reset()
        self.questions.append((self.sign_in,))

    def disconnect(self, reason: str) -> None:
        self.reset()

    def join(self, room: str, nick: str, password: str | None) -> None:
        self.wanted[room] = None
        if self.up:
            self.questions.append((self.let_in, room))

    def leave(self, room: str, reason: str) -> None:
        self.wanted.pop(room, None)
        self.questions.append((self.let_out, room))

    def send(self, target: Target, message: Message) -> Any:
        chance = self.random.random()
        if chance < 0.1 or not self.up:
            raise NO
        if chance < 0.2:
            self.taken.add(message.id)
            return SENT
        if chance < 0.3:
            done: Deferred[Any] = Deferred()
            self.questions.append((self.fire, done, message))
            return done
        self.questions.append((self.take, message))
        return PENDING

    # how the network answers

    def step(self) -> bool:
        if not self.questions:
            return False
        answer, *about = self.questions.pop(0)
        answer(*about)
        return True

    def sign_in(self) -> None:
        if self.random.random() < 0.25:
            self.reset()
            self.host.deliver(Disconnected(GONE, self.random.random() < 0.7))
            return
        self.up = True
        self.host.deliver(Connected(self.nick))
        self.questions += [(self.let_in, room) for room in self.wanted]

    def let_in(self, room: str) -> None:
        if room in self.inside:
            return
        if self.random.random() < 0.2:
            self.wanted.pop(room, None)
            self.host.deliver(RoomRefused(room, NO))
            return
        self.inside[room] = None
        self.host.deliver(Subject(room, "A topic", "juliet"))
        self.host.deliver(RoomJoined(room, self.nick, {self.nick: MEMBER, "juliet": OPERATOR}))

    def let_out(self, room: str) -> None:
        if room in self.inside:
            del self.inside[room]
            self.host.deliver(OccupantLeft(room, self.nick))

    def take(self, message: Message) -> None:
        if self.random.random() < 0.2:
            self.host.deliver(Failed(message, NO))
            return
        self.taken.add(message.id)
        self.host.deliver(Accepted(message, Sent()))

    def fire(self, done: Deferred[Any], message: Message) -> None:
        if self.random.random() < 0.5:
            done.errback(NO)
            return
        self.taken.add(message.id)
        done.callback(Sent())

    # what happens there

    def happen(self) -> None:
        if not self.up:
            return
        random, deliver = self.random, self.host.deliver
        chance, room = random.random(), random.choice([*self.inside, ""])
        if chance < 0.15:
            self.reset()
            deliver(Disconnected(GONE, random.random() < 0.8))
        elif not room:
            deliver(MessageIn(Target(Kind.CONTACT, "juliet"), Message("psst")))
        elif chance < 0.3:
            del self.inside[room]
            deliver(OccupantLeft(room, self.nick, random.choice([Leave.KICKED, Leave.BANNED, Leave.LEFT]), "juliet"))
        elif chance < 0.4:
            old, self.nick = self.nick, random.choice(["romeo", "montague"])
            for each in self.inside if old != self.nick else ():
                deliver(OccupantRenamed(each, old, self.nick))
        else:
            deliver(MessageIn(Target(Kind.ROOM, room, "juliet"), Message("hello")))


def honest(random: Random, taken: set[str | None]) -> Any:
    """The plugin."""

    class Honest(FakeNetwork):
        def session(self, account: Any, host: Any) -> HonestSession:
            made = HonestSession(account, host, random, taken)
            self.sessions.append(made)
            return made

    return Honest
