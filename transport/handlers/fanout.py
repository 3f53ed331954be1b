"""A message to several people at once: listed (XEP-0033) or joined by commas, to each of them by itself."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from twisted.logger import Logger

from transport.address import Address, escape
from transport.api import Feature, Refused
from transport.jid import parse
from transport.local_names import meant
from transport.networks import Networks
from transport.owners import Owner
from transport.text.clean import one_line
from transport.tickets import copy
from transport.xmpp.element import Element
from transport.xmpp.ns import ADDRESS, tag

MOST = 20
# Who is named more often than once counts once, but to find that out costs time.
NAMED = 100
_ADDRESSES = tag(ADDRESS, "addresses")
_ADDRESS = tag(ADDRESS, "address")
_WANTED = frozenset({"to", "cc", "bcc"})
Deliver = Callable[[Owner, Element, str, str], None]


class FanOut:
    """Makes a message for each recipient; errors come from the address that was written to, and name the recipient."""

    log = Logger()

    def __init__(
        self,
        domain: str,
        networks: Networks,
        address: Callable[[str], Address],
        refuse: Callable[..., None],
        deliver: Deliver,
    ) -> None:
        self._domain = domain
        self._networks = networks
        self._address = address
        self._refuse = refuse
        self._deliver = deliver

    def spread(self, owner: Owner, element: Element, from_: str, address: Address) -> bool:
        """Send a message to all whom it names; false when it names nobody but its address."""
        elsewhere: list[str] = []
        if address.name:
            wanted = list(islice(self._joined(address), NAMED + 1)) if "," in address.name else []
        else:
            listed = element.child(_ADDRESSES)
            wanted = list(islice(self._listed(listed, elsewhere), NAMED + 1)) if listed is not None else []
        if not wanted and not elsewhere:
            return False
        recipients = self._each_once(owner, wanted) if len(wanted) <= NAMED else wanted
        if len(recipients) > MOST:
            raise Refused("policy-violation", "A message can go to {most} people at once.", most=MOST)
        for recipient in recipients:
            self._send(owner, element, from_, recipient)
        if elsewhere:
            named = one_line(", ".join(elsewhere))[:500]
            raise Refused("not-allowed", "The gateway does not pass this on to {addresses}.", addresses=named)
        return True

    def _joined(self, address: Address) -> Iterator[str]:
        """The addresses of names that are joined by commas, where the network lets one do so."""
        network = self._networks.get(address.network)
        if network is not None and Feature.GROUPS in network.features:
            for name in address.name.split(","):
                if name.strip():
                    yield f"{escape(name.strip())}%{address.network}@{self._domain}"

    def _listed(self, listed: Element, elsewhere: list[str]) -> Iterator[str]:
        """The addresses of ours in a list; what is not ours is added to `elsewhere`."""
        for each in listed.elements(_ADDRESS):
            if each.get("type") not in _WANTED or each.get("delivered") == "true":
                continue
            jid = parse(each.get("jid"))
            if jid is None or jid.domain != self._domain or not jid.local:
                elsewhere.append(each.get("jid") or each.get("uri") or each.get("desc"))
                continue
            yield from list(islice(self._joined(self._address(jid.bare)), NAMED + 1)) or [jid.bare]

    def _each_once(self, owner: Owner, wanted: Iterable[str]) -> list[str]:
        """The recipients without those who are named twice, in whatever spelling."""
        found: dict[object, str] = {}
        for jid in wanted:
            found.setdefault(self._who(owner, jid), jid)
        return list(found.values())

    def _who(self, owner: Owner, jid: str) -> object:
        address = self._address(jid)
        network = self._networks.get(address.network)
        try:
            return (network.name, meant(owner, network, address.name)) if network is not None else jid
        except Refused:
            return jid

    def _send(self, owner: Owner, element: Element, from_: str, recipient: str) -> None:
        own = copy(element, recipient)
        try:
            address = self._address(recipient)
            network = self._networks.get(address.network)
            if network is not None and (Feature.GROUPS not in network.features or not address.name):
                raise Refused("not-allowed", "This takes no messages to several people.")
            self._deliver(owner, own, from_, recipient)
        except Refused as refused:
            self._refuse(own, refused)
        except Exception:
            self.log.failure("a message to several people could not be handled")
            self._refuse(own, Refused("internal-server-error", "The gateway failed to handle this."))
