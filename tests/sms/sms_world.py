"""The whole gateway with simulated modems behind TCP, all in memory."""

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone, ConnectionRefusedError
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from tests.world import DOMAIN, HOME, World
from transport.config import NetworkConfig
from transport.plugins.sms import Sms
from transport.plugins.sms.simulator.modem import SimModem
from transport.plugins.sms.simulator.network import SimNetwork
from transport.xmpp.element import Element

START = 1_780_000_000.0
OURS, SECOND = "+491711234567", "+491717654321"
PHONE = "+4915112345678"
SMS = f"sms@{DOMAIN}"
NAMES = ("stick", "other")


class Wire(StringTransport):
    """A connection to a modem that takes at once what is written."""

    def __init__(self, sim: SimModem, protocol: Any) -> None:
        super().__init__(peerAddress=IPv4Address("TCP", "127.0.0.1", 4001))
        self.sim = sim
        self.far = protocol

    def write(self, data: bytes) -> None:
        if not self.disconnecting:
            self.sim.receive(data)

    def said(self, data: bytes) -> None:
        if not self.disconnecting:
            self.far.dataReceived(data)

    def lost(self) -> None:
        if not self.disconnecting:
            self.loseConnection()
            self.far.connectionLost(Failure(ConnectionDone()))

    def abortConnection(self) -> None:
        self.lost()


class SmsWorld(World):
    """A gateway with a network `sms` and one or two modems; `air` is the mobile network."""

    def __init__(self, modems: int = 1, second: dict[str, Any] | None = None, **options: Any) -> None:
        self.air: Any = None
        self.sims: list[SimModem] = []
        self.attached = 0
        self.seen = 0
        tables = {}
        for n, name in enumerate(NAMES[:modems]):
            tables[name] = {"device": f"tcp:127.0.0.1:{4001 + n}", "gap": 0.0, "number": (OURS, SECOND)[n]}
        if second:
            tables[NAMES[1]].update(second)
        network = NetworkConfig("sms", "sms", options={"region": "DE", "modems": tables, **options})
        super().__init__(networks={"sms": network}, plugins={"sms": lambda: Sms})
        self.run(3)

    def start(self) -> None:
        if self.air is None:
            self.reactor.advance(START - self.reactor.seconds())
            self.air = SimNetwork(self.reactor)
            self.sims = [SimModem(self.air, number, self.reactor) for number in (OURS, SECOND)]
        super().start()

    def turn(self, seconds: float = 0) -> None:
        for _ in range(3):
            super().turn()
            self.connect()
        if seconds:
            self.run(seconds)

    def run(self, seconds: float, step: float = 0.25) -> None:
        """Let time go by in small steps."""
        for _ in range(int(seconds / step)):
            self.reactor.advance(step)
            self.connect()

    def connect(self) -> None:
        """Connect what wants to be connected."""
        while self.attached < len(self.reactor.tcpClients):
            _, port, factory, *_ = self.reactor.tcpClients[self.attached]
            self.attached += 1
            sim = self.sims[port - 4001]
            if not sim.plugged:
                factory.clientConnectionFailed(None, Failure(ConnectionRefusedError()))
                continue
            protocol = factory.buildProtocol(None)
            wire = Wire(sim, protocol)
            sim.line.write = wire.said
            sim.hang_up = wire.lost
            protocol.makeConnection(wire)

    def restart(self) -> None:
        """The gateway ends, and begins anew with what it has kept."""
        network: Any = self.assembly.networks.get("sms")
        ended: list[object] = []
        network.stop_hub().addCallback(ended.append)
        self.run(30, step=1)
        assert ended == [None]
        self.start()
        self.run(3)
        self.say(f"<presence from='{HOME}' to='{SMS}'/>")
        self.out.clear()

    def messages(self) -> list[Element]:
        """The messages that have come out since the last look, without those of the gateway itself."""
        found = [e for e in self.out if e.name == "message"]
        self.out.clear()
        return found

    def bodies(self, of: str = "") -> list[str]:
        """The texts among them, of one address."""
        return [e.child_text(next(c.tag for c in e.elements() if c.name == "body"))
                for e in self.messages() if any(c.name == "body" for c in e.elements())
                and (not of or e.get("from").startswith(of))]  # fmt: skip

    def member(self, jid: str = HOME, **fields: str) -> None:
        """Register, and be online."""
        inside = "".join(f"<field var='{key}'><value>{value}</value></field>" for key, value in fields.items())
        form = f"<x xmlns='jabber:x:data' type='submit'>{inside}</x>"
        answer = self.ask(
            f"<iq type='set' id='r' from='{jid}' to='{SMS}'><query xmlns='jabber:iq:register'>{form}</query></iq>"
        )
        assert answer.get("type") == "result", answer
        self.say(f"<presence from='{jid}' to='{SMS}'/>")
        self.run(1)
        self.out.clear()

    def text(self, body: str, to: str = PHONE, jid: str = HOME, receipt: bool = False, id: str = "m1") -> list[Element]:
        """Somebody texts a phone; what came out of it."""
        request = "<request xmlns='urn:xmpp:receipts'/>" if receipt else ""
        self.say(
            f"<message type='chat' id='{id}' from='{jid}' to='{to}%sms@{DOMAIN}'><body>{body}</body>{request}</message>"
        )
        self.run(3)
        return self.messages()

    def arrived(self) -> list[tuple[str, str]]:
        """(number, text) of all that phones have got since the last look."""
        found = [(e["to"], e["text"]) for e in self.air.log[self.seen :] if e.get("where") == "phone"]
        self.seen = len(self.air.log)
        return found
