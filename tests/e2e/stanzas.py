"""Reading stanzas in tests: short names for what is looked at again and again."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

CLIENT = "{jabber:client}"
MUC = "{http://jabber.org/protocol/muc}"
MUC_USER = "{http://jabber.org/protocol/muc#user}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
DATA = "{jabber:x:data}"
REGISTER = "{jabber:iq:register}"
INFO = "{http://jabber.org/protocol/disco#info}"
ITEMS = "{http://jabber.org/protocol/disco#items}"
COMMANDS = "{http://jabber.org/protocol/commands}"
DELAY = "{urn:xmpp:delay}"
ANY = object()

Stanza = ET.Element


def body(stanza: Stanza) -> str | None:
    """The text of a message."""
    return stanza.findtext(f"{CLIENT}body")


def codes(stanza: Stanza) -> set[str]:
    """The status codes of a room's presence or message."""
    return {status.get("code", "") for status in stanza.iter(f"{MUC_USER}status")}


def condition(stanza: Stanza) -> str | None:
    """The error condition of a stanza, None when it is no error."""
    error = stanza.find(f"{CLIENT}error")
    if error is None:
        return None
    found = (child.tag for child in error if child.tag.startswith(STANZAS) and not child.tag.endswith("}text"))
    return next(found, "?").removeprefix(STANZAS)


def error_text(stanza: Stanza) -> str:
    """What an error says to people."""
    return stanza.findtext(f"{CLIENT}error/{STANZAS}text") or ""


def item(stanza: Stanza) -> dict[str, str]:
    """The attributes of the item in a room's presence."""
    found = stanza.find(f"{MUC_USER}x/{MUC_USER}item")
    return dict(found.attrib) if found is not None else {}


def identities(result: Stanza) -> set[tuple[str, str]]:
    """(category, type) of each identity in a disco#info result."""
    return {(one.get("category", ""), one.get("type", "")) for one in result.iter(f"{INFO}identity")}


def features(result: Stanza) -> set[str]:
    """The features in a disco#info result."""
    return {one.get("var", "") for one in result.iter(f"{INFO}feature")}


def fields(form: Stanza) -> dict[str, str]:
    """The values of a data form's fields."""
    return {one.get("var", ""): one.findtext(f"{DATA}value") or "" for one in form.iter(f"{DATA}field")}


def is_room_end(stanza: Stanza) -> bool:
    """Whether this is the subject that ends the joining of a room (XEP-0045 section 7.2.15)."""
    return stanza.find(f"{CLIENT}subject") is not None and body(stanza) is None


def matcher(
    kind: str,
    *,
    frm: Any = ANY,
    type: Any = ANY,
    id: Any = ANY,
    body: Any = ANY,
    code: str | None = None,
    where: Callable[[Stanza], bool] | None = None,
) -> Callable[[Stanza], bool]:
    """A condition on stanzas; `type=None` means that there is no type."""

    def fits(stanza: Stanza) -> bool:
        return (
            stanza.tag == CLIENT + kind
            and (frm is ANY or stanza.get("from") == frm)
            and (type is ANY or stanza.get("type") == type)
            and (id is ANY or stanza.get("id") == id)
            and (body is ANY or stanza.findtext(f"{CLIENT}body") == body)
            and (code is None or code in codes(stanza))
            and (where is None or where(stanza))
        )

    return fits


def show(stanza: Stanza) -> str:
    """A stanza as text, for reports."""
    return ET.tostring(stanza, encoding="unicode")
