"""Elements: what goes in comes out, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xml_values import SPACES, TEXTS, elements, same

from transport.text.clean import clean
from transport.xmpp import stanza
from transport.xmpp.element import Element, attribute, text
from transport.xmpp.ns import COMPONENT, SEPARATOR, STREAM, XML, tag
from transport.xmpp.stream import StreamParser

HEAD = f"<stream:stream xmlns='{COMPONENT}' xmlns:stream='{STREAM}'>".encode()


def read(xml: str) -> Element:
    found: list[Element] = []
    parser = StreamParser(lambda attrs: None, found.append)
    parser.feed(HEAD)
    parser.feed(xml.encode())
    (element,) = found
    return element


@given(elements())
def test_an_element_survives_writing_and_reading(element: Element) -> None:
    assert same(read(element.to_xml(COMPONENT)), element)


@given(elements())
def test_what_expat_has_read_can_be_written(element: Element) -> None:
    once = read(element.to_xml(COMPONENT))
    assert same(read(once.to_xml(COMPONENT)), once)


@given(TEXTS, st.sampled_from("'\""))
def test_any_text_stays_within_its_place(value: str, quote: str) -> None:
    found = read(f"<m xmlns='urn:x' a={quote}{attribute(value)}{quote}>{text(value)}</m>")
    assert found.attrs == {"a": clean(value)}
    assert found.text == clean(value)


@given(SPACES)
def test_any_namespace_stays_within_its_place(uri: str) -> None:
    found = read(stanza.child(uri, "q", {"a": "1"}, "said"))
    assert (found.uri, found.name, found.text) == (clean(uri), "q", "said")


def test_what_is_special_is_escaped() -> None:
    assert text("<&>\r\n\t'\"\x02") == "&lt;&amp;&gt;&#13;\n\t'\"\ufffd"
    assert attribute("<&>\r\n\t'\"\x02") == "&lt;&amp;&gt;&#13;&#10;&#9;&#39;&quot;\ufffd"


@pytest.mark.parametrize("name", ["", "a b", "1a", "a:b", "a>", "a'", "-a", "a\n", "\xb7", "\xd7", "a/"])
def test_a_name_that_is_none_in_xml_is_not_written(name: str) -> None:
    for element in (Element(name), Element("a", {name: "x"}), Element("a", {tag("urn:x", name): "x"})):
        with pytest.raises(ValueError, match="not a name"):
            element.to_xml()


@pytest.mark.parametrize("name", ["a", "_", "é", "a-b.c_1", "\u4e2d", "\N{GOTHIC LETTER AHSA}"])
def test_a_name_of_xml_is_written(name: str) -> None:
    assert Element(name).to_xml() == f"<{name}/>"


def test_namespaces_are_written_where_they_change_and_never_as_prefixes() -> None:
    tree = Element(tag("urn:a", "a"), {}, Element(tag("urn:a", "b")), Element(tag("urn:b", "c"), {}, Element("d")))
    assert tree.to_xml() == "<a xmlns='urn:a'><b/><c xmlns='urn:b'><d xmlns=''/></c></a>"
    assert tree.to_xml("urn:a") == "<a><b/><c xmlns='urn:b'><d xmlns=''/></c></a>"


def test_the_namespace_of_xml_itself_is_never_declared() -> None:
    tree = Element(tag(XML, "x"), {tag(XML, "lang"): "en"}, Element(tag("urn:a", "a")))
    assert tree.to_xml() == "<xml:x xml:lang='en'><a xmlns='urn:a'/></xml:x>"


def test_children_are_found_by_tag() -> None:
    tree = read("<m><body>one</body><x xmlns='urn:x'>a<y/>b</x><body>two</body></m>")
    body, x = tag(COMPONENT, "body"), tag("urn:x", "x")
    assert tree.child_text(body) == "one"
    assert [b.text for b in tree.elements(body)] == ["one", "two"]
    assert [e.name for e in tree.elements()] == ["body", "x", "body"]
    found = tree.child(x)
    assert found is not None
    assert found.text == "ab"
    assert (found.uri, found.name) == ("urn:x", "x")
    assert tree.child(tag("urn:y", "x")) is None
    assert tree.child_text(tag("urn:y", "x"), "none") == "none"
    assert tree.get("absent", "?") == "?"


def test_an_element_shows_itself() -> None:
    assert repr(Element("a").add("<")) == "<Element <a>&lt;</a>>"


def test_the_separator_can_be_in_no_text_that_is_written() -> None:
    assert SEPARATOR not in Element(tag("a\x01b", "c"), {}, "\x01").to_xml()
