"""PDUs and texts of many kinds, what we read in them, and the judging of what another codec reads otherwise."""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from attrs import define, frozen

from transport.plugins.sms import tpdu
from transport.plugins.sms.codec import udh
from transport.plugins.sms.codec.alphabets import DEFAULT, EXTENSION
from transport.plugins.sms.codec.dcs import CODINGS, Alphabet
from transport.plugins.sms.codec.user_data import room
from transport.plugins.sms.tpdu import Absolute, Deliver, Element, Enhanced, Number, Pdu, Relative, StatusReport, Submit

Direction = Literal["in", "out"]
View = dict[str, Any]
WE_REFUSE, THEY_REFUSE = "we refuse", "they refuse"
FLAGS = ("more", "report", "reject_duplicates", "reply_path", "loop", "command")
WIDE = "Жהあ你😀👍🏽\u0301ñçÁ“”…\u200d\u00a0\U0010fffd"


@frozen
class Case:
    """Some octets, where they go, and what either codec reads: None when it refuses them."""

    octets: bytes
    direction: Direction
    ours: View | None
    theirs: View | None

    def differing(self) -> list[str]:
        """The fields that are not the same; or that one of both refuses."""
        if self.ours is None or self.theirs is None:
            return [] if self.ours is self.theirs else [WE_REFUSE if self.ours is None else THEY_REFUSE]
        return [name for name, value in self.theirs.items() if self.ours[name] != value]


@define
class Disagreement:
    """A known difference: what it is, in which field, by what it is known, and what decides it."""

    what: str
    fields: tuple[str, ...]
    clause: str
    right: Literal["ours", "theirs", "both"]
    applies: Callable[[Case, str], bool]


def judge(cases: Iterable[Case], known: Iterable[Disagreement]) -> tuple[list[str], set[str]]:
    """The disagreements that nobody knows, and which known ones were met."""
    known = list(known)
    unknown, met = [], set()
    for case in cases:
        for name in case.differing():
            row = next((row for row in known if name in row.fields and row.applies(case, name)), None)
            if row is not None:
                met.add(row.what)
                continue
            ours, theirs = ((view or {}).get(name) for view in (case.ours, case.theirs))
            unknown.append(f"{name}: ours {ours!r}, theirs {theirs!r} in {case.direction} {case.octets.hex()}")
    return unknown, met


def ours(octets: bytes, direction: Direction) -> View | None:
    """What we read."""
    try:
        pdu = tpdu.decode(octets, direction)
    except tpdu.Malformed:
        return None
    return view(pdu)


def view(pdu: Pdu) -> View:
    """All that is in a PDU, by name; times as the clock shows them and a zone in quarters of an hour."""
    number = {Deliver: "originator", Submit: "to", StatusReport: "recipient"}[type(pdu)]
    address: Number = getattr(pdu, number)
    when = getattr(pdu, "timestamp", None)
    found: View = {
        "kind": type(pdu).__name__,
        "person": str(address),
        "number": address.digits,
        "ton": int(address.ton),
        "npi": address.npi,
        "smsc": "" if pdu.smsc is None else str(pdu.smsc),
        "pid": pdu.pid,
        "dcs": pdu.dcs,
        "when": clock(when),
        "zone": zone(when),
        "header": udh.write(pdu.header).hex(),
        "text": pdu.data.hex() if pdu.alphabet is Alphabet.DATA8 else pdu.text,
        "class": pdu.message_class,
        "reference": getattr(pdu, "reference", None),
        **{name: getattr(pdu, name, False) for name in FLAGS},
        "validity": validity(pdu),
        "status": getattr(pdu, "status", None),
        "discharge": clock(getattr(pdu, "discharge", None)),
    }
    return found


def clock(when: datetime | None) -> list[int] | None:
    """A time as its clock shows it."""
    return None if when is None else list(when.timetuple()[:6])


def zone(when: datetime | None) -> int | None:
    """Quarters of an hour east of UTC."""
    offset = when.utcoffset() if when is not None else None
    return None if offset is None else round(offset / timedelta(minutes=15))


def validity(pdu: Pdu) -> Any:
    """The period: the octet, the clock or the octets."""
    period = getattr(pdu, "validity", None)
    if isinstance(period, Relative):
        return period.octet
    if isinstance(period, Absolute):
        return clock(period.when)
    return period.octets.hex() if isinstance(period, Enhanced) else None


def some_text(rng: random.Random) -> str:
    """A text: of the default alphabet, with its extension, or of anything; of any length up to three parts."""
    chars = rng.choice(
        [DEFAULT.replace("\x1b", ""), "".join(EXTENSION.values()) + "ab@", "abc @\r\n", WIDE + "ab", "aЖ"]
    )
    length = rng.choice([rng.randint(1, 20), rng.randint(60, 170), rng.randint(1, 450)])
    return "".join(rng.choices(chars, k=length))


def some_number(rng: random.Random) -> Number:
    """A number of any type."""
    kind = rng.randrange(8)
    if kind == 5:
        name = "".join(rng.choices(DEFAULT.replace("\x1b", "") + "€[", k=rng.randint(1, 11)))
        while len(name) + sum(c in "€[" for c in name) > 11:
            name = name[1:]
        return Number(name, 5, rng.choice([0, 1]))
    digits = "0123456789*#abc" if rng.random() < 0.2 else "0123456789"
    return Number("".join(rng.choices(digits, k=rng.randint(1, 20))), kind, rng.choice([0, 1, 1, 1, 9]))


def some_time(rng: random.Random) -> datetime | None:
    """A time, at times none."""
    if rng.random() < 0.1:
        return None
    begin = datetime(1990, 1, 1) if rng.random() < 0.1 else datetime(2000, 1, 1)
    naive = begin + timedelta(seconds=rng.randrange(89 * 365 * 86400 if begin.year == 2000 else 9 * 365 * 86400))
    return naive.replace(
        tzinfo=timezone(timedelta(minutes=15 * rng.choice([0, 4, 8, -20, 22, 56, -48, rng.randint(-79, 79)])))
    )


def some_header(rng: random.Random) -> tuple[Element, ...]:
    """Elements of a header, known and unknown."""
    known = [
        Element(0, bytes((rng.randrange(256), 3, rng.randint(0, 4)))),
        Element(8, bytes((rng.randrange(256), rng.randrange(256), 2, rng.randint(1, 2)))),
        Element(1, bytes((rng.randrange(256), rng.randrange(9)))),
        Element(4, rng.randbytes(2)),
        Element(5, rng.randbytes(4)),
        Element(0x24, bytes((rng.randrange(16),))),
        Element(0x25, bytes((rng.randrange(16),))),
        Element(rng.randrange(0x70, 0x100), rng.randbytes(rng.randint(0, 9))),
    ]
    return tuple(rng.sample(known, rng.choice([0, 0, 0, 1, 1, 2, 3])))


def some_pdu(rng: random.Random) -> Pdu:
    """A PDU of any kind with any coding."""
    dcs = rng.choice([0, 0, 8, 8, 4, 0x10, 0x18, 0xF1, 0xF5, rng.randrange(256)])
    header = some_header(rng)
    most = room(CODINGS[dcs].alphabet, len(udh.write(header)))
    size = rng.randint(0, most)
    alphabet = CODINGS[dcs].alphabet
    if alphabet is Alphabet.GSM7:
        data = bytes(rng.choices([*range(128), *range(0x20, 0x5B), *range(0x61, 0x7B)], k=size))
    elif alphabet is Alphabet.UCS2:
        data = "".join(rng.choices(WIDE + "abcdef", k=size)).encode("utf-16-be")[: size - size % 2]
    else:
        data = rng.randbytes(size)
    smsc = (
        None
        if rng.random() < 0.5
        else Number("".join(rng.choices("0123456789", k=rng.randint(1, 20))), rng.choice([0, 1]))
    )
    flags = [rng.random() < 0.3 for _ in range(4)]
    kind = rng.randrange(4)
    if kind < 2:
        return Deliver(some_number(rng), some_time(rng), rng.choice([0, 0x41, 0x7F]), dcs, data, header, smsc, *flags)
    if kind == 2:
        period = rng.choice(
            [None, Relative(rng.randrange(256)), Absolute(some_time(rng)), Enhanced(rng.randbytes(7)), Enhanced.of(500)]
        )
        return Submit(some_number(rng), dcs, data, 0, header, rng.randrange(256), period, *flags[:3], smsc=smsc)
    status = rng.choice([0, 1, 0x20, 0x30, 0x40, 0x45, 0x60, rng.randrange(256)])
    bare = StatusReport(rng.randrange(256), some_number(rng), some_time(rng), some_time(rng), status, smsc, *flags[:3])
    if rng.random() < 0.2:
        bare.pid, bare.dcs, bare.data, bare.header = 0x41, dcs, data[:100], ()
    return bare


# What our own encoder does not write.
SPECIAL: tuple[tuple[str, Direction], ...] = (
    # The reserved type 3; a report with an address that is longer than it says; octets after the end.
    ("00070B911346610089F600002080629173148003C8701A", "in"),
    ("00062309911346610089F6208062917314802080629173148000", "in"),
    ("07911326040000F0040B911346610089F60000208062917314800CC8F71D14969741F977FD070000", "in"),
    # A header whose element runs over its end.
    ("00440B911346610089F60004208062917314800805000407020141FF42", "in"),
    # Names: with the padding of whole octets, and with a true @.
    ("00040ED0CDF2396C7EBB0100002080629173148003C8701A", "in"),
    ("00040DD0CDF2396C7EBB0100002080629173148003C8701A", "in"),
    ("000409D049B7F90D0000002080629173148003C8701A", "in"),
    # Reports with an end, and with a broken one.
    ("0006230B911346610089F6208062917314802080629173148000074108020041", "in"),
    ("0006230B911346610089F6208062917314802080629173148000FF", "in"),
    # UCS2 of an odd length; 161 septets.
    ("00040B911346610089F6000820806291731480030041D8", "in"),
    ("00040B911346610089F6000020806291731480A1" + "31" * 141, "in"),
    # What is no message, either way.
    ("00010B911346610089F60000208062917314800130", "in"),
    ("000000", "out"),
    ("0002000B911346610089F6", "out"),
)


def some_octets(seed: int, count: int) -> Iterator[tuple[bytes, Direction]]:
    """Special PDUs and so many others, with the direction in which they go; one of ten others is cut."""
    for digits, direction in SPECIAL:
        yield bytes.fromhex(digits), direction
    rng = random.Random(seed)
    while count:
        pdu = some_pdu(rng)
        octets = bytearray(tpdu.encode(pdu))
        if rng.random() < 0.1:
            octets = octets[: rng.randrange(len(octets))]
        yield bytes(octets), "out" if isinstance(pdu, Submit) else "in"
        count -= 1
