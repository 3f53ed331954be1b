"""What outbox and journal tell each other."""

from collections.abc import Mapping

from attrs import define, field

from transport.plugins.sms.outgoing.lanes import Entry
from transport.plugins.sms.outgoing.outcomes import Outcome


@define
class Order:
    """A text as its owner sends it: `number` is E.164 or short, `report` asks for a receipt."""

    owner: str
    number: str
    text: str
    ticket: str
    message_id: str
    report: bool
    flash: bool = False
    bulk: bool = False


@define
class Submission:
    """A part that a modem is given; `begun` is when, `reference` that of the concatenation."""

    id: int
    number: str
    modem: str
    sim: str
    part: int
    reference: int
    begun: float


@define
class Claims:
    """Through which modems an owner (`mine`, the latest first) and others (and when) wrote to a number."""

    mine: tuple[str, ...] = ()
    others: Mapping[str, float] = field(factory=dict)


@define
class OutRow:
    """A text that waits, as administrators and its owner see it."""

    id: int
    owner: str
    number: str
    created: float
    expires: float
    parts: int
    part: int
    modem: str
    state: str
    attempts: int
    due: float
    fault: str


@define
class Open:
    """What a start finds: texts to send in order, which of them a modem had, words not told yet, and claims."""

    entries: list[Entry]
    doubted: set[int]
    untold: list[Outcome]
    claims: dict[tuple[str, str], Claims]


@define
class Step:
    """What came of a part that the network took: `going` says that the next one is begun.

    `decided` are texts that a report has ended, which came before.
    """

    going: bool
    decided: list[Outcome]


@define
class Report:
    """A status report: `mr` is the reference that the modem gave, `status` the TP-ST, `at` when it came."""

    sim: str
    mr: int
    number: str
    status: int
    at: float


@define
class Estimate:
    """What a text would take: `alphabet` is its name, `left` the units still free in the last part."""

    alphabet: str
    units: int
    parts: int
    left: int
    modem: str
    cost: float
