"""Names on networks as local parts of addresses, and back: `nick%net@domain`, `#channel%net@domain`.

The local part is cut at the last `%`.  What a local part may not hold is escaped (XEP-0106).
"""

import re

from attrs import define

from transport.api import Case

NETWORK_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*\Z")
LOCAL_BYTES = 1023
_ESCAPES = {" ": "20", '"': "22", "&": "26", "'": "27", "/": "2f", ":": "3a", "<": "3c", ">": "3e", "@": "40"}
_SEQUENCE = re.compile(r"\\(20|22|26|27|2f|3a|3c|3e|40|5c)")
_UPPER = re.compile(r"[A-Z^]")
_KEPT = re.compile(r"\^(.)", re.DOTALL)


@define(frozen=True)
class Address:
    """An address of ours: the gateway when both parts are empty, a network when only `name` is.

    `name` is the network's own spelling, unescaped; `resource` is what followed the slash.
    """

    network: str
    name: str
    resource: str


def escape(name: str) -> str:
    """A native name as a local part (XEP-0106 section 4); a backslash only where it would mislead."""
    out = _SEQUENCE.sub(lambda m: "\\5c" + m[1], name)
    return "".join(f"\\{_ESCAPES[c]}" if c in _ESCAPES else c for c in out)


def unescape(local: str) -> str:
    """The native name in a local part (XEP-0106 section 4)."""
    return _SEQUENCE.sub(lambda m: chr(int(m[1], 16)), local)


def keep_case(name: str) -> str:
    """A name whose case matters, as lower case: `X` becomes `^x`, `^` becomes `^^`."""
    return _UPPER.sub(lambda m: "^" + m[0].lower(), name)


def restore_case(name: str) -> str:
    """What `keep_case` was given."""
    return _KEPT.sub(lambda m: m[1] if m[1] == "^" else m[1].upper(), name)


def local_part(network: str, name: str, case: Case) -> str | None:
    """The local part for a name on a network, or None when it is too long (RFC 7622 section 3.3.1)."""
    native = keep_case(name) if case is Case.KEEP else name
    local = f"{escape(native)}%{network}" if name else network
    return local if len(local.encode("utf-8", "replace")) <= LOCAL_BYTES else None


def read(local: str, resource: str = "") -> Address:
    """Cut a local part of ours; the name is unescaped, but not yet as `restore_case` gives it.

    Where one half is missing the whole stands for a network, which no network is named like.
    """
    name, percent, network = local.rpartition("%")
    if percent and not (name and network):
        return Address(local, "", resource)
    return Address(network, unescape(name), resource)
