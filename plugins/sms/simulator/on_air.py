"""What goes through the network."""

from enum import Enum

from attrs import define

from transport.plugins.sms.tpdu import Deliver, Pdu, StatusReport


class Taken(Enum):
    """What a modem did with a message: NO_ROOM ones are offered again, WAITS ones wait for +CNMA, DROPPED are gone."""

    DONE = "done"
    DROPPED = "dropped"
    NO_ROOM = "no room"
    WAITS = "waits"


@define
class Submission:
    """A text that the network has taken from a modem; `number` is its own in the log."""

    number: int
    sender: str
    recipient: str
    reference: int
    report: bool
    at: float


@define
class OnAir:
    """A PDU on its way to a modem, as it was read; `read` is None for one that cannot be read."""

    number: int
    pdu: bytes
    read: Pdu | None
    submission: Submission | None = None

    @property
    def report(self) -> StatusReport | None:
        """The status report that it is, if any."""
        return self.read if isinstance(self.read, StatusReport) else None

    @property
    def message_class(self) -> int | None:
        """0 to 3, or None."""
        return self.read.message_class if isinstance(self.read, Deliver) else None
