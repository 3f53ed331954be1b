"""Texts that came in and their parts, between the disk and reassembly."""

from collections.abc import Sequence
from hashlib import sha256

from attrs import define

from transport.plugins.sms import numbers, tpdu
from transport.plugins.sms.incoming.in_journal import Place, Row
from transport.plugins.sms.incoming.reassembly import Key, Part, Whole
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.numbers import Sender
from transport.plugins.sms.tpdu import Deliver

CONTENT_BYTES = 12


@define(eq=False)
class Arrived:
    """A text or a part of one that is kept, as it is read; `sender` by the region of the network."""

    row: Row
    deliver: Deliver
    sender: Sender


Group = Whole[Arrived]


def arrived(row: Row, deliver: Deliver, region: str) -> Arrived:
    """A row with what was read of it."""
    return Arrived(row, deliver, numbers.originator(deliver.originator, region))


def read(row: Row, region: str) -> Arrived:
    """A row of the table, which was readable when it was kept; raises Malformed."""
    pdu = tpdu.decode(row.pdu, "in")
    if not isinstance(pdu, Deliver):
        raise Malformed("no text")
    return arrived(row, pdu, region)


def part_of(arrived: Arrived) -> Part[Arrived]:
    """A text as reassembly sees it; one that is whole is the only part of a set of its own."""
    deliver, concat = arrived.deliver, arrived.deliver.concat
    sim, sender = arrived.row.sim, arrived.sender.name
    content = sha256(bytes((deliver.dcs,)) + deliver.data).digest()[:CONTENT_BYTES]
    stamp = deliver.timestamp.timestamp() if deliver.timestamp is not None else None
    if concat is None:
        return Part(Key(sim, sender, 0, False, 1), 1, arrived.row.at, content, stamp, arrived)
    key = Key(sim, sender, concat.reference, concat.wide, concat.total)
    return Part(key, concat.number, arrived.row.at, content, stamp, arrived)


def whole_of(group: Sequence[Arrived]) -> Group:
    """What was given out together before."""
    parts = sorted(map(part_of, group), key=lambda part: part.number)
    return Whole(parts[0].key, tuple(parts))


def rows_of(whole: Group) -> list[tuple[int, str]]:
    """The rows of a whole, the first one first, each with its batch; a text of one part needs none."""
    ids = sorted(part.value.row.id for part in whole.parts)
    if whole.key.total < 2:
        return [(id, "") for id in ids]
    written = {part.value.row.id: Place(part, ids[0]).written() for part in whole.parts}
    return [(id, written[id]) for id in ids]
