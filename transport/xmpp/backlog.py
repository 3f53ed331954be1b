"""What waits while the link is down: bounded, in order, presence given up first."""

from collections import deque


class Backlog:
    """At most `limit` stanzas; `dropped` counts those given up."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.dropped = 0
        self.waiting: deque[str] = deque()
        self.presences = 0

    def __len__(self) -> int:
        return len(self.waiting)

    def put(self, xml: str) -> None:
        """Keep a stanza, if need be instead of presence, or else of the oldest one."""
        presence = xml.startswith("<presence")
        if len(self.waiting) >= self.limit:
            if presence:
                # The peers forget all presence with the link; only what comes last matters.
                self.dropped += 1
                return
            self._make_room()
        self.waiting.append(xml)
        self.presences += presence

    def take(self) -> list[str]:
        """All that waits, oldest first; nothing waits any more."""
        out = list(self.waiting)
        self.waiting.clear()
        self.presences = 0
        return out

    def _make_room(self) -> None:
        before = len(self.waiting)
        if self.presences:
            # All at once, since going through the queue for each would take too long.
            self.waiting = deque(xml for xml in self.waiting if not xml.startswith("<presence"))
            self.presences = 0
        else:
            self.waiting.popleft()
        self.dropped += before - len(self.waiting)
