"""Reading octets one after another."""

from transport.plugins.sms.malformed import Malformed


class Octets:
    """Octets with a place in them; whatever asks for more than there is gets Malformed."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def octet(self) -> int:
        """The next one."""
        at = self.at
        if at >= len(self.data):
            raise Malformed(f"it ends after {at} octets")
        self.at = at + 1
        return self.data[at]

    def take(self, count: int) -> bytes:
        """So many."""
        at = self.at
        self.at = at + count
        if self.at > len(self.data):
            raise Malformed(f"it ends after {len(self.data)} octets, where there must be {self.at}")
        return self.data[at : self.at]

    def left(self) -> int:
        """How many there still are."""
        return len(self.data) - self.at
