"""A network of numbers for members only, several at once, which people also write without their country."""

from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer

from tests.fake_network import FakeNetwork, FakeSession
from tests.world import DOMAIN, HOME, World
from transport.api import Feature, Field, IGreeting, ILocalNames, IProfiles, Refused, Text

NUMBER = f"+49151%net@{DOMAIN}"


@implementer(IProfiles)
class PhoneSession(FakeSession):
    def profile(self, name: str) -> Deferred[Mapping[str, str]]:
        return succeed({"FN": f"Number {name}", "TEL": name, "JABBERID": f"x@{DOMAIN}"})


@implementer(ILocalNames, IGreeting)
class Phones(FakeNetwork):
    registration = (Field("country", "Country", legacy="misc"), Field("nick", "Nick", legacy="nick"))
    features = frozenset({Feature.RECEIPTS, Feature.GROUPS})
    queues = True

    def localise(self, name: str, settings: Mapping[str, str]) -> str:
        digits = name.replace(" ", "")
        return f"+{settings.get('country') or '49'}{digits[1:]}" if digits.startswith("0") else name

    def check(self, name: str) -> str:
        if not name.startswith("+"):
            raise Refused("jid-malformed", "{name} is no number.", name=name)
        return name

    def claims(self, text: str) -> str | None:
        return text[4:] if text.startswith("tel:") else None

    def greeting(self, owner: str) -> Text:
        return Text("Your number is {number}.", number=f"+1 {owner}")

    def session(self, account: Any, host: Any) -> PhoneSession:
        self.sessions.append(PhoneSession(account, host))
        return self.sessions[-1]  # type: ignore[return-value]


def phones(country: str = "", **world: Any) -> World:
    """Romeo is registered with the network, and there."""
    made = World(plugins={"fake": lambda: Phones}, **world)
    made.say(
        f"<iq type='set' id='r' from='{HOME}' to='net@{DOMAIN}'><query xmlns='jabber:iq:register'>"
        f"<misc>{country}</misc></query></iq>"
    )
    made.turn(0.01)
    made.say(f"<presence from='{HOME}' to='{DOMAIN}'/>")
    made.session.online()
    return made
