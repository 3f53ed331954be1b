"""ejabberd as Debian packages it, with one external component (XEP-0114)."""

import json
import urllib.error
import urllib.request
from http.client import CONFLICT
from pathlib import Path
from typing import Self

from demo.partners.certs import Authority
from demo.partners.process import Program
from demo.partners.system import LOOPBACK, fill, free_ports
from demo.partners.xmpp_server import XmppServer

EJABBERDCTL = Path("/usr/sbin/ejabberdctl")


class Ejabberd(XmppServer):
    """An ejabberd for `localhost`.

    `port` is for clients, `component_port` for the gateway, `http_port` for `/ws`, `/bosh` and `/api`.
    """

    name = "ejabberd"
    linked = b"Accepted external component handshake"

    def __init__(
        self,
        folder: Path,
        component_domain: str = "transport.localhost",
        secret: str = "secret",
        *,
        ports: tuple[int, int, int] | None = None,
    ) -> None:
        self.folder = folder = folder.absolute()
        self.component_domain = component_domain
        self.secret = secret
        self.port, self.component_port, self.http_port = ports or tuple(free_ports(3))
        self.domain = "localhost"
        self.accounts: dict[str, str] = {}
        conf, spool, logs = (folder / part for part in ("conf", "spool", "logs"))
        for part in (conf, spool, logs):
            part.mkdir(parents=True, exist_ok=True)
        self.log = logs / "ejabberd.log"
        certificate = Authority(folder / "certs").issue("localhost", "localhost", "127.0.0.1")
        fill(
            "ejabberd.yml",
            conf / "ejabberd.yml",
            certificate=certificate.both,
            c2s_port=self.port,
            component_port=self.component_port,
            http_port=self.http_port,
            component_domain=component_domain,
            secret=secret,
        )
        (dist,) = free_ports(1)
        (conf / "ejabberdctl.cfg").write_text(
            f"ERLANG_NODE=transport{dist}@localhost\nERL_DIST_PORT={dist}\nINET_DIST_INTERFACE={LOOPBACK}\n"
            "ERL_OPTIONS='-env ERL_CRASH_DUMP_BYTES 0'\n"
        )
        self.program = Program(
            [
                str(self.own_control()),
                "--config-dir",
                str(conf),
                "--spool",
                str(spool),
                "--logs",
                str(logs),
                "foreground",
            ],
            log=folder / "ejabberd.out",
            folder=folder,
            ports=(self.component_port, self.port, self.http_port),
        )

    def own_control(self) -> Path:
        """A copy of `ejabberdctl` that runs the server as whoever starts it."""
        copy = self.folder / "ejabberdctl"
        copy.write_text(EJABBERDCTL.read_text().replace("INSTALLUSER=ejabberd", "INSTALLUSER="))
        copy.chmod(0o755)
        return copy

    @property
    def websocket(self) -> str:
        """Where web clients connect (RFC 7395)."""
        return f"ws://127.0.0.1:{self.http_port}/ws"

    def start(self) -> Self:
        """Start; accounts that a kill took with it (Mnesia saves them every few minutes) are made again."""
        super().start()
        for user, password in self.accounts.items():
            self.add(user, password)
        return self

    def register(self, user: str, password: str) -> str:
        """Make an account; its bare JID."""
        self.accounts[user] = password
        self.add(user, password)
        return f"{user}@{self.domain}"

    def add(self, user: str, password: str) -> None:
        """Make an account unless it is there."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}/api/register",
            json.dumps({"user": user, "host": self.domain, "password": password}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as problem:
            if problem.code != CONFLICT:
                raise
