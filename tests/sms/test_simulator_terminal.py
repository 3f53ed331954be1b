"""The simulator as a program, with a real pseudo terminal."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import serial

from transport.plugins.sms.simulator.cli import simulator_command

PROGRAM = (
    "import sys; from transport.plugins.sms.simulator.cli import simulator_command as c; sys.exit(c(sys.argv[1:]))"
)
PDU = b"07916407058099F931000B916407214365F70000FF0A6379788E06D1CB733A"


class Simulator:
    """A running one, with its files in a folder."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.link = folder / "modem"
        arguments = ["--link", str(self.link), "--control", str(folder / "control"), "--log", str(folder / "log")]
        command = [sys.executable, "-c", PROGRAM, *arguments, "--speed", "fast", *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.startswith("Ctrl-C"):
                break

    def tell(self, line: str) -> dict[str, Any]:
        """A command, and its answer."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control"))
            control.sendall(line.encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        assert isinstance(answer, dict)
        return answer

    def events(self, event: str) -> list[dict[str, Any]]:
        """What the log's file has of one kind."""
        entries = [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]
        return [entry for entry in entries if entry["event"] == event]

    def open(self) -> serial.Serial:
        """A client's port."""
        return serial.Serial(str(self.link), 115200, timeout=5, exclusive=True)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    running = Simulator(tmp_path, "--tcp", "0")
    yield running
    running.process.kill()
    running.process.wait()
    if running.process.stdout is not None:
        running.process.stdout.close()


def until(ready: Callable[[], Any]) -> Any:
    """Wait for something that another process does."""
    end = time.monotonic() + 10
    while not (found := ready()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def ask(port: Any, line: bytes, end: bytes = b"OK\r\n") -> bytes:
    """Type, and read up to an end."""
    port.write(line)
    answer: bytes = port.read_until(end)
    assert answer.endswith(end)
    return answer


def test_clients_come_and_go(simulator: Simulator) -> None:
    for _ in range(3):
        with simulator.open() as port:
            assert ask(port, b"AT\r") == b"AT\r\r\nOK\r\n"


def test_a_text_is_there_after_the_client_was_told(simulator: Simulator) -> None:
    with simulator.open() as port:
        ask(port, b"ATE0;+CNMI=2,1\r")
        simulator.tell("text +4930123456 modem hello")
        assert port.read_until(b",1\r\n") == b'\r\n+CMTI: "SM",1\r\n'
        assert b"+CMGR: 0,," in ask(port, b"AT+CMGR=1\r")


def test_a_client_that_dies_before_ctrl_z_has_sent_nothing(simulator: Simulator) -> None:
    with simulator.open() as port:
        ask(port, b"AT+CMGS=23\r", b"> ")
        port.write(PDU)
    until(lambda: simulator.events("abandoned"))
    with simulator.open() as port:
        ask(port, b"AT\r")
    assert not simulator.events("submitted")


def test_a_client_that_dies_after_ctrl_z_has_sent_its_text(simulator: Simulator) -> None:
    with simulator.open() as port:
        ask(port, b"AT+CMGS=23\r", b"> ")
        port.write(PDU + b"\x1a")
    (entry,) = until(lambda: simulator.events("submitted"))
    assert (entry["to"], entry["text"]) == ("+46701234567", "crash test")
    with simulator.open() as port:
        assert ask(port, b"AT\r") == b"AT\r\r\nOK\r\n"


def test_unplugging_hangs_up_and_takes_the_link_away(simulator: Simulator) -> None:
    with simulator.open() as port:
        ask(port, b"AT\r")
        simulator.tell("unplug modem")
        with pytest.raises((serial.SerialException, OSError)):
            port.read(1)
    assert not os.path.lexists(simulator.link)
    simulator.tell("plug modem")
    with simulator.open() as port:
        ask(port, b"AT\r")


def test_what_nobody_reads_does_not_stop_it(simulator: Simulator) -> None:
    with simulator.open() as port:
        ask(port, b"ATE0\r")
        port.write(b"ATI\r" * 2000)
        assert simulator.tell("modems")["ok"]
        until(lambda: port.in_waiting > 1000)
        port.reset_input_buffer()


def test_a_modem_is_on_tcp_too(simulator: Simulator) -> None:
    name = simulator.lines[1].split()[0]
    host, port = name.removeprefix("tcp:").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(b"ATE0\rAT+CSQ\r")
        got = b""
        while got.count(b"OK") < 2:
            got += client.recv(4096)
    assert b"+CSQ: 21,99" in got


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_cleanly(simulator: Simulator, sent: int) -> None:
    simulator.process.send_signal(sent)
    assert simulator.process.wait(10) in (0, -sent)
    assert not os.path.lexists(simulator.link)
    assert not (simulator.folder / "control").exists()


@pytest.mark.parametrize("line", ["help", "modems"])
def test_a_command_from_a_pipe_is_answered(simulator: Simulator, line: str) -> None:
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(simulator.folder / "control"))
            control.sendall(line.encode() + b"\n")
            control.shutdown(socket.SHUT_WR)
            assert json.loads(control.makefile().read())["ok"]


def test_a_phone_has_a_page(tmp_path: Path) -> None:
    running = Simulator(tmp_path, "--phone", "+491713920011", "--http", "0")
    try:
        page = next(line.partition(" ")[2] for line in running.lines if line.startswith("phone:"))
        with urlopen(f"{page}texts", timeout=10) as answer:
            assert json.load(answer)["number"] == "+491713920011"
    finally:
        running.process.kill()
        running.process.communicate()


@pytest.mark.parametrize("words", [["--phone", "+491713920011"], ["--http", "0"]])
def test_a_phone_and_its_page_belong_together(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        simulator_command(["--tcp", "0", *words])
    assert "belong together" in capsys.readouterr().err


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "modem").write_text("mine")
    words = [sys.executable, "-c", PROGRAM, "--link", str(tmp_path / "modem")]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert "is no link" in ended.stderr
    assert (tmp_path / "modem").read_text() == "mine"
