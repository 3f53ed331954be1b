"""The port of a modem: a real pseudo-terminal, a TCP connection, and every way to lose them."""

import errno
import os
import sys
import tempfile
from random import Random
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import ConnectionDone, ConnectionRefusedError
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock, deferLater
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from transport.plugins.sms.line.port import Port, Wire, tcp_address
from transport.plugins.sms.malformed import Malformed


class FakeTransport:
    """What an opened device is to its wire."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.written = b""
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def abortConnection(self) -> None:
        self.aborted = True
        self.wire.connectionLost(Failure(ConnectionDone()))


class FakeDevice:
    """Opens as `errors` say: an exception each, or None for a success."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.opened: list[FakeTransport] = []

    def __call__(self, wire: Wire, device: str, baud: int, reactor: Any) -> Any:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        transport = FakeTransport(wire)
        self.opened.append(transport)
        wire.makeConnection(transport)  # type: ignore[arg-type]
        return transport


class Heard:
    """All that a port tells."""

    def __init__(self) -> None:
        self.said: list[object] = []
        self.data = b""
        self.waiting: Deferred[None] | None = None

    def opened(self) -> None:
        self.tell("open")

    def received(self, data: bytes) -> None:
        self.data += data
        self.fire()

    def closed(self, why: str) -> None:
        self.tell("closed")

    def tell(self, what: str) -> None:
        self.said.append(what)
        self.fire()

    def fire(self) -> None:
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            waiting.callback(None)

    async def until(self, true: Any) -> None:
        while not true():
            self.waiting = Deferred()
            await self.waiting


def port_of(reactor: Any, device: str, heard: Heard, **more: Any) -> Port:
    def endpoint(host: str, port: int) -> TCP4ClientEndpoint:
        return TCP4ClientEndpoint(reactor, host, port)

    return Port(
        reactor,
        device,
        115200,
        more.pop("endpoint", endpoint),
        heard.opened,
        heard.received,
        heard.closed,
        random=more.pop("random", Random(1)),
        **more,
    )


def fake_port(device: FakeDevice) -> tuple[Port, Heard, Clock]:
    clock, heard = Clock(), Heard()
    port = port_of(clock, "/dev/modem", heard, opener=device)
    port.start()
    return port, heard, clock


@pytest.mark.parametrize(
    ("device", "address"),
    [
        ("/dev/ttyUSB0", None),
        ("tcp:modem.example:4000", ("modem.example", 4000)),
        ("tcp:127.0.0.1:1", ("127.0.0.1", 1)),
        ("tcp:[::1]:65535", ("::1", 65535)),
    ],
)
def test_a_device_is_a_path_or_an_address(device: str, address: object) -> None:
    assert tcp_address(device) == address


@pytest.mark.parametrize("device", ["", "ttyUSB0", "tcp:host", "tcp:host:0", "tcp:host:65536", "tcp::1", "/dev/x\0y"])
def test_what_is_neither_is_refused(device: str) -> None:
    with pytest.raises(Malformed):
        tcp_address(device)


def test_importing_and_making_a_port_needs_no_pyserial() -> None:
    code = (
        "import sys; sys.modules['serial'] = None\n"
        "from transport.plugins.sms.line.port import Port\n"
        "assert 'twisted.internet.serialport' not in sys.modules\n"
    )
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0


def test_it_opens_and_octets_go_both_ways() -> None:
    device = FakeDevice()
    port, heard, clock = fake_port(device)
    assert heard.said == []
    clock.advance(0)
    assert heard.said == ["open"]
    port.write(b"AT\r")
    device.opened[0].wire.dataReceived(b"OK\r\n")
    assert device.opened[0].written == b"AT\r"
    assert heard.data == b"OK\r\n"


def test_failing_to_open_is_told_and_tried_again() -> None:
    device = FakeDevice(OSError(errno.ENOENT, "none"), PermissionError("no"), ImportError("no pyserial"))
    _, heard, clock = fake_port(device)
    clock.advance(0)
    assert heard.said == ["closed"]
    clock.pump([2, 4, 8])
    assert heard.said == ["closed", "closed", "closed", "open"]


def test_pauses_grow_to_a_minute_at_random() -> None:
    pauses = []
    for seed in range(20):
        device = FakeDevice(*[OSError("none")] * 12)
        clock, heard = Clock(), Heard()
        port = port_of(clock, "/dev/modem", heard, opener=device, random=Random(seed))
        port.start()
        clock.advance(0)
        mine = []
        for _ in range(10):
            call = clock.getDelayedCalls()[0]
            mine.append(call.getTime() - clock.seconds())
            clock.advance(mine[-1])
        pauses.append(mine)
    assert all(1 <= pause <= 60 for mine in pauses for pause in mine)
    assert all(mine[0] <= 2 and mine[-1] >= 30 for mine in pauses)
    assert len({tuple(mine) for mine in pauses}) == 20


def test_a_port_that_lasted_comes_back_soon_and_one_that_did_not_comes_later() -> None:
    device = FakeDevice(*[OSError("none")] * 8)
    _, _, clock = fake_port(device)
    clock.advance(0)
    clock.pump([60] * 8)
    device.opened[0].wire.connectionLost(Failure(ConnectionDone()))
    assert clock.getDelayedCalls()[0].getTime() - clock.seconds() > 2
    clock.advance(60)
    clock.advance(30)
    device.opened[1].wire.connectionLost(Failure(ConnectionDone()))
    assert clock.getDelayedCalls()[0].getTime() - clock.seconds() <= 2


def test_a_clean_end_is_unplugged_too() -> None:
    device = FakeDevice()
    port, heard, clock = fake_port(device)
    clock.advance(0)
    device.opened[0].wire.connectionLost(Failure(ConnectionDone()))
    assert heard.said == ["open", "closed"]
    assert not port.is_open
    port.write(b"lost")
    clock.advance(2)
    assert heard.said == ["open", "closed", "open"]
    assert device.opened[1].written == b""


def test_reopening_closes_tells_and_opens_after_a_pause() -> None:
    device = FakeDevice()
    port, heard, clock = fake_port(device)
    clock.advance(0)
    port.reopen()
    assert device.opened[0].aborted
    assert heard.said == ["open", "closed"]
    port.reopen()
    assert heard.said == ["open", "closed"]
    clock.advance(2)
    assert heard.said == ["open", "closed", "open"]


def test_what_an_old_wire_says_is_not_heard() -> None:
    device = FakeDevice()
    port, heard, clock = fake_port(device)
    clock.advance(0)
    port.reopen()
    device.opened[0].wire.dataReceived(b"late")
    device.opened[0].wire.connectionLost(Failure(ConnectionDone()))
    assert heard.data == b""
    assert heard.said == ["open", "closed"]


@pytest.mark.parametrize("opened", [True, False])
def test_stopping_is_quiet_and_may_be_done_twice(opened: bool) -> None:
    device = FakeDevice(*([] if opened else [OSError("none")]))
    port, heard, clock = fake_port(device)
    clock.advance(0)
    before = list(heard.said)
    for _ in range(2):
        done: list[None] = []
        port.stop().addCallback(done.append)
        assert done == [None]
    clock.advance(100)
    assert heard.said == before
    assert clock.getDelayedCalls() == []
    port.start()
    clock.advance(0)
    assert heard.said[-1] == "open"


def test_stopping_while_connecting_cancels() -> None:
    class Never:
        def connect(self, factory: Factory) -> Deferred[Any]:
            return attempt

    attempt: Deferred[Any] = Deferred()
    clock, heard = Clock(), Heard()
    port = port_of(clock, "tcp:host:1", heard, endpoint=lambda host, port: Never())
    port.start()
    clock.advance(0)
    port.stop()
    assert attempt.called
    assert heard.said == []
    assert clock.getDelayedCalls() == []


def test_an_address_that_is_refused_is_unplugged() -> None:
    def refuse(host: str, port: int) -> Any:
        raise ConnectionRefusedError()

    clock, heard = Clock(), Heard()
    port = port_of(clock, "tcp:host:1", heard, endpoint=refuse)
    port.start()
    clock.advance(0)
    assert heard.said == ["closed"]
    assert len(clock.getDelayedCalls()) == 1


class Soon(Random):
    """No pauses."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0


class RealPorts(TestCase):
    """A pseudo-terminal and a loopback connection, with the real reactor."""

    timeout = 10

    def setUp(self) -> None:
        from twisted.internet import reactor

        self.reactor: Any = reactor
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "modem")
        self.heard = Heard()

    def plug(self) -> int:
        """A modem at the path: the master's descriptor."""
        master, slave = os.openpty()
        if os.path.islink(self.path):
            os.unlink(self.path)
        os.symlink(os.ttyname(slave), self.path)
        os.close(slave)
        return master

    async def read(self, master: int, count: int) -> bytes:
        """So many octets that were written to the modem."""
        data = b""
        os.set_blocking(master, False)
        while len(data) < count:
            await deferLater(self.reactor, 0)
            try:
                data += os.read(master, count)
            except BlockingIOError:
                pass
        return data

    async def test_a_terminal_is_opened_unplugged_and_opened_again(self) -> None:
        master = self.plug()
        port = port_of(self.reactor, self.path, self.heard, random=Soon())
        port.start()
        self.addCleanup(port.stop)
        await self.heard.until(lambda: self.heard.said == ["open"])
        port.write(b"AT\r")
        assert await self.read(master, 3) == b"AT\r"
        os.write(master, b"\r\nOK\r\n")
        await self.heard.until(lambda: self.heard.data == b"\r\nOK\r\n")
        os.unlink(self.path)
        os.close(master)
        await self.heard.until(lambda: self.heard.said.count("closed") > 1)
        assert self.heard.said.count("open") == 1
        master = self.plug()
        await self.heard.until(lambda: self.heard.said.count("open") == 2)
        os.write(master, b"RDY\r\n")
        await self.heard.until(lambda: self.heard.data.endswith(b"RDY\r\n"))
        await port.stop()
        os.close(master)

    async def test_a_terminal_is_held_alone(self) -> None:
        from serial import Serial, SerialException

        master = self.plug()
        self.addCleanup(os.close, master)
        path = self.path
        port = port_of(self.reactor, path, self.heard, random=Soon())
        port.start()
        await self.heard.until(lambda: self.heard.said == ["open"])
        with self.assertRaises(SerialException):
            Serial(path, exclusive=True)
        self.assertEqual(self.open_as_nobody(path), errno.EBUSY)
        other = Heard()
        second = port_of(self.reactor, path, other)
        second.start()
        await other.until(lambda: other.said == ["closed"])
        await second.stop()
        await port.stop()
        Serial(path, exclusive=True).close()

    def open_as_nobody(self, path: str) -> int:
        """The error that somebody who is not root gets."""
        os.chmod(os.path.realpath(path), 0o666)
        real = os.path.realpath(path)
        child = os.fork()
        if child == 0:
            try:
                if os.getuid() == 0:
                    os.setuid(65534)
                os.open(real, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            except OSError as error:
                os._exit(error.errno or 255)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    async def test_a_connection_is_opened_and_lost(self) -> None:
        wires: list[Protocol] = []
        factory = Factory.forProtocol(Protocol)
        factory.noisy = False

        class Far(Protocol):
            def connectionMade(self) -> None:
                wires.append(self)
                self.transport.write(b"RDY\r\n")  # type: ignore[union-attr]

        factory.protocol = Far
        listening = self.reactor.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(listening.stopListening)
        device = f"tcp:127.0.0.1:{listening.getHost().port}"
        port = port_of(self.reactor, device, self.heard, random=Soon())
        port.start()
        await self.heard.until(lambda: self.heard.data == b"RDY\r\n")
        wires[0].transport.abortConnection()  # type: ignore[union-attr]
        await self.heard.until(lambda: self.heard.data == b"RDY\r\nRDY\r\n")
        assert self.heard.said == ["open", "closed", "open"]
        await port.stop()
        assert not port.is_open
