"""Data forms: asked, answered, checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xml_values import TEXTS

from transport.api import Field, FieldKind, Refused
from transport.xmpp import forms
from transport.xmpp.element import Element
from transport.xmpp.ns import DATA_FORMS, tag

FIELDS = (
    Field("note", "Read this", FieldKind.NOTE),
    Field("nick", "Nick", required=True, help="As others see you"),
    Field("password", "Password", FieldKind.SECRET),
    Field("about", "About", FieldKind.LINES),
    Field("tls", "Encrypt", FieldKind.BOOLEAN, default="1"),
    Field("colour", "Colour", FieldKind.CHOICE, default="red", options=(("red", "Red"), ("blue", "Blue"))),
)
GOOD = {"nick": "romeo", "password": " p ", "about": "a\nb", "tls": "true", "colour": "blue"}


def answer(values: dict[str, list[str]]) -> Element:
    x = Element(tag(DATA_FORMS, "x"), {"type": "submit"})
    for name, lines in values.items():
        lines_of = [Element(tag(DATA_FORMS, "value"), {}, line) for line in lines]
        x.add(Element(tag(DATA_FORMS, "field"), {"var": name}, *lines_of))
    return x


def refusal(values: dict[str, str]) -> str:
    with pytest.raises(Refused) as caught:
        forms.check(FIELDS, values)
    assert caught.value.condition == "not-acceptable"
    return str(caught.value.text)


def test_a_form_asks_each_question_and_shows_what_is_known() -> None:
    made = forms.form(FIELDS, GOOD, title="Sign up", instructions="Please", form_type="jabber:iq:register")
    assert made.to_xml() == (
        "<x xmlns='jabber:x:data' type='form'><title>Sign up</title><instructions>Please</instructions>"
        "<field var='FORM_TYPE' type='hidden'><value>jabber:iq:register</value></field>"
        "<field type='fixed'><value>Read this</value></field>"
        "<field type='text-single' var='nick' label='Nick'><desc>As others see you</desc><required/>"
        "<value>romeo</value></field>"
        "<field type='text-private' var='password' label='Password'/>"
        "<field type='text-multi' var='about' label='About'><value>a</value><value>b</value></field>"
        "<field type='boolean' var='tls' label='Encrypt'><value>1</value></field>"
        "<field type='list-single' var='colour' label='Colour'><value>blue</value>"
        "<option label='Red'><value>red</value></option><option label='Blue'><value>blue</value></option></field></x>"
    )


def test_a_form_shows_defaults_where_nothing_is_known() -> None:
    made = forms.submit(forms.form(FIELDS, {}, title="x"))
    assert made == {"nick": "", "password": "", "about": "", "tls": "1", "colour": "red"}


def test_an_answer_is_read_by_field_and_lines() -> None:
    assert forms.submit(answer({"about": ["a", "b"], "nick": ["x"], "": ["no name"]})) == {"about": "a\nb", "nick": "x"}
    assert forms.submit(Element(tag(DATA_FORMS, "x"), {}, Element("field", {"var": "foreign"}))) == {}


@pytest.mark.parametrize(
    "values",
    [
        {str(n): ["x"] for n in range(forms.MOST_FIELDS + 1)},
        {"a": ["x" * (forms.MOST_CHARACTERS + 1)]},
        {"a": ["xxx"] * 40_000},
    ],
)
def test_a_form_that_is_too_long_is_refused(values: dict[str, list[str]]) -> None:
    with pytest.raises(Refused, match="too long"):
        forms.submit(answer(values))


def test_answers_are_checked_and_brought_to_their_usual_spelling() -> None:
    assert forms.check(FIELDS, GOOD | {"nick": " romeo ", "about": "a\r\nb\rc", "other": "x"}) == {
        "nick": "romeo",
        "password": " p ",
        "about": "a\nb\nc",
        "tls": "1",
        "colour": "blue",
    }
    assert forms.check(FIELDS, {"nick": "x"}) == {"nick": "x", "password": "", "about": "", "tls": "1", "colour": "red"}


@pytest.mark.parametrize(
    ("given_", "kept"), [("1", "1"), ("true", "1"), ("TRUE", "1"), (" 0 ", "0"), ("false", "0"), ("", "0")]
)
def test_a_boolean_is_one_or_nought(given_: str, kept: str) -> None:
    assert forms.check(FIELDS, {"nick": "x", "tls": given_})["tls"] == kept


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nick": ""}, "Please fill in: Nick."),
        ({"nick": "  "}, "Please fill in: Nick."),
        ({"tls": "maybe"}, "Please correct: Encrypt."),
        ({"colour": "green", "tls": "2"}, "Please correct: Encrypt, Colour."),
        ({"nick": "a\nb"}, "Please correct: Nick."),
        ({"nick": "a\rb"}, "Please correct: Nick."),
        ({"nick": "a\x00b"}, "Please correct: Nick."),
        ({"password": "a\nQUIT"}, "Please correct: Password."),
        ({"nick": "", "colour": "x"}, "Please fill in: Nick. Please correct: Colour."),
    ],
)
def test_a_refusal_names_what_is_missing_or_wrong(change: dict[str, str], said: str) -> None:
    assert refusal(GOOD | change) == said


def test_a_missing_field_that_is_required_is_named() -> None:
    assert refusal({}) == "Please fill in: Nick."


@given(st.dictionaries(st.sampled_from([f.name for f in FIELDS]), TEXTS))
def test_any_answers_are_refused_or_fit_the_questions(values: dict[str, str]) -> None:
    try:
        kept = forms.check(FIELDS, values)
    except Refused:
        return
    assert set(kept) == {f.name for f in FIELDS} - {"note"}
    assert kept["tls"] in ("0", "1")
    assert kept["colour"] in ("", "red", "blue")
    assert not set("\r\n\0") & set(kept["nick"] + kept["password"])
    assert forms.check(FIELDS, kept) == kept


def test_a_table_has_columns_and_rows() -> None:
    made = forms.table(["Name", "Users"], [["#a", "3"], ["#b", "1"]], names=["name", "users"])
    assert made.to_xml() == (
        "<x xmlns='jabber:x:data' type='result'><reported><field var='name' label='Name' type='text-single'/>"
        "<field var='users' label='Users' type='text-single'/></reported>"
        "<item><field var='name'><value>#a</value></field><field var='users'><value>3</value></field></item>"
        "<item><field var='name'><value>#b</value></field><field var='users'><value>1</value></field></item></x>"
    )
    assert "var='column2'" in forms.table(["a", "b"], []).to_xml()
