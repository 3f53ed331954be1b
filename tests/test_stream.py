"""The stream: any bytes, in any pieces."""

import contextlib
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xml_values import elements, same

from transport.xmpp.element import Element
from transport.xmpp.ns import COMPONENT, STREAM, tag
from transport.xmpp.stream import Limits, StreamError, StreamParser

HEAD = f"<?xml version='1.0'?><stream:stream xmlns='{COMPONENT}' xmlns:stream='{STREAM}' id='a>b' from='x'>".encode()


class Reader:
    def __init__(self, limits: Limits | None = None, head: bytes = HEAD) -> None:
        self.opened: list[dict[str, str]] = []
        self.found: list[Element] = []
        self.refused: list[Element] = []
        self.parser = StreamParser(self.opened.append, self.found.append, limits, self.refused.append)
        self.parser.feed(head)

    def feed(self, *pieces: bytes) -> "Reader":
        for piece in pieces:
            self.parser.feed(piece)
        return self

    def told(self) -> list[str]:
        return [e.to_xml(COMPONENT) for e in self.found]


def condition(data: bytes, head: bytes = HEAD) -> str:
    with pytest.raises(StreamError) as caught:
        Reader(head=head).feed(data)
    return caught.value.condition


def test_a_stream_opens_with_its_attributes_and_gives_whole_elements() -> None:
    reader = Reader()
    assert reader.opened == [{"id": "a>b", "from": "x"}]
    reader.feed(b"\n<message to='a'><body>hi &amp; ")
    assert reader.found == []
    reader.feed(b"bye</body></message> <presence/>")
    assert reader.told() == ["<message to='a'><body>hi &amp; bye</body></message>", "<presence/>"]
    assert reader.found[0].child_text(tag(COMPONENT, "body")) == "hi & bye"


def test_foreign_attributes_are_under_their_tag() -> None:
    (found,) = Reader().feed(b"<a xmlns:p='urn:p' p:x='1' xml:lang='de' x='2'/>").found
    assert found.attrs == {tag("urn:p", "x"): "1", tag("http://www.w3.org/XML/1998/namespace", "lang"): "de", "x": "2"}


@given(st.lists(elements(), max_size=3), st.lists(st.integers(0, 2000)))
def test_pieces_of_any_size_give_the_same(trees: list[Element], cuts: list[int]) -> None:
    data = HEAD + "".join(tree.to_xml(COMPONENT) for tree in trees).encode()
    places = sorted({0, len(data), *[cut for cut in cuts if cut < len(data)]})
    reader = Reader(head=b"").feed(*[data[a:b] for a, b in pairwise(places)])
    assert len(reader.found) == len(trees)
    assert all(same(a, b) for a, b in zip(reader.found, trees, strict=True))


PIECES = (
    b"< > / a <a> </a> <a/> ' = xmlns : & ; #1 <!-- <![CDATA[ ]]> <? <!DOCTYPE \xff \xed\xa0\x80 \xef\xbf\xbe \x00 \x01"
)
MORE = b"</stream:stream> xmlns:xml='' xmlns:p='' &lt; &#0; &#xd800; <a><a><a><a>"
XMLISH = st.lists(st.sampled_from([b" ", HEAD, *PIECES.split(b" "), *MORE.split(b" ")])).map(b"".join)


@given(st.binary() | XMLISH, st.booleans(), st.integers(1, 9))
@example(b"<a xmlns:xml='urn:x'/>", True, 9)
def test_no_bytes_raise_anything_but_a_stream_error(data: bytes, opened: bool, size: int) -> None:
    reader = Reader(Limits(depth=3, stanza_bytes=40, stream_bytes=200, names=5), head=HEAD if opened else b"")
    with contextlib.suppress(StreamError):
        reader.feed(*[data[i : i + size] for i in range(0, len(data), size)])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<a></b>", "not-well-formed"),
        (b"<a>\x02</a>", "not-well-formed"),
        (b"<a>\xff</a>", "not-well-formed"),
        (b"<p:a/>", "not-well-formed"),
        (b"<a>&unknown;</a>", "not-well-formed"),
        (b"<a><!-- --></a>", "restricted-xml"),
        (b"<?php ?>", "restricted-xml"),
        (b"</stream:stream>", "stream-closed"),
    ],
)
def test_what_no_stream_may_hold_ends_it(data: bytes, expected: str) -> None:
    assert condition(data) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"<!DOCTYPE a [<!ENTITY b 'bbb'>]>", "restricted-xml"),
        (b"<stream/>", "invalid-namespace"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'>", "invalid-namespace"),
        (b"HTTP/1.1 400 Bad Request\r\n", "not-well-formed"),
    ],
)
def test_what_is_no_stream_is_refused(head: bytes, expected: str) -> None:
    assert condition(head, b"") == expected


def test_a_head_without_end_is_refused() -> None:
    reader = Reader(Limits(stanza_bytes=1000), head=b"<?xml version='1.0'?>")
    with pytest.raises(StreamError, match="policy-violation"):
        reader.feed(*[b" " * 100] * 11)


def test_a_stanza_nested_too_deeply_is_refused_without_its_content_and_the_stream_goes_on() -> None:
    reader = Reader(Limits(depth=3))
    reader.feed(b"<a n='1'><b><c/></b></a>")
    reader.feed(b"<a n='2'>t<b>t<c>t<d>t<e/></d></c></b>t<b/></a><a n='3'>t</a>")
    assert [e.get("n") for e in reader.found] == ["1", "3"]
    assert reader.told()[1] == "<a n='3'>t</a>"
    assert [e.to_xml(COMPONENT) for e in reader.refused] == ["<a n='2'/>"]


@pytest.mark.parametrize("filling", [b"x" * 90, b"<b/>" * 20, b"<b><c>t</c></b>" * 6, b"<b a='" + b"y" * 90 + b"'/>"])
@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_a_stanza_too_long_is_refused_without_its_content_and_the_stream_goes_on(filling: bytes, size: int) -> None:
    reader = Reader(Limits(stanza_bytes=1000))
    data = b"<a n='2'><b>" + filling * 40 + b"</b></a><a n='3'>t</a>"
    reader.feed(b"<a n='1'/>", *[data[i : i + size] for i in range(0, len(data), size)])
    assert [e.get("n") for e in reader.found] == ["1", "3"]
    assert [e.to_xml(COMPONENT) for e in reader.refused] == ["<a n='2'/>"]


def test_a_stanza_without_end_ends_the_stream() -> None:
    reader = Reader(Limits(stanza_bytes=1000, stream_bytes=5000)).feed(b"<a>")
    with pytest.raises(StreamError, match="policy-violation"):
        reader.feed(*[b"<b/>" * 100] * 20)


def test_many_short_stanzas_are_not_one_long_one() -> None:
    reader = Reader(Limits(stanza_bytes=1000)).feed(*[b"<a>12345</a>"] * 1000)
    assert len(reader.found) == 1000


@pytest.mark.parametrize("tail", [b"", b"\n"])
def test_names_that_come_once_are_not_kept_for_ever(tail: bytes) -> None:
    reader = Reader(Limits(names=50))
    for n in range(1000):
        reader.feed(b"<e%d a%d='%d'/>" % (n, n, n) + tail)
        assert len(reader.parser.names) < 60
    assert [e.name for e in reader.found] == [f"e{n}" for n in range(1000)]
    assert reader.found[999].uri == COMPONENT
    assert len(reader.opened) == 1
    reader.feed(b"<stream:error/>")
    assert reader.found[-1].tag == tag(STREAM, "error")
    with pytest.raises(StreamError, match="stream-closed"):
        reader.feed(b"</stream:stream>")


def test_a_name_is_not_forgotten_in_the_middle_of_a_stanza() -> None:
    reader = Reader(Limits(names=5))
    data = b"".join(b"<e%d><f x='>'>t</f></e%d>" % (n, n) for n in range(300))
    reader.feed(*[data[i : i + 10] for i in range(0, len(data), 10)])
    assert reader.told() == [f"<e{n}><f x='&gt;'>t</f></e{n}>" for n in range(300)]


def test_reading_takes_no_memory_for_good() -> None:
    reader = Reader()

    def read(start: int) -> int:
        for n in range(start, start + 20_000):
            reader.feed(b"<e%d/>" % n)
            reader.found.clear()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first = read(10_000)
        assert read(40_000) - first < 500_000
    finally:
        tracemalloc.stop()
