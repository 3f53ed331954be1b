"""A small tree for XML, and the only two functions by which text enters a stanza.

Tags are one string, `namespace U+0001 name`, as expat gives them.  Nothing is written with a prefix, and
every namespace is escaped like any other text, so that nothing anybody sends can end an attribute.
"""

import re
from collections.abc import Iterator, Mapping

from transport.text.clean import clean
from transport.xmpp.ns import SEPARATOR, XML, tag

_LANG = tag(XML, "lang")
# What may be a name by XML 1.0 (sections 2.3) and has no colon.
_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(f"[{_START}][{_START}.0-9\xb7\u0300-\u036f\u203f\u2040-]*\\Z")


def text(value: str) -> str:
    """A string as character data; what XML forbids becomes U+FFFD."""
    if not value.isprintable():
        value = clean(value)
    # Asking first costs less than replacing nothing.
    if "&" in value:
        value = value.replace("&", "&amp;")
    if "<" in value:
        value = value.replace("<", "&lt;")
    if ">" in value:
        value = value.replace(">", "&gt;")
    if "\r" in value:
        value = value.replace("\r", "&#13;")
    return value


def attribute(value: str) -> str:
    """A string as an attribute's value, for either quote; what XML forbids becomes U+FFFD."""
    plain = value.isprintable()
    value = text(value)
    if not plain:
        value = value.replace("\n", "&#10;").replace("\t", "&#9;")
    if "'" in value:
        value = value.replace("'", "&#39;")
    if '"' in value:
        value = value.replace('"', "&quot;")
    return value


class Escaped(dict[str, str]):
    """Remembers what `attribute` made of strings that come again and again, such as addresses; bounded."""

    __slots__ = ()
    MOST = 20_000

    def __missing__(self, value: str) -> str:
        if len(self) >= self.MOST:
            self.clear()
        escaped = self[value] = attribute(value)
        return escaped


class Element:
    """An element: its tag, its attributes (foreign ones under their tag) and its children in order."""

    __slots__ = ("attrs", "children", "tag")

    def __init__(self, tag: str, attrs: Mapping[str, str] | None = None, *children: "Element | str") -> None:
        self.tag = tag
        self.attrs: dict[str, str] = dict(attrs) if attrs else {}
        self.children: list[Element | str] = list(children)

    @property
    def uri(self) -> str:
        """The namespace."""
        return self.tag.rpartition(SEPARATOR)[0]

    @property
    def name(self) -> str:
        """The name without its namespace."""
        return self.tag.rpartition(SEPARATOR)[2]

    @property
    def text(self) -> str:
        """The character data directly inside."""
        children = self.children
        if len(children) == 1 and isinstance(children[0], str):
            return children[0]
        return "".join([c for c in children if isinstance(c, str)])

    @property
    def lang(self) -> str:
        """The language its author reads (RFC 6120 section 8.1.5)."""
        return self.attrs.get(_LANG, "en")

    def get(self, name: str, default: str = "") -> str:
        """An attribute's value."""
        return self.attrs.get(name, default)

    def first(self) -> "Element | None":
        """The first child element."""
        for c in self.children:
            if isinstance(c, Element):
                return c
        return None

    def elements(self, tag: str | None = None) -> Iterator["Element"]:
        """The child elements, or those of one tag."""
        return (c for c in self.children if isinstance(c, Element) and (tag is None or c.tag == tag))

    def child(self, tag: str) -> "Element | None":
        """The first child element of a tag."""
        for c in self.children:
            if isinstance(c, Element) and c.tag == tag:
                return c
        return None

    def child_text(self, tag: str, default: str = "") -> str:
        """The character data of the first child of a tag."""
        found = self.child(tag)
        return default if found is None else found.text

    def add(self, child: "Element | str") -> "Element":
        """Append a child; returns this element."""
        self.children.append(child)
        return self

    def to_xml(self, uri: str = "") -> str:
        """The element as text, to stand where `uri` is the default namespace.

        Raises ValueError for a name that XML does not allow; such a name comes from our own code only.
        """
        out: list[str] = []
        _write(self, uri, out)
        return "".join(out)

    def __repr__(self) -> str:
        return f"<Element {self.to_xml()}>"


def _name(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"not a name in XML: {name!r}")
    return name


def _write(element: Element, default: str, out: list[str]) -> None:
    uri, _, name = element.tag.rpartition(SEPARATOR)
    if uri == XML:
        # The one namespace that must not be declared as a default.
        name, uri = f"xml:{_name(name)}", default
    else:
        _name(name)
    out.append(f"<{name}")
    if uri != default:
        out.append(f" xmlns='{attribute(uri)}'")
    foreign = 0
    for key, value in element.attrs.items():
        space, _, local = key.rpartition(SEPARATOR)
        if space == XML:
            local = f"xml:{_name(local)}"
        elif space:
            out.append(f" xmlns:a{foreign}='{attribute(space)}'")
            local, foreign = f"a{foreign}:{_name(local)}", foreign + 1
        else:
            _name(local)
        out.append(f" {local}='{attribute(value)}'")
    if not element.children:
        out.append("/>")
        return
    out.append(">")
    for child in element.children:
        if isinstance(child, str):
            out.append(text(child))
        else:
            _write(child, uri, out)
    out.append(f"</{name}>")
