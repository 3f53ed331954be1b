"""What the tests of the simulator share: a client that types, and a network with a test's clock."""

from twisted.internet.task import Clock

from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator.modem import SimModem
from transport.plugins.sms.simulator.network import Entry, SimNetwork
from transport.plugins.sms.simulator.pace import FAST, Pace
from transport.plugins.sms.simulator.sim import Sim

ALICE, BOB, PHONE = "+4915100001", "+4915100002", "+4930123456"


class Client:
    """A modem with somebody who types on it; echo is off, errors are numbers."""

    def __init__(self, network: SimNetwork, number: str = ALICE, profile: str = "generic", pin: str = "") -> None:
        self.got: list[bytes] = []
        self.modem = SimModem(network, number, network.clock, profile, self.got.append, Sim(number, pin=pin))
        self.ask("ATE0;+CMEE=1")

    def ask(self, line: str) -> str:
        """Type a line: what comes at once."""
        return self.type(line.encode() + b"\r")

    def type(self, data: bytes) -> str:
        """Type bytes: what comes at once."""
        self.modem.receive(data)
        return self.heard()

    def heard(self) -> str:
        """What has come since the last look, with a newline for each group of line ends."""
        text = b"".join(self.got).decode("latin-1")
        self.got.clear()
        return "\n".join(filter(None, text.replace("\r", "\n").split("\n")))

    def submit(self, text: str = "hello", to: str = BOB, report: bool = False, end: bytes = b"\x1a") -> str:
        """Send a text of one part: what comes at once after its end."""
        pdu = tpdu.encode(tpdu.segments(text, to, report=report)[0])
        assert self.ask(f"AT+CMGS={tpdu.tpdu_length(pdu)}") == "> "
        return self.type(pdu.hex().upper().encode() + end)


def network(pace: Pace = FAST) -> SimNetwork:
    """A network with a clock of its own."""
    return SimNetwork(Clock(), pace)


def turn(network: SimNetwork, seconds: float = 0.0, steps: int = 4) -> None:
    """Let what is under way arrive."""
    clock = network.clock
    assert isinstance(clock, Clock)
    clock.advance(seconds)
    for _ in range(steps):
        clock.advance(0)


def events(network: SimNetwork, event: str) -> list[Entry]:
    """The entries of one kind in the log."""
    return [entry for entry in network.log if entry["event"] == event]
