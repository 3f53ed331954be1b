"""Short words for the tests of what goes wrong at the edges."""

from typing import Any

from tests.fake_network import MEMBER
from tests.world import DOMAIN, HOME, ROOM, World, condition
from transport.xmpp.element import Element

NET = f"net@{DOMAIN}"
PHONE = "romeo@example.org/phone"
JULIET = f"juliet%net@{DOMAIN}"


def presence(to: str = DOMAIN, kind: str = "", jid: str = HOME) -> str:
    return f"<presence from='{jid}' to='{to}'{f' type={kind!r}' if kind else ''}/>"


def leave(jid: str = HOME, room: str = ROOM) -> str:
    return presence(f"{room}/romeo", "unavailable", jid)


def groupchat(text: str, id: str = "m1", jid: str = HOME) -> str:
    return f"<message from='{jid}' to='{ROOM}' type='groupchat' id='{id}'><body>{text}</body></message>"


def member(**world: Any) -> World:
    """Romeo is registered and signed in, one client is there."""
    made = World(**world)
    made.register()
    made.turn(0.01)
    made.say(presence())
    made.session.online()
    return made


def seated(**world: Any) -> World:
    """A member in the room."""
    made = member(**world)
    made.join()
    made.session.in_room("#room", juliet=MEMBER)
    return made


def errors(stanzas: list[Element]) -> list[tuple[str, str]]:
    return [(s.get("id"), condition(s)) for s in stanzas if s.get("type") == "error"]


def bodies(stanzas: list[Element]) -> list[str]:
    return [c.text for s in stanzas for c in s.elements() if c.name == "body"]


def asked(world: World, name: str) -> int:
    return [call[0] for call in world.session.calls].count(name)
