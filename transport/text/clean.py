"""The one definition of what text may enter an XML stream (XML 1.0 section 2.2)."""

import re

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "�"


def clean(text: str) -> str:
    """The text with every character that XML 1.0 forbids replaced by U+FFFD."""
    # All forbidden characters are unprintable to Python, and asking that is ten times cheaper.
    if text.isprintable() or not ILLEGAL.search(text):
        return text
    return ILLEGAL.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """The text with line ends and other controls as single spaces, for nicks, topics and reasons."""
    if text.isprintable():
        return text
    return " ".join(clean(text).split())
