"""Which letters IRC takes for the same (ISUPPORT CASEMAPPING)."""

import string
from unicodedata import normalize

_ASCII = (string.ascii_uppercase, string.ascii_lowercase)
TABLES = {
    "ascii": str.maketrans(*_ASCII),
    "rfc1459": str.maketrans(_ASCII[0] + "[]\\^", _ASCII[1] + "{}|~"),
    "strict-rfc1459": str.maketrans(_ASCII[0] + "[]\\", _ASCII[1] + "{}|"),
}
DEFAULT = "rfc1459"


def fold(name: str, mapping: str) -> str:
    """The one spelling of a name under a casemapping; an unknown one counts as `ascii`.

    Letters beyond ASCII are folded as well: an address of XMPP cannot keep them apart (RFC 7622).
    """
    if not name.isascii():
        name = normalize("NFC", name.lower())
    return name.translate(TABLES.get(mapping, TABLES["ascii"]))
