"""The serial line seen from the modem: what is written on it, and how it is cut."""

from collections import deque
from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IReactorTime

from transport.plugins.sms.simulator.faults import Faults


class Line:
    """Writes lines as a modem does, in pieces and with noise between when told so."""

    __slots__ = ("clock", "faults", "newline", "verbose", "waiting", "write", "writing")

    def __init__(self, write: Callable[[bytes], None], faults: Faults, newline: str, clock: IReactorTime) -> None:
        self.write = write
        self.faults = faults
        self.newline = newline
        self.clock = clock
        self.verbose = True
        self.waiting: deque[bytes] = deque()
        self.writing = False

    def info(self, lines: Sequence[str]) -> None:
        """Lines of an answer or an indication."""
        if lines:
            before = self.newline if self.verbose else ""
            self.put(before + "\r\n".join(lines) + "\r\n")

    def noise(self) -> None:
        """What may come at any point, when it is to come."""
        for text in self.faults.noise:
            self.put(f"\r\n{text}\r\n")

    def put(self, text: str) -> None:
        """A text on the line."""
        self.put_bytes(text.encode("latin-1", "replace"))

    def put_bytes(self, data: bytes) -> None:
        """Bytes on the line, in pieces when told so."""
        size = self.faults.chunk
        if not size and not self.writing:
            self.write(data)
            return
        size = size or len(data)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        if self.faults.chunk_gap or self.writing:
            self.waiting.extend(pieces)
            if not self.writing:
                self.next_piece()
        else:
            for piece in pieces:
                self.write(piece)

    def next_piece(self) -> None:
        """Write a piece, and the others after it."""
        self.writing = bool(self.waiting)
        if self.waiting:
            self.write(self.waiting.popleft())
            self.clock.callLater(self.faults.chunk_gap, self.next_piece)

    def clear(self) -> None:
        """Forget what has not been written: the line is gone."""
        self.waiting.clear()
