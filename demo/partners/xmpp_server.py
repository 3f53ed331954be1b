"""What all XMPP servers here have in common, seen from the gateway and from its users."""

import time
from pathlib import Path

from demo.partners.process import NotStarted, Partner, Program


class XmppServer(Partner):
    """A server for `domain` with one component; `linked` is what its log says when that has signed in."""

    linked = b""
    domain = "localhost"
    component_domain: str
    secret: str
    port: int
    component_port: int
    http_port: int
    log: Path

    @property
    def websocket(self) -> str:
        """Where web clients connect (RFC 7395)."""
        raise NotImplementedError

    def register(self, user: str, password: str) -> str:
        """Make an account; its bare JID."""
        raise NotImplementedError

    def mark(self) -> int:
        """How much the log holds by now, for `wait_for_component`."""
        return self.log.stat().st_size if self.log.exists() else 0

    def wait_for_component(self, mark: int, component: Program, patience: float = 30.0) -> None:
        """Wait until a program has signed in as the component, as told by the log after `mark`."""
        deadline = time.monotonic() + patience
        while self.linked not in self.log.read_bytes()[mark:]:
            if not component.running or time.monotonic() > deadline:
                raise NotStarted(f"No component signed in to {self.version}:\n{component.tail()}")
            time.sleep(0.02)
