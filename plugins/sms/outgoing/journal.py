"""The outbox's tables: each step of a text is one transaction, committed before the act that it names.

States: queued -> submitting -> (the same for each part) -> accepted -> delivered; failed, expired, doubtful
and dropped end a text too.  A text whose outcome is decided never gets another one.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from transport.api import IPluginStore, Refused
from transport.plugins.sms.outgoing import outcomes
from transport.plugins.sms.outgoing.lanes import Entry
from transport.plugins.sms.outgoing.outcomes import Outcome
from transport.plugins.sms.outgoing.records import Claims, Open, Order, OutRow, Report, Step, Submission
from transport.plugins.sms.outgoing.settling import (
    ACCEPTED,
    HELD_REPORT,
    OUTCOME,
    REPORT_GRACE,
    decide,
    find_claims,
    match,
    match_held,
    nothing,
    settle,
)

T = TypeVar("T")
QUEUED, SUBMITTING, EXPIRED, DOUBTFUL, DROPPED = "queued", "submitting", "expired", "doubtful", "dropped"
PRUNED_AT_ONCE = 500
LISTED = 1000
ENTRY = "id, owner, number, bulk, created, expires, parts, part, reference, modem, attempts, resent, due, last, fault"


class Journal:
    """All SQL of texts on their way out, of one network."""

    def __init__(self, store: IPluginStore, network: str) -> None:
        self.store = store
        self.network = network

    def run(self, job: Callable[[Any], T]) -> Deferred[T]:
        """One transaction; fires once it is committed."""
        done: Deferred[T] = self.store.run(job)
        return done

    # A text's way

    def put(self, order: Order, entry: Entry, claims: Callable[[Claims], None], since: float) -> Deferred[Claims]:
        """Keep a text, and set the entry's id; `claims` may refuse it, by who wrote to the number since then."""
        row = (
            self.network, order.owner, order.number, order.text, order.ticket, order.message_id, order.report,
            order.flash, order.bulk, entry.created, entry.expires, entry.parts, entry.reference,
        )  # fmt: skip

        def job(c: Any) -> tuple[int, Claims]:
            found = find_claims(c, self.network, order.owner, order.number, since)
            claims(found)
            sql = (
                "INSERT INTO sms_out (network, owner, number, text, ticket, message_id, report, flash, bulk,"
                " created, expires, parts, reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            )
            return c.execute(sql, row).lastrowid, found

        def kept(result: tuple[int, Claims]) -> Claims:
            entry.id = result[0]
            return result[1]

        return self.run(job).addCallback(kept)

    def begin(self, s: Submission) -> Deferred[tuple[str, bool, bool] | None]:
        """A modem is about to be given a part: the text, whether it is a flash, and whether a receipt is wanted."""

        def job(c: Any) -> tuple[str, bool, bool] | None:
            row = c.execute(
                "UPDATE sms_out SET state = 'submitting', modem = ?, part = ?, reference = ?"
                " WHERE id = ? AND state = 'queued' RETURNING owner, text, flash, report",
                (s.modem, s.part, s.reference, s.id),
            ).fetchone()
            if row is None:
                return None
            c.execute(
                "INSERT OR REPLACE INTO sms_sticky (network, modem, number, owner, at) VALUES (?, ?, ?, ?, ?)",
                (self.network, s.modem, s.number, row[0], s.begun),
            )
            return row[1], bool(row[2]), bool(row[3])

        return self.run(job)

    def accepted(self, s: Submission, mr: int, now: float, last: bool) -> Deferred[Step]:
        """The network took a part; the next one is begun, unless it was the last.

        A report may have come before; it may decide the text.
        """

        def job(c: Any) -> Step:
            row = (s.id, s.reference, s.part, s.modem, s.sim, mr, s.number, s.begun)
            c.execute("INSERT OR REPLACE INTO sms_part VALUES (?, ?, ?, ?, ?, ?, ?, ?, -1)", row)
            kept = c.execute(
                "UPDATE sms_out SET part = ?, attempts = 0, fault = '', last = ?, state = ?,"
                " text = CASE WHEN ? THEN '' ELSE text END, told = ? WHERE id = ? AND state = 'submitting'",
                (s.part + 1, now, ACCEPTED if last else SUBMITTING, last, last, s.id),
            )
            decided = match_held(c, self.network, now)
            ended = any(outcome.id == s.id for outcome in decided)
            return Step(kept.rowcount > 0 and not ended and not last, decided)

        return self.run(job)

    def requeue(self, entry: Entry) -> Deferred[bool]:
        """A part did not go out: try again when it is due.  False when the text was ended meanwhile."""
        row = (entry.attempts, entry.due, entry.fault, entry.resent, entry.id)
        sql = (
            "UPDATE sms_out SET state = 'queued', attempts = ?, due = ?, fault = ?, resent = ?"
            " WHERE id = ? AND state IN ('queued', 'submitting')"
        )
        return self.run(lambda c: bool(c.execute(sql, row).rowcount))

    def end(self, id: int, state: str, reason: Refused, fault: str = "", only: str = "") -> Deferred[Outcome | None]:
        """Decide that a text has failed; None when it is decided already, or not in the state `only`."""
        return self.run(lambda c: decide(c, id, state, outcomes.written(reason), fault, only))

    def told(self, id: int) -> Deferred[None]:
        """The core keeps a text's outcome."""
        return self.run(lambda c: nothing(c.execute("UPDATE sms_out SET told = 1 WHERE id = ?", (id,))))

    def report(self, report: Report, hold: bool) -> Deferred[Outcome | None]:
        """Keep what a report says; with `hold` it may be of a part whose answer is still to come."""

        def job(c: Any) -> Outcome | None:
            id = None if hold else match(c, self.network, report, report.at)
            if id is not None:
                return settle(c, id)
            row = (report.sim, report.mr, report.number, report.status, report.at)
            c.execute("INSERT INTO sms_report (sim, mr, number, status, at) VALUES (?, ?, ?, ?, ?)", row)
            return None

        return self.run(job)

    def match_held(self, now: float) -> Deferred[list[Outcome]]:
        """Look again at the reports that nothing was known of."""
        return self.run(lambda c: match_held(c, self.network, now))

    # What is there

    def load(self, now: float, sticky_age: float) -> Deferred[Open]:
        """All that a program before this one has left open."""

        def job(c: Any) -> Open:
            where = "FROM sms_out WHERE network = ? AND told = 0 AND (outcome != '') = ? ORDER BY id"
            untold = [Outcome(*row) for row in c.execute(f"SELECT {OUTCOME} {where}", (self.network, True))]
            rows = c.execute(f"SELECT state, {ENTRY} {where}", (self.network, False)).fetchall()
            entries = [Entry(*row[1:]) for row in rows]
            doubted = {row[1] for row in rows if row[0] == SUBMITTING}
            claims = {
                (e.owner, e.number): find_claims(c, self.network, e.owner, e.number, now - sticky_age) for e in entries
            }
            return Open(entries, doubted, untold, claims)

        return self.run(job)

    def sent_since(self, sim: str, since: float) -> Deferred[list[float]]:
        """When a SIM has sent parts since a time, oldest first."""
        sql = "SELECT at FROM sms_part WHERE sim = ? AND at > ? ORDER BY at"
        return self.run(lambda c: [at for (at,) in c.execute(sql, (sim, since))])

    def used_since(self, since: float) -> Deferred[list[tuple[str, float, int]]]:
        """(owner, time, parts) of all texts since a time that went out or still may, oldest first."""
        sql = (
            "SELECT owner, created, used FROM (SELECT id, owner, created, CASE"
            " WHEN state IN ('failed', 'expired', 'dropped') THEN part WHEN state = 'doubtful' THEN part + 1"
            " ELSE parts END AS used FROM sms_out WHERE network = ? AND created > ?) WHERE used > 0 ORDER BY id"
        )
        return self.run(lambda c: c.execute(sql, (self.network, since)).fetchall())

    def waiting(self, owner: str | None) -> Deferred[list[OutRow]]:
        """The texts that wait, all or an owner's, oldest first."""
        sql = (
            "SELECT id, owner, number, created, expires, parts, part, modem, state, attempts, due, fault FROM sms_out"
            " WHERE network = ? AND told = 0 AND outcome = '' AND (? IS NULL OR owner = ?) ORDER BY id LIMIT ?"
        )
        return self.run(lambda c: [OutRow(*row) for row in c.execute(sql, (self.network, owner, owner, LISTED))])

    def prune(self, now: float, keep: float, sticky_age: float) -> Deferred[int]:
        """Forget a bounded number of what is long finished: how many texts that were."""

        def job(c: Any) -> int:
            c.execute("DELETE FROM sms_report WHERE at < ?", (now - HELD_REPORT,))
            c.execute("DELETE FROM sms_sticky WHERE network = ? AND at < ?", (self.network, now - sticky_age))
            oldest = c.execute(
                "SELECT id FROM (SELECT id, told, created, expires FROM sms_out WHERE network = ? ORDER BY id LIMIT ?)"
                " WHERE told = 1 AND created < ? AND expires < ?",
                (self.network, PRUNED_AT_ONCE, now - keep, now - REPORT_GRACE),
            ).fetchall()
            c.executemany("DELETE FROM sms_part WHERE message = ?", oldest)
            c.executemany("DELETE FROM sms_out WHERE id = ?", oldest)
            return len(oldest)

        return self.run(job)
