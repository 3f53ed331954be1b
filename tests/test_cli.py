"""The program `transport` as it is typed."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from transport import __version__, cli
from transport.api import INetworkPlugin
from transport.config import load

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of its own, and no secrets from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("TRANSPORT_XMPP_SECRET", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET"):
        monkeypatch.delenv(name, raising=False)


def test_init_writes_a_file_for_us_alone_that_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["init", "--domain", "Transport.Example.Org"]) == 0
    path = tmp_path / "transport.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    config = load("transport.toml", cli.loader.plugins(), {})
    assert config.xmpp.domain == "transport.example.org"
    assert len(config.xmpp.secret) >= 24
    assert config.access.register == ("example.org",)
    assert config.networks["libera"].options["servers"] == ("ircs://irc.libera.chat:6697",)
    assert cli.main(["check", "--offline"]) == 0
    printed = capsys.readouterr().out
    for text in ("prosody.cfg.lua", "ejabberd.yml", "Openfire", f'component_secret = "{config.xmpp.secret}"'):
        assert text in printed


def test_two_secrets_are_never_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        cli.main(["init", "--config", name])
    a, b = (tomllib.loads((tmp_path / name).read_text())["xmpp"]["secret"] for name in ("a", "b"))
    assert a != b


def test_what_init_leaves_out_can_be_taken_in_as_it_stands(tmp_path: Path) -> None:
    cli.main(["init"])
    text = (tmp_path / "transport.toml").read_text()
    keys = re.sub(r"(?m)^# (\[networks\..+\]|\w+ = (?!\.\.\.))", r"\1", text)
    assert keys.count("\n") == text.count("\n")
    (tmp_path / "all.toml").write_text(keys)
    plain, full = (load(name, cli.loader.plugins(), {}) for name in ("transport.toml", "all.toml"))
    assert set(full.networks) == {"libera", "*", *cli.loader.plugins()} - {"irc"}
    assert full.networks["sms"].options["modems"].keys() == {"stick"}
    full.networks = {name: full.networks[name] for name in plain.networks}
    assert plain == full


def test_init_replaces_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "transport.toml").write_text("mine")
    assert cli.main(["init"]) == 1
    assert (tmp_path / "transport.toml").read_text() == "mine"
    assert "exists already" in capsys.readouterr().err


def test_init_refuses_what_is_no_domain(tmp_path: Path) -> None:
    assert cli.main(["init", "--domain", "romeo@example.org"]) == 1
    assert list(tmp_path.iterdir()) == []


def test_check_tells_all_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "transport.toml").write_text("[xmpp]\ndomian = 'a'\n")
    assert cli.main(["check"]) == 1
    told = capsys.readouterr().err
    for path in ("xmpp.domian", "xmpp.domain", "xmpp.secret", "networks"):
        assert f"transport.toml: {path}: " in told


def test_check_tells_that_the_server_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["init"])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    path = tmp_path / "transport.toml"
    path.write_text(path.read_text().replace("5347", str(port)))
    path.chmod(0o644)
    assert cli.main(["check"]) == 1
    out, err = capsys.readouterr()
    assert "Nothing listens" in err
    assert "chmod 600" in out


def test_run_tells_all_problems_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_plugins_have_commands_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    got: list[Any] = []
    plugin: Any = SimpleNamespace(cli={"send": lambda words: got.append(words) or 3})
    plugins: dict[str, Any] = {"sms": lambda: plugin}
    monkeypatch.setattr(cli.loader, "plugins", lambda: plugins)
    assert cli.main(["sms", "send", "a", "b"]) == 3
    assert got == [["a", "b"]]
    assert cli.main(["sms"]) == 2
    assert "send" in capsys.readouterr().err
    assert cli.main(["sms", "receive"]) == 2


def start(*words: str, **environ: str) -> "subprocess.Popen[str]":
    """The program as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "transport", "run", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What the process logs, up to some words."""
    assert process.stderr is not None
    read = ""
    while words not in read:
        line = process.stderr.readline()
        assert line, read
        read += line
    return read


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_with_status_0_within_seconds(tmp_path: Path, number: int) -> None:
    cli.main(["init"])
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        sock.settimeout(20)
        process = start(NOTIFY_SOCKET=path)
        try:
            assert sock.recv(100) == b"READY=1"
            process.send_signal(signal.SIGHUP)
            assert sock.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert sock.recv(100) == b"READY=1"
            began = time.monotonic()
            process.send_signal(number)
            assert sock.recv(100) == b"STOPPING=1"
            _, logged = process.communicate(timeout=10)
        finally:
            process.kill()
    assert process.returncode == 0
    assert time.monotonic() - began < 5
    assert "Traceback" not in logged
    secret = tomllib.loads((tmp_path / "transport.toml").read_text())["xmpp"]["secret"]
    assert secret not in logged


def test_a_gateway_that_cannot_start_ends_with_status_1(tmp_path: Path) -> None:
    cli.main(["init"])
    (tmp_path / "transport.db").write_text("no database" * 100)
    process = start("--log-format", "json")
    _, logged = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "not a database" in logged


def test_plugins_of_the_tree_are_plugins() -> None:
    for name, find in cli.loader.plugins().items():
        assert INetworkPlugin.providedBy(find()), name
