"""Lines of IRC, read and written (RFC 1459 section 2.3.1, IRCv3 message tags)."""

import re
from collections.abc import Mapping

from attrs import define

from transport.api import Refused
from transport.text.clean import clean

LINE_BYTES = 512
TAG_BYTES = 8191
NO_TAGS: Mapping[str, str] = {}
_TAG_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_TAG_VALUES = {":": ";", "s": " ", "r": "\r", "n": "\n", "\\": "\\"}
_BREAKS = re.compile("[\r\n\0]")


@define
class Line:
    """One line: `source` is the whole prefix, `nick` what stands before its `!`; both may be empty."""

    tags: Mapping[str, str]
    source: str
    nick: str
    command: str
    params: list[str]

    @property
    def last(self) -> str:
        """The last parameter, or an empty text."""
        return self.params[-1] if self.params else ""

    @property
    def address(self) -> str | None:
        """The `user@host` of the source, where it has one."""
        return self.source.partition("!")[2] or None


def decode(raw: bytes, encoding: str) -> str:
    """The text of a line: UTF-8, else the network's fallback with U+FFFD for what that cannot hold."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace")


def parse(text: str) -> Line | None:
    """Read a line without its end; None when there is no command in it."""
    tags = NO_TAGS
    if text[:1] == "@":
        head, _, text = text.partition(" ")
        tags = parse_tags(head[1:])
        text = text.lstrip(" ")
    source = nick = ""
    if text[:1] == ":":
        source, _, text = text[1:].partition(" ")
        if not source.isprintable():
            source = clean(source)
        nick = source.partition("!")[0]
    middle, colon, trailing = text.partition(" :")
    if not text.isprintable() and not middle.isprintable():
        # Only the last parameter is text; names with control characters in them are nobody's.
        middle = clean(middle)
    params = middle.split(" ")
    if "" in params:
        params = [p for p in params if p]
    if not params:
        return None
    command = params.pop(0).upper()
    if colon:
        params.append(trailing)
    elif params and params[-1][:1] == ":":
        params[-1] = params[-1][1:]
    return Line(tags, source, nick, command, params)


def parse_tags(text: str) -> dict[str, str]:
    """Read tags (IRCv3 message-tags): `a=b;c` without the `@`."""
    tags = {}
    for item in text.split(";"):
        key, _, value = item.partition("=")
        if key:
            tags[key] = unescape_tag(value) if "\\" in value else value
    return tags


def unescape_tag(value: str) -> str:
    """What a tag's value stands for; an unknown escape is its character, a trailing backslash nothing."""
    return _TAG_ESCAPE.sub(lambda m: _TAG_VALUES.get(m[1], m[1]), value)


def format_line(command: str, *params: str, limit: int = LINE_BYTES) -> bytes:
    """Write a line; the last parameter may hold spaces, any other must be one word.

    This is the only place where text becomes a line: whatever could end it or begin another parameter is
    Refused (`not-acceptable`), and so is a line of more than `limit` bytes.
    """
    if not command.isalnum() or not command.isascii():
        raise Refused("not-acceptable", "This is not an IRC command.")
    for param in params[:-1]:
        word(param)
    text = command
    if params:
        last = params[-1]
        if _BREAKS.search(last):
            raise Refused("not-acceptable", "Line breaks cannot be sent here.")
        spaced = not last or last[0] == ":" or " " in last or command in _TEXTS or not last.isprintable()
        text = " ".join((command, *params[:-1], f":{last}" if spaced else last))
    data = text.encode("utf-8", "replace") + b"\r\n"
    if len(data) > limit:
        raise Refused("not-acceptable", "This is too long for the network.")
    return data


_TEXTS = frozenset({"PRIVMSG", "NOTICE", "TOPIC", "QUIT", "PART", "KICK", "AWAY", "USER"})


def word(text: str) -> str:
    """The text, when it can be a parameter in the middle of a line; Refused (`not-acceptable`) if not."""
    if not text or text[0] == ":" or " " in text or _BREAKS.search(text):
        raise Refused("not-acceptable", "“{text}” cannot be used there on IRC.", text=clean(text))
    return text


def check_raw(line: str, limit: int = LINE_BYTES) -> bytes:
    """One raw line as it goes out; Refused when it is empty, more than one, or too long."""
    if _BREAKS.search(line):
        raise Refused("not-acceptable", "Send one line at a time.")
    data = line.strip(" ").encode("utf-8", "replace") + b"\r\n"
    if len(data) == 2:
        raise Refused("not-acceptable", "This line is empty.")
    if len(data) > limit:
        raise Refused("not-acceptable", "This line is too long for the network.")
    return data
