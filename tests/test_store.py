"""The store in SQLite: the contract, in threads and inline, and what is its own."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from tests import store_contract
from tests.store_contract import ROMEO, row
from transport.store import sqlite as module
from transport.store.archiving import RETRY_SECONDS, ROWS, SECONDS, WAITING, Archiving
from transport.store.interface import AccountRow, ArchiveRow, IStore, StoreError
from transport.store.migration import statements
from transport.store.seal import KeyFile
from transport.store.sqlite import SqliteStore, memory_store

HERE = Path(__file__).parent.parent


def started(store: SqliteStore) -> Deferred[IStore]:
    """The store, once it runs."""
    return store.start().addCallback(lambda _: store)


class InFolder:
    """Tests that have a folder of their own."""

    folder: Path

    @pytest.fixture(autouse=True)
    def give_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path


class ThreadedStoreTests(InFolder, store_contract.StoreContract):
    """A file, with threads, as the gateway runs it."""

    def make_store(self) -> Deferred[IStore]:
        key = KeyFile(str(self.folder / "key"))
        return started(SqliteStore(str(self.folder / "db"), key, reactor))


class InlineStoreTests(InFolder, store_contract.StoreContract):
    """A file, without threads and with a clock of ours."""

    def setUp(self) -> Any:
        self.clock = Clock()
        return super().setUp()

    def make_store(self) -> Deferred[IStore]:
        key = KeyFile(str(self.folder / "key"))
        return started(SqliteStore(str(self.folder / "db"), key, self.clock, threads=False))

    async def test_keys_of_the_inbox_are_forgotten_after_thirty_days(self) -> None:
        first = await self.store.inbox_put(ROMEO, "sms", "1", "<a/>")
        waiting = await self.store.inbox_put(ROMEO, "sms", "2", "<a/>")
        assert first is not None
        assert waiting is not None
        await self.store.inbox_done([first])
        self.clock.advance(31 * 86400)
        await self.store.inbox_done([])
        self.assertIsNotNone(await self.store.inbox_put(ROMEO, "sms", "1", "<a/>"))
        self.assertIsNone(await self.store.inbox_put(ROMEO, "sms", "2", "<a/>"))

    async def test_what_has_arrived_cannot_come_back_after_ten_minutes(self) -> None:
        first = await self.store.inbox_put(ROMEO, "sms", "1", "<a/>")
        assert first is not None
        await self.store.inbox_done([first])
        self.clock.advance(601)
        await self.store.inbox_done([])
        await self.store.inbox_back(ROMEO, [first])
        self.assertEqual(await self.store.inbox_of(ROMEO), [])

    async def test_what_came_back_long_ago_is_given_up(self) -> None:
        first = await self.store.inbox_put(ROMEO, "sms", "1", "<a/>")
        assert first is not None
        await self.store.inbox_back(ROMEO, [first])
        self.clock.advance(31 * 86400)
        self.assertEqual(await self.store.inbox_back(ROMEO, []), 1)
        self.assertEqual(await self.store.inbox(), [])

    async def test_secrets_are_not_in_the_file(self) -> None:
        await self.store.save_account(ROMEO, AccountRow("net", {}, {"password": "wherefore-art-thou"}))
        await self.store.stop()
        written = b"".join(path.read_bytes() for path in self.folder.iterdir())
        self.assertIn(ROMEO.encode(), written)
        self.assertNotIn(b"wherefore-art-thou", written)
        self.store = await self.make_store()

    async def test_nobody_else_can_read_the_files(self) -> None:
        await self.store.put("core", "k", "v")
        for path in self.folder.iterdir():
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)


class StartTests(InFolder, TestCase):
    """What is refused at the start, and with which words."""

    def setUp(self) -> None:
        self.path, self.key = str(self.folder / "db"), str(self.folder / "key")

    def store(self) -> SqliteStore:
        return SqliteStore(self.path, KeyFile(self.key), Clock(), threads=False)

    def refused(self, *words: str) -> None:
        error = self.failureResultOf(self.store().start(), StoreError)
        for word in words:
            self.assertIn(word, str(error.value))

    def run_once(self) -> None:
        store = self.store()
        self.successResultOf(store.start())
        self.successResultOf(store.stop())

    def test_a_newer_database_is_refused(self) -> None:
        self.run_once()
        with sqlite3.connect(self.path) as connection:
            connection.execute("UPDATE version SET number = 99 WHERE part = 'core'")
        connection.close()
        self.refused("newer program", "99")

    def test_a_copy_is_put_aside_before_an_upgrade(self) -> None:
        self.run_once()
        scripts = module.scripts("sqlite")
        self.patch(module, "scripts", lambda dialect: (*scripts, "CREATE TABLE later (a TEXT);"))
        self.run_once()
        copy = self.folder / f"db.version-{len(scripts)}"
        self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
        connection = sqlite3.connect(copy)
        self.assertEqual(connection.execute("SELECT number FROM version").fetchall(), [(len(scripts),)])
        connection.close()

    def test_an_upgrade_that_fails_changes_nothing(self) -> None:
        self.run_once()
        scripts = module.scripts("sqlite")
        self.patch(module, "scripts", lambda dialect: (*scripts, "CREATE TABLE later (a TEXT); NONSENSE;"))
        self.refused("cannot be brought up to date")
        self.patch(module, "scripts", lambda dialect: scripts)
        self.run_once()

    def test_a_file_that_is_no_database_is_refused(self) -> None:
        Path(self.path).write_bytes(b"something else" * 100)
        self.refused(self.path, "not a database")

    def test_a_missing_folder_is_refused(self) -> None:
        self.path = str(self.folder / "no" / "db")
        self.refused("No such file or directory")

    def test_another_key_is_refused(self) -> None:
        self.run_once()
        os.unlink(self.key)
        KeyFile(self.key)(True)
        self.refused("not the one of the database")

    def test_a_missing_key_is_not_replaced(self) -> None:
        self.run_once()
        os.unlink(self.key)
        self.refused("is missing", "backup")
        self.assertFalse(os.path.exists(self.key))

    def test_stopping_what_did_not_start_is_harmless(self) -> None:
        self.path = str(self.folder / "no" / "db")
        store = self.store()
        self.failureResultOf(store.start(), StoreError)
        self.successResultOf(store.stop())


class FullDiskTests(InFolder, TestCase):
    """A database that may not grow stands for a full disk."""

    def setUp(self) -> None:
        self.clock = Clock()
        folder = self.folder
        self.store = SqliteStore(str(folder / "db"), KeyFile(str(folder / "key")), self.clock, threads=False)
        self.successResultOf(self.store.start())
        self.addCleanup(self.store.stop)

    def pages(self, count: int) -> None:
        connection = self.store._connections[0]
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + count}")

    def test_a_write_that_does_not_fit_fails_and_says_so(self) -> None:
        self.pages(0)
        error = self.failureResultOf(self.store.put("core", "k", "v" * 100_000), StoreError)
        self.assertIn("full", str(error.value))
        self.pages(1000)
        self.successResultOf(self.store.put("core", "k", "v" * 100_000))

    def test_the_archive_is_written_once_there_is_room_again(self) -> None:
        self.pages(0)
        for number in range(200):
            self.store.archive(ArchiveRow(f"{number:04}", ROMEO, "net", "#a", 1.0, "n", "b" * 1000))
        self.clock.advance(SECONDS)
        self.flushLoggedErrors()
        self.pages(1000)
        self.clock.advance(RETRY_SECONDS)
        connection = self.store._connections[0]
        self.assertEqual(connection.execute("SELECT count(*) FROM archive").fetchone(), (200,))
        self.assertEqual(self.store.archive_lost, 0)


class ArchivingTests(TestCase):
    """When rows are written."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.batches: list[int] = []
        self.answer: Any = lambda: succeed(None)
        self.archiving = Archiving(self.write, self.clock)

    def write(self, rows: Any) -> Deferred[None]:
        self.batches.append(len(rows))
        answer: Deferred[None] = self.answer()
        return answer

    def test_a_row_is_written_within_a_tenth_of_a_second(self) -> None:
        self.archiving.add(row(1))
        self.assertEqual(self.batches, [])
        self.clock.advance(SECONDS)
        self.assertEqual(self.batches, [1])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_many_rows_are_written_a_hundred_at_a_time(self) -> None:
        for number in range(ROWS * 2 + 1):
            self.archiving.add(row(number))
        self.assertEqual(self.batches, [ROWS, ROWS])
        self.clock.advance(SECONDS)
        self.assertEqual(self.batches, [ROWS, ROWS, 1])

    def test_while_the_disk_fails_rows_wait_and_the_oldest_are_given_up(self) -> None:
        self.answer = lambda: fail(StoreError("full"))
        for number in range(WAITING + ROWS):
            self.archiving.add(row(number))
        self.flushLoggedErrors()
        self.assertEqual(self.archiving.lost, ROWS)
        self.assertEqual(len(self.batches), 1)
        self.answer = lambda: succeed(None)
        self.batches.clear()
        self.clock.advance(RETRY_SECONDS)
        self.assertEqual(sum(self.batches), WAITING)

    def test_a_disk_that_hangs_does_not_fill_the_memory(self) -> None:
        self.answer = Deferred
        for number in range(WAITING * 3):
            self.archiving.add(row(number))
        self.assertEqual(sum(self.batches), WAITING)
        self.assertEqual(self.archiving.lost, WAITING)


class StatementTests(TestCase):
    """Scripts are cut where SQLite ends a statement."""

    def test_semicolons_in_texts_comments_and_triggers_end_nothing(self) -> None:
        script = "-- a; b\nCREATE TABLE t (a);\nCREATE TRIGGER x AFTER INSERT ON t BEGIN\n SELECT ';';\n SELECT 1;\nEND;\nSELECT 2"
        self.assertEqual(len(list(statements(script))), 3)

    def test_several_statements_on_a_line_are_several(self) -> None:
        self.assertEqual(len(list(statements("SELECT 1; SELECT ';'; SELECT 2;"))), 3)


class MemoryTests(TestCase):
    """The store of tests."""

    def test_it_answers_at_once(self) -> None:
        store = memory_store(Clock())
        self.successResultOf(store.start())
        self.successResultOf(store.save_member(ROMEO))
        self.assertEqual(self.successResultOf(store.members()), [ROMEO])
        self.successResultOf(store.stop())


WRITER = """
import sys
import pytest
from twisted.internet import reactor
from transport.store.seal import KeyFile
from transport.store.sqlite import SqliteStore

store = SqliteStore(sys.argv[1] + "/db", KeyFile(sys.argv[1] + "/key"), reactor)

async def write(worker):
    number = 0
    while True:
        await store.put("core", f"{worker}-{number}", "x" * 50)
        sys.stdout.write(f"{worker}-{number}\\n")
        sys.stdout.flush()
        number += 1

from twisted.internet.defer import Deferred
store.start()
for worker in range(20):
    Deferred.fromCoroutine(write(worker))
reactor.run()
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=HERE)
    assert child.stdout is not None
    told = [child.stdout.readline() for _ in range(500)]
    child.send_signal(signal.SIGKILL)
    told += child.stdout.readlines()
    child.wait()
    store = SqliteStore(str(tmp_path / "db"), KeyFile(str(tmp_path / "key")), Clock(), threads=False)
    store.start()
    kept: list[str] = []
    store.run(lambda c: kept.extend(key for (key,) in c.execute("SELECT key FROM fact")))
    store.stop()
    assert len(told) >= 500
    assert {line.strip() for line in told if line.endswith("\n")} <= set(kept)
