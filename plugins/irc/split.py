"""Long texts in pieces of so many bytes, cut between words, never inside a character."""

import re

from transport.plugins.irc.formatting import sendable

_LINES = re.compile("\r\n|[\r\n\u2028\u2029]")
ACTION = "\x01ACTION "


def lines(text: str) -> list[str]:
    """The lines of a text that hold something, fit to be sent."""
    return [line for line in map(sendable, _LINES.split(text)) if line.strip()]


def split(text: str, budget: int) -> list[str]:
    """Cut a line into pieces of at most `budget` bytes of UTF-8; only spaces at a cut are lost.

    A piece holds at least one character, whatever the budget.
    """
    pieces = []
    data = text.encode("utf-8", "replace")
    while len(data) > budget:
        cut = boundary(data, budget)
        pieces.append(data[:cut].rstrip(b" ").decode())
        data = data[cut:].lstrip(b" ")
    if data:
        pieces.append(data.decode())
    return [piece for piece in pieces if piece]


def boundary(data: bytes, budget: int) -> int:
    """Where to cut: after the last space in the latter half, else before a character begins."""
    space = data.rfind(b" ", budget // 2, budget + 1)
    if space > 0:
        return space
    cut = budget
    while cut > 0 and data[cut] & 0xC0 == 0x80:
        cut -= 1
    if cut > 0:
        # A mark or a joined emoji belongs to the character before it; going back a little keeps most whole.
        return cut
    cut = 1
    while cut < len(data) and data[cut] & 0xC0 == 0x80:
        cut += 1
    return cut


def messages(text: str, budget: int) -> list[tuple[str, str]]:
    """What to send for a text, as (payload of a PRIVMSG, text to show for it).

    `/me ` at the start makes an action (CTCP ACTION); its pieces are actions too.
    """
    action = text.startswith("/me ")
    found = []
    for line in lines(text[4:] if action else text):
        if action:
            found += [(f"{ACTION}{p}\x01", f"/me {p}") for p in split(line, budget - len(ACTION) - 1)]
        else:
            found += [(p, p) for p in split(line, budget)]
    return found
