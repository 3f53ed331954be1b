"""The life of the process: signals, the configuration read again, and what systemd is told."""

import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock
from twisted.logger import Logger

from transport import daemon as module
from transport.config import Config, ConfigError, StorageConfig, XmppConfig
from transport.daemon import FAILED, STOP_SECONDS, STOPPED, Daemon
from transport.notify import notify, watchdog_seconds
from transport.options import Problem

CONFIG = Config(XmppConfig("transport.localhost"), StorageConfig("db", "key"))


class Reactor(Clock):
    """A clock that can be stopped."""

    stopped = 0

    def callFromThread(self, call: Callable[..., Any], *args: Any) -> None:
        call(*args)

    def stop(self) -> None:
        self.stopped += 1


class Service:
    """A service whose Deferreds the test fires."""

    def __init__(self) -> None:
        self.started: Deferred[None] = Deferred()
        self.stopping: Deferred[None] = Deferred()
        self.reloads: list[Config] = []
        self.running = False

    def startService(self) -> None:
        self.running = True

    def stopService(self) -> Deferred[None]:
        return self.stopping

    def reload(self, config: Config) -> None:
        self.reloads.append(config)


class Stage:
    """A daemon with all that it touches."""

    def __init__(self) -> None:
        self.reactor, self.service = Reactor(), Service()
        self.told: list[str] = []
        self.left: list[int] = []
        self.logged: list[Any] = []
        self.load: Callable[[], Config] = lambda: CONFIG
        self.daemon = Daemon(
            self.reactor,
            lambda: self.load(),
            self.service,
            lambda state: self.told.append(state.partition("\n")[0]) is None,
            self.left.append,
            lambda: None,
            log=Logger(namespace="test", observer=self.logged.append),
        )
        self.daemon.start()

    def running(self) -> "Stage":
        self.service.started.callback(None)
        return self

    def messages(self) -> str:
        return " ".join(str(event["log_format"]).format_map(event) for event in self.logged)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(module.signal, "signal", lambda number, handler: None)
    return Stage()


def test_it_is_ready_once_the_service_has_started(stage: Stage) -> None:
    assert stage.service.running
    assert stage.told == []
    stage.running()
    assert stage.told == ["READY=1"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(stage: Stage, number: int) -> None:
    stage.running().daemon.on_signal(number, None)
    assert stage.told == ["READY=1", "STOPPING=1"]
    assert not stage.reactor.stopped
    stage.service.stopping.callback(None)
    assert stage.reactor.stopped == 1
    assert stage.daemon.status == STOPPED
    assert stage.left == []


def test_a_second_signal_ends_it_at_once(stage: Stage) -> None:
    stage.running().daemon.on_signal(signal.SIGTERM, None)
    stage.daemon.on_signal(signal.SIGINT, None)
    assert stage.left == [FAILED]


def test_a_service_that_does_not_stop_is_not_waited_for_long(stage: Stage) -> None:
    stage.running().daemon.on_signal(signal.SIGTERM, None)
    stage.reactor.advance(STOP_SECONDS)
    assert stage.reactor.stopped == 1
    assert stage.daemon.status == FAILED


def test_a_service_that_cannot_start_ends_it_with_the_reason(stage: Stage) -> None:
    stage.service.started.errback(ValueError("the disk is full"))
    stage.service.stopping.callback(None)
    assert stage.reactor.stopped == 1
    assert stage.daemon.status == FAILED
    assert "the disk is full" in stage.messages()
    assert "READY=1" not in stage.told


def test_hangup_reads_the_configuration_again(stage: Stage) -> None:
    stage.running().daemon.on_signal(signal.SIGHUP, None)
    assert stage.service.reloads == [CONFIG]
    assert stage.told == ["READY=1", "RELOADING=1", "READY=1"]


def test_a_configuration_that_is_wrong_changes_nothing(stage: Stage) -> None:
    def load() -> Config:
        raise ConfigError([Problem("xmpp.domain", "is missing"), Problem("networks", "there is none")])

    stage.load = load
    stage.running().daemon.on_signal(signal.SIGHUP, None)
    assert stage.service.reloads == []
    assert "xmpp.domain: is missing" in stage.messages()
    assert "networks: there is none" in stage.messages()
    assert stage.told[-1] == "READY=1"


def test_a_reload_that_fails_is_logged_and_survived(stage: Stage) -> None:
    stage.service.reload = lambda config: fail(ValueError("no"))  # type: ignore[method-assign,assignment,return-value]
    stage.running().daemon.on_signal(signal.SIGHUP, None)
    assert stage.told[-1] == "READY=1"
    assert not stage.reactor.stopped
    assert "could not be taken up" in stage.messages()


def test_hangup_before_the_start_is_over_does_nothing(stage: Stage) -> None:
    stage.daemon.on_signal(signal.SIGHUP, None)
    assert stage.service.reloads == []


def test_hangup_while_stopping_does_nothing(stage: Stage) -> None:
    stage.running().daemon.on_signal(signal.SIGTERM, None)
    stage.daemon.on_signal(signal.SIGHUP, None)
    assert stage.service.reloads == []


def test_the_watchdog_is_fed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(module, "watchdog_seconds", lambda: 30.0)
    stage = Stage()
    stage.told.clear()
    stage.reactor.advance(30)
    assert stage.told == ["WATCHDOG=1"]


def test_systemd_is_told_by_its_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        assert notify("READY=1", {"NOTIFY_SOCKET": path})
        assert sock.recv(100) == b"READY=1"
    assert not notify("READY=1", {"NOTIFY_SOCKET": path})
    assert not notify("READY=1", {})


def test_systemd_is_told_by_an_abstract_socket(tmp_path: Path) -> None:
    name = f"transport-test-{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        assert notify("READY=1", {"NOTIFY_SOCKET": f"@{name}"})
        assert sock.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_the_watchdog_is_for_this_process(environ: dict[str, str], seconds: float | None) -> None:
    assert watchdog_seconds(environ, 7) == seconds
