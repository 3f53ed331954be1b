"""mIRC formatting codes in text, taken out and told as spans (modern.ircdocs.horse/formatting)."""

import re

from transport.api import Span

_CODES = re.compile(
    "(\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f])"
)
_STYLES = {"\x02": "bold", "\x1d": "italic", "\x1f": "underline", "\x1e": "strike", "\x11": "mono"}
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MAX_SPANS = 64


def plain(text: str) -> tuple[str, tuple[Span, ...]]:
    """The text without codes or other control characters, and its emphasis; colours are lost."""
    if text.isprintable():
        return text, ()
    parts: list[str] = []
    spans: list[Span] = []
    since: dict[str, int] = {}
    length = 0
    for part in _CODES.split(text):
        style = _STYLES.get(part)
        if style is not None:
            start = since.pop(style, None)
            if start is None:
                since[style] = length
            else:
                add(spans, start, length, style)
        elif part == "\x0f":
            close(spans, since, length)
        elif part[:1] not in ("\x03", "\x04", "\x16"):
            kept = _CONTROLS.sub("", part)
            parts.append(kept)
            length += len(kept)
    close(spans, since, length)
    return "".join(parts), tuple(sorted(spans, key=lambda s: (s.start, -s.end)))


def add(spans: list[Span], start: int, end: int, style: str) -> None:
    """Keep a span, unless it is empty or they are too many."""
    if end > start and len(spans) < MAX_SPANS:
        spans.append(Span(start, end, style))


def close(spans: list[Span], since: dict[str, int], end: int) -> None:
    """End every style that is open."""
    for style, start in since.items():
        add(spans, start, end, style)
    since.clear()


def sendable(text: str) -> str:
    """A line of text without control characters; on IRC they would be codes or end it."""
    return text if text.isprintable() else _CONTROLS.sub("", text)
