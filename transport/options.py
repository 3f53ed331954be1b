"""Tables of the configuration file, read by a description of their keys (`api.Option`)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import define, field

from transport.api import Option

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)\Z", re.ASCII)
_SIZE = re.compile(r"(\d+)(B|KiB|MiB|GiB)\Z", re.ASCII)
DURATIONS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
SIZES = {"GiB": 2**30, "MiB": 2**20, "KiB": 2**10, "B": 1}
SECRET_FILE_BYTES = 4096


@define
class Problem:
    """What is wrong in the configuration, and what would be right; `path` is the key's, with dots."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


class Wrong(ValueError):
    """A value is not of its type; the text says what would be."""


@define
class TableReader:
    """Reads tables and gathers all that is wrong; relative paths start at `folder`."""

    folder: Path
    problems: list[Problem] = field(factory=list)

    def wrong(self, path: str, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, text))

    def read(self, table: Any, options: Sequence[Option], path: str, beside: Iterable[str] = ()) -> dict[str, Any]:
        """A table's values by key, defaults filled in; what is wrong is noted and has its default.

        `beside` are keys of the same table that somebody else reads.  A key of type `secret` may be given
        as `<key>_file`, the path of a file that holds it.
        """
        if not isinstance(table, Mapping):
            self.wrong(path, f"must be a table: write [{path}] and its keys below it")
            table = {}
        known = {option.key for option in options}
        known |= {f"{option.key}_file" for option in options if option.type == "secret"}
        known |= set(beside)
        for key in table:
            if key not in known:
                self.wrong(f"{path}.{key}", f"unknown key{suggest(key, known)}")
        return {option.key: self._value(table, option, path) for option in options}

    def _value(self, table: Mapping[str, Any], option: Option, path: str) -> Any:
        here = f"{path}.{option.key}"
        aside = f"{option.key}_file"
        try:
            if option.type == "secret" and aside in table:
                if option.key in table:
                    raise Wrong(f"write either {option.key} or {aside}, not both")
                here = f"{path}.{aside}"
                value: Any = read_secret(self.folder / as_string(table[aside]))
            elif option.key not in table:
                return self._default(option, here)
            elif option.type == "tables":
                value = self._tables(table[option.key], option, here)
            elif option.type == "path":
                value = as_string(table[option.key])
                value = str(self.folder / value) if value else value
            else:
                value = READERS[option.type](table[option.key])
            if value == "" and option.default != "":
                raise Wrong("must not be empty")
            wrong = option.check(value) if option.check else None
            if wrong:
                raise Wrong(wrong)
        except Wrong as error:
            self.wrong(here, str(error))
            return option.default
        return value

    def _default(self, option: Option, path: str) -> Any:
        if option.required:
            self.wrong(path, f"is missing; it is {option.doc[:1].lower() + option.doc[1:].rstrip('.')}")
        if option.type == "path" and option.default:
            return str(self.folder / option.default)
        if option.type in ("duration", "size") and isinstance(option.default, str):
            return READERS[option.type](option.default)
        return {} if option.type == "tables" and option.default is None else option.default

    def _tables(self, tables: Any, option: Option, path: str) -> dict[str, dict[str, Any]]:
        if not isinstance(tables, Mapping):
            raise Wrong(f"must hold tables: write [{path}.NAME] and keys below it")
        return {name: self.read(table, option.options, f"{path}.{name}") for name, table in tables.items()}


def suggest(word: str, known: Sequence[str] | set[str]) -> str:
    """What a person may have meant, and otherwise what there is."""
    close = get_close_matches(word, list(known), 1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known are: {', '.join(sorted(known))}" if known else ""


def read_secret(path: Path) -> str:
    """The first line of a file."""
    try:
        with path.open(encoding="utf-8") as file:
            secret = file.read(SECRET_FILE_BYTES).partition("\n")[0].strip()
    except OSError as error:
        raise Wrong(f"the file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Wrong(f"the file {path} is not text in UTF-8") from error
    if not secret:
        raise Wrong(f"the file {path} is empty")
    return secret


def as_string(value: Any) -> str:
    """A text, without blanks around it."""
    if not isinstance(value, str):
        raise Wrong('must be text in quotes, such as "..."')
    return value.strip()


def as_integer(value: Any) -> int:
    """A whole number, not below 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Wrong("must be a whole number, not below 0, such as 10")
    return value


def as_number(value: Any) -> float:
    """A finite number, not below 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise Wrong("must be a number, not below 0, such as 1.5")
    return float(value)


def as_boolean(value: Any) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Wrong("must be true or false, without quotes")
    return value


def as_duration(value: Any) -> float:
    """Seconds."""
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None:
        raise Wrong('must be a duration, such as "30s", "10m", "24h" or "30d"')
    return float(match[1]) * DURATIONS[match[2]]


def as_size(value: Any) -> int:
    """Bytes."""
    match = _SIZE.match(value) if isinstance(value, str) else None
    if match is not None:
        return int(match[1]) * SIZES[match[2]]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Wrong('must be a size, such as "64KiB" or "10MiB", or a number of bytes')
    return value


def as_strings(value: Any) -> tuple[str, ...]:
    """Some texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise Wrong('must be a list of texts in quotes, such as ["one", "two"]')
    return tuple(value)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "string": as_string,
    "secret": as_string,
    "integer": as_integer,
    "number": as_number,
    "boolean": as_boolean,
    "duration": as_duration,
    "size": as_size,
    "strings": as_strings,
}


def write(kind: str, value: Any) -> str:
    """A value as it is written in the file; the inverse of reading."""
    if kind == "duration" and not isinstance(value, str):
        return f'"{_with_unit(value, DURATIONS)}"'
    if kind == "size" and not isinstance(value, str):
        return f'"{_with_unit(value, SIZES)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(write('string', item) for item in value)}]"
    return str(value)


def _with_unit(value: float, units: Mapping[str, int]) -> str:
    whole = int(value)
    if whole != value:
        return f"{value}s"
    unit = next((name for name, factor in units.items() if whole and whole % factor == 0), list(units)[-1])
    return f"{whole // units[unit]}{unit}"
