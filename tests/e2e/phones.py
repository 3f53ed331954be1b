"""A gateway with simulated modems, and those who text through it: the world of the tests of texts.

A module of tests says by `SETUP` what the configuration is, and by `pytestmark = on(...)` on which servers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from attrs import define, field
from cast import PASSWORD, XMPP_SERVERS, People, versions
from gateway import Gateway
from stanzas import CLIENT, COMMANDS, DATA, Stanza, body, condition, error_text, fields, show
from waiting import PATIENCE
from xmpp_user import Loop, XmppUser

from demo.partners.modem_simulator import ModemSimulator
from demo.partners.patience import until
from demo.partners.xmpp_server import XmppServer
from transport.plugins.sms import tpdu

RECEIPT = "{urn:xmpp:receipts}received"
REQUEST = "<request xmlns='urn:xmpp:receipts'/>"
NETWORK = "sms"


@define
class Setup:
    """Networks with their options, each modem with its own; `profiles` are the modems' makes."""

    modems: Mapping[str, str] = field(factory=lambda: {"one": ""})
    options: str = ""
    others: Mapping[str, tuple[str, Mapping[str, str]]] = field(factory=dict)
    profiles: Mapping[str, str] = field(factory=dict)

    def networks(self) -> dict[str, tuple[str, Mapping[str, str]]]:
        """The options and the modems of each network."""
        return {NETWORK: (self.options, self.modems), **self.others}

    def numbers(self) -> dict[str, str]:
        """The number of each modem's SIM."""
        names = [name for _, modems in self.networks().values() for name in modems]
        return {name: f"+491510000{place:02}" for place, name in enumerate(names, 1)}

    def written(self, simulator: ModemSimulator, without: frozenset[str] = frozenset()) -> str:
        """The tables of the configuration file."""
        text = ""
        for network, (options, modems) in self.networks().items():
            text += f'[networks.{network}]\nplugin = "sms"\nregion = "DE"\n{options}\n'
            for name in modems.keys() - without:
                text += f'[networks.{network}.modems.{name}]\ndevice = "{simulator.link(name)}"\n'
                text += f'number = "{simulator.numbers[name]}"\ngap = "0s"\n{modems[name]}\n'
        return text


def on(*servers: str) -> pytest.MarkDecorator:
    """On which XMPP servers a module's tests run."""
    given = versions(*servers)
    return pytest.mark.parametrize("texting", given["params"], ids=given["ids"], indirect=True, scope="module")


@define
class Texting:
    """What runs for all tests of a module."""

    xmpp: XmppServer
    gateway: Gateway
    simulator: ModemSimulator
    setup: Setup


@pytest.fixture(scope="module")
def texting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Texting]:
    """An XMPP server, the simulator and the gateway."""
    setup: Setup = request.module.SETUP
    folder = tmp_path_factory.mktemp("texting")
    with (
        XMPP_SERVERS[request.param](folder / "xmpp") as xmpp,
        ModemSimulator(folder / "sim", setup.numbers(), setup.profiles) as simulator,
    ):
        gateway = Gateway(folder / "gateway", xmpp, setup.written(simulator)).start()
        yield Texting(xmpp, gateway, simulator, setup)
        assert gateway.stop() == 0
        assert " critical " not in gateway.log()
        assert not any(entry["event"] in ("blind", "bad pdu") for entry in simulator.entries())


@pytest.fixture
def phones(texting: Texting, loop: Loop, numbers: Iterator[int]) -> Iterator["Phones"]:
    """All of it for one test."""
    made = Phones(texting.gateway, texting.simulator, texting, People(loop, texting.xmpp, numbers))
    yield made
    made.people.go_home()


@pytest.fixture(scope="module")
def talker(texting: Texting, loop: Loop, numbers: Iterator[int]) -> Iterator[XmppUser]:
    """A member for tests that need no other, signed in all the time."""
    phones = Phones(texting.gateway, texting.simulator, texting, People(loop, texting.xmpp, numbers))
    yield phones.member("talker")
    phones.people.go_home()


@define
class Phones:
    """Makes members and numbers of their own, and looks at what phones get."""

    gateway: Gateway
    simulator: ModemSimulator
    texting: Texting
    people: People

    # XMPP

    @property
    def network(self) -> str:
        """The network's address."""
        return self.gateway.address(NETWORK)

    def address(self, name: str, network: str = NETWORK) -> str:
        """The JID of a number."""
        return self.gateway.address(network, name)

    def member(self, name: str = "romeo", network: str = NETWORK, **settings: str) -> XmppUser:
        """Somebody new who has registered."""
        return self.register(self.people.client(self.people.account(name)), network, **settings)

    def named(self, name: str, network: str = NETWORK, **settings: str) -> XmppUser:
        """Somebody whose address the configuration names; may be asked for by several tests."""
        jid = self.texting.xmpp.register(name, PASSWORD)
        return self.register(self.people.client(jid), network, **settings)

    def register(self, user: XmppUser, network: str = NETWORK, **settings: str) -> XmppUser:
        """Register with a network, as a client does, and wait until that knows it."""
        address = self.gateway.address(network)
        answer = user.iq(address, f"<query xmlns='jabber:iq:register'>{form(**settings)}</query>", "set")
        assert answer.get("type") == "result", show(answer)
        user.presence(address, type="subscribed")
        user.presence(address, type="subscribe")
        user.presence(address)
        user.expect("presence", frm=address, type=None)
        return user

    def add(self, user: XmppUser, name: str, network: str = NETWORK) -> str:
        """Take a number into the roster, wait until its presence comes; its address."""
        address = self.address(name, network)
        user.iq("", f"<query xmlns='jabber:iq:roster'><item jid='{address}'/></query>", "set")
        user.presence(address, type="subscribe")
        user.expect("presence", frm=address, type="subscribed")
        return address

    def refused(self, user: XmppUser, name: str, text: str, extra: str = "", network: str = NETWORK) -> Stanza:
        """Text somebody, which has to fail; the error."""
        id = user.say(self.address(name, network), text, extra=extra)
        return user.expect("message", id=id, type="error", within=PATIENCE)

    def fails(
        self, user: XmppUser, name: str, type: str, word: str, *words: str, text: str = "hello", extra: str = REQUEST
    ) -> None:
        """Text somebody, check the error, and that nothing else is ever said of it."""
        error = self.refused(user, name, text, extra)
        check(error, type, word, *words)
        assert error.get("from") == self.address(name)
        self.fence(user)
        assert self.has_no_word(user, error.get("id", ""))

    def receipt(self, user: XmppUser, id: str, within: float = PATIENCE) -> Stanza:
        """The receipt of a message."""
        return user.expect("message", where=lambda s: receipt_of(s) == id, within=within)

    def has_no_word(self, user: XmppUser, id: str) -> bool:
        """Whether neither receipt nor error of a message waits unread."""
        return not user.inbox.has(lambda s: receipt_of(s) == id or (s.get("id") == id and s.get("type") == "error"))

    def fence(self, user: XmppUser) -> None:
        """Wait until all is told that the network has said so far: a later text has its receipt."""
        id = user.say(self.address(self.number()), "fence", extra=REQUEST)
        self.receipt(user, id)

    # commands

    def command(self, user: XmppUser, node: str, *steps: dict[str, str], at: str = "") -> "Answered":
        """Run an ad-hoc command, filling in a form a step; where it stands then."""
        place = at or self.network
        answered = Answered.read(user.iq(place, command_of(node), "set"))
        for values in steps:
            assert answered.status == "executing", answered
            answered = Answered.read(user.iq(place, command_of(node, answered.session, form(**values)), "set"))
        return answered

    def chat(self, user: XmppUser, text: str, at: str = "") -> str:
        """Write to the network; what it answers."""
        place = at or self.network
        user.say(place, text)
        return body(user.expect("message", frm=place, where=lambda s: body(s) is not None)) or ""

    # phones

    def number(self) -> str:
        """A phone that nobody else in this run texts."""
        return f"+4917{next(self.people.numbers):08}"

    def text(self, sender: str, text: str, modem: str = "one") -> None:
        """A phone texts a modem's number."""
        self.simulator.ask(f"text {sender} {modem} {escaped(text)}")

    def submitted(self, number: str) -> list[dict[str, Any]]:
        """The parts that modems have sent to a number, in their order."""
        return [e for e in self.simulator.entries() if e["event"] == "submitted" and e["to"] == number]

    def wait_submitted(self, number: str) -> dict[str, Any]:
        """The first part that a modem sends to a number."""
        return self.simulator.wait_for("submitted", f"a text to {number}", to=number)

    def got(self, number: str, count: int = 1, within: float = 20.0) -> list[str]:
        """The texts that a phone has, whole, once there are so many."""
        return until(lambda: (texts := self.texts(number)) if len(self.texts(number)) >= count else None,
                     f"{count} texts to {number}", within)  # fmt: skip

    def texts(self, number: str) -> list[str]:
        """The whole texts that a phone has so far, put together as a phone does."""
        sets: dict[tuple[str, int, int], dict[int, Any]] = {}
        for entry in self.delivered(number):
            submit = tpdu.decode(bytes.fromhex(entry["pdu"]), "out")
            reference, total, part = entry["concat"] or (-entry["id"], 1, 1)
            sets.setdefault((entry["from"], reference, total), {})[part] = submit
        whole = [parts for (_, _, total), parts in sets.items() if len(parts) == total]
        return [tpdu.join([parts[n] for n in sorted(parts)]) for parts in whole]

    def delivered(self, number: str) -> list[dict[str, Any]]:
        """The parts that have reached a phone."""
        entries = self.simulator.entries()
        there = {e["id"] for e in entries if e["event"] == "delivered" and e["to"] == number}
        return [e for e in entries if e["event"] == "submitted" and e["id"] in there]

    def wait_stored_nothing(self, modem: str = "one") -> None:
        """Wait until a SIM is empty."""
        until(lambda: not self.simulator.stored(modem), f"the SIM of {modem} to be empty")


@define
class Answered:
    """Where a command stands."""

    status: str
    session: str
    note: str
    values: dict[str, str]
    element: Stanza

    @classmethod
    def read(cls, answer: Stanza) -> "Answered":
        """Out of an IQ."""
        assert condition(answer) is None, show(answer)
        found = answer.find(f"{COMMANDS}command")
        assert found is not None
        note = found.findtext(f"{COMMANDS}note") or found.findtext(f"{DATA}x/{DATA}instructions") or ""
        return cls(found.get("status", ""), found.get("sessionid", ""), note, fields(found), found)

    def text(self) -> str:
        """All that it says."""
        return " ".join(text.strip() for text in self.element.itertext() if text.strip())


def check(error: Stanza, type: str, word: str, *words: str) -> None:
    """An error is of a type and a condition, and says some words."""
    element = error.find(f"{CLIENT}error")
    assert element is not None
    assert (element.get("type"), condition(error)) == (type, word), error_text(error)
    for each in words:
        assert each in error_text(error)


def form(**values: str) -> str:
    """A form filled in."""
    rows = "".join(f"<field var='{name}'><value>{value}</value></field>" for name, value in values.items())
    return f"<x xmlns='jabber:x:data' type='submit'>{rows}</x>"


def command_of(node: str, session: str = "", inside: str = "") -> str:
    """A command's element."""
    known = f" sessionid='{session}'" if session else ""
    return f"<command xmlns='{COMMANDS[1:-1]}' node='{node}'{known}>{inside}</command>"


def receipt_of(stanza: Stanza) -> str | None:
    """The id of the message that a stanza is the receipt of."""
    found = stanza.find(RECEIPT) if stanza.tag == f"{CLIENT}message" else None
    return found.get("id") if found is not None else None


def escaped(text: str) -> str:
    """A text for the control socket."""
    return text.replace("\n", "\\n")
