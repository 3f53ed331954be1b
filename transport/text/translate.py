"""Texts for people in their language: gettext catalogues in `locale/<lang>/LC_MESSAGES/transport.mo`.

The English template is the key.  Languages are those of xml:lang (RFC 5646), looked up as RFC 4647
section 3.4 does: de-AT, then de, then English.
"""

import re
from collections.abc import Mapping
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from attrs import evolve

from transport.api import Field, Refused, Text

DOMAIN = "transport"
LOCALES = Path(__file__).parent.parent / "locale"
# A parameter may be a text itself; deeper than this nobody nests on purpose.
DEPTH = 4
_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Translator:
    """Shows texts in a language; all catalogues are read once, here."""

    __slots__ = ("_catalogues",)

    def __init__(self, localedir: Path | str | None = None) -> None:
        self._catalogues = load(Path(localedir) if localedir else LOCALES)

    def render(self, text: Text | str, lang: str = "en") -> str:
        """A text in a language, in English where it has not been translated; never raises.

        A `str` is a text without parameters and stays as it is but for its translation.
        """
        return self._render(text, self._catalogue(lang), DEPTH)

    def field(self, field: Field, lang: str = "en") -> Field:
        """A field with what people read of it in a language."""
        catalogue = self._catalogue(lang)
        if catalogue is None:
            return field
        return evolve(
            field,
            label=_look_up(catalogue, field.label),
            help=_look_up(catalogue, field.help),
            options=tuple((value, _look_up(catalogue, label)) for value, label in field.options),
        )

    def fields(self, fields: tuple[Field, ...], lang: str = "en") -> tuple[Field, ...]:
        """Fields with what people read of them in a language."""
        return tuple(self.field(field, lang) for field in fields)

    def _catalogue(self, lang: str) -> GNUTranslations | None:
        parts = lang.lower().replace("_", "-").split("-") if self._catalogues else []
        while parts:
            found = self._catalogues.get("-".join(parts))
            if found is not None:
                return found
            parts.pop()
        return None

    def _render(self, text: Text | str, catalogue: GNUTranslations | None, depth: int) -> str:
        if isinstance(text, str):
            return _look_up(catalogue, text)
        template = _look_up(catalogue, text.template)
        if not text.params:
            return template

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name is None:
                return found[0][0]
            if name not in text.params:
                return found[0]
            param = text.params[name]
            if isinstance(param, Refused):
                param = param.text
            if isinstance(param, Text):
                return self._render(param, catalogue, depth - 1) if depth else "..."
            return _plain(param)

        return _PLACE.sub(value, template)


def load(localedir: Path) -> Mapping[str, GNUTranslations]:
    """The catalogues of a folder by language, as xml:lang spells it, in lower case."""
    found: dict[str, GNUTranslations] = {}
    for path in sorted(localedir.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
        with path.open("rb") as file:
            found[path.parent.parent.name.lower().replace("_", "-")] = GNUTranslations(file)
    return found


def _look_up(catalogue: GNUTranslations | None, template: str) -> str:
    # gettext keeps the catalogue's own header under the empty string.
    return catalogue.gettext(template) if catalogue is not None and template else template


def _plain(value: Any) -> str:
    # A value with a faulty __str__ must not keep a person from learning what happened.
    try:
        return str(value)
    except Exception:
        return "?"
