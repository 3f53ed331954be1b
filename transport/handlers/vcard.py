"""What is known of an address: vcard-temp (XEP-0054) and vCard4 (XEP-0292, RFC 6351)."""

from collections.abc import Awaitable, Callable, Mapping

from transport.api import Kind, Refused
from transport.local_names import meant
from transport.networks import Networks
from transport.owners import Owners
from transport.router import Router, Stanza
from transport.session import Session
from transport.xmpp.element import text
from transport.xmpp.ns import VCARD, VCARD4, tag

Facts = Mapping[str, str]
# Fields that hold a text, in the order in which both schemas take them.
_FLAT = ("BDAY", "DESC", "FN", "JABBERID", "NICKNAME", "NOTE", "ROLE", "TITLE", "URL")
# The same in vCard4: a property and the kind of its value.
_PROPERTIES = {
    "BDAY": ("bday", "text"),
    "DESC": ("note", "text"),
    "FN": ("fn", "text"),
    "JABBERID": ("impp", "uri"),
    "NICKNAME": ("nickname", "text"),
    "NOTE": ("note", "text"),
    "ROLE": ("role", "text"),
    "TITLE": ("title", "text"),
    "URL": ("url", "uri"),
}


class VCards:
    """Answers who an address is."""

    def __init__(self, networks: Networks, owners: Owners, router: Router) -> None:
        self._networks = networks
        self._owners = owners
        router.iq("get", tag(VCARD, "vCard"), lambda stanza, payload: self._answer(stanza, vcard_temp))
        router.iq("get", tag(VCARD4, "vcard"), lambda stanza, payload: self._answer(stanza, vcard4))

    def _answer(self, stanza: Stanza, write: Callable[[Facts], str]) -> str | Awaitable[str]:
        address = stanza.address
        if not address.network:
            return write({"FN": "Gateway", "DESC": "A gateway to other networks"})
        network = self._networks.get(address.network)
        if network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=address.network)
        if not address.name:
            return write({"FN": str(network.name), "DESC": network.identities[0].name or ""})
        owner = self._owners.get(stanza.owner)
        session = owner.sessions.get(network.name) if owner is not None else None
        name = meant(owner, network, address.name)
        if network.address_type(name) is Kind.ROOM:
            if not address.resource:
                return write({"FN": name})
            name = address.resource
        if session is None or not session.online or session.profiles is None:
            return write({"FN": name, "NICKNAME": name})
        return self._profile(session, name, write)

    async def _profile(self, session: Session, name: str, write: Callable[[Facts], str]) -> str:
        assert session.profiles is not None
        return write({"FN": name, "NICKNAME": name, **await session.profiles.profile(name)})


def vcard_temp(facts: Facts) -> str:
    """Facts as XEP-0054 writes them."""
    inside = "".join(f"<{name}>{text(facts[name])}</{name}>" for name in _FLAT if facts.get(name))
    if facts.get("TEL"):
        inside += f"<TEL><NUMBER>{text(facts['TEL'])}</NUMBER></TEL>"
    return f"<vCard xmlns='{VCARD}'>{inside}</vCard>"


def vcard4(facts: Facts) -> str:
    """Facts as RFC 6351 writes them."""
    inside = ""
    for name in _FLAT:
        value = facts.get(name)
        if value:
            tag, kind = _PROPERTIES[name]
            inside += f"<{tag}><{kind}>{text(f'xmpp:{value}' if name == 'JABBERID' else value)}</{kind}></{tag}>"
    if facts.get("TEL"):
        inside += f"<tel><uri>{text('tel:' + ''.join(facts['TEL'].split()))}</uri></tel>"
    return f"<vcard xmlns='{VCARD4}'>{inside}</vcard>"
