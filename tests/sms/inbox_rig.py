"""An inbox in memory, and the texts that a network would bring."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from transport.api import Account, MessageIn
from transport.plugins.sms import tpdu
from transport.plugins.sms.incoming.blocked import Blocked
from transport.plugins.sms.incoming.handover import Handover
from transport.plugins.sms.incoming.in_journal import InJournal
from transport.plugins.sms.incoming.inbox import Inbox
from transport.plugins.sms.incoming.owners import TextOwners
from transport.plugins.sms.numbers import Sender
from transport.plugins.sms.schema import SCRIPTS
from transport.plugins.sms.states import Incoming, ModemSettings
from transport.testing.host import FakeHubHost

START = 1_780_000_000.0
ROMEO, JULIET, NURSE = "romeo@example.org", "juliet@example.org", "nurse@example.org"
PHONE = "+4915112345678"
STICK = ModemSettings("stick", "/dev/null", number="+491711234567")


def result(deferred: Deferred[Any]) -> Any:
    """What a Deferred has fired with; raises what it failed with."""
    out: list[Any] = []
    deferred.addBoth(out.append)
    assert out, "still waiting"
    if isinstance(out[0], Failure):
        out[0].raiseException()
    return out[0]


def number(text: str) -> tpdu.Number:
    """A sender: a number, or a name."""
    if text.strip("+").isdigit():
        return tpdu.Number.of(text)
    return tpdu.Number(text, tpdu.TypeOfNumber.ALPHANUMERIC, 0)


def deliver(text: str = "hello", sender: str = PHONE, at: float = START, **others: Any) -> bytes:
    """A text as a modem gives it; `others` are fields of Deliver."""
    (part,) = tpdu.segments(text, "+491") if text else [tpdu.Submit(tpdu.Number.of("+491"))]
    fields: dict[str, Any] = {"dcs": part.dcs, "data": part.data, **others}
    return tpdu.encode(tpdu.Deliver(number(sender), datetime.fromtimestamp(at, UTC), **fields))


def parts(text: str, reference: int = 7, sender: str = PHONE, at: float = START) -> list[bytes]:
    """A long text in its parts."""
    when = datetime.fromtimestamp(at, UTC)
    cut = tpdu.segments(text, "+491", reference=reference)
    return [tpdu.encode(tpdu.Deliver(number(sender), when, dcs=p.dcs, data=p.data, header=p.header)) for p in cut]


class Rig:
    """An inbox whose modems are `modems`, for `accounts`; places in the SIM are counted on."""

    def __init__(
        self,
        *modems: ModemSettings,
        accounts: Sequence[Account] = (Account(ROMEO, "sms"),),
        catch_all: Sequence[str] = (),
        notices: bool = True,
        region: str = "DE",
    ) -> None:
        self.host = FakeHubHost(accounts=accounts)
        self.host.reactor.advance(START)
        result(self.host.store.migrate(SCRIPTS))
        self.modems = {each.name: each for each in modems or (STICK,)}
        self.catch_all = catch_all
        self.notices = notices
        self.region = region
        self.reports: list[tuple[str, tpdu.StatusReport]] = []
        self.met: list[tuple[str, Sender]] = []
        self.place = 0
        self.start()

    def start(self) -> None:
        """A program begins; the store is what it was."""
        self.owners = TextOwners("sms", self.host, self.modems, self.catch_all)
        self.blocked = Blocked(self.host.store, "sms")
        journal = InJournal(self.host.store, "sms")
        handover = Handover(self.host, self.owners, self.blocked, journal, self.meet, self.notices)
        self.inbox = Inbox(self.host, handover, self.report, self.region)
        result(self.blocked.load())
        result(Deferred.fromCoroutine(self.inbox.load()))

    def restart(self) -> None:
        """As after a stop."""
        self.inbox.stop()
        self.start()

    def meet(self, owner: str, sender: Sender) -> None:
        self.met.append((owner, sender))

    def report(self, sim: str, report: tpdu.StatusReport) -> Deferred[None]:
        self.reports.append((sim, report))
        return succeed(None)

    def receive(self, pdu: bytes, modem: str = "stick", place: tuple[str, int] | None = ("", 0)) -> Deferred[None]:
        """A modem has got a PDU, in a new place of its memory unless one is named."""
        if place == ("", 0):
            self.place += 1
            place = ("SM", self.place)
        return self.inbox.received(Incoming(modem, f"sim of {modem}", pdu, place))

    def told(self, owner: str = ROMEO) -> list[tuple[str, str]]:
        """(name, text) of all that an owner was told."""
        return [(each.sender.name, each.message.text) for each in self.host.account(owner).of(MessageIn)]

    def texts(self, owner: str = ROMEO) -> list[str]:
        return [text for _, text in self.told(owner)]

    def states(self) -> list[str]:
        """The states of all rows, in order."""
        return [row[0] for row in self.host.store.database.execute("SELECT state FROM sms_in ORDER BY id")]

    def wrote(self, owner: str, to: str = PHONE, modem: str = "stick", at: float = START) -> None:
        """An owner has written to a number."""
        row = ("sms", modem, to, owner, at)
        result(
            self.host.store.run(lambda c: c.execute("INSERT OR REPLACE INTO sms_sticky VALUES (?, ?, ?, ?, ?)", row))
        )
