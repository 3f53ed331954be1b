"""A small mobile network: modems, phones that only exist in the log, and a service centre between them."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import define
from twisted.internet.interfaces import IReactorTime

from transport.plugins.sms import tpdu
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.simulator.on_air import OnAir, Submission, Taken
from transport.plugins.sms.simulator.pace import FAST, Pace
from transport.plugins.sms.simulator.phones import Phones
from transport.plugins.sms.simulator.ussd_menus import Menu, usual_menus
from transport.plugins.sms.tpdu import Deliver, Number, StatusReport, Submit

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

Entry = dict[str, Any]
# A clock that begins at zero is that of a test; time stamps of texts have only years from 1990 on.
FIRST_TIME: Final = 1_000_000_000
TEST_TIME: Final = 1_780_000_000
DELIVERED: Final = 0x00
TRYING: Final = 0x30
SMSC: Final = "+46705008999"


@define
class ReportRule:
    """What the network tells of texts to a number: `status` is TP-ST, None for no report at all.

    `early` ones come before +CMGS; a `first` one is sent before the other, `delay` seconds in between.
    Texts with a status from 40 on do not reach the recipient.
    """

    status: int | None = DELIVERED
    delay: float | None = None
    early: bool = False
    first: int | None = None


class SimNetwork:
    """The network.  `log` has everything that happened, `tell` hears of each entry as it happens.

    Entries have `at` (seconds), `event`, and for texts `id`, the same in `submitted`, `delivered` and `reported`.
    """

    def __init__(
        self, clock: IReactorTime, pace: Pace = FAST, tell: Callable[[Entry], None] = lambda entry: None
    ) -> None:
        self.clock = clock
        self.pace = pace
        self.tell = tell
        self.log: list[Entry] = []
        self.modems: dict[str, SimModem] = {}
        self.phones = Phones(self)
        self.rules: dict[str, ReportRule] = {}
        self.menus: dict[str, Menu] = usual_menus()
        self.waiting: dict[str, deque[OnAir]] = {}
        self.count = 0
        self.concat = 0
        self.operator = "SimTel"

    def note(self, event: str, **what: Any) -> Entry:
        """Write something into the log."""
        entry: Entry = {"at": self.clock.seconds(), "event": event, **what}
        self.log.append(entry)
        self.tell(entry)
        return entry

    def now(self) -> datetime:
        """The time for time stamps."""
        seconds = self.clock.seconds()
        return datetime.fromtimestamp(seconds if seconds > FIRST_TIME else TEST_TIME + seconds, UTC)

    def next_number(self) -> int:
        """A number for a text in the log."""
        self.count += 1
        return self.count

    def join(self, modem: "SimModem") -> None:
        """A modem belongs to the network."""
        if modem.number in self.modems:
            raise ValueError(f"there is a modem with the number {modem.number} already")
        self.modems[modem.number] = modem
        self.waiting[modem.number] = deque()

    def submit(self, modem: "SimModem", submit: Submit, pdu: bytes) -> Submission:
        """Take a text from a modem."""
        submission = Submission(
            self.next_number(),
            modem.number,
            str(submit.to),
            modem.sim.next_reference(),
            submit.report,
            self.clock.seconds(),
        )
        place = submit.concat
        self.note(
            "submitted",
            id=submission.number,
            **{"from": modem.number},
            to=submission.recipient,
            text=submit.text,
            mr=submission.reference,
            concat=[place.reference, place.total, place.number] if place else None,
            report=submit.report,
            **{"class": submit.message_class},
            pdu=pdu.hex().upper(),
        )
        rule = self.rule(submission.recipient)
        if rule.early:
            self.report(submission, rule)
        self.clock.callLater(self.pace.deliver, self.route, submission, submit, rule)
        return submission

    def rule(self, number: str) -> ReportRule:
        """How texts to a number fare."""
        return self.rules.get(number) or self.rules.get("*") or ReportRule()

    def route(self, submission: Submission, submit: Submit, rule: ReportRule) -> None:
        """Bring a text to its recipient."""
        if rule.status is not None and 0x40 <= rule.status <= 0x7F:
            self.outcome(submission, rule)
            return
        if rule.first is not None:
            self.report(submission, rule, rule.first)
        deliver = self.as_deliver(submission.sender, submit)
        if submission.recipient in self.modems:
            item = OnAir(submission.number, tpdu.encode(deliver), deliver, submission)
            self.send(submission.recipient, item)
            return
        self.note(
            "delivered",
            id=submission.number,
            **{"from": submission.sender},
            to=submission.recipient,
            where="phone",
            text=submit.text,
        )
        self.outcome(submission, rule)
        self.phones.hear(submission.recipient, submission.sender, deliver)

    def outcome(self, submission: Submission, rule: ReportRule) -> None:
        """A text has come to its end."""
        if submission.report and not rule.early and rule.status is not None:
            delay = self.pace.report if rule.delay is None else rule.delay
            self.clock.callLater(delay, self.report, submission, rule)

    def report(self, submission: Submission, rule: ReportRule, status: int | None = None) -> None:
        """Send the sender a status report."""
        status = rule.status if status is None else status
        if status is None or not submission.report or submission.sender not in self.modems:
            return
        now = self.now()
        report = StatusReport(submission.reference, number_of(submission.recipient), now, now, status, Number.of(SMSC))
        self.send(submission.sender, OnAir(submission.number, tpdu.encode(report), report))

    def as_deliver(self, sender: str, submit: Submit) -> Deliver:
        """What a text becomes on its way."""
        return Deliver(
            number_of(sender),
            self.now(),
            submit.pid,
            submit.dcs,
            submit.data,
            submit.header,
            Number.of(SMSC),
            report=submit.report,
        )

    def send(self, number: str, item: OnAir) -> None:
        """Something for a modem, after all that waits for it."""
        self.waiting[number].append(item)
        self.offer(number)

    def offer(self, number: str) -> None:
        """Give a modem what waits for it, as far as it takes it."""
        modem, queue = self.modems[number], self.waiting[number]
        while queue and modem.reachable and modem.unacknowledged is None:
            item = queue.popleft()
            taken = modem.take(item)
            if taken is Taken.NO_ROOM:
                queue.appendleft(item)
                return
            if taken is Taken.DONE:
                self.delivered(modem, item)

    def delivered(self, modem: "SimModem", item: OnAir) -> None:
        """A modem has something, and is answerable for it."""
        if item.report is not None:
            report = item.report
            self.note("reported", id=item.number, to=modem.number, mr=report.reference, status=report.status)
            return
        read = item.read
        self.note(
            "delivered",
            id=item.number,
            **{"from": str(read.originator) if isinstance(read, Deliver) else ""},
            to=modem.number,
            where="modem",
            text=read.text if isinstance(read, Deliver) else "",
            pdu=item.pdu.hex().upper(),
        )
        if item.submission is not None:
            self.outcome(item.submission, self.rule(modem.number))

    def not_acknowledged(self, modem: "SimModem", item: OnAir) -> None:
        """A modem could not hand something on: it comes again."""
        self.waiting[modem.number].appendleft(item)

    def text(
        self,
        sender: str,
        to: str,
        text: str,
        *,
        order: Sequence[int] = (),
        message_class: int | None = None,
        wide: bool = False,
    ) -> list[int]:
        """A phone texts a modem; the texts' numbers in the log.

        `order` names the parts to send, from 1, so that some may be missing, doubled, or out of order.
        """
        self.concat = self.concat % 255 + 1
        parts = tpdu.segments(text, number_of(to), reference=self.concat, message_class=message_class, wide=wide)
        chosen = [parts[place - 1] for place in order if 0 < place <= len(parts)] if order else parts
        return [self.bring(to, self.as_deliver(sender, part)) for part in chosen]

    def bring(self, to: str, deliver: Deliver) -> int:
        """A ready message for a modem, or for the log when there is no modem with this number."""
        return self.inject(to, tpdu.encode(deliver))

    def inject(self, to: str, pdu: bytes) -> int:
        """A PDU for a modem as it is, well-formed or not; it starts with the SMSC octets."""
        number = self.next_number()
        try:
            read: tpdu.Pdu | None = tpdu.decode(pdu, "in")
        except Malformed:
            read = None
        text = read.text if isinstance(read, Deliver) else ""
        if to in self.modems:
            self.note("incoming", id=number, to=to, text=text, pdu=pdu.hex().upper())
            self.send(to, OnAir(number, pdu, read))
        else:
            self.note("delivered", id=number, to=to, where="phone", text=text)
        return number


def number_of(text: str) -> Number:
    """A number, or a name as an alphanumeric one."""
    try:
        return Number.of(text)
    except Malformed:
        return Number(text, tpdu.TypeOfNumber.ALPHANUMERIC, 0)
