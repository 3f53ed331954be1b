"""Emphasis on its way to XMPP: spans become XHTML-IM (XEP-0071) beside the plain body."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from transport.api import Span
from transport.text.clean import clean

_STYLES = {
    "bold": "font-weight:bold",
    "italic": "font-style:italic",
    "underline": "text-decoration:underline",
    "strike": "text-decoration:line-through",
    "mono": "font-family:monospace",
}
_SCHEMES = ("http://", "https://", "xmpp:", "mailto:")


def xhtml(text: str, spans: Sequence[Span]) -> str:
    """The html element for a text with emphasis; spans may overlap, unknown styles are left out."""
    cuts = sorted({0, len(text), *(min(max(p, 0), len(text)) for s in spans for p in (s.start, s.end))})
    pieces = [_piece(text, start, end, spans) for start, end in pairwise(cuts)]
    return (
        "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>"
        f"{''.join(pieces)}</p></body></html>"
    )


def _piece(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    said = escape(clean(text[start:end])).replace("\n", "<br/>").replace("\r", "")
    over = [s for s in spans if s.start <= start and s.end >= end]
    css = ";".join(dict.fromkeys(_STYLES[s.style] for s in over if s.style in _STYLES))
    if css:
        said = f"<span style='{css}'>{said}</span>"
    link = next((s.value for s in over if s.style == "link" and s.value and s.value.startswith(_SCHEMES)), None)
    return f"<a href='{escape(clean(link))}'>{said}</a>" if link else said
