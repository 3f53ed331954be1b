"""Any element, text and namespace, for property tests."""

from hypothesis import strategies as st

from transport.text.clean import clean
from transport.xmpp.element import Element
from transport.xmpp.ns import COMPONENT, SEPARATOR, STREAM, XML, tag

NASTY = [
    "",
    " ",
    "a b",
    "x'/><y",
    '"',
    "&amp;",
    "]]>",
    "\r\n\t",
    "\x00\x01\x02",
    "\ufffe",
    "\ud800",
    "a\x01b",
    "é\N{UNICORN FACE}",
]
TEXTS = st.text(st.characters(codec=None, exclude_categories=[])) | st.sampled_from(NASTY)
# The two namespaces that XML keeps to itself cannot be declared.
SPACES = TEXTS.map(lambda s: s if "www.w3.org" not in s else "") | st.sampled_from([COMPONENT, STREAM, "urn:x"])
NAMES = st.sampled_from(["a", "b", "message", "body", "x-y", "_1", "é"])


def tags() -> st.SearchStrategy[str]:
    """Tags as `Element.tag` has them."""
    return st.builds(tag, SPACES | st.just(XML), NAMES)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> Element:
    """A tree of a few elements."""
    # Two namespaces must not become one when what XML forbids is replaced.
    names = draw(st.lists(NAMES | st.builds(tag, SPACES.map(clean).filter(bool) | st.just(XML), NAMES), max_size=3))
    element = Element(draw(tags()), {name: draw(TEXTS) for name in names})
    if depth:
        element.children = draw(st.lists(TEXTS | elements(depth - 1), max_size=3))
    return element


def same(one: Element, two: Element) -> bool:
    """Whether two trees say the same, but for characters that XML forbids and how text is cut."""
    return _plain(one) == _plain(two)


def _plain(element: Element) -> tuple[object, ...]:
    children: list[object] = []
    for child in element.children:
        if isinstance(child, Element):
            children.append(_plain(child))
        elif child and children and isinstance(children[-1], str):
            children[-1] += clean(child)
        elif child:
            children.append(clean(child))
    attrs = {_name(key): clean(value) for key, value in element.attrs.items()}
    return _name(element.tag), attrs, children


def _name(key: str) -> str:
    uri, separator, name = key.rpartition(SEPARATOR)
    return f"{clean(uri)}{separator if uri else ''}{name}"
