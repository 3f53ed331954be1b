"""The direction of imports: from the top of the house down, and plugins by the contract only."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the bottom; a module imports its own room and those before it.
ROOMS = (
    {"jid", "address", "text", "api"},
    {"xmpp"},
    {"store", "config", "options", "sections", "metrics", "guard", "access", "logs", "notify", "reactor", "backoff"},
    {
        "router", "owners", "people", "session", "sessions", "delivery", "safe", "rates", "kept", "contacts", "networks", "rooms",
        "local_names", "tickets", "parcel", "refusals", "room_view", "commands", "own_commands", "admin_commands", "registration", "ids", "loader",
    },
    {"handlers", "render", "render_kept", "render_rooms", "render_sessions", "web", "host"},
    {"tap", "gateway", "cli", "check", "init", "daemon", "reload", "testing", "__main__"},
)  # fmt: skip
LEVEL = {name: level for level, room in enumerate(ROOMS) for name in room}
# What the lowest room may use besides the standard library.
LIBRARIES = {
    "api": {"attrs", "zope.interface", "twisted.internet.defer", "twisted.internet.interfaces"},
    "jid": {"attrs"},
    "address": {"attrs"},
    "text": {"attrs"},
}


def modules(folder: str, package: str) -> dict[str, Path]:
    """The modules of a folder by their names."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT / folder).with_suffix("").parts
        if "plugins" not in parts:
            name = ".".join((package, *(part for part in parts if part != "__init__")))
            found[name] = path
    return found


@cache
def imports(path: Path, top_only: bool = False) -> tuple[str, ...]:
    """What a file imports; with `top_only` when it is itself imported."""
    tree = ast.parse(path.read_text())
    nodes: list[ast.AST] = list(tree.body) if top_only else list(ast.walk(tree))
    return tuple(name for node in nodes for name in names(node))


def names(node: ast.AST) -> Iterator[str]:
    """The modules that a statement imports; of `from a import b` both a and a.b, which may be one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are written in full"
        yield str(node.module)
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


CORE = modules("transport", "transport")
PLUGINS = modules("plugins", "transport.plugins")


def test_there_is_something_to_look_at() -> None:
    assert {"transport.tap", "transport.api.values"} <= set(CORE)
    assert len(PLUGINS) > 3


@pytest.mark.parametrize("module", CORE)
def test_imports_run_downwards(module: str) -> None:
    if module == "transport":
        return
    own = LEVEL[module.split(".")[1]]
    for name in imports(CORE[module]):
        parts = name.split(".")
        if parts[0] == "transport" and len(parts) > 1 and parts[1] in LEVEL:
            assert LEVEL[parts[1]] <= own, f"{module} imports {name}, which is above it"
        assert parts[:2] != ["transport", "plugins"], f"{module} imports a plugin"


@pytest.mark.parametrize("module", [name for name in CORE if name.split(".")[1:2] and name.split(".")[1] in LIBRARIES])
def test_the_lowest_room_needs_little(module: str) -> None:
    allowed = LIBRARIES[module.split(".")[1]]
    for name in imports(CORE[module]):
        top = name.split(".")[0]
        if top in sys.stdlib_module_names or top == "transport":
            continue
        assert any(name == each or name.startswith(f"{each}.") for each in allowed), f"{module} imports {name}"


@pytest.mark.parametrize("module", PLUGINS)
def test_plugins_keep_to_the_contract(module: str) -> None:
    own = ".".join(module.split(".")[:3])
    for name in imports(PLUGINS[module]):
        if name.split(".")[0] == "transport":
            allowed = ("transport.api", "transport.text", own)
            assert any(name == each or name.startswith(f"{each}.") for each in allowed) or name in (
                "transport",
                "transport.plugins",
            ), f"{module} imports {name}"


def test_no_module_waits_for_itself() -> None:
    known = {**CORE, **PLUGINS}
    graph = {
        module: {name for name in imports(path, top_only=True) if name in known and name != module}
        for module, path in known.items()
    }
    for module, needed in graph.items():
        # A package's own __init__ is what gathers its modules.
        needed -= {name for name in needed if module.startswith(f"{name}.")}
    list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("module", [*CORE, *PLUGINS])
def test_nobody_takes_the_reactor_when_imported(module: str) -> None:
    path = {**CORE, **PLUGINS}[module]
    assert "twisted.internet.reactor" not in imports(path, top_only=True)
