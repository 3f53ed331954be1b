"""Structured logs on standard error: a line for people or an object for machines, one per event."""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    globalLogBeginner,
)
from twisted.python.failure import Failure
from zope.interface import implementer

LEVELS = ("debug", "info", "warn", "error", "critical")
FORMATS = ("text", "json")
HIDDEN = "***"
_SECRET = re.compile("secret|password|passwd|credential|token|authzid|sasl", re.IGNORECASE)
# What people say is for debugging only.
_SAID = frozenset(("body", "line", "xml"))
# What `twisted.python.log` adds to its events.
_LEGACY = frozenset(("time", "message", "system", "format", "isError", "failure", "why"))


def begin(stream: TextIO, form: str, level: str) -> None:
    """Write all events of at least a level to a stream, as `text` or `json`."""
    observer = Observer(stream, line_of_json if form == "json" else line_of_text)
    predicate = LogLevelFilterPredicate(defaultLogLevel=LogLevel.lookupByName(level))
    globalLogBeginner.beginLoggingTo([FilteringLogObserver(observer, [predicate])], redirectStandardIO=False)


@implementer(ILogObserver)
class Observer:
    """Writes each event at once."""

    def __init__(self, stream: TextIO, line: Any) -> None:
        self._stream = stream
        self._line = line

    def __call__(self, event: LogEvent) -> None:
        self._stream.write(self._line(shown(event)) + "\n")
        self._stream.flush()


def shown(event: LogEvent) -> LogEvent:
    """An event as it may be shown: without secrets and, unless it is for debugging, what people said."""
    hidden = frozenset() if event.get("log_level") is LogLevel.debug else _SAID
    return _without(event, hidden)


def _without(fields: Mapping[Any, Any], hidden: frozenset[str]) -> dict[Any, Any]:
    return {
        key: HIDDEN
        if key in hidden or _SECRET.search(str(key))
        else _without(value, hidden)
        if isinstance(value, Mapping)
        else value
        for key, value in fields.items()
    }


def line_of_text(event: LogEvent) -> str:
    """`time level source: message`, and below it what failed, indented."""
    head = f"{_time(event)} {_level(event):<5} {_source(event)}: {_one_line(_message(event))}"
    failure = _failure(event)
    return head if failure is None else head + "".join(f"\n    {_one_line(x)}" for x in failure.splitlines())


def line_of_json(event: LogEvent) -> str:
    """An object: `time`, `level`, `source`, `message`, the event's fields, and `failure` if there is one."""
    fields = {key: _plain(value) for key, value in event.items() if _is_field(key)}
    head = {
        "time": _time(event),
        "level": _level(event),
        "source": _source(event),
        "message": _message(event),
    }
    failure = _failure(event)
    return json.dumps(fields | head | ({} if failure is None else {"failure": failure}))


def _is_field(key: str) -> bool:
    return not key.startswith("log_") and key not in _LEGACY


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    try:
        return str(value)
    except Exception as error:
        return f"({type(value).__name__} that cannot be shown: {type(error).__name__})"


def _time(event: LogEvent) -> str:
    at = datetime.fromtimestamp(event.get("log_time", None) or time.time(), UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _level(event: LogEvent) -> str:
    level = event.get("log_level")
    return str(level.name) if level is not None else "info"


def _source(event: LogEvent) -> str:
    return str(event.get("log_namespace", "-"))


def _message(event: LogEvent) -> str:
    return formatEvent(event)


def _failure(event: LogEvent) -> str | None:
    failure = event.get("log_failure")
    return failure.getTraceback() if isinstance(failure, Failure) else None


def _one_line(text: str) -> str:
    """A text that cannot pass for another line, nor steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
