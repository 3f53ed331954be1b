"""Which addresses may be connected to, and that nothing else is."""

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from zope.interface import implementer

from transport.guard import guarded_endpoint, public

PUBLIC = ["8.8.8.8", "93.184.216.34", "192.0.1.1", "2606:4700::1111", "2a01:4f8::1", "::ffff:8.8.8.8"]
NOT_PUBLIC = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.0.0.3 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
192.0.0.1 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:8.8.8.8
64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1
2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00::1 fe80::1 fe80::1%lo fec0::1 ff02::1
localhost 127.1 2130706433 0x7f000001 0177.0.0.1 １２７.0.0.1 8.8.8 nonsense
""".split()


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize("address", ["", *NOT_PUBLIC])
def test_not_public(address: str) -> None:
    assert not public(address)


@implementer(IHostResolution)
class Resolution:
    name = "x"

    def cancel(self) -> None:
        pass


@implementer(IHostnameResolver)
class Resolver:
    """Answers each question with the next list of addresses."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(
        self, resolutionReceiver: IResolutionReceiver, hostName: str, portNumber: int = 0, *rest: Any
    ) -> Any:
        resolutionReceiver.resolutionBegan(Resolution())
        for host in self.answers.pop(0):
            kind = IPv6Address if ":" in host else IPv4Address
            resolutionReceiver.addressResolved(kind("TCP", host, portNumber))
        resolutionReceiver.resolutionComplete()
        return Resolution()


def attempt(*answers: Sequence[str], public_only: bool = True, times: int = 1) -> tuple[list[str], list[Any]]:
    """The addresses that are connected to, and the outcomes."""
    reactor = MemoryReactorClock()
    reactor.installNameResolver(Resolver(*answers))
    endpoint = guarded_endpoint(reactor, "irc.example.org", 6697, None, public_only)
    outcomes: list[Any] = []
    for _ in range(times):
        endpoint.connect(Factory.forProtocol(Protocol)).addBoth(outcomes.append)
        reactor.advance(1)
    return [client[0] for client in reactor.tcpClients], outcomes


def test_a_public_address_is_connected_to() -> None:
    assert attempt(["8.8.8.8"]) == (["8.8.8.8"], [])


def test_a_name_with_only_private_addresses_is_as_if_unknown() -> None:
    connected, [outcome] = attempt(["127.0.0.1", "::1", "10.0.0.1"])
    assert connected == []
    assert isinstance(outcome, Failure)
    assert outcome.check(DNSLookupError)


def test_of_mixed_addresses_only_the_public_are_tried() -> None:
    assert attempt(["127.0.0.1", "8.8.8.8", "169.254.169.254"])[0] == ["8.8.8.8"]


def test_a_name_that_changes_its_mind_is_judged_again() -> None:
    connected, outcomes = attempt(["8.8.8.8"], ["127.0.0.1"], times=2)
    assert connected == ["8.8.8.8"]
    assert outcomes[-1].check(DNSLookupError)


def test_without_the_guard_any_address_is_connected_to() -> None:
    assert attempt(["127.0.0.1"], public_only=False)[0] == ["127.0.0.1"]
