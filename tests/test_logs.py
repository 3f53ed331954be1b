"""What is logged, and what never is."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure

from transport.logs import HIDDEN, Observer, line_of_json, line_of_text, shown

LINES = {"text": line_of_text, "json": line_of_json}


def logged(form: str, template: str, level: str = "info", **fields: Any) -> str:
    """What an event becomes."""
    stream = io.StringIO()
    Logger(namespace="here", observer=Observer(stream, LINES[form])).emit(
        LogLevel.lookupByName(level), template, **fields
    )
    return stream.getvalue()


def test_a_line_of_text_has_time_level_source_and_message() -> None:
    time, level, source, rest = logged("text", "hello {name}", name="romeo").split(maxsplit=3)
    assert time.endswith("Z")
    assert (level, source, rest) == ("info", "here:", "hello romeo\n")


def test_a_line_of_json_has_the_fields_too() -> None:
    event = json.loads(logged("json", "hello {name}", "warn", name="romeo", count=3, of={"a": (1, None)}))
    assert event.pop("time").endswith("Z")
    assert event == {
        "level": "warn",
        "source": "here",
        "message": "hello romeo",
        "name": "romeo",
        "count": 3,
        "of": {"a": [1, None]},
    }


@pytest.mark.parametrize("form", LINES)
@given(st.text())
def test_an_event_is_one_line_whatever_is_in_it(form: str, text: str) -> None:
    line = logged(form, "hello {name}", name=text)
    assert line.count("\n") == 1
    assert len(line.splitlines()) == 1
    if form == "text":
        assert line[:-1].isprintable()


@pytest.mark.parametrize("form", LINES)
@pytest.mark.parametrize("key", ["secret", "password", "sasl_password", "nick_passwd", "token"])
def test_secrets_are_never_shown(form: str, key: str) -> None:
    line = logged(form, "with {" + key + "}", "debug", **{key: "hunter2"})
    assert "hunter2" not in line
    assert HIDDEN in line
    assert "hunter2" not in logged(form, "x {settings}", settings={key: "hunter2"})


@pytest.mark.parametrize("form", LINES)
def test_what_people_say_is_shown_for_debugging_only(form: str) -> None:
    assert "o romeo" not in logged(form, "said {body}", "info", body="o romeo")
    assert "o romeo" in logged(form, "said {body}", "debug", body="o romeo")


def failed() -> Failure:
    try:
        raise ValueError("bad\n2026-01-01T00:00:00.000Z info  forged: line")
    except ValueError:
        return Failure()


def test_a_failure_is_written_below_and_forges_no_line() -> None:
    text = logged("text", "went wrong", "critical", log_failure=failed())
    first, *below = text.splitlines()
    assert first.endswith("here: went wrong")
    assert any("ValueError" in line for line in below)
    assert all(line.startswith("    ") for line in below)


def test_a_failure_is_in_the_object() -> None:
    event = json.loads(logged("json", "went wrong", "critical", log_failure=failed()))
    assert "ValueError: bad" in event["failure"]


class Unshowable:
    """An object that cannot be shown."""

    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


@pytest.mark.parametrize("form", LINES)
def test_what_cannot_be_shown_does_no_harm(form: str) -> None:
    assert logged(form, "hello {what}", what=Unshowable()).count("\n") == 1


def test_what_is_hidden_is_hidden_in_a_copy() -> None:
    event = {"password": "hunter2", "log_level": LogLevel.info}
    assert shown(event)["password"] == HIDDEN
    assert event["password"] == "hunter2"
