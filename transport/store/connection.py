"""How jobs meet a connection of SQLite: many writes in one transaction, reads in a snapshot each."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from transport.store.interface import StoreError
from transport.store.worker import Failed

MEMORY = ":memory:"
BUSY_MS = 5000


def connect(path: str, *, writes: bool) -> sqlite3.Connection:
    """A connection without transactions of its own making; StoreError when it cannot be had."""
    try:
        if path != MEMORY and writes:
            # Made here so that nobody else can read it; what SQLite puts beside it has the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # Each connection is used by one thread at a time, but not by the one that opens it.
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if writes:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        else:
            connection.execute("PRAGMA query_only = ON")
    except OSError as error:
        raise StoreError(f"The database {path} cannot be opened: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise StoreError(f"The database {path} cannot be opened: {error}.") from error
    return connection


class Transaction:
    """A connection as jobs see it: they cannot end the transaction, which is not theirs alone."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """One statement."""
        return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        """One statement for many rows."""
        return self._connection.executemany(sql, rows)


class Writer:
    """Does jobs in one transaction; each in a savepoint, so that one that fails spoils no other."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._transaction = Transaction(connection)

    def __call__(self, jobs: Sequence[Callable[[Any], Any]]) -> list[Any]:
        """The jobs' results once they are on the disk; nobody's when they cannot be put there."""
        connection, results = self._connection, []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                results.append(self._one(job))
                if not connection.in_transaction:
                    # A full disk, for one, ends the whole transaction; the last job's error says it.
                    return self._lost(results[-1], len(jobs))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            return self._lost(Failed(_in_words(error)), len(jobs))
        return results

    def _one(self, job: Callable[[Any], Any]) -> Any:
        execute = self._connection.execute
        execute("SAVEPOINT job")
        try:
            result = job(self._transaction)
            execute("RELEASE job")
        except BaseException as error:
            failed = Failed(_in_words(error))
            if self._connection.in_transaction:
                execute("ROLLBACK TO job")
                execute("RELEASE job")
            return failed
        return result

    def _lost(self, failed: Failed, count: int) -> list[Any]:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        return [failed] * count


class Reader:
    """Does each job in a snapshot of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._transaction = Transaction(connection)

    def __call__(self, jobs: Sequence[Callable[[Any], Any]]) -> list[Any]:
        """The jobs' results."""
        return [self._one(job) for job in jobs]

    def _one(self, job: Callable[[Any], Any]) -> Any:
        try:
            self._connection.execute("BEGIN")
            try:
                return job(self._transaction)
            finally:
                self._connection.execute("COMMIT")
        except BaseException as error:
            return Failed(_in_words(error))


def _in_words(error: BaseException) -> BaseException:
    if not isinstance(error, sqlite3.OperationalError | sqlite3.DatabaseError):
        return error
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return error
    known = StoreError(f"The database does not work: {error}. Is the disk full, or the file in use?")
    known.__cause__ = error
    return known
