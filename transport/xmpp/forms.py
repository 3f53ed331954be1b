"""Data forms (XEP-0004): questions out, checked answers in."""

from collections.abc import Mapping, Sequence

from transport.api import Field, FieldKind, Refused
from transport.text.clean import clean
from transport.xmpp.element import Element
from transport.xmpp.ns import DATA_FORMS, tag

MOST_FIELDS = 200
MOST_CHARACTERS = 65_536
_FIELD = tag(DATA_FORMS, "field")
_VALUE = tag(DATA_FORMS, "value")
_TRUE = ("1", "true")
_FALSE = ("0", "false", "")


def _element(name: str, content: str = "", **attrs: str) -> Element:
    return Element(tag(DATA_FORMS, name), attrs, *([content] if content else []))


def form(
    fields: Sequence[Field],
    values: Mapping[str, str],
    *,
    title: str,
    instructions: str = "",
    form_type: str | None = None,
    kind: str = "form",
) -> Element:
    """A form to fill in, with the values known so far; a secret is never filled in.

    `form_type` says what the form is for (XEP-0068).
    """
    x = _element("x", type=kind).add(_element("title", title))
    if instructions:
        x.add(_element("instructions", instructions))
    if form_type:
        x.add(_element("field", var="FORM_TYPE", type="hidden").add(_element("value", form_type)))
    for field in fields:
        x.add(_field(field, values.get(field.name, field.default)))
    return x


def _field(field: Field, value: str) -> Element:
    out = _element("field", type=field.kind.value)
    if field.kind is FieldKind.NOTE:
        return out.add(_element("value", value or field.label))
    out.attrs["var"] = field.name
    out.attrs["label"] = field.label
    if field.help:
        out.add(_element("desc", field.help))
    if field.required:
        out.add(_element("required"))
    if field.kind is FieldKind.BOOLEAN:
        out.add(_element("value", "1" if value.lower() in _TRUE else "0"))
    elif field.kind is not FieldKind.SECRET and value:
        for line in value.split("\n") if field.kind is FieldKind.LINES else [value]:
            out.add(_element("value", line))
    for option, label in field.options:
        out.add(_element("option", label=label).add(_element("value", option)))
    return out


def submit(x: Element) -> dict[str, str]:
    """The answers in a form that somebody sent, by name of field; several values are lines of one text.

    Refused when there are more than any form of ours could need.
    """
    out: dict[str, str] = {}
    size = 0
    for count, field in enumerate(x.elements(_FIELD)):
        value = "\n".join([v.text for v in field.elements(_VALUE)])
        size += len(value)
        if count >= MOST_FIELDS or size > MOST_CHARACTERS:
            raise Refused("not-acceptable", "The form is too long.")
        if name := field.get("var"):
            out[name] = value
    return out


def check(fields: Sequence[Field], values: Mapping[str, str]) -> dict[str, str]:
    """The answers to a form's questions as they may be used, each question with a value.

    A boolean becomes `1` or `0`, a question left out has its default.  Answers to other questions are
    dropped.  Refused (`not-acceptable`) with the labels of what is missing or wrong.
    """
    out: dict[str, str] = {}
    missing: list[str] = []
    wrong: list[str] = []
    for field in fields:
        if field.kind is FieldKind.NOTE:
            continue
        value = _answer(field, values.get(field.name, field.default))
        if value is None:
            wrong.append(field.label)
        elif field.required and not value:
            missing.append(field.label)
        else:
            out[field.name] = value
    if missing and wrong:
        raise Refused(
            "not-acceptable",
            "Please fill in: {missing}. Please correct: {wrong}.",
            missing=", ".join(missing),
            wrong=", ".join(wrong),
        )
    if missing:
        raise Refused("not-acceptable", "Please fill in: {missing}.", missing=", ".join(missing))
    if wrong:
        raise Refused("not-acceptable", "Please correct: {wrong}.", wrong=", ".join(wrong))
    return out


def _answer(field: Field, value: str) -> str | None:
    """One answer in its usual spelling, or None when it does not fit the question."""
    if clean(value) != value:
        return None
    if field.kind is FieldKind.LINES:
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if field.kind is FieldKind.BOOLEAN:
        value = value.strip().lower()
        return "1" if value in _TRUE else "0" if value in _FALSE else None
    if "\n" in value or "\r" in value:
        return None
    if field.kind is FieldKind.SECRET:
        return value
    value = value.strip()
    if field.kind is FieldKind.CHOICE and value and value not in [option for option, _ in field.options]:
        return None
    return value


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, names: Sequence[str] = (), title: str = ""
) -> Element:
    """A result of many rows (section 3.4); `names` are the columns' fields where a protocol names them."""
    names = names or [f"column{n}" for n in range(1, len(headings) + 1)]
    x = _element("x", type="result")
    if title:
        x.add(_element("title", title))
    reported = _element("reported")
    for name, heading in zip(names, headings, strict=True):
        reported.add(_element("field", var=name, label=heading, type="text-single"))
    x.add(reported)
    for row in rows:
        item = _element("item")
        for name, value in zip(names, row, strict=False):
            item.add(_element("field", var=name).add(_element("value", value)))
        x.add(item)
    return x
