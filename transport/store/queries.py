"""What SQLite is asked that needs more than a line; each function runs in a job of a store."""

import json
from collections.abc import Iterable
from typing import Any

from transport.store.connection import Transaction
from transport.store.interface import AccountRow, ArchiveRow, ContactRow, InboxRow, KeptRoom, OwnerState
from transport.store.seal import Seal

KEY_DAYS = 30
# Seconds after which no server sends a message back any more.
LATE = 600
# Of one owner.
MOST_BACK = 1000
PRUNE_ROWS = 2000
OF_OWNER = ("member", "account", "secret", "preference", "contact", "room", "seat", "archive")

ARCHIVE = (
    "INSERT OR IGNORE INTO archive (id, owner, network, name, at, nick, body, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
HISTORY = (
    "SELECT id, owner, network, name, at, nick, body, extra FROM archive "
    "WHERE owner = ? AND network = ? AND name = ? AND at >= ? ORDER BY id DESC LIMIT ?"
)


def load(t: Transaction, seal: Seal, owner: str) -> OwnerState:
    """All of an owner."""
    who = (owner,)
    known = t.execute(
        "SELECT 1 FROM member WHERE owner = ?1 UNION ALL SELECT 0 FROM account WHERE owner = ?1 UNION ALL "
        "SELECT 0 FROM contact WHERE owner = ?1 UNION ALL SELECT 0 FROM preference WHERE owner = ?1 UNION ALL "
        "SELECT 0 FROM room WHERE owner = ?1 LIMIT 1",
        who,
    ).fetchone()
    if known is None:
        # Guests come in crowds, and nothing is kept of them.
        return OwnerState(owner)
    state = OwnerState(owner, bool(known[0]))
    state.preferences.update(t.execute("SELECT key, value FROM preference WHERE owner = ?", who))
    for _, row in accounts(t, seal, "owner", owner):
        state.accounts[row.network] = row
    for network, name, to, from_, nick in t.execute(
        "SELECT network, name, to_contact, from_contact, nick FROM contact WHERE owner = ?", who
    ):
        state.contacts[network, name] = ContactRow(network, name, bool(to), bool(from_), nick)
    for network, room, nick in t.execute("SELECT network, room, nick FROM room WHERE owner = ?", who):
        state.rooms[network, room] = KeptRoom(network, room, nick)
    return state


def accounts(t: Transaction, seal: Seal, column: str, value: str) -> list[tuple[str, AccountRow]]:
    """(owner, account) of one owner or of one network; `column` says which, and comes from us only."""
    found = {}
    for owner, network, settings in t.execute(
        f"SELECT owner, network, settings FROM account WHERE {column} = ?",  # noqa: S608
        (value,),
    ):
        found[owner, network] = AccountRow(network, json.loads(settings))
    for owner, network, field, sealed in t.execute(
        f"SELECT owner, network, field, sealed FROM secret WHERE {column} = ?",  # noqa: S608
        (value,),
    ):
        if (owner, network) in found:
            found[owner, network].secrets[field] = seal.open(sealed, owner, network, field)
    return [(owner, row) for (owner, _), row in found.items()]


def save_account(t: Transaction, seal: Seal, owner: str, row: AccountRow) -> None:
    """Keep an account with its secrets, in place of an older one."""
    key = (owner, row.network)
    t.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?)", (*key, json.dumps(row.settings)))
    t.execute("DELETE FROM secret WHERE owner = ? AND network = ?", key)
    t.executemany(
        "INSERT INTO secret VALUES (?, ?, ?, ?)",
        [(*key, field, seal.seal(value, *key, field)) for field, value in row.secrets.items()],
    )


def remove_account(t: Transaction, owner: str, network: str) -> None:
    """Forget an account and what belongs to it."""
    for table in ("account", "secret", "contact", "room"):
        t.execute(f"DELETE FROM {table} WHERE owner = ? AND network = ?", (owner, network))  # noqa: S608


def remove_member(t: Transaction, owner: str) -> None:
    """Forget an owner wholly."""
    for table in OF_OWNER:
        t.execute(f"DELETE FROM {table} WHERE owner = ?", (owner,))  # noqa: S608
    # What is on its way to them must not be lost; it is forgotten once it has arrived.
    t.execute("DELETE FROM inbox WHERE owner = ? AND (xml IS NULL OR had IS NOT NULL)", (owner,))


def save_contact(t: Transaction, owner: str, row: ContactRow) -> None:
    """Keep a contact, or forget one of which there is nothing to keep."""
    key = (owner, row.network, row.name)
    if row.to_contact or row.from_contact or row.nick is not None:
        t.execute(
            "INSERT OR REPLACE INTO contact VALUES (?, ?, ?, ?, ?, ?)",
            (*key, row.to_contact, row.from_contact, row.nick),
        )
    else:
        t.execute("DELETE FROM contact WHERE owner = ? AND network = ? AND name = ?", key)


def history(t: Transaction, key: tuple[str, str, str], limit: int, since: float | None) -> list[ArchiveRow]:
    """The last messages of a place, oldest first."""
    rows = t.execute(HISTORY, (*key, -1e99 if since is None else since, limit)).fetchall()
    return [ArchiveRow(*row) for row in reversed(rows)]


def prune_archive(t: Transaction, before: float) -> int:
    """Drop some of the messages older than `before`, few enough not to hold others up."""
    return t.execute(
        "DELETE FROM archive WHERE rowid IN (SELECT rowid FROM archive WHERE at < ? LIMIT ?)",
        (before, PRUNE_ROWS),
    ).rowcount


def inbox_put(t: Transaction, row: tuple[str, str, str, str, float]) -> int | None:
    """Keep (owner, network, key, xml, now); its id, or None when the key is known."""
    cursor = t.execute("INSERT OR IGNORE INTO inbox (owner, network, key, xml, at) VALUES (?, ?, ?, ?, ?)", row)
    return cursor.lastrowid if cursor.rowcount == 1 else None


def inbox_done(t: Transaction, ids: Iterable[int], now: float) -> None:
    """Note what is delivered; forget texts that cannot come back any more, and keys that are old."""
    t.executemany("UPDATE inbox SET had = ?1, at = ?1, back = NULL WHERE id = ?2", [(now, id) for id in ids])
    t.execute("UPDATE inbox SET xml = NULL WHERE xml IS NOT NULL AND had < ?", (now - LATE,))
    t.execute("DELETE FROM inbox WHERE xml IS NULL AND at < ?", (now - KEY_DAYS * 86400,))


def inbox_back(t: Transaction, owner: str, ids: Iterable[int], now: float) -> int:
    """Note what has come back, and give up what is too old or too much: how many that were."""
    t.executemany(
        "UPDATE inbox SET back = ?, had = NULL WHERE id = ? AND owner = ? AND xml IS NOT NULL",
        [(now, id, owner) for id in ids],
    )
    return t.execute(
        "UPDATE inbox SET xml = NULL, back = NULL WHERE owner = ?1 AND back IS NOT NULL AND (at < ?2 OR id NOT IN "
        "(SELECT id FROM inbox WHERE owner = ?1 AND back IS NOT NULL ORDER BY id DESC LIMIT ?3))",
        (owner, now - KEY_DAYS * 86400, MOST_BACK),
    ).rowcount


def inbox(t: Transaction, after: int, limit: int) -> list[InboxRow]:
    """What is not delivered, oldest first."""
    sql = "SELECT id, owner, xml FROM inbox WHERE xml IS NOT NULL AND had IS NULL AND id > ? ORDER BY id LIMIT ?"
    return [InboxRow(*row) for row in t.execute(sql, (after, limit))]


def inbox_of(t: Transaction, owner: str) -> list[InboxRow]:
    """What has come back from an owner's server, oldest first."""
    sql = "SELECT id, owner, xml FROM inbox WHERE owner = ? AND back IS NOT NULL ORDER BY id"
    return [InboxRow(*row) for row in t.execute(sql, (owner,))]


def column(t: Transaction, sql: str, parameters: tuple[Any, ...] = ()) -> list[str]:
    """The first column of what is found."""
    return [row[0] for row in t.execute(sql, parameters)]
