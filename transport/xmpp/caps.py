"""What an address can do, as one hash in its presence (XEP-0115)."""

import base64
import hashlib
from collections.abc import Iterable, Sequence

from transport.api import Identity
from transport.xmpp import stanza
from transport.xmpp.element import Element
from transport.xmpp.ns import CAPS, DATA_FORMS, tag

_FIELD = tag(DATA_FORMS, "field")
_VALUE = tag(DATA_FORMS, "value")


def ver(identities: Iterable[Identity], features: Iterable[str], forms: Sequence[Element] = ()) -> str:
    """The verification string of an address that answers disco#info so (section 5.1), for SHA-1.

    `forms` are the data forms of XEP-0128 in that answer.
    """
    return hash_of([(i.category, i.type, "", i.name or "") for i in identities], features, forms)


def hash_of(identities: Iterable[tuple[str, str, str, str]], features: Iterable[str], forms: Sequence[Element]) -> str:
    """The same for identities as (category, type, language, name)."""
    parts = ["/".join(i) for i in sorted(identities)]
    parts += sorted(features)
    for _, fields in sorted((_form(form) for form in forms), key=lambda form: form[0]):
        parts += fields
    said = "".join([f"{part}<" for part in parts])
    return base64.b64encode(hashlib.sha1(said.encode("utf-8", "replace")).digest()).decode()  # noqa: S324


def caps_element(node: str, ver: str) -> str:
    """What goes into a presence (section 4); `node` is an address of the web that names the program."""
    return stanza.child(CAPS, "c", {"hash": "sha-1", "node": node, "ver": ver})


def _form(form: Element) -> tuple[str, list[str]]:
    """A form's type, and what it adds: its type, then each field and its values."""
    fields = sorted((f.get("var"), sorted(v.text for v in f.elements(_VALUE))) for f in form.elements(_FIELD))
    kinds = [values for name, values in fields if name == "FORM_TYPE"]
    kind = kinds[0][0] if kinds and kinds[0] else ""
    parts = [kind]
    for name, values in fields:
        if name != "FORM_TYPE":
            parts += [name, *values]
    return kind, parts
