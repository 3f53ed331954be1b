"""The configured networks by name, by alias, and by the wildcard."""

import re
from collections import OrderedDict
from collections.abc import Callable, Container, Iterator, Mapping

from transport.address import local_part, restore_case
from transport.api import Case, INetwork

_HOST = re.compile(r"(?=.{4,253}\Z)(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*\.[a-z][a-z0-9-]*\Z")
WILDCARDS = 500


class Networks:
    """Finds a network by what stands behind the `%` of an address.

    With a `wildcard`, any host name with a dot is a network: made when first asked for, at most
    `WILDCARDS` at once; one in use is never forgotten.
    """

    def __init__(
        self,
        networks: Mapping[str, INetwork],
        aliases: Mapping[str, str],
        wildcard: Callable[[str], INetwork] | None = None,
        in_use: Callable[[], Container[str]] = tuple,
    ) -> None:
        self._networks = dict(networks)
        self._aliases = dict(aliases)
        self._wildcard = wildcard
        self._in_use = in_use
        self._made: OrderedDict[str, INetwork] = OrderedDict()

    def get(self, name: str) -> INetwork | None:
        """The network of a name or an alias, or None."""
        network = self._networks.get(name)
        if network is not None:
            return network
        name = self._aliases.get(name, name)
        return self._networks.get(name) or self._made.get(name) or self._make(name)

    def _make(self, name: str) -> INetwork | None:
        if self._wildcard is None or not _HOST.match(name):
            return None
        if len(self._made) >= WILDCARDS:
            used = self._in_use()
            idle = next((n for n in self._made if n not in used), None)
            if idle is None:
                return None
            del self._made[idle]
        network = self._made[name] = self._wildcard(name)
        return network

    def __iter__(self) -> Iterator[INetwork]:
        """The configured networks, in the order of the configuration."""
        return iter(self._networks.values())

    def __len__(self) -> int:
        return len(self._networks)

    def alive(self) -> Iterator[INetwork]:
        """The configured networks and those the wildcard has made."""
        yield from self._networks.values()
        yield from self._made.values()

    def replace(
        self,
        networks: Mapping[str, INetwork],
        aliases: Mapping[str, str],
        wildcard: Callable[[str], INetwork] | None,
    ) -> None:
        """Take a new configuration; networks that are the same objects go on."""
        self._networks = dict(networks)
        self._aliases = dict(aliases)
        if wildcard is not self._wildcard:
            self._wildcard = wildcard
            self._made.clear()


def jid_of(network: INetwork, name: str, domain: str) -> str:
    """The address of a folded name on a network; the network's own where the name is too long for one."""
    return f"{local_part(network.name, name, network.case) or network.name}@{domain}"


def native(network: INetwork, name: str) -> str:
    """The folded native name in an address of a network; Refused when nobody can have it."""
    folded: str = network.fold(spelled(network, name))
    return folded


def spelled(network: INetwork, name: str) -> str:
    """The native name in an address of a network as it is written there; Refused when nobody can have it."""
    checked: str = network.check(written(network, name))
    return checked


def written(network: INetwork, name: str) -> str:
    """The name in an address of a network, with its capitals; not yet checked."""
    return restore_case(name) if network.case is Case.KEEP else name
