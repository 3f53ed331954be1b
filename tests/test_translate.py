"""Texts for people: parameters, nested texts, catalogues and languages."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.api import Field, FieldKind, Refused, Text
from transport.text.translate import Translator


def write_catalogue(folder: Path, lang: str, texts: dict[str, str]) -> None:
    """A .mo file (GNU gettext manual, section 10.3)."""
    texts = {"": "Content-Type: text/plain; charset=UTF-8\n", **texts}
    keys = sorted(texts)
    ids = [k.encode() for k in keys]
    values = [texts[k].encode() for k in keys]
    offset = 28 + 16 * len(keys)
    tables = b""
    for strings in (ids, values):
        for s in strings:
            tables += struct.pack("<II", len(s), offset)
            offset += len(s) + 1
    body = b"".join(s + b"\0" for s in ids + values)
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    path = folder / lang / "LC_MESSAGES" / "transport.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(head + tables + body)


@pytest.fixture
def german(tmp_path: Path) -> Translator:
    write_catalogue(tmp_path, "de", {"Hello {name}": "Hallo {name}", "Name": "Name!", "yes": "ja"})
    write_catalogue(tmp_path, "pt_BR", {"yes": "sim"})
    return Translator(tmp_path)


def test_parameters_stand_in_for_their_names() -> None:
    assert Translator().render(Text("{a} and {b}", a=1, b="x")) == "1 and x"


def test_a_missing_parameter_stays_as_it_is_written() -> None:
    assert Translator().render(Text("{a} and {b}", a=1)) == "1 and {b}"


def test_doubled_braces_are_braces() -> None:
    assert Translator().render(Text("{{{a}}}", a="x")) == "{x}"


@pytest.mark.parametrize("hostile", ["{b}", "{a.__class__}", "{", "%s", "{0}"])
def test_a_value_is_never_read_as_a_template(hostile: str) -> None:
    assert Translator().render(Text("<{a}>", a=hostile, b="secret")) == f"<{hostile}>"


def test_attributes_and_formats_of_parameters_are_not_reached() -> None:
    text = Text("{a.b} {a[0]} {a:>9999999999} {a!r}", a="x")
    assert Translator().render(text) == "{a.b} {a[0]} {a:>9999999999} {a!r}"


def test_a_value_that_cannot_be_written_does_no_harm() -> None:
    class Bad:
        def __str__(self) -> str:
            raise ValueError

    assert Translator().render(Text("<{a}>", a=Bad())) == "<?>"


def test_texts_and_refusals_inside_a_text_are_rendered(german: Translator) -> None:
    inner = Text("Hello {name}", name="R")
    assert german.render(Text("({inner})", inner=inner), "de") == "(Hallo R)"
    assert german.render(Text("({why})", why=Refused("conflict", "Hello {name}", name="J")), "de") == "(Hallo J)"


def test_a_text_without_end_ends() -> None:
    text = Text("x")
    for _ in range(100):
        text = Text("{t}", t=text)
    assert Translator().render(text) == "..."


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", "ja"),
        ("de-AT", "ja"),
        ("DE-at-1996", "ja"),
        ("pt-BR", "sim"),
        *((other, "yes") for other in ("pt", "fr", "", "../../de", "de\0", "-")),
    ],
)
def test_the_nearest_language_is_chosen(german: Translator, lang: str, said: str) -> None:
    assert german.render("yes", lang) == said


def test_an_empty_text_stays_empty(german: Translator) -> None:
    assert german.render("", "de") == ""


def test_a_field_is_shown_in_the_language(german: Translator) -> None:
    field = Field("x", "Name", FieldKind.CHOICE, default="yes", options=(("yes", "yes"),))
    shown = german.field(field, "de")
    assert (shown.label, shown.options, shown.default) == ("Name!", (("yes", "ja"),), "yes")
    assert german.fields((field,), "en") == (field,)


@given(st.text(), st.dictionaries(st.text(min_size=1, max_size=5), st.text() | st.integers()), st.text())
def test_rendering_never_raises(template: str, params: dict[str, object], lang: str) -> None:
    params.pop("template", None)
    params.pop("self", None)
    Translator().render(Text(template, **params), lang)
