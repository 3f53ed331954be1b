"""The documentation says what is so: keys, commands, texts, quoted lines, links and pictures."""

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from transport import loader, sections
from transport.admin_commands import AdminCommands
from transport.api import Option, Who
from transport.config import read
from transport.options import write
from transport.own_commands import OwnCommands
from transport.plugins.sms import Sms
from transport.plugins.sms.simulator.cli import parser

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md")))
KEYS = ("Key", "Value", "Without it", "Meaning")
KINDS = {
    "string": "text",
    "secret": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "duration": "duration",
    "size": "size",
    "strings": "list of texts",
    "path": "path",
    "tables": "tables",
}


def rows(page: Path, heading: str) -> list[tuple[str, ...]]:
    """The table under a heading, its first row too."""
    _, found, rest = page.read_text().partition(f"\n{heading}\n")
    assert found, f"{page.name} has no heading {heading}"
    section = re.split(r"\n#+ ", rest)[0]
    return [
        tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        for line in section.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]


# configuration


def described(options: Sequence[Option]) -> list[tuple[str, ...]]:
    """The table of some keys as it must be written."""
    return [KEYS, *((f"`{o.key}`", KINDS[o.type], without(o), sentence(o.doc)) for o in options)]


def without(option: Option) -> str:
    """What is so when a key is not given."""
    if option.required:
        return "required"
    if option.default in (None, "", (), {}):
        return "-"
    return f"`{write(option.type, option.default)}`"


def sentence(words: str) -> str:
    """The description of a key as a sentence."""
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def as_text(table: Sequence[Sequence[str]]) -> str:
    """A table to be copied."""
    lines = ["| " + " | ".join(row) + " |" for row in table]
    return "\n".join([lines[0], "|---" * len(table[0]) + "|", *lines[1:]])


TABLES = {
    **{f"### `[{name}]`": options for name, options in sections.SECTIONS.items()},
    "### `[networks.NAME]`": sections.NETWORK,
}


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_of_the_gateway_is_described(heading: str) -> None:
    wanted = described(TABLES[heading])
    assert rows(DOCS / "administrators.md", heading) == wanted, f"\n{as_text(wanted)}"


@pytest.mark.parametrize("plugin", loader.plugins())
def test_every_key_of_a_plugin_is_described(plugin: str) -> None:
    wanted = described(loader.plugins()[plugin]().options)
    assert rows(DOCS / "administrators.md", f"### Keys of `{plugin}`") == wanted, f"\n{as_text(wanted)}"


@pytest.mark.parametrize("plugin", loader.plugins())
def test_every_key_of_a_table_of_a_plugin_is_described(plugin: str) -> None:
    for option in loader.plugins()[plugin]().options:
        if option.type == "tables":
            wanted = described(option.options)
            heading = f"### Keys of `{option.key}` of `{plugin}`"
            assert rows(DOCS / "administrators.md", heading) == wanted, f"\n{as_text(wanted)}"


def test_configurations_in_the_guide_to_text_messages_are_right() -> None:
    text = (DOCS / "sms.md").read_text()
    found = re.findall(r"^ *```toml\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) > 1
    for block in found:
        tables = tomllib.loads(block)
        tables["xmpp"] = {"domain": "transport.example.org", "secret": "secret"}
        read(tables, ROOT, loader.plugins(), {})


# commands


def names_and_titles(commands: Any) -> list[tuple[str, ...]]:
    """The table of some commands as it must be written."""
    return [("Command", "What it does"), *((f"`{c.name}`", f"{c.title}.") for c in commands)]


def test_the_commands_of_users_are_described() -> None:
    nothing: Any = None
    own = OwnCommands(nothing, nothing, nothing, nothing, nothing, nothing)
    wanted = names_and_titles(own.commands())
    assert rows(DOCS / "users.md", "### What there is") == wanted, f"\n{as_text(wanted)}"


def test_the_commands_of_administrators_are_described() -> None:
    nothing: Any = None
    admins = AdminCommands(nothing, nothing, nothing, nothing, nothing, nothing)
    wanted = names_and_titles(admins.commands())
    assert rows(DOCS / "administrators.md", "## Commands of administrators") == wanted, f"\n{as_text(wanted)}"


@pytest.mark.parametrize(
    ("page", "heading", "admins"),
    [
        ("users.md", "### Commands for texts", False),
        ("sms.md", "## Commands of administrators for modems", True),
    ],
)
def test_the_commands_for_text_messages_are_described(page: str, heading: str, admins: bool) -> None:
    commands = Sms("sms", {"modems": {"stick": {"device": "/dev/modem", "raw": True}}}).commands
    wanted = names_and_titles([command for command in commands if (command.who is Who.ADMIN) == admins])
    assert rows(DOCS / page, heading) == wanted, f"\n{as_text(wanted)}"


def test_files_that_the_guide_to_text_messages_shows_are_those_of_the_tree() -> None:
    shown = "".join(blocks(DOCS / "sms.md", "ini") + blocks(DOCS / "sms.md", "text"))
    for name in ("modem.conf", "78-transport-modems.rules"):
        assert (ROOT / "contrib" / name).read_text() in shown


def test_every_option_of_the_simulator_is_described() -> None:
    described = "".join(row[0] for row in rows(DOCS / "sms.md", "## The simulator"))
    for action in parser()._actions:
        option = action.option_strings[-1]
        assert f"`{option}" in described or option == "--help"


# texts


@cache
def templates() -> tuple[re.Pattern[str], ...]:
    """Every text in the code that could be shown, as a pattern in which a parameter is anything."""
    found = set()
    for folder in ("transport", "plugins"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                text = template(node)
                if text.count(" ") >= 2:
                    found.add(text)
    return tuple(re.compile(re.sub(r"\\\{.*?\\\}", ".+", re.escape(text))) for text in found)


def template(node: ast.AST) -> str:
    """A text with its parameters in braces, or nothing."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) or "{x}" for part in node.values)
    return ""


def messages() -> Iterator[tuple[str, str]]:
    """(page, text) of every table that explains messages."""
    for page in PAGES:
        inside = False
        for line in page.read_text().splitlines():
            inside = line.startswith("| Message ") or (inside and line.startswith("|"))
            if inside and not line.startswith(("| Message ", "|---")):
                yield page.name, line.split("|")[1].strip()


def test_messages_that_are_explained_exist() -> None:
    explained = list(messages())
    assert len(explained) > 20
    for page, text in explained:
        assert any(pattern.fullmatch(text) for pattern in templates()), f"{page}: nothing says: {text}"


# quoted code


def blocks(page: Path, kind: str) -> list[str]:
    """The fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)


def test_the_example_is_quoted_as_it_is() -> None:
    source = (ROOT / "plugins" / "echo.py").read_text()
    quoted = blocks(DOCS / "plugins.md", "python echo")
    assert quoted
    at = 0
    for block in quoted:
        found = source.find(block, at)
        assert found >= 0, f"not in echo.py, or not in this order:\n{block}"
        at = found + len(block)
    explained = sum(len([line for line in block.splitlines() if line.strip()]) for block in quoted)
    whole = len([line for line in source.splitlines() if line.strip()])
    assert explained == whole, f"{whole - explained} lines of echo.py are not explained"


@pytest.mark.parametrize("number", range(len(blocks(DOCS / "plugins.md", "python"))))
def test_other_examples_can_be_run(number: int) -> None:
    exec(compile(blocks(DOCS / "plugins.md", "python")[number], f"plugins.md example {number}", "exec"), {})


# links and pictures


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
            anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, target


def test_every_picture_is_shown_with_words() -> None:
    shown = {}
    for page in PAGES:
        for words, target in re.findall(r"!\[(.*?)\]\((.*?)\)", page.read_text()):
            shown[(page.parent / target).resolve()] = words
    assert all(len(words) > 20 for words in shown.values())
    assert set(shown) == set((DOCS / "images").glob("*.png"))


def test_the_readme_leads_to_every_page() -> None:
    text = (ROOT / "README.md").read_text()
    for page in DOCS.glob("*.md"):
        assert f"](docs/{page.name})" in text, page.name
