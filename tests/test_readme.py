"""The commands of the README and the guides do what they say.

Every block of shell has a word behind `sh` that says what becomes of it here: `run` (executed, in order, in one
folder; `run check` and `run forever` with a real XMPP server, `run slow` with a fresh environment), `make` (the
target exists) or `shown` (not executed, but read).
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent, indent

import pytest
from attrs import define

from demo.partners import Ejabberd, Program, Prosody, XmppServer
from transport import cli, init
from transport.plugins.sms import Sms
from transport.plugins.sms.simulator import cli as simulator

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
WITH_COMMANDS = (README, ROOT / "docs" / "administrators.md")
MARKS = {"run", "run check", "run forever", "run slow", "make", "shown"}
DOMAIN = "transport.example.org"
SECRET = "SECRET"


@define(frozen=True)
class Block:
    """A fenced block, without its indentation."""

    page: Path
    kind: str
    mark: str
    text: str

    @property
    def id(self) -> str:
        """Names it in the output of tests."""
        return f"{self.page.stem}: {self.text.splitlines()[0][:50]}"


def blocks(page: Path, kind: str) -> list[Block]:
    """The blocks of a kind in a page."""
    found = re.findall(rf"^ *```{kind}\b *([^\n]*)\n(.*?)^ *```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [Block(page, kind, mark, dedent(text)) for mark, text in found]


SHELL = [block for page in PAGES for block in blocks(page, "sh")]


def commands(block: Block) -> Iterator[list[str]]:
    """The words of each line, without variables that are set before a command."""
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words and re.match(r"[A-Z_]+=", words[0]):
            del words[0]
        if words:
            yield words


# read


def test_there_are_commands_of_each_kind() -> None:
    assert {block.mark for block in SHELL} == MARKS


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.id)
def test_commands_are_ones_that_exist(block: Block) -> None:
    subprocess.run(["bash", "-n", "-c", block.text], check=True)
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for words in commands(block):
        if words[:2] == ["transport", "sms"]:
            assert words[2] in Sms.cli
            if words[2] == "simulator":
                simulator.parser().parse_args(words[3:])
        elif words[0] == "transport":
            cli.parser().parse_args(words[1:])
        if words[0] == "make":
            assert set(words[1:]) <= targets, words
        assert (words[0] == "make") == (block.mark == "make")
        for word in words:
            if word.startswith(("contrib/", "docs/", "demo/")):
                assert (ROOT / word).exists(), word


# the server's part


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
@pytest.mark.parametrize("kind", ["lua", "yaml"])
def test_the_servers_lines_are_those_that_init_prints(page: Path, kind: str) -> None:
    [block] = blocks(page, kind)
    assert indent(block.text, "    ") in init.server_text(DOMAIN, SECRET)


# run


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which `transport` and `python3` are this tree and this interpreter."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, words in (("transport", "-m transport"), ("python3", "")):
        path = programs / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        path.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TRANSPORT_", "CREDENTIALS_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PATH": f"{programs}{os.pathsep}{kept['PATH']}"}


def run(text: str, folder: Path, environ: Mapping[str, str], timeout: int = 60) -> str:
    """Run a block as a person would; what it prints."""
    done = subprocess.run(
        ["bash", "-e", "-c", text], cwd=folder, env=environ, capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_commands_run_without_a_server(page: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    printed = ""
    for block in blocks(page, "sh"):
        if block.mark == "run":
            printed += run(block.text, tmp_path, environ)
        if block.mark == "run check":
            printed += run(f"{block.text.strip()} --offline", tmp_path, environ)
    secret = tomllib.loads((tmp_path / "transport.toml").read_text())["xmpp"]["secret"]
    assert init.server_text(DOMAIN, secret) in printed
    assert "in order, networks: libera" in printed


def test_a_command_prints_what_the_page_shows(tmp_path: Path, environ: dict[str, str]) -> None:
    text = (ROOT / "docs" / "sms.md").read_text()
    found = re.findall(r"^```sh run\n(.*?)^```\n\n```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    for command, shown in found:
        assert run(command, tmp_path, environ) == shown


@pytest.mark.e2e
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
def test_the_program_installs(page: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    no = shutil.ignore_patterns("__pycache__", "dropin.cache")
    for name in ("transport", "plugins", "twistd", "twisted"):
        shutil.copytree(ROOT / name, tree / name, symlinks=True, ignore=no)
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, tree)
    [block] = [block for block in blocks(page, "sh") if block.mark == "run slow"]
    text = block.text
    for path in ("/opt/transport", "/usr/local/bin"):
        assert path in text
        (tmp_path / path[1:]).parent.mkdir(parents=True)
        text = text.replace(path, str(tmp_path / path[1:]))
    (tmp_path / "usr/local/bin").mkdir()
    del environ["PYTHONPATH"]
    run(text, tree, environ, timeout=300)
    assert "irc" in run(f"{tmp_path}/usr/local/bin/transport version", tmp_path, environ)


def prosody(folder: Path, secret: str, page: Path) -> XmppServer:
    """A Prosody with the page's lines for its component."""
    server = Prosody(folder, DOMAIN, secret)
    [block] = blocks(page, "lua")
    first, rest = block.text.replace(SECRET, secret).replace("5347", str(server.component_port)).split("\n", 1)
    text, count = re.subn(r"^component_ports = .*$", first, server.config.read_text(), flags=re.MULTILINE)
    assert count == 1
    server.config.write_text(text.partition("\nComponent ")[0] + "\n" + rest)
    return server


def ejabberd(folder: Path, secret: str, page: Path) -> XmppServer:
    """An ejabberd with the page's lines for its component."""
    server = Ejabberd(folder, DOMAIN, secret)
    [block] = blocks(page, "yaml")
    entry = indent(block.text.replace(SECRET, secret).replace("5347", str(server.component_port)), "  ")
    config = folder / "conf" / "ejabberd.yml"
    text, count = re.subn(r"^  - .*ejabberd_service.*\n", lambda _: entry, config.read_text(), flags=re.MULTILINE)
    assert count == 1
    config.write_text(text)
    return server


def wait_for(program: Program, words: str, patience: float = 30.0) -> None:
    """Wait until a program has logged some words."""
    deadline = time.monotonic() + patience
    while words not in program.tail():
        assert program.running, program.tail()
        assert time.monotonic() < deadline, program.tail()
        time.sleep(0.02)


@pytest.mark.e2e
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
@pytest.mark.parametrize("make", [prosody, ejabberd], ids=lambda make: make.__name__)
def test_following_a_page_gives_a_gateway_that_runs(
    make: Callable[[Path, str, Path], XmppServer], page: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    config = tmp_path / "transport.toml"
    shell = blocks(page, "sh")
    for block in shell:
        if block.mark == "run":
            run(block.text, tmp_path, environ)
    secret = tomllib.loads(config.read_text())["xmpp"]["secret"]
    server = make(tmp_path / "server", secret, page)
    config.write_text(config.read_text().replace(":5347", f":{server.component_port}"))
    [check] = [block.text for block in shell if block.mark == "run check"]
    [forever] = [block.text for block in shell if block.mark == "run forever"]
    with server:
        assert f"takes the component {DOMAIN}" in run(check, tmp_path, environ)
        words = [str(tmp_path / "bin" / "transport"), *shlex.split(forever)[1:]]
        program = Program(words, log=tmp_path / "gateway.log", folder=tmp_path, environment=environ)
        program.start()
        try:
            wait_for(program, f"Connected to the XMPP server as {DOMAIN}")
        finally:
            status = program.stop()
    assert status == 0, program.tail()
