"""Whatever happens in whatever order: no message is lost, every client knows where it is, nothing is left."""

from random import Random
from typing import Any

import pytest

from tests.honest_network import honest
from tests.world import DOMAIN, World, codes, parse
from transport.xmpp.element import Element

CLIENTS = ("romeo@example.org/home", "romeo@example.org/phone", "tybalt@example.org/x")
ROOMS = (f"#room%net@{DOMAIN}", f"#room%alias.example@{DOMAIN}", f"#other%net@{DOMAIN}")
MUC = "<x xmlns='http://jabber.org/protocol/muc'/>"
REGISTER = "<query xmlns='jabber:iq:register'>"


class Conversation:
    """A world, and what its clients know of it; `inside` holds (client, room) pairs."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.taken: set[str | None] = set()
        plugin = honest(self.random, self.taken)
        self.world = World(archive=seed % 2 == 0, plugins={"fake": lambda: plugin})
        self.world.assembly.sessions._jitter = self.random.random
        self.sent: set[str] = set()
        self.returned: list[str] = []
        self.inside: set[tuple[str, str]] = set()

    @property
    def sessions(self) -> Any:
        return self.world.network.sessions

    def say(self, xml: str) -> None:
        for element in parse(xml):
            self.world.assembly.router.receive(element)
        self.read()

    def read(self) -> None:
        for stanza in self.world.out:
            self.understand(stanza)
        self.world.out.clear()

    def understand(self, stanza: Element) -> None:
        kind, seat = stanza.get("type"), (stanza.get("to"), stanza.get("from").partition("/")[0])
        if stanza.name == "message" and kind == "error":
            self.returned.append(stanza.get("id"))
        elif kind == "groupchat":
            assert seat in self.inside, "somebody who is not in a room hears it"
        elif stanza.name == "presence" and seat[1] in ROOMS:
            seen = codes(stanza)
            if kind == "error" or (kind == "unavailable" and "110" in seen and "303" not in seen):
                self.inside.discard(seat)
            elif "110" in seen:
                self.inside.add(seat)

    def do(self, number: int) -> None:
        random, chance = self.random, self.random.random()
        client, room = random.choice(CLIENTS), random.choice(ROOMS)
        if chance < 0.16:
            self.say(f"<presence from='{client}' to='{room}/{random.choice(['romeo', 'r'])}'>{MUC}</presence>")
        elif chance < 0.24:
            self.leave(client, room)
        elif chance < 0.48:
            to, kind = random.choice([(room, "groupchat"), (f"{room}/juliet", "chat"), (f"bob%net@{DOMAIN}", "chat")])
            self.sent.add(str(number))
            self.say(f"<message from='{client}' to='{to}' type='{kind}' id='{number}'><body>hi</body></message>")
        elif chance < 0.55:
            kind = random.choice(["", " type='unavailable'"])
            self.say(f"<presence from='{client}' to='{DOMAIN}'{kind}/>")
        elif chance < 0.57:
            self.say(f"<iq type='set' id='r' from='{client}' to='net@{DOMAIN}'>{REGISTER}<nick>n</nick></query></iq>")
        elif chance < 0.58:
            self.remove(client, random.choice([f"net@{DOMAIN}", DOMAIN]))
        elif chance < 0.60:
            self.world.gateway.down("a flap")
            self.world.gateway.up()
        elif chance < 0.68:
            self.world.reactor.advance(random.choice([0.1, 1, 30, 100]))
        elif self.sessions:
            session = random.choice(self.sessions)
            random.choice([session.step, session.step, session.step, session.happen])()
        self.world.reactor.advance(0)
        self.read()

    def leave(self, client: str, room: str) -> None:
        self.say(f"<presence from='{client}' to='{room}/romeo' type='unavailable'/>")

    def remove(self, client: str, place: str) -> None:
        self.say(f"<iq type='set' id='r' from='{client}' to='{place}'>{REGISTER}<remove/></query></iq>")
        self.world.reactor.advance(0)

    def settle(self) -> None:
        """All questions are answered, and all that waits has waited long enough."""
        for _ in range(60):
            for session in self.sessions:
                while session.step():
                    self.read()
            self.world.reactor.advance(10)
            self.read()


@pytest.mark.parametrize("seed", range(40))
def test_no_message_is_lost_and_nothing_is_left(seed: int) -> None:
    talk = Conversation(seed)
    for number in range(150):
        talk.do(number)
    talk.settle()
    rooms = [
        room
        for owner in talk.world.assembly.owners.all()
        for session in owner.sessions.values()
        for room in session.rooms.values()
    ]
    assert {(seat.full, seat.address) for room in rooms for seat in room.seats.values()} == talk.inside
    assert all(room.joined and room.name in room.session.plugin.inside for room in rooms)  # type: ignore[attr-defined]
    for client in CLIENTS:
        for room in ROOMS:
            talk.leave(client, room)
        talk.remove(client, DOMAIN)
        talk.say(f"<presence from='{client}' to='{DOMAIN}' type='unavailable'/>")
    talk.settle()
    assert len(talk.returned) == len(set(talk.returned))
    assert talk.sent <= talk.taken | set(talk.returned)
    assert len(talk.world.assembly.owners) == 0
    assert not any(session.up for session in talk.sessions)
    seats: list[Any] = []
    talk.world.store.seats().addCallback(seats.extend)
    assert seats == []
