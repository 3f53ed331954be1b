"""The books of texts in both directions: the simulator's log and the clients' inboxes are the truth, and the
gateway's own journal tells only what it had taken over.

A text is known by its token, which is in each of its parts; each text goes to a number of its own, so that what is
said of a number is said of that text.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field
from stanzas import CLIENT, Stanza, body, condition, error_text

RECEIPT = "{urn:xmpp:receipts}received"
TOKEN = re.compile(r"\b[oi]\d+\b")
TWICE = re.compile(r"The text to (\+\d+) may arrive twice")
NOT_DELIVERED = "was not delivered:"
IN_DOUBT = "may have been sent"
OPEN_TEXTS = "SELECT count(*) FROM sms_out WHERE state IN ('queued', 'submitting') OR told = 0"
NO_REPORT_YET = "SELECT number FROM sms_out WHERE report = 1 AND state = 'accepted'"
OPEN_ARRIVALS = "SELECT count(*) FROM sms_in WHERE state IN ('new', 'part')"
NOT_PROVED = "SELECT count(*) FROM inbox WHERE xml IS NOT NULL AND had IS NULL"


@define
class Out:
    """A text of a client to a phone, and what came of it; `taken` counts how often the network took each part."""

    token: str
    number: str
    id: str
    parts: int
    wants_receipt: bool
    known: bool = False
    taken: Counter[int] = field(factory=Counter)
    arrived: set[int] = field(factory=set)
    receipts: set[str] = field(factory=set)
    errors: list[str] = field(factory=list)
    said: set[str] = field(factory=set)
    reports_dropped: int = 0

    @property
    def whole(self) -> bool:
        """Whether the network took all of it."""
        return len(self.taken) == self.parts

    @property
    def doubled(self) -> bool:
        """Whether the network took a part more than once."""
        return any(count > 1 for count in self.taken.values())

    @property
    def in_doubt(self) -> bool:
        """Whether the sender was told that it may have gone out."""
        return any(IN_DOUBT in error for error in self.errors)

    @property
    def lost(self) -> bool:
        """The gateway had it, it did not go out, and nobody was told."""
        return (self.known or bool(self.taken)) and not self.whole and not self.errors

    @property
    def wordless(self) -> bool:
        """It went out, its reports came to the modem, and the sender got neither receipt nor error."""
        answered = bool(self.receipts or self.errors)
        return self.whole and self.wants_receipt and not answered and not self.reports_dropped

    @property
    def contradicted(self) -> bool:
        """Both answers came, or one that is not true."""
        failed = any(IN_DOUBT not in error for error in self.errors)
        untrue = bool(self.receipts) and len(self.arrived) < self.parts
        return (bool(self.receipts) and bool(self.errors)) or (failed and self.whole) or untrue


@define
class In:
    """A text of a phone to a modem; `copies` are (account, stanza id) of what a client got, each once."""

    token: str
    text: str
    copies: set[tuple[str, str]] = field(factory=set)
    repeats: int = 0
    damaged: int = 0


OUT_WORDS: Mapping[str, Any] = {
    "sent": lambda t: True,
    "delivered": lambda t: len(t.arrived) == t.parts,
    "receipts": lambda t: t.receipts,
    "errored": lambda t: t.errors and not t.in_doubt,
    "in doubt": lambda t: t.in_doubt,
    "said twice": lambda t: t.said,
    "came twice": lambda t: t.doubled and t.said,
    "report dropped": lambda t: t.reports_dropped and not t.receipts,
    "unanswered": lambda t: not t.known and not t.taken and not t.errors,
    "wordless": lambda t: t.wordless,
    "lost": lambda t: t.lost,
    "silently doubled": lambda t: t.doubled and not t.said,
    "contradicted": lambda t: t.contradicted,
}
IN_WORDS: Mapping[str, Any] = {
    "sent": lambda t: True,
    "delivered": lambda t: t.copies,
    "same id again": lambda t: t.repeats,
    "damaged": lambda t: t.damaged,
    "lost": lambda t: not t.copies,
    "doubled": lambda t: len(t.copies) > 1,
}
BAD = ("wordless", "lost", "silently doubled", "contradicted", "damaged", "doubled")


@define
class Books:
    """What was sent by both sides, and what came of it once `close` has read all logs.

    `order` has the tokens of what came from each phone; `ids` the token and part of each submission in the log.
    """

    title: str
    out: dict[str, Out] = field(factory=dict)
    came: dict[str, In] = field(factory=dict)
    order: dict[str, list[str]] = field(factory=dict)
    ids: dict[int, tuple[str, int]] = field(factory=dict)

    def close(self, entries: Iterable[dict[str, Any]], heard: Mapping[str, list[Stanza]], database: Path) -> None:
        """Read the simulator's log, what each account has heard, and which texts the gateway had taken over."""
        for entry in entries:
            self.read_entry(entry)
        by_id = {text.id: text for text in self.out.values()}
        by_number = {text.number: text for text in self.out.values()}
        for account, stanzas in heard.items():
            for stanza in stanzas:
                self.read_stanza(account, stanza, by_id, by_number)
        for (id,) in read(database, "SELECT message_id FROM sms_out"):
            if id in by_id:
                by_id[id].known = True

    def read_entry(self, entry: dict[str, Any]) -> None:
        """Something that happened in the phone network."""
        if entry["event"] == "report dropped" and entry["id"] in self.ids:
            # The modem has no room for more of them; nobody hears of it.
            self.out[self.ids[entry["id"]][0]].reports_dropped += 1
            return
        found = TOKEN.search(entry.get("text", ""))
        text = self.out.get(found[0]) if found else None
        if text is None:
            return
        if entry["event"] == "submitted":
            number = entry["concat"][2] if entry["concat"] else 1
            text.taken[number] += 1
            self.ids[entry["id"]] = text.token, number
        elif entry["event"] == "delivered":
            text.arrived.add(self.ids[entry["id"]][1])

    def read_stanza(self, account: str, stanza: Stanza, by_id: Mapping[str, Out], by_number: Mapping[str, Out]) -> None:
        """Something that a client got."""
        if stanza.tag != f"{CLIENT}message":
            return
        text, id = body(stanza) or "", stanza.get("id", "")
        number = (stanza.get("from") or "").partition("%")[0]
        received = stanza.find(RECEIPT)
        if stanza.get("type") == "error":
            if id in by_id:
                by_id[id].errors.append(f"{condition(stanza)}: {error_text(stanza)}")
        elif received is not None:
            if received.get("id") in by_id:
                by_id[received.get("id", "")].receipts.add(id)
        elif twice := TWICE.search(text):
            if twice[1] in by_number:
                by_number[twice[1]].said.add(id)
        elif NOT_DELIVERED in text:
            if number in by_number:
                by_number[number].errors.append(text)
        else:
            self.read_arrival(account, id, number, text)

    def read_arrival(self, account: str, id: str, number: str, text: str) -> None:
        """A text that reached a client."""
        found = TOKEN.search(text)
        mine = self.came.get(found[0]) if found else None
        if mine is None:
            return
        if (account, id) in mine.copies:
            mine.repeats += 1
            return
        mine.copies.add((account, id))
        mine.damaged += text != mine.text
        self.order.setdefault(number, []).append(mine.token)

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """The table's two rows."""
        out = {word: sum(bool(test(text)) for text in self.out.values()) for word, test in OUT_WORDS.items()}
        came = {word: sum(bool(test(text)) for text in self.came.values()) for word, test in IN_WORDS.items()}
        return out, came

    def table(self) -> str:
        """The books as a table."""
        out, came = self.counts()
        lines = [self.title]
        for name, counts in (("to phones", out), ("from phones", came)):
            lines.append(f"{name:12}" + "".join(f"{word:>{len(word) + 2}}" for word in counts))
            lines.append(f"{'':12}" + "".join(f"{count:>{len(word) + 2}}" for word, count in counts.items()))
        return "\n".join(lines)

    def bad(self) -> dict[str, list[str]]:
        """The tokens of what must never be, by the word for it."""
        rows = ((OUT_WORDS, self.out), (IN_WORDS, self.came))
        found = {}
        for word in BAD:
            tokens = [token for words, texts in rows if word in words for token, t in texts.items() if words[word](t)]
            if tokens:
                found[word] = tokens
        return found

    def show(self, token: str) -> str:
        """All that is known of a text."""
        return str(self.out.get(token) or self.came.get(token))


def read(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the gateway's database, which it may be writing; none before it has its tables."""
    if not database.exists():
        return []
    link = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        return link.execute(sql).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise
    finally:
        link.close()


def without_report(database: Path) -> list[str]:
    """The numbers of texts that went out and whose reports are still to come."""
    return [number for (number,) in read(database, NO_REPORT_YET)]


def dropped(entries: Iterable[dict[str, Any]]) -> set[str]:
    """The numbers of texts of which a modem has dropped a report, having no room for it."""
    entries = list(entries)
    ids = {entry["id"] for entry in entries if entry["event"] == "report dropped"}
    return {entry["to"] for entry in entries if entry["event"] == "submitted" and entry["id"] in ids}


def unfinished(database: Path) -> dict[str, int]:
    """What the gateway has still to do, by its own journal."""
    counts = {
        "texts to send or to tell of": OPEN_TEXTS,
        "arrivals": OPEN_ARRIVALS,
        "stanzas": NOT_PROVED,
    }
    found = {name: read(database, sql) for name, sql in counts.items()}
    return {name: rows[0][0] for name, rows in found.items() if rows and rows[0][0]}
