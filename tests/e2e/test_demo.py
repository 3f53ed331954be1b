"""The demo starts in seconds once everything is there, works as it says, and leaves nothing behind."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from irc_user import IrcUser
from stanzas import body
from xmpp_user import XmppUser

from demo.partners.system import answers, debian_version
from demo.prepare import ROOT, WORK

SERVERS = f"prosody-{debian_version('prosody')}-ngircd-{debian_version('ngircd')}"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Any]:
    """The running demo: its process and what it has printed."""
    out = tmp_path / "out"
    with out.open("w") as file:
        process = subprocess.Popen([sys.executable, "demo/run.py"], cwd=ROOT, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + 60
        while "Ctrl-C stops everything" not in out.read_text():
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < deadline, out.read_text()
            time.sleep(0.1)
        yield process, out.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def left_behind() -> list[str]:
    """Command lines of processes that work in the demo's folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(WORK) in line or "demo.bot" in line:
            found.append(line)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=[f"Ctrl-C-{SERVERS}", f"SIGTERM-{SERVERS}"])
def test_the_demo_runs_and_leaves_nothing_behind(told: Any, loop: Any, number: signal.Signals) -> None:
    process, text = told
    ports = {name: int(re.search(pattern, text)[1]) for name, pattern in PATTERNS.items()}
    romeo = XmppUser(loop, "romeo@localhost", re.search(r"romeo@localhost +password (\S+)", text)[1], ports["xmpp"])
    juliet = IrcUser("juliet", ports["irc"])
    try:
        meet(romeo.connect(), juliet.connect())
    finally:
        romeo.close()
        juliet.close()
    process.send_signal(number)
    assert process.wait(30) == 0
    assert not any(answers(port) for port in ports.values())
    assert left_behind() == []


PATTERNS = {
    "xmpp": r"port (\d+) on 127",
    "irc": r"IRC server +127.0.0.1, port (\d+)",
    "web": r"http://localhost:(\d+)/",
}


def meet(romeo: XmppUser, juliet: IrcUser) -> None:
    """Both join #welcome, hear each other and the bot."""
    juliet.join("#welcome")
    juliet.expect("pubmsg", nick="bot", where=lambda line: "Welcome, juliet" in line.text)
    room = "#welcome%local@transport.localhost"
    romeo.join(room, "romeo")
    romeo.expect("message", frm=f"{room}/bot", where=lambda s: "Welcome, romeo" in (body(s) or ""))
    romeo.say(room, "help", "groupchat")
    romeo.expect("message", frm=f"{room}/bot", where=lambda s: "dice" in (body(s) or ""))
    juliet.expect("pubmsg", nick="romeo", text="help")
    juliet.say("#welcome", "good evening, romeo")
    romeo.expect("message", frm=f"{room}/juliet", body="good evening, romeo")
