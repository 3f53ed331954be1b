"""What came in, as it is kept on disk; nothing but SQL."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from attrs import define
from twisted.internet.defer import Deferred

from transport.api import IPluginStore
from transport.plugins.sms.incoming.reassembly import REMEMBER, Key, Part
from transport.plugins.sms.states import Incoming

NEW, PART, TOLD, UNOWNED, BAD = "new", "part", "told", "unowned", "bad"
# A text that a modem could not delete comes again from the same place.  One that comes directly has no place:
# a modem repeats it when it was not acknowledged in time.
SAME_PLACE = 30 * 86400.0
SAME_DIRECT = 600.0
KEEP = 30 * 86400.0
ROWS = "id, modem, sim, pdu, at, batch"
LISTED = 5000


@define
class Row:
    """A PDU that is kept; `at` is when it came, `batch` its place in a set (`Place.written`)."""

    id: int
    modem: str
    sim: str
    pdu: bytes
    at: float
    batch: str = ""


@define
class Place:
    """Which part of which set a row is; `group` is the first row of a set that was given out, 0 for none."""

    part: Part[Any]
    group: int = 0

    def written(self) -> str:
        """As it is kept."""
        key, part = self.part.key, self.part
        kept = (key.sender, key.reference, key.wide, key.total, part.number, part.stamp, part.content.hex(), self.group)
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, row: Row) -> "Place":
        """The other way."""
        sender, reference, wide, total, number, stamp, content, group = json.loads(row.batch)
        key = Key(row.sim, sender, reference, wide, total)
        return cls(Part(key, number, row.at, bytes.fromhex(content), stamp, row), group)


def digest(incoming: Incoming) -> str:
    """What is the same when a modem gives a PDU again."""
    return sha256(f"{incoming.sim}\n{place(incoming.place)}\n{incoming.pdu.hex()}".encode()).hexdigest()


def place(place: tuple[str, int] | None) -> str:
    """Memory and index; empty for what came directly."""
    return f"{place[0]},{place[1]}" if place is not None else ""


@define
class InJournal:
    """The table `sms_in` of one network."""

    store: IPluginStore
    network: str

    def keep(self, incoming: Incoming, now: float, state: str = NEW) -> Deferred[int | None]:
        """Keep a PDU: its row's number, or None when it is kept already."""
        mark = digest(incoming)
        since = now - (SAME_PLACE if incoming.place is not None else SAME_DIRECT)
        row = (self.network, incoming.modem, incoming.sim, place(incoming.place), mark, incoming.pdu.hex(), now, state)

        def job(c: Any) -> int | None:
            known = "SELECT 1 FROM sms_in WHERE digest = ? AND at > ? LIMIT 1"
            if not incoming.fresh and c.execute(known, (mark, since)).fetchone():
                return None
            columns = "network, modem, sim, place, digest, pdu, at, state"
            sql = f"INSERT INTO sms_in ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
            return int(c.execute(sql, row).lastrowid)

        done: Deferred[int | None] = self.store.run(job)
        return done

    def rows(self, *states: str) -> Deferred[list[Row]]:
        """What is kept in some states, oldest first."""
        marks = ", ".join("?" * len(states))
        sql = f"SELECT {ROWS} FROM sms_in WHERE network = ? AND state IN ({marks}) ORDER BY id"  # noqa: S608
        return self._read(sql, self.network, *states)

    def past(self, now: float) -> Deferred[list[Row]]:
        """The parts of sets that were given out of late; without their PDUs."""
        sql = (
            f"SELECT {ROWS} FROM sms_in WHERE network = ? AND state = ? AND batch != '' AND at > ?"  # noqa: S608
            " ORDER BY id DESC LIMIT ?"
        )
        return self._read(sql, self.network, TOLD, now - REMEMBER, LISTED)

    def _read(self, sql: str, *values: object) -> Deferred[list[Row]]:
        def job(c: Any) -> list[Row]:
            return [Row(id, modem, sim, bytes.fromhex(pdu), at, batch)
                    for id, modem, sim, pdu, at, batch in c.execute(sql, values)]  # fmt: skip

        done: Deferred[list[Row]] = self.store.run(job)
        return done

    def mark(self, rows: Iterable[tuple[int, str]], state: str, owner: str = "") -> Deferred[None]:
        """Another state for rows, each with its batch; what is told loses its text."""
        emptied = ", pdu = ''" if state == TOLD else ""
        sql = f"UPDATE sms_in SET state = ?, owner = ?, batch = ?{emptied} WHERE id = ?"  # noqa: S608
        changed = [(state, owner, batch, id) for id, batch in rows]

        def job(c: Any) -> None:
            c.executemany(sql, changed)

        done: Deferred[None] = self.store.run(job)
        return done

    def prune(self, now: float) -> Deferred[None]:
        """Forget what was told long ago, and what nobody could read."""
        sql = "DELETE FROM sms_in WHERE network = ? AND state IN (?, ?) AND at < ?"

        def job(c: Any) -> None:
            c.execute(sql, (self.network, TOLD, BAD, now - KEEP))

        done: Deferred[None] = self.store.run(job)
        return done


def groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows by the set that they were given out with, or each by itself, in their order."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(Place.read(row).group or row.id if row.batch else row.id, []).append(row)
    return list(found.values())
