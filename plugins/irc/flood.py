"""How fast lines may go out: a burst, then so many a second."""

from attrs import define


@define
class TokenBucket:
    """Tokens as of `stamp` (seconds); nothing ticks, they are counted when asked for.

    `rate` 0 means without limit.
    """

    burst: float
    rate: float
    tokens: float
    stamp: float = 0.0

    def take(self, now: float) -> bool:
        """Take a token, if there is one."""
        if not self.rate:
            return True
        self.tokens = min(self.burst, self.tokens + (now - self.stamp) * self.rate)
        self.stamp = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def wait(self) -> float:
        """Seconds until there is a token, counted from the last `take`."""
        return max(0.0, (1 - self.tokens) / self.rate) if self.rate else 0.0


def bucket(burst: float, rate: float) -> TokenBucket:
    """A full bucket."""
    return TokenBucket(max(1.0, burst), rate, max(1.0, burst))
