"""The incoming side of an XML stream (RFC 6120 section 4): bytes in, stanzas out as small trees.

Expat by hand: U+0001 parts namespace and name, since a namespace that somebody else chooses can hold
anything but that.  Tests: tests/test_stream.py.
"""

import re
from collections.abc import Callable
from pyexpat import ExpatError, ParserCreate, XMLParserType

from attrs import define

from transport.xmpp.element import Element
from transport.xmpp.ns import SEPARATOR, STREAM, tag

_ROOT = tag(STREAM, "stream")
_START_TAG = re.compile(rb"<(?:[^<>'\"]|'[^'<]*'|\"[^\"<]*\")*>")
_new = Element.__new__


class StreamError(Exception):
    """Why a stream cannot go on: a condition of RFC 6120 section 4.9.3, and a text."""

    def __init__(self, condition: str, text: str = "") -> None:
        super().__init__(condition, text)
        self.condition = condition
        self.text = text

    def __str__(self) -> str:
        return f"{self.condition}: {self.text}" if self.text else self.condition


@define(frozen=True)
class Limits:
    """What a stream may ask of us.

    A stanza deeper than `depth` elements or longer than about `stanza_bytes` is refused; one of
    `stream_bytes` ends the stream.  After `names` different names of elements, attributes and prefixes
    expat is started afresh, because it keeps every name it has ever seen.
    """

    depth: int = 64
    stanza_bytes: int = 1 << 20
    stream_bytes: int = 16 << 20
    names: int = 4096


class StreamParser:
    """Reads one stream.

    `on_open` gets the attributes of the stream's head, `on_element` every element below it once it is
    whole.  An element beyond the limits comes to `on_refused` instead, without its content: it is the
    fault of whoever wrote the stanza, not of the server, and must not cost everybody the stream.
    """

    def __init__(
        self,
        on_open: Callable[[dict[str, str]], None],
        on_element: Callable[[Element], None],
        limits: Limits | None = None,
        on_refused: Callable[[Element], None] | None = None,
    ) -> None:
        self.on_open = on_open
        self.on_element = on_element
        self.on_refused = on_refused
        self.limits = limits or Limits()
        self.depth = self.limits.depth
        self.path: list[Element] = []
        self.open_and_skipped = 0
        self.unfinished = 0
        self.head = b""
        self.parser = self._parser(self._open)

    def feed(self, data: bytes) -> None:
        """Read more of the stream.  Raises StreamError, after which nothing more may be fed."""
        self.unfinished += len(data)
        self.fed += len(data)
        if not self.path:
            self.head += data
        try:
            self.parser.Parse(data, False)
        except ExpatError as e:
            raise StreamError("not-well-formed", str(e)) from None
        if self.unfinished > self.limits.stanza_bytes:
            self._too_long()
        if len(self.names) > self.limits.names:
            self._renew()

    def _parser(self, start: Callable[[str, dict[str, str]], None]) -> XMLParserType:
        # Our own table of names, since the one that pyexpat makes for itself grows for ever.
        self.names: dict[str, str] = {}
        self.fed = 0
        parser = ParserCreate("UTF-8", SEPARATOR, intern=self.names)
        parser.buffer_text = True
        if hasattr(parser, "SetReparseDeferralEnabled"):  # expat 2.6; it would hold a stanza back
            parser.SetReparseDeferralEnabled(False)
        parser.StartElementHandler = start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _restricted
        parser.ProcessingInstructionHandler = _restricted
        parser.CommentHandler = _restricted
        return parser

    def _open(self, name: str, attrs: dict[str, str]) -> None:
        if name != _ROOT:
            raise StreamError("invalid-namespace", "this is not a stream of XMPP")
        self.path.append(Element(name, attrs))
        found = _START_TAG.match(self.head, self.parser.CurrentByteIndex)
        self.head = found[0] if found else b""
        self.unfinished = 0
        self.parser.StartElementHandler = self._start
        self.on_open(attrs)

    def _renew(self) -> None:
        """Start expat afresh, if it stands between two stanzas with nothing read in advance."""
        if len(self.path) == 1 and self.parser.CurrentByteIndex == self.fed:
            self.parser = self._parser(self._reopen)
            self.fed = len(self.head)
            self.parser.Parse(self.head, False)

    def _reopen(self, name: str, attrs: dict[str, str]) -> None:
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        element = _new(Element)  # the shortest way; this runs for every element of every stanza
        element.tag = name
        element.attrs = attrs
        element.children = []
        path = self.path
        depth = len(path)
        if depth > 1:
            path[-1].children.append(element)
        path.append(element)
        if depth > self.depth:
            self._skip()

    def _end(self, name: str) -> None:
        path = self.path
        element = path.pop()
        depth = len(path)
        if depth == 1:
            self.unfinished = 0
            self.on_element(element)
        elif not depth:
            raise StreamError("stream-closed", "the other side has ended the stream")

    def _text(self, data: str) -> None:
        if len(self.path) > 1:
            self.path[-1].children.append(data)

    def _too_long(self) -> None:
        if self.unfinished > self.limits.stream_bytes or not self.path:
            raise StreamError("policy-violation", "a stanza is too long")
        if len(self.path) > 1 and not self.open_and_skipped:
            self._skip()

    def _skip(self) -> None:
        """Read on to the end of this stanza without keeping any of it."""
        path, parser = self.path, self.parser
        self.open_and_skipped = len(path) - 1
        parser.CharacterDataHandler = None
        parser.StartElementHandler = self._skip_start
        parser.EndElementHandler = self._skip_end
        path[1].children.clear()
        del path[2:]

    def _skip_start(self, name: str, attrs: dict[str, str]) -> None:
        self.open_and_skipped += 1

    def _skip_end(self, name: str) -> None:
        self.open_and_skipped -= 1
        if self.open_and_skipped:
            return
        parser = self.parser
        parser.CharacterDataHandler = self._text
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        self.unfinished = 0
        element = self.path.pop()
        if self.on_refused is not None:
            self.on_refused(element)


def _restricted(*_: object) -> None:
    raise StreamError("restricted-xml", "document types, instructions and comments have no place here")
