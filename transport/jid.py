"""Addresses of XMPP (RFC 7622), without the cost of preparing what the server has prepared already."""

from functools import lru_cache
from unicodedata import normalize

from attrs import define

PART_BYTES = 1023
_FORBIDDEN_LOCAL = frozenset("\"&'/:<>@ ")


@define(frozen=True)
class Jid:
    """An address in its three parts; empty strings stand for absent ones."""

    local: str
    domain: str
    resource: str

    @property
    def bare(self) -> str:
        """The address without its resource."""
        return f"{self.local}@{self.domain}" if self.local else self.domain

    def __str__(self) -> str:
        return f"{self.bare}/{self.resource}" if self.resource else self.bare


def split(jid: str) -> Jid:
    """Cut an address that a server has checked; never raises."""
    bare, _, resource = jid.partition("/")
    local, at, domain = bare.rpartition("@")
    return Jid(local, domain, resource) if at else Jid("", bare, resource)


def bare(jid: str) -> str:
    """An address without its resource."""
    return jid.partition("/")[0]


@lru_cache(maxsize=4096)
def parse(text: str) -> Jid | None:
    """The address in a text that somebody typed, or None when it cannot be one (RFC 7622 section 3).

    Lower-cases the local part and the domain and applies NFC; it does not refuse characters newer than
    this program.
    """
    jid = split(text.strip())
    local = normalize("NFC", jid.local.lower())
    domain = normalize("NFC", jid.domain.lower()).rstrip(".")
    resource = normalize("NFC", jid.resource)
    if not domain or " " in domain or "@" in domain or _FORBIDDEN_LOCAL & set(local):
        return None
    if text.strip().startswith("@") or text.strip().endswith("/"):
        return None
    for part in (local, domain, resource):
        if len(part.encode("utf-8", "replace")) > PART_BYTES or any(ord(c) < 32 or ord(c) == 127 for c in part):
            return None
    return Jid(local, domain, resource)
