"""Which addresses may be connected to on behalf of a user, and endpoints that keep to it.

The name is resolved once, each address found is judged, and the connection goes to an address that was
judged: a name that answers differently the second time gains nothing.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IReactorPluggableNameResolver,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from zope.interface import implementer

# What `is_global` of some version of Python lets through, and what carries another address inside.
_NOT_PUBLIC_4 = tuple(map(IPv4Network, ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3")))
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


def public(address: str) -> bool:
    """Whether a numeric address belongs to the public Internet.

    Addresses of IPv6 that stand for one of IPv4 (6to4, Teredo, NAT64) are not public; one that is mapped
    (`::ffff:`) is what it maps.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return ip.is_global and ip in _PUBLIC_6 and not any(ip in block for block in _NOT_PUBLIC_6)
        ip = ip.ipv4_mapped
    return _public_4(ip)


def _public_4(ip: IPv4Address) -> bool:
    return ip.is_global and not any(ip in block for block in _NOT_PUBLIC_4)


def guarded_endpoint(
    reactor: Any, host: str, port: int, tls: Any = None, public_only: bool = False
) -> IStreamClientEndpoint:
    """Where to connect; `tls` is an IOpenSSLClientConnectionCreator that knows the host's name.

    With `public_only` a name that has no public address is a name that does not exist (DNSLookupError).
    """
    endpoint = _numeric(reactor, host, port) if not public_only else None
    if endpoint is None:
        endpoint = HostnameEndpoint(_GuardedReactor(reactor) if public_only else reactor, host, port)
    return endpoint if tls is None else wrapClientTLS(tls, endpoint)


def _numeric(reactor: Any, host: str, port: int) -> IStreamClientEndpoint | None:
    """The endpoint of a numeric address: it needs none of the work, and the threads, of looking up a name."""
    try:
        version = ip_address(host).version
    except ValueError:
        return None
    return (TCP4ClientEndpoint if version == 4 else TCP6ClientEndpoint)(reactor, host, port)


@implementer(IReactorPluggableNameResolver)
class _GuardedReactor:
    """A reactor that finds public addresses only."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    @property
    def nameResolver(self) -> IHostnameResolver:
        return _PublicResolver(self._reactor.nameResolver)

    def installNameResolver(self, resolver: IHostnameResolver) -> IHostnameResolver:
        raise NotImplementedError("not this reactor's to change")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


@implementer(IHostnameResolver)
class _PublicResolver:
    def __init__(self, resolver: IHostnameResolver) -> None:
        self._resolver = resolver

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        receiver = _PublicReceiver(resolutionReceiver)
        return self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicReceiver:
    def __init__(self, receiver: IResolutionReceiver) -> None:
        self._receiver = receiver
        self.resolutionBegan: Callable[[IHostResolution], None] = receiver.resolutionBegan
        self.resolutionComplete: Callable[[], None] = receiver.resolutionComplete

    def addressResolved(self, address: IAddress) -> None:
        if public(getattr(address, "host", "")):
            self._receiver.addressResolved(address)
