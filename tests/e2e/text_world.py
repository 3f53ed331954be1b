"""A gateway that may die at a step, two modems, and people who text through it and keep books."""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import define, field
from cast import PASSWORD, People
from gateway import Gateway
from stanzas import Stanza, show
from text_books import Books, In, Out, dropped, unfinished, without_report
from xmpp_user import Loop, XmppUser

from demo.partners import Prosody
from demo.partners.modem_simulator import ModemSimulator
from demo.partners.patience import TooLate, until
from transport.plugins.sms import tpdu

HERE = Path(__file__).parent
SEED = int(os.environ.get("TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
MODEMS = {"one": "+4915100000001", "two": "+4915100000002"}
REQUEST = "<request xmlns='urn:xmpp:receipts'/>"
OPTIONS = {"per_user_day": 0, "subscribe": 0, "catch_all": ["romeo@localhost"]}
RECOVERY = 90.0


def configuration(simulator: ModemSimulator, options: dict[str, Any]) -> str:
    """The network's tables."""
    lines = ["[networks.sms]", 'plugin = "sms"', 'region = "DE"']
    lines += [f"{key} = {value!r}".replace("'", '"') for key, value in options.items()]
    for name, number in MODEMS.items():
        lines += [f"[networks.sms.modems.{name}]", f'device = "{simulator.link(name)}"']
        lines += [f'number = "{number}"', 'gap = "0s"']
    return "\n".join(lines) + "\n"


@define(eq=False)
class World:
    """All that runs; `clients` are those who are signed in, by account, and `past` those who were.

    `linked` says that the gateway is at its XMPP server, as far as a test that kills it knows.
    """

    folder: Path
    xmpp: Prosody
    simulator: ModemSimulator
    gateway: Gateway
    people: People
    accounts: list[str]
    clients: dict[str, XmppUser] = field(factory=dict)
    past: list[XmppUser] = field(factory=list)
    numbers: Iterator[int] = field(factory=lambda: iter(range(1, 10**6)))
    linked: bool = True

    @classmethod
    def make(cls, folder: Path, xmpp: Prosody, simulator: ModemSimulator, loop: Loop, **options: Any) -> "World":
        """Write the configuration and make accounts; nothing of the gateway runs yet."""
        gateway = Gateway(folder / "gateway", xmpp, configuration(simulator, OPTIONS | options))
        gateway.program.command[1:3] = [str(HERE / "dying_gateway.py")]
        gateway.program.environment = {**os.environ, "DOOM": str(folder / "doom"), "PYTHONPATH": str(HERE.parents[1])}
        accounts = [xmpp.register(name, PASSWORD) for name in ("romeo", "juliet")]
        return cls(folder, xmpp, simulator, gateway, People(loop, xmpp, iter(range(1, 10**6))), accounts)

    @property
    def database(self) -> Path:
        """The gateway's."""
        return self.gateway.folder / "transport.db"

    # life

    def begin(self) -> "World":
        """Start the gateway, and register everybody."""
        self.gateway.start()
        for account in self.accounts:
            user = self.sign_in(account)
            answer = user.iq(self.gateway.address("sms"), "<query xmlns='jabber:iq:register'><nick/></query>", "set")
            assert answer.get("type") == "result", show(answer)
            user.presence(self.gateway.address("sms"))
        return self

    def end(self) -> None:
        """Stop the gateway, and sign everybody out."""
        self.gateway.stop()
        self.people.go_home()

    def sign_in(self, account: str) -> XmppUser:
        """A client of an account, in place of one that was cut off."""
        if account in self.clients:
            self.past.append(self.clients[account])
        self.clients[account] = self.people.client(account)
        return self.clients[account]

    def sign_out(self, account: str) -> None:
        """From now on an account's server keeps what comes for it."""
        user = self.clients.pop(account)
        user.close()
        self.past.append(user)

    def come_back(self) -> None:
        """Sign in again whoever was cut off."""
        for account in self.accounts:
            if account not in self.clients or not here(self.clients[account]):
                self.sign_in(account)

    # fate

    def doom(self, step: str, number: int = 1, fate: str = "die") -> None:
        """Let a fate come over the gateway at a step."""
        path = self.folder / "doom"
        path.with_suffix(".new").write_text(f"{fate}\t{step}\t{number}")
        path.with_suffix(".new").replace(path)

    def await_fate(self, within: float = 20.0) -> None:
        """Wait until it has come."""
        until(lambda: not (self.folder / "doom").exists(), "the step at which the fate is to come", within)

    def await_death(self, within: float = 20.0) -> None:
        """Wait until the gateway is dead."""
        self.await_fate(within)
        until(lambda: not self.gateway.program.running, "the gateway's death", within)
        self.gateway.kill()

    def recover(self) -> None:
        """Have everything run again, whatever a test has left."""
        (self.folder / "doom").unlink(missing_ok=True)
        for modem in MODEMS:
            self.simulator.ask(f"fault {modem} none")
            self.simulator.ask(f"plug {modem}")
        if not self.gateway.program.running:
            self.gateway.kill()
            self.gateway.start()
        self.come_back()

    def pause(self, seconds: float) -> None:
        """Let time go by."""
        time.sleep(seconds)

    def until(self, probe: Callable[[], bool], what: str, within: float = RECOVERY) -> None:
        """Wait for something."""
        until(probe, what, within, 0.05)

    # texts

    def say(self, books: Books, parts: int = 1, receipt: bool = True, account: str = "", kind: str = "o") -> Out:
        """A client texts a phone of its own."""
        number = next(self.numbers)
        token = f"{kind}{number}"
        text = filled(token, parts)
        phone = f"+49171{number:07}"
        user = self.clients[account or self.accounts[0]]
        id = user.say(self.gateway.address("sms", phone), text, extra=REQUEST if receipt else "")
        said = books.out[token] = Out(token, phone, id, parts, receipt)
        return said

    def text(self, books: Books, parts: int = 1, modem: str = "one", phone: int = 0) -> In:
        """A phone texts a modem."""
        token = f"i{next(self.numbers)}"
        got = books.came[token] = In(token, filled(token, parts))
        self.simulator.ask(f"text +4917299{phone:05} {modem} {got.text}")
        return got

    # the books

    def heard(self) -> dict[str, list[Stanza]]:
        """All that clients of each account ever got."""
        found: dict[str, list[Stanza]] = {account: [] for account in self.accounts}
        for user in (*self.past, *self.clients.values()):
            found[user.bare] += [stanza for _, stanza in user.inbox.everything]
        return found

    def unfinished(self) -> dict[str, Any]:
        """What is not quiet yet."""
        found: dict[str, Any] = dict(unfinished(self.database))
        waiting = {each["link"]: each["waiting"] for each in self.simulator.ask("modems")["modems"] if each["waiting"]}
        stored = {name: len(pdus) for name in MODEMS if (pdus := self.simulator.stored(name))}
        found |= ({"on the air": waiting} if waiting else {}) | ({"in the SIM": stored} if stored else {})
        reports = without_report(self.database)
        if reports and not found:
            reports = sorted({*reports} - dropped(self.simulator.entries()))
        return found | ({"reports to come": reports} if reports else {})

    def wait_until_quiet(self, within: float = RECOVERY) -> None:
        """Wait until nothing is to be done any more; what is on its way to clients is waited for too."""
        deadline = time.monotonic() + within
        quiet = 0
        while quiet < 3:
            left = self.unfinished()
            quiet = 0 if left else quiet + 1
            if time.monotonic() > deadline:
                raise TooLate(f"after {within} s there is still {left}")
            time.sleep(0.05)
        for user in filter(here, self.clients.values()):
            user.settle(self.gateway.domain)

    def closed(self, books: Books) -> Books:
        """A fresh copy of the books with all logs read."""
        fresh = Books(books.title)
        for text in books.out.values():
            fresh.out[text.token] = Out(text.token, text.number, text.id, text.parts, text.wants_receipt)
        for came in books.came.values():
            fresh.came[came.token] = In(came.token, came.text)
        fresh.close(self.simulator.entries(), self.heard(), self.database)
        return fresh

    def audit(self, books: Books, within: float = RECOVERY) -> Books:
        """Wait until all is quiet, and show the table; nothing must be lost, doubled silently or contradicted."""
        self.wait_until_quiet(within)
        read = self.closed(books)
        shown = read.table()
        print(shown)
        bad = read.bad()
        assert not bad, "\n".join([shown, str(bad), *(read.show(t) for tokens in bad.values() for t in tokens[:5])])
        return read


def here(user: XmppUser) -> bool:
    """Whether a client is connected."""
    return user.client is not None and user.client.transport is not None


def filled(token: str, parts: int) -> str:
    """A text of so many parts that has its token in each of them."""
    if parts == 1:
        return f"{token} text"
    size = 153 * (parts - 1) + 60
    text = (f"{token} " * size)[:size].rstrip()
    whole = text[: text.rindex(" ")] + " end"
    assert tpdu.measure(whole).parts == parts, whole
    return whole
