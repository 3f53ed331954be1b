"""What is installed: all of the tree that belongs there, and nothing else."""

import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def setup() -> configparser.ConfigParser:
    """The package's description."""
    parsed = configparser.ConfigParser(delimiters=("=",))
    parsed.read(ROOT / "setup.cfg")
    return parsed


def in_tree() -> set[str]:
    """Every package there is."""
    found = {"twisted.plugins"}
    for folder, below in (("transport", "transport"), ("plugins", "transport.plugins")):
        for path in (ROOT / folder).rglob("__init__.py"):
            parts = path.parent.relative_to(ROOT / folder).parts
            if folder == "plugins" or "plugins" not in parts:
                found.add(".".join((below, *parts)))
    return found


def test_every_package_is_listed() -> None:
    assert set(setup()["options"]["packages"].split()) == in_tree()


def test_every_folder_with_python_is_a_package() -> None:
    for folder in ("transport", "plugins"):
        for path in (ROOT / folder).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path


def test_what_is_no_python_is_packed_too() -> None:
    data = {name: patterns.split() for name, patterns in setup()["options.package_data"].items()}
    packed = set()
    for name, patterns in data.items():
        folder = ROOT / name.replace(".", "/").replace("transport/plugins/", "plugins/")
        packed |= {path for pattern in patterns for path in folder.glob(pattern)}
    kinds = {".sql", ".html", ".css", ".js", ".json", ".txt"}
    there = (path for folder in ("transport", "plugins") for path in (ROOT / folder).rglob("*"))
    assert packed == {path for path in there if path.suffix in kinds}


def test_entry_points_name_what_is_there() -> None:
    for line in setup()["options.entry_points"]["transport.networks"].split("\n"):
        if line:
            module, _, name = line.partition("=")[2].strip().partition(":")
            assert hasattr(__import__(module, fromlist=[name]), name)


def test_plugins_are_the_same_with_and_without_being_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from transport import loader

    installed = {
        line.split("=")[0].strip() for line in setup()["options.entry_points"]["transport.networks"].split("\n") if line
    }
    monkeypatch.setattr(loader, "entry_points", lambda group: ())
    assert set(loader.plugins()) == installed
    for find in loader.plugins().values():
        find()


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints; it must succeed."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the package is made from."""
    folder = tmp_path_factory.mktemp("tree")
    no = shutil.ignore_patterns("__pycache__", "dropin.cache")
    for name in ("transport", "plugins", "twistd", "twisted"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=no)
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.mark.e2e
@pytest.mark.parametrize("mode", ["wheel", "editable"])
def test_an_empty_environment_gets_the_program_and_its_place_in_twistd(tree: Path, tmp_path: Path, mode: str) -> None:
    run(sys.executable, "-m", "venv", "env", folder=tmp_path)
    bin = tmp_path / "env" / "bin"
    if mode == "wheel":
        run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", tmp_path, tree, folder=tmp_path)
        [wheel] = tmp_path.glob("*.whl")
        names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
        assert {name for name in names if not name.startswith("transport/")} == {"twisted/plugins/transport_dropin.py"}
        assert "transport/store/schema/sqlite/001.sql" in names
        assert "transport/plugins/sms/simulator/page/phone.html" in names
        run(bin / "pip", "install", wheel, folder=tmp_path)
    else:
        run(bin / "pip", "install", "-e", tree, folder=tmp_path)
    assert "--config" in run(bin / "twistd", "-n", "transport", "--help", folder=tmp_path)
    run(bin / "transport", "init", "--domain", "transport.localhost", folder=tmp_path)
    assert "libera" in run(bin / "transport", "check", "--offline", folder=tmp_path)
    assert "irc" in run(bin / "python", "-m", "transport", "version", folder=tmp_path)
