"""What a transaction of the journal finds out: whose report it is, and whether a text is decided."""

from typing import Any

from transport.plugins.sms.outgoing import outcomes, reports
from transport.plugins.sms.outgoing.outcomes import Outcome
from transport.plugins.sms.outgoing.records import Claims, Report
from transport.plugins.sms.outgoing.reports import Fate

ACCEPTED, DELIVERED, FAILED = "accepted", "delivered", "failed"
# Reports come late: this long after a text is no longer valid.
REPORT_GRACE = 86400.0
# How long a report is kept that nothing is known of: longer than a modem may take for its answer.
HELD_REPORT = 150.0
OUTCOME = "id, owner, number, ticket, message_id, state, outcome"


def find_claims(c: Any, network: str, owner: str, number: str, since: float) -> Claims:
    """Who wrote to a number since a time, and through which modems."""
    sql = "SELECT modem, owner, at FROM sms_sticky WHERE network = ? AND number = ? AND at > ? ORDER BY at DESC"
    rows = c.execute(sql, (network, number, since)).fetchall()
    mine = tuple(modem for modem, who, _ in rows if who == owner)
    return Claims(mine, {modem: at for modem, who, at in rows if who != owner})


def match(c: Any, network: str, report: Report, now: float) -> int | None:
    """Keep a report with the part that it speaks of: the text's id, None when there is no such part.

    References come round after 256 parts, so the newest part is meant that the modem had when the report
    came.  A part's last word stays.
    """
    rows = c.execute(
        "SELECT p.message, p.reference, p.part, p.number, p.status FROM sms_part p JOIN sms_out o ON o.id = p.message"
        " WHERE p.sim = ? AND p.mr = ? AND p.at <= ? AND o.network = ? AND o.expires > ?"
        " ORDER BY p.at DESC, p.message DESC, p.part DESC",
        (report.sim, report.mr, report.at, network, now - REPORT_GRACE),
    )
    for id, reference, part, number, status in rows:
        if reports.same_number(number, report.number):
            if reports.fate(status) is Fate.OPEN:
                key = (report.status, id, reference, part)
                c.execute("UPDATE sms_part SET status = ? WHERE message = ? AND reference = ? AND part = ?", key)
            return int(id)
    return None


def match_held(c: Any, network: str, now: float) -> list[Outcome]:
    """Look again at the reports that nothing was known of; what they decide."""
    decided = []
    sql = "SELECT id, sim, mr, number, status, at FROM sms_report WHERE at > ? ORDER BY id"
    for id, *held in c.execute(sql, (now - HELD_REPORT,)).fetchall():
        message = match(c, network, Report(*held), now)
        if message is not None:
            c.execute("DELETE FROM sms_report WHERE id = ?", (id,))
            decided.append(settle(c, message))
    return [outcome for outcome in decided if outcome is not None]


def settle(c: Any, id: int) -> Outcome | None:
    """Decide a text by the reports on its parts, if they do: once."""
    row = c.execute(
        "SELECT number, state, parts, report, reference FROM sms_out WHERE id = ? AND outcome = ''", (id,)
    ).fetchone()
    if row is None:
        return None
    number, state, parts, report, reference = row
    sql = "SELECT status FROM sms_part WHERE message = ? AND reference = ? ORDER BY part"
    statuses = [status for (status,) in c.execute(sql, (id, reference))]
    verdict = reports.verdict(statuses)
    if verdict is Fate.FAILED:
        status = next(each for each in statuses if reports.fate(each) is Fate.FAILED)
        delivered = sum(each == 0 for each in statuses)
        reason = outcomes.partly(reports.refusal(status, number), delivered, parts, outcomes.ARRIVED)
        return decide(c, id, FAILED, outcomes.written(reason))
    if verdict is Fate.DELIVERED and state == ACCEPTED and len(statuses) == parts:
        if report:
            return decide(c, id, DELIVERED, outcomes.written(None))
        c.execute("UPDATE sms_out SET state = 'delivered' WHERE id = ?", (id,))
    return None


def decide(c: Any, id: int, state: str, outcome: str, fault: str = "", only: str = "") -> Outcome | None:
    """Give a text its one outcome; None when it has one, or is not in the state `only`.

    A `fault` replaces the one that the journal has, if it is not empty.
    """
    row = c.execute(
        "UPDATE sms_out SET state = ?, outcome = ?, told = 0, text = '', fault = CASE WHEN ? THEN ? ELSE fault END"
        " WHERE id = ? AND outcome = '' AND state IN ('queued', 'submitting', 'accepted') AND (? = '' OR state = ?)"
        " RETURNING id, owner, number, ticket, message_id, state, outcome",
        (state, outcome, fault != "", fault, id, only, only),
    ).fetchone()
    return None if row is None else Outcome(*row)


def nothing(_: Any) -> None:
    """A transaction without an answer."""
