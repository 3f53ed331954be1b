"""The daemon's reactor, in a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
from transport import reactor
reactor.install()
from twisted.internet import reactor
from twisted.internet.protocol import ClientFactory, Factory, Protocol
from twisted.python import log

print(type(reactor).__name__)
errors = []
log.addObserver(lambda event: errors.append(event) if event["isError"] else None)
lost = []

class Echo(Protocol):
    def dataReceived(self, data):
        if data == b"bug":
            raise ValueError("bug")
        self.transport.write(data)

class Client(Protocol):
    def connectionMade(self):
        self.transport.write(self.factory.said)

    def dataReceived(self, data):
        print("echo", data)
        self.transport.loseConnection()

    def connectionLost(self, reason):
        lost.append(self.factory.said)
        if len(lost) == 2:
            reactor.stop()

port = reactor.listenTCP(0, Factory.forProtocol(Echo), interface="127.0.0.1")
for said in (b"bug", b"hello"):
    factory = ClientFactory.forProtocol(Client)
    factory.said = said
    reactor.callLater(0 if said == b"bug" else 0.05, reactor.connectTCP, "127.0.0.1", port.getHost().port, factory)
reactor.callLater(10, reactor.stop)
reactor.run()
print(lost, len(errors), type(errors[0]["failure"].value).__name__)
"""


def test_it_reads_and_a_bug_costs_that_connection_only() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.stdout.splitlines() == ["DirectReactor", "echo b'hello'", "[b'bug', b'hello'] 1 ValueError"], (
        done.stderr
    )
