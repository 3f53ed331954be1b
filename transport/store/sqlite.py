"""The store in a file of SQLite: one thread that writes, one that reads."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from os import urandom
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail, gatherResults, succeed
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from zope.interface import implementer

from transport.store import migration, queries
from transport.store.archiving import Archiving
from transport.store.connection import MEMORY, Reader, Transaction, Writer, connect
from transport.store.interface import (
    AccountRow,
    ArchiveRow,
    ContactRow,
    InboxRow,
    IStore,
    KeptRoom,
    OwnerState,
    SeatRow,
    StoreError,
)
from transport.store.schema import scripts
from transport.store.seal import KEY_BYTES, Seal
from transport.store.worker import InlineWorker, IWorker, ThreadWorker

T = TypeVar("T")
_PROOF = ("", "", "proof")


def memory_store(reactor: Any) -> "SqliteStore":
    """A store that lives as long as the object, whose Deferreds have always fired: for tests."""
    return SqliteStore(MEMORY, lambda may_create: Seal(urandom(KEY_BYTES)), reactor, threads=False)


@implementer(IStore)
class SqliteStore:
    """Durable state in one file.

    `key` gives the seal for secrets (a `KeyFile`); `reactor` is IReactorTime and IReactorFromThreads.
    Without `threads` everything is done at once, by the caller's thread.
    """

    def __init__(self, path: str, key: Callable[[bool], Seal], reactor: Any, *, threads: bool = True) -> None:
        self._path = path
        self._key = key
        self._time: IReactorTime = reactor
        self._reactor: IReactorFromThreads = reactor
        self._threads = threads
        self._connections: list[sqlite3.Connection] = []
        self._writer: IWorker
        self._reader: IWorker
        self._seal: Seal
        self._archiving = Archiving(self._archive, reactor)

    @property
    def archive_lost(self) -> int:
        """How many messages of the archive could not be written and were given up."""
        return self._archiving.lost

    # Start and end

    def start(self) -> Deferred[None]:
        try:
            self._open()
        except StoreError:
            self._close()
            return fail()
        return succeed(None)

    def _open(self) -> None:
        writes = connect(self._path, writes=True)
        self._connections.append(writes)
        migration.upgrade(writes, self._path, scripts("sqlite"))
        self._seal = self._check_key(Transaction(writes))
        self._writer = self._worker(Writer(writes), "store-writer")
        self._reader = self._writer
        if self._path != MEMORY:
            reads = connect(self._path, writes=False)
            self._connections.append(reads)
            self._reader = self._worker(Reader(reads), "store-reader")

    def _worker(self, batch: Any, name: str) -> IWorker:
        return ThreadWorker(batch, self._reactor, name) if self._threads else InlineWorker(batch)

    def _check_key(self, t: Transaction) -> Seal:
        """The seal, which must open what was sealed at the first start."""
        row = t.execute("SELECT sealed FROM secret WHERE (owner, network, field) = (?, ?, ?)", _PROOF).fetchone()
        seal = self._key(row is None)
        if row is None:
            t.execute("INSERT INTO secret VALUES (?, ?, ?, ?)", (*_PROOF, seal.seal("", *_PROOF)))
            return seal
        try:
            seal.open(row[0], *_PROOF)
        except StoreError as error:
            raise StoreError(f"The key file is not the one of the database {self._path}.") from error
        return seal

    def stop(self) -> Deferred[None]:
        if not self._connections:
            return succeed(None)
        self._archiving.flush()
        workers = [self._writer] if self._reader is self._writer else [self._writer, self._reader]
        return gatherResults([w.stop() for w in workers]).addCallback(lambda _: self._close())

    def _close(self) -> None:
        self._archiving.stop()
        while self._connections:
            self._connections.pop().close()

    def _write(self, job: Callable[[Transaction], T]) -> Deferred[T]:
        if not self._connections:
            return fail(StoreError("The database is closed."))
        return self._writer.submit(job)

    def _read(self, job: Callable[[Transaction], T]) -> Deferred[T]:
        """Read what was written before; only a write that is under way has to be waited for."""
        if self._connections and self._writer.pending:
            done = self._writer.submit(lambda t: None)
            return done.addCallback(lambda _: self._reader.submit(job))
        return self._reader.submit(job) if self._connections else self._write(job)

    def _execute(self, sql: str, *parameters: Any) -> Deferred[None]:
        def job(t: Transaction) -> None:
            t.execute(sql, parameters)

        return self._write(job)

    # Owners

    def load(self, owner: str) -> Deferred[OwnerState]:
        return self._read(lambda t: queries.load(t, self._seal, owner))

    def members(self) -> Deferred[Sequence[str]]:
        return self._read(lambda t: queries.column(t, "SELECT owner FROM member ORDER BY owner"))

    def accounts(self, network: str) -> Deferred[Sequence[tuple[str, AccountRow]]]:
        return self._read(lambda t: queries.accounts(t, self._seal, "network", network))

    def subscribers(self) -> Deferred[Sequence[str]]:
        sql = "SELECT DISTINCT owner FROM contact WHERE to_contact ORDER BY owner"
        return self._read(lambda t: queries.column(t, sql))

    def followers(self, network: str, name: str) -> Deferred[Sequence[str]]:
        sql = "SELECT owner FROM contact WHERE network = ? AND name = ? AND to_contact ORDER BY owner"
        return self._read(lambda t: queries.column(t, sql, (network, name)))

    def save_member(self, owner: str) -> Deferred[None]:
        return self._execute("INSERT OR IGNORE INTO member VALUES (?)", owner)

    def remove_member(self, owner: str) -> Deferred[None]:
        self._archiving.forget(owner)
        return self._write(lambda t: queries.remove_member(t, owner))

    def save_account(self, owner: str, row: AccountRow) -> Deferred[None]:
        kept = AccountRow(row.network, dict(row.settings), dict(row.secrets))
        return self._write(lambda t: queries.save_account(t, self._seal, owner, kept))

    def remove_account(self, owner: str, network: str) -> Deferred[None]:
        return self._write(lambda t: queries.remove_account(t, owner, network))

    def set_preference(self, owner: str, key: str, value: str | None) -> Deferred[None]:
        if value is None:
            return self._execute("DELETE FROM preference WHERE owner = ? AND key = ?", owner, key)
        return self._execute("INSERT OR REPLACE INTO preference VALUES (?, ?, ?)", owner, key, value)

    def save_contact(self, owner: str, row: ContactRow) -> Deferred[None]:
        kept = ContactRow(row.network, row.name, row.to_contact, row.from_contact, row.nick)
        return self._write(lambda t: queries.save_contact(t, owner, kept))

    # Rooms

    def save_room(self, owner: str, row: KeptRoom) -> Deferred[None]:
        return self._execute("INSERT OR REPLACE INTO room VALUES (?, ?, ?, ?)", owner, row.network, row.room, row.nick)

    def remove_room(self, owner: str, network: str, room: str) -> Deferred[None]:
        return self._execute("DELETE FROM room WHERE (owner, network, room) = (?, ?, ?)", owner, network, room)

    def save_seat(self, row: SeatRow) -> Deferred[None]:
        return self._execute(
            "INSERT OR REPLACE INTO seat VALUES (?, ?, ?, ?)", row.owner, row.resource, row.address, row.nick
        )

    def remove_seat(self, owner: str, resource: str, address: str) -> Deferred[None]:
        return self._execute("DELETE FROM seat WHERE (owner, resource, address) = (?, ?, ?)", owner, resource, address)

    def seats(self) -> Deferred[Sequence[SeatRow]]:
        sql = "SELECT owner, resource, address, nick FROM seat"
        return self._read(lambda t: [SeatRow(*row) for row in t.execute(sql)])

    def clear_seats(self) -> Deferred[None]:
        return self._execute("DELETE FROM seat")

    # Archive and inbox

    def archive(self, row: ArchiveRow) -> None:
        if self._connections:
            self._archiving.add(row)

    def _archive(self, rows: Sequence[ArchiveRow]) -> Deferred[None]:
        def job(t: Transaction) -> None:
            values = ((r.id, r.owner, r.network, r.name, r.when, r.nick, r.body, r.extra) for r in rows)
            t.executemany(queries.ARCHIVE, values)

        return self._write(job)

    def history(
        self, owner: str, network: str, name: str, limit: int, since: float | None = None
    ) -> Deferred[Sequence[ArchiveRow]]:
        self._archiving.flush()
        return self._read(lambda t: queries.history(t, (owner, network, name), limit, since))

    def prune_archive(self, before: float) -> Deferred[int]:
        return Deferred.fromCoroutine(self._prune(before))

    async def _prune(self, before: float) -> int:
        total = 0
        while count := await self._write(lambda t: queries.prune_archive(t, before)):
            total += count
        return total

    def inbox_put(self, owner: str, network: str, key: str, xml: str) -> Deferred[int | None]:
        row = (owner, network, key, xml, self._time.seconds())
        return self._write(lambda t: queries.inbox_put(t, row))

    def inbox_done(self, ids: Iterable[int]) -> Deferred[None]:
        done, now = list(ids), self._time.seconds()
        return self._write(lambda t: queries.inbox_done(t, done, now))

    def inbox_back(self, owner: str, ids: Iterable[int]) -> Deferred[int]:
        back, now = list(ids), self._time.seconds()
        return self._write(lambda t: queries.inbox_back(t, owner, back, now))

    def inbox(self, after: int = 0, limit: int = 1000) -> Deferred[Sequence[InboxRow]]:
        return self._read(lambda t: queries.inbox(t, after, limit))

    def inbox_of(self, owner: str) -> Deferred[Sequence[InboxRow]]:
        return self._read(lambda t: queries.inbox_of(t, owner))

    # The gateway itself, and plugins

    def get(self, scope: str, key: str) -> Deferred[str | None]:
        sql = "SELECT value FROM fact WHERE scope = ? AND key = ?"
        return self._read(lambda t: next(iter(queries.column(t, sql, (scope, key))), None))

    def put(self, scope: str, key: str, value: str) -> Deferred[None]:
        return self._execute("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)", scope, key, value)

    def access(self, list_name: str) -> Deferred[Sequence[str]]:
        sql = "SELECT entry FROM access WHERE list = ? ORDER BY entry"
        return self._read(lambda t: queries.column(t, sql, (list_name,)))

    def set_access(self, list_name: str, entry: str, present: bool) -> Deferred[None]:
        if present:
            return self._execute("INSERT OR IGNORE INTO access VALUES (?, ?)", list_name, entry)
        return self._execute("DELETE FROM access WHERE list = ? AND entry = ?", list_name, entry)

    def migrate(self, plugin: str, scripts: Iterable[str]) -> Deferred[None]:
        steps = tuple(scripts)
        return self._write(lambda t: migration.apply(t, f"plugin {plugin}", steps))

    def run(self, fn: Callable[[Any], T]) -> Deferred[T]:
        return self._write(fn)
