"""Messages on their way to the archive: gathered, and written many at once."""

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.store.interface import ArchiveRow

ROWS = 100
SECONDS = 0.1
WAITING = 10_000
RETRY_SECONDS = 5.0


class Archiving:
    """Rows that are not written yet: at most 100 or 100 ms old, but while the disk fails at most 10,000.

    `write` puts rows on the disk.  `lost` counts the rows that were given up.
    """

    def __init__(self, write: Callable[[Sequence[ArchiveRow]], Deferred[None]], clock: IReactorTime) -> None:
        self.lost = 0
        self._write = write
        self._clock = clock
        self._rows: list[ArchiveRow] = []
        self._timer: IDelayedCall | None = None
        self._under_way = 0
        self._failing = False
        self._log = Logger(namespace="transport.store")

    def add(self, row: ArchiveRow) -> None:
        """Keep a row."""
        rows = self._rows
        rows.append(row)
        if self._timer is None:
            self._timer = self._clock.callLater(SECONDS, self._due)
        elif len(rows) >= ROWS and not self._failing and self._under_way < WAITING:
            self.flush()
        elif len(rows) > WAITING:
            self._bound()

    def _due(self) -> None:
        if self._under_way < WAITING:
            self.flush()
        else:
            self._timer = self._clock.callLater(SECONDS, self._due)

    def flush(self) -> None:
        """Hand all rows to the writer; what is read from it afterwards comes after them."""
        if self._timer is not None:
            if self._timer.active():
                self._timer.cancel()
            self._timer = None
        rows, self._rows = self._rows, []
        for start in range(0, len(rows), ROWS):
            batch = rows[start : start + ROWS]
            self._under_way += len(batch)
            self._write(batch).addCallbacks(self._written, self._failed, (batch,), errbackArgs=(batch,))

    def stop(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def forget(self, owner: str) -> None:
        """Drop an owner's rows."""
        self._rows = [row for row in self._rows if row.owner != owner]

    def _written(self, _: None, batch: list[ArchiveRow]) -> None:
        self._under_way -= len(batch)
        self._failing = False

    def _failed(self, failure: Failure, batch: list[ArchiveRow]) -> None:
        self._under_way -= len(batch)
        if not self._failing:
            self._log.error("The archive cannot be written: {reason}", reason=failure.getErrorMessage())
        self._failing = True
        self._rows[:0] = batch
        self._bound()
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = self._clock.callLater(RETRY_SECONDS, self._due)

    def _bound(self) -> None:
        excess = len(self._rows) - WAITING
        if excess > 0:
            del self._rows[:excess]
            self.lost += excess
