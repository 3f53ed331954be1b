"""Saying the same thing only once in a while."""

from attrs import define, field

MOST = 1000


@define
class Once:
    """Remembers what was said in the last `seconds`."""

    seconds: float
    said: dict[str, float] = field(factory=dict)

    def first(self, what: str, now: float) -> bool:
        """Whether something was not said of late; from now on it was."""
        if now - self.said.get(what, float("-inf")) < self.seconds:
            return False
        self.said.pop(what, None)
        self.said[what] = now
        while len(self.said) > MOST:
            del self.said[next(iter(self.said))]
        return True
