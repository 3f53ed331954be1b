"""Prosody with one external component (XEP-0114), web sockets and a folder of web pages."""

import subprocess
from pathlib import Path

from demo.partners.certs import Authority
from demo.partners.process import Program
from demo.partners.system import fill, free_ports
from demo.partners.xmpp_server import XmppServer


class Prosody(XmppServer):
    """A Prosody for `localhost`.

    `port` is for clients, `component_port` for the gateway, `http_port` for `/xmpp-websocket`,
    `/http-bind` and, under `/`, the files of `www`.
    """

    name = "prosody"
    linked = b"External component successfully authenticated"

    def __init__(
        self,
        folder: Path,
        component_domain: str = "transport.localhost",
        secret: str = "secret",
        *,
        ports: tuple[int, int, int] | None = None,
        www: Path | None = None,
    ) -> None:
        self.folder = folder = folder.absolute()
        self.component_domain = component_domain
        self.secret = secret
        self.port, self.component_port, self.http_port = ports or tuple(free_ports(3))
        self.domain = "localhost"
        self.log = folder / "prosody.log"
        certificates = folder / "certs"
        Authority(certificates).issue("localhost", "localhost", "127.0.0.1")
        (folder / "data").mkdir(parents=True, exist_ok=True)
        self.config = fill(
            "prosody.cfg.lua",
            folder / "prosody.cfg.lua",
            folder=folder,
            www=(www or folder / "www").absolute(),
            c2s_port=self.port,
            component_port=self.component_port,
            http_port=self.http_port,
            component_domain=component_domain,
            secret=secret,
        )
        self.program = Program(
            ["prosody", "-F", "--config", str(self.config)],
            log=folder / "prosody.out",
            folder=folder,
            ports=(self.component_port, self.port, self.http_port),
        )

    @property
    def websocket(self) -> str:
        """Where web clients connect (RFC 7395)."""
        return f"ws://127.0.0.1:{self.http_port}/xmpp-websocket"

    def register(self, user: str, password: str) -> str:
        """Make an account, or give it a new password; its bare JID."""
        command = ["prosodyctl", "--config", str(self.config), "register", user, self.domain, password]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)
        return f"{user}@{self.domain}"
