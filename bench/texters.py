"""The programs that text through a simulated modem: this project, and gammu-smsd beside it.

Each is given texts and tells of those that came; `started` says whether a first text may be given to it.
"""

import asyncio
import os
import signal
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from bench.gateways import DOMAIN, HOST, SECRET, GammuSmsd, Program, Transport, run_from_checkout
from bench.rig import Failed
from bench.xmpp_server import XmppServer, escape

NETWORK = "sms"
# What is to be put into the queue whatever it holds already.
PLENTY = 1_000_000


class Texter(Protocol):
    """One program, on one modem or several."""

    # How many texts more than are measured keep it from spinning while it is looked at.
    tail: int
    # Whether a sender's texts keep their order.
    in_order: bool

    async def start(self, ports: Sequence[Path]) -> None:
        """Start it."""

    def send(self, texts: Sequence[tuple[int, str, str]], report: bool) -> None:
        """Give it texts: (number in the order, recipient, body)."""

    def came(self) -> list[tuple[str, str]]:
        """Texts that it handed over since this was asked last: (sender, body)."""

    def count_reports(self) -> int:
        """How many texts it has told to have arrived."""

    def waiting(self) -> int:
        """How many texts it has in its queue."""

    def check(self) -> None:
        """Raise Failed when it has ended."""

    @property
    def pid(self) -> int:
        """Its process."""

    def stop(self) -> None:
        """End it."""


class Process:
    """A program that runs in a folder, with a log there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        """Start it in a session of its own."""
        with (self.folder / "program.log").open("wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                env=os.environ | (environment or {}), start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Its number."""
        assert self.process is not None
        return self.process.pid

    def check(self) -> None:
        """Raise Failed when it has ended."""
        if self.process is not None and self.process.poll() is not None:
            words = (self.folder / "program.log").read_text(errors="replace")[-500:]
            raise Failed(f"ended with status {self.process.returncode}; {words}")

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class GatewayTexter(Process):
    """This project, between the modem and an XMPP server; texts come from its users in turn."""

    tail = 0
    in_order = True

    def __init__(self, folder: Path, gateway: Transport, users: int) -> None:
        super().__init__(folder)
        self.gateway = gateway
        self.jids = [f"u{i}@users.bench/r" for i in range(users)]
        self.xmpp = XmppServer(SECRET, quick_ack=True)
        self.xmpp.handler = self.on_stanza
        self.arrived: list[tuple[str, str]] = []
        self.reports = 0
        self.registered = 0

    async def start(self, ports: Sequence[Path]) -> None:
        """Start it, and register its users once it is there."""
        await self.xmpp.start(HOST)
        config = self.folder / "gateway.toml"
        config.write_text(self.configuration(ports))
        self.launch(run_from_checkout(self.gateway.python, ["run", "--config", str(config)]))
        await self.xmpp.ready.wait()
        form = "<query xmlns='jabber:iq:register'><region>DE</region></query>"
        for jid in self.jids:
            self.xmpp.send(f"<presence from='{jid}' to='{DOMAIN}'/>".encode())
            self.xmpp.send(f"<iq type='set' id='r' from='{jid}' to='{NETWORK}@{DOMAIN}'>{form}</iq>".encode())
        while self.registered < len(self.jids):
            self.check()
            await asyncio.sleep(0.05)

    def configuration(self, ports: Sequence[Path]) -> str:
        """Everybody may text as much as they like."""
        head = f"""
[xmpp]
domain = "{DOMAIN}"
server = "{HOST}:{self.xmpp.port}"
secret = "{SECRET}"
[storage]
path = "{self.folder}/gateway.db"
key = "{self.folder}/gateway.key"
[access]
register = ["*"]
admins = []
deny = []
[networks.{NETWORK}]
plugin = "sms"
region = "DE"
per_user_day = 0
queue = {PLENTY}
queue_per_user = {PLENTY}
subscribe = 0
ttl = "48h"
"""
        return head + "".join(
            f'[networks.{NETWORK}.modems.m{i}]\ndevice = "{port}"\ngap = "0s"\n' for i, port in enumerate(ports)
        )

    def send(self, texts: Sequence[tuple[int, str, str]], report: bool) -> None:
        """As messages, in one write."""
        asked = "<request xmlns='urn:xmpp:receipts'/>" if report else ""
        jids, users = self.jids, len(self.jids)
        stanzas = [
            f"<message from='{jids[j % users]}' to='{to}%{NETWORK}@{DOMAIN}' type='chat' id='m{j}'>"
            f"<body>{escape(body)}</body>{asked}</message>"
            for j, to, body in texts
        ]
        self.xmpp.send("".join(stanzas).encode())

    def on_stanza(self, name: str, attrs: dict[str, str], body: str | None, codes: tuple[str, ...]) -> None:
        """A text or a receipt from a number; what the gateway itself says is passed over."""
        if name == "iq" and attrs.get("id") == "r":
            self.registered += attrs.get("type") == "result"
        if name != "message" or not attrs["from"].startswith("+") or attrs.get("type") == "error":
            return
        if body is None:
            self.reports += 1
        else:
            self.arrived.append((attrs["from"].partition("%")[0], body))

    def came(self) -> list[tuple[str, str]]:
        """From the stanzas."""
        found, self.arrived = self.arrived, []
        return found

    def count_reports(self) -> int:
        """The receipts."""
        return self.reports

    def waiting(self) -> int:
        """From its database."""
        with closing(sqlite3.connect(f"file:{self.folder}/gateway.db?mode=ro", uri=True)) as database:
            [count] = database.execute("SELECT count(*) FROM sms_out WHERE told = 0").fetchone()
        return int(count)

    def check(self) -> None:
        """It or its stream may have ended, or it may have refused a text."""
        super().check()
        if self.xmpp.errors:
            raise Failed(f"refused: {self.xmpp.errors[0]}")
        if self.xmpp.lost:
            raise Failed("closed its stream")

    def stop(self) -> None:
        """End it, and the server."""
        super().stop()
        self.xmpp.stop()


SMSD_CONFIG = """\
[gammu]
device = {port}
connection = at115200
model = at
use_locking = no

[smsd]
service = files
logfile = {folder}/smsd.log
debuglevel = 1
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/failed/
inboxformat = unicode
transmitformat = auto
deliveryreport = {report}
checksecurity = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
"""
# As fast as it goes: no sleep between its rounds, and each looks for texts in both directions.
FASTEST = """\
loopsleep = 0
commtimeout = 0
receivefrequency = 0
statusfrequency = 0
"""
REPORTED = b"Delivery report: Delivered"


class SmsdTexter(Process):
    """gammu-smsd with its spools as folders; `calm` leaves its pauses as they are by default."""

    tail = 3
    in_order = False

    def __init__(self, folder: Path, calm: bool, report: bool) -> None:
        super().__init__(folder)
        self.calm, self.report = calm, report
        self.seen: set[str] = set()
        self.reports = self.unread = 0

    async def start(self, ports: Sequence[Path]) -> None:
        """Start it on the first modem: it serves one."""
        for name in ("inbox", "outbox", "sent", "failed"):
            (self.folder / name).mkdir()
        config = self.folder / "smsdrc"
        config.write_text(
            SMSD_CONFIG.format(port=ports[0], folder=self.folder, report="log" if self.report else "no")
            + ("" if self.calm else FASTEST)
        )
        self.launch(["gammu-smsd", "-c", str(config), "-f", "1"], {"LC_ALL": "C.UTF-8"})

    def send(self, texts: Sequence[tuple[int, str, str]], report: bool) -> None:
        """As files in its outbox, each whole at once."""
        for j, to, body in texts:
            made = self.folder / "made"
            made.write_text(body)
            made.rename(self.folder / f"outbox/OUTB20000101_000000_{j:06}_{to}_x.txt{'d' * report}")

    def came(self) -> list[tuple[str, str]]:
        """From the files in its inbox: one for each part, the first of them named _00."""
        inbox = self.folder / "inbox"
        # One that is empty is being written.
        new = sorted(name for name in set(os.listdir(inbox)) - self.seen if (inbox / name).stat().st_size)
        self.seen.update(new)
        return [(name.split("_")[3], (inbox / name).read_text("utf-16")) for name in new]

    def count_reports(self) -> int:
        """From its log."""
        with (self.folder / "smsd.log").open("rb") as log:
            log.seek(self.unread)
            lines = log.read().rpartition(b"\n")[0]
        self.unread += len(lines)
        self.reports += lines.count(REPORTED)
        return self.reports

    def waiting(self) -> int:
        """The files in its outbox."""
        return len(os.listdir(self.folder / "outbox"))


def texter(program: Program, folder: Path, users: int, calm: bool, report: bool) -> Texter:
    """The one for a program; `report` says that reports will be asked for."""
    if isinstance(program, Transport):
        return GatewayTexter(folder, program, users)
    assert program.name == GammuSmsd.name
    return SmsdTexter(folder, calm, report)
