"""Finding plugins, and what is said when one cannot be used."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from zope.interface import provider

from transport import loader
from transport.api import INetworkPlugin, Option
from transport.config import PluginError


@provider(INetworkPlugin)
class Fake:
    """A plugin as far as the loader looks."""

    options: tuple[Option, ...] = ()

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        pass


class NotOne:
    """A class that says nothing about the contract."""


def point(name: str, found: Any, distribution: str = "transport-fake") -> Any:
    """An entry point; an exception is raised when it is loaded."""

    def load() -> Any:
        if isinstance(found, Exception):
            raise found
        return found

    return SimpleNamespace(name=name, load=load, dist=SimpleNamespace(name=distribution))


def find(monkeypatch: pytest.MonkeyPatch, found: Any, distribution: str = "transport-fake") -> Any:
    """Load a plugin by its entry point."""
    monkeypatch.setattr(loader, "entry_points", lambda group: [point("fake", found, distribution)])
    return loader.plugins()["fake"]()


def test_a_plugin_of_somebody_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(monkeypatch, Fake) is Fake


def test_listing_plugins_imports_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "entry_points", lambda group: [point("fake", AssertionError("imported"))])
    assert "fake" in loader.plugins()


@pytest.mark.parametrize(
    ("found", "distribution", "words"),
    [
        (
            ModuleNotFoundError("x", name="serial"),
            "transport",
            "needs the Python module serial.*pip install 'transport.fake.'",
        ),
        (ModuleNotFoundError("x", name="serial"), "transport-fake", "pip install 'transport-fake'"),
        (
            ModuleNotFoundError("x", name="transport.plugins.y"),
            "transport",
            "not complete: transport.plugins.y is missing",
        ),
        (ImportError("cannot import name x"), "transport", "cannot be imported: cannot import name x"),
        (NotOne, "transport", "does not keep to the contract"),
    ],
)
def test_what_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, found: Any, distribution: str, words: str
) -> None:
    with pytest.raises(PluginError, match=words) as caught:
        find(monkeypatch, found, distribution)
    assert "\n" not in str(caught.value)
