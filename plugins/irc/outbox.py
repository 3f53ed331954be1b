"""Lines on their way to the server: paced, in order, and proved.

IRC says nothing about a line it has taken.  A `PING` after the lines is answered only when all before it
have been read, so its `PONG` proves them, and what was wrong with one of them came before it.
"""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from transport.api import Refused
from transport.plugins.irc.entries import Entry, Said
from transport.plugins.irc.flood import TokenBucket

MAX_QUEUE = 500
MAX_UNPROVED = 2000
# Lines a moment apart share one PING.
PROOF_GAP = 0.05
# While lines wait for the bucket, those that went are proved this often.
WAITING_GAP = 4.0


class Sweep:
    """Calls `prove` of whatever was added, all together, `interval` seconds after the first."""

    __slots__ = ("call", "clock", "interval", "waiting")

    def __init__(self, clock: IReactorTime, interval: float) -> None:
        self.clock = clock
        self.interval = interval
        self.waiting: set[Outbox] = set()
        self.call: IDelayedCall | None = None

    def add(self, outbox: "Outbox") -> None:
        """Let an outbox be asked at the next sweep."""
        self.waiting.add(outbox)
        if self.call is None:
            self.call = self.clock.callLater(self.interval, self.run)

    def run(self) -> None:
        """Ask all that wait."""
        waiting, self.waiting, self.call = self.waiting, set(), None
        for outbox in waiting:
            outbox.prove()


class Outbox:
    """One connection's lines; `write` takes bytes, `soon` and `late` are the network's sweeps."""

    __slots__ = (
        "bucket",
        "clock",
        "closed",
        "late",
        "pinged",
        "pinged_at",
        "proven",
        "queue",
        "soon",
        "timer",
        "token",
        "unproved",
        "write",
        "written",
    )

    def __init__(
        self,
        write: Callable[[bytes], None],
        clock: IReactorTime,
        bucket: TokenBucket,
        soon: Sweep,
        late: Sweep,
    ) -> None:
        self.write = write
        self.clock = clock
        self.bucket = bucket
        self.soon = soon
        self.late = late
        # Lists, which are short: a deque takes ten times the memory of an empty list, for every user.
        self.queue: list[tuple[bytes, Entry | None]] = []
        self.unproved: list[Entry] = []
        # How many entries were written, were followed by a PING, were proved.
        self.written = self.pinged = self.proven = 0
        self.pinged_at = -1.0
        self.token = b":p0"
        self.timer: IDelayedCall | None = None
        self.closed = False

    def put(self, data: bytes, entry: Entry, quick: bool) -> None:
        """Send an entry's only line; `quick` asks for the proof at once where that is cheap."""
        if self.queue or len(self.unproved) >= MAX_UNPROVED:
            return self.put_all([data], entry)
        now = self.clock.seconds()
        if not self.bucket.take(now):
            return self.put_all([data], entry)
        entry.left = 0
        self.unproved.append(entry)
        self.written = serial = self.written + 1
        if not quick:
            self.write(data)
            self.late.add(self)
        elif self.pinged == self.proven and now - self.pinged_at >= PROOF_GAP and self.bucket.take(now):
            self.pinged = serial
            self.pinged_at = now
            self.token = token = b":p%d" % serial
            self.write(b"%bPING %b\r\n" % (data, token))
        else:
            self.write(data)
            self.soon.add(self)

    def put_all(self, lines: list[bytes], entry: Entry | None, force: bool = False) -> None:
        """Send lines, an entry's where one is given; Refused when too many wait already, unless by `force`."""
        full = len(self.queue) + len(lines) > MAX_QUEUE or len(self.unproved) >= MAX_UNPROVED
        if full and not force:
            raise Refused(
                "resource-constraint", "Too many messages wait for the network. Try again later.", retry_after=30
            )
        self.queue.extend([(line, entry) for line in lines])
        if self.timer is None:
            self.drain()

    def now(self, data: bytes) -> None:
        """Send past the queue, whatever the bucket says."""
        self.write(data)

    def drain(self) -> None:
        """Write what the bucket allows; proofs come after the queue, or now and then while that is long."""
        self.timer = None
        if self.closed:
            return
        now = self.clock.seconds()
        out = []
        while self.queue and self.bucket.take(now):
            data, entry = self.queue.pop(0)
            out.append(data)
            if entry is not None:
                self.count(entry)
        unasked = self.pinged == self.proven and self.written > self.proven
        if self.queue and unasked and now - self.pinged_at >= WAITING_GAP:
            # Who has said much at once sees what has arrived; the lines still waiting pay for the question.
            self.bucket.tokens -= 1
            out.append(self.ping(now))
        wanting = not self.queue and unasked
        if wanting and self.bucket.take(now):
            out.append(self.ping(now))
            wanting = False
        if out:
            self.write(b"".join(out))
        if self.queue or wanting:
            self.timer = self.clock.callLater(self.bucket.wait() + 0.001, self.drain)

    def count(self, entry: Entry) -> None:
        """A line of an entry is written."""
        if entry.left == entry.lines:
            self.unproved.append(entry)
        entry.left -= 1
        if entry.left == 0:
            self.written += 1

    def ping(self, now: float) -> bytes:
        """The PING that proves all written so far."""
        self.pinged = self.written
        self.pinged_at = now
        self.token = b":p%d" % self.written
        return b"PING %b\r\n" % self.token

    def prove(self) -> None:
        """A sweep has come by."""
        if self.timer is None and self.pinged == self.proven and self.written > self.proven:
            self.drain()

    def alive(self) -> None:
        """Ask the server for a sign of life."""
        if self.pinged == self.proven:
            self.write(self.ping(self.clock.seconds()))

    def pong(self, raw: bytes) -> None:
        """The server has answered a PING, perhaps ours."""
        if not raw.endswith(self.token):
            return
        # Who hears that may say more at once, which this does not prove.
        for _ in range(self.pinged - self.proven):
            self.proven += 1
            self.unproved.pop(0).proved()
        if self.written > self.proven:
            self.soon.add(self)

    def refuse(self, names: set[str], reason: Refused, kinds: tuple[type, ...]) -> bool:
        """The server has refused the oldest entry of these kinds that one of the names belongs to."""
        for entry in self.unproved:
            if entry.errors < entry.lines and isinstance(entry, kinds) and not names.isdisjoint(entry.names):
                entry.errors += 1
                entry.failed(reason)
                return True
        return False

    def close(self, reason: Refused, messages: bool) -> None:
        """The connection is lost; nobody will prove what waits.  Messages fail only if they are to be told."""
        self.closed = True
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        waiting = list(self.unproved)
        waiting += [entry for _, entry in self.queue if entry is not None and entry.left == entry.lines]
        self.queue.clear()
        self.unproved.clear()
        for entry in dict.fromkeys(waiting):
            if not entry.errors and (messages or not isinstance(entry, Said)):
                entry.failed(reason)
