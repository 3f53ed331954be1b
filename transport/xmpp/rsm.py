"""Result set management (XEP-0059): pages of a long list."""

from attrs import define

from transport.xmpp.element import Element, text
from transport.xmpp.ns import RSM, tag

_SET = tag(RSM, "set")


@define
class Page:
    """The part of a list that somebody asks for.

    At most `limit` items (None: as many as we like); those after the item `after`, or the last ones before
    the item `before` (empty: the end of the list), or from position `index` on.
    """

    limit: int | None = None
    after: str | None = None
    before: str | None = None
    index: int | None = None


def parse(query: Element) -> Page | None:
    """The page that a query asks for; None when it does not ask for one.  A bad number is as if absent."""
    found = query.child(_SET)
    if found is None:
        return None
    page = Page()
    for part in found.elements():
        match part.name:
            case "max":
                page.limit = _number(part.text)
            case "index":
                page.index = _number(part.text)
            case "after":
                page.after = part.text
            case "before":
                page.before = part.text
    return page


def build(first: str, last: str, count: int | None = None, index: int | None = None) -> str:
    """What goes with a page: ids of its first and last items, length of the list, position of the first.

    An empty page has empty ids.
    """
    out = [f"<set xmlns='{RSM}'>"]
    if first:
        at = "" if index is None else f" index='{index}'"
        out.append(f"<first{at}>{text(first)}</first><last>{text(last)}</last>")
    if count is not None:
        out.append(f"<count>{count}</count>")
    out.append("</set>")
    return "".join(out)


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
