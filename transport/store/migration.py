"""Bringing the tables up to date: numbered scripts, each applied once, after a copy was put aside."""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence

from transport.store.connection import MEMORY, Transaction
from transport.store.interface import StoreError

CORE = "core"


def upgrade(connection: sqlite3.Connection, path: str, scripts: Sequence[str]) -> None:
    """Bring the gateway's own tables up to date, all or nothing; StoreError when that cannot be.

    `path` is the database's file; before an upgrade it is copied to `path.version-N`.
    """
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS version (part TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID"
        )
        have = version(Transaction(connection), CORE)
        if 0 < have < len(scripts) and path != MEMORY:
            backup(connection, f"{path}.version-{have}")
        connection.execute("BEGIN IMMEDIATE")
        try:
            apply(Transaction(connection), CORE, scripts)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"The database {path} cannot be brought up to date: {error}.") from error


def version(transaction: Transaction, part: str) -> int:
    """How many scripts of a part have been applied."""
    row = transaction.execute("SELECT number FROM version WHERE part = ?", (part,)).fetchone()
    return int(row[0]) if row else 0


def apply(transaction: Transaction, part: str, scripts: Sequence[str]) -> None:
    """Apply the scripts of a part that have not been; a plugin's part is its name."""
    have = version(transaction, part)
    if have > len(scripts):
        raise StoreError(
            f"The database was written by a newer program (tables of {part}: version {have}, this program "
            f"knows {len(scripts)}). Install the newer program again, or go back to a backup copy."
        )
    for script in scripts[have:]:
        for statement in statements(script):
            transaction.execute(statement)
    transaction.execute("INSERT OR REPLACE INTO version VALUES (?, ?)", (part, len(scripts)))


def statements(script: str) -> Iterator[str]:
    """The statements of a script; sqlite3's own way to run many would commit what came before."""
    statement = ""
    for piece in re.split(r"(?<=;)", script):
        statement += piece
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def backup(connection: sqlite3.Connection, path: str) -> None:
    """Copy the database as it is to a file that only we can read; an older copy is replaced."""
    aside = f"{path}.part"
    os.close(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
    copy = sqlite3.connect(aside)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    os.replace(aside, path)
