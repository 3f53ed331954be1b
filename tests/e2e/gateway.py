"""The gateway as an administrator runs it: a process with a configuration file and a log."""

import signal
import sys
from pathlib import Path

from attrs import define, field

from demo.partners import Program, XmppServer

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
[xmpp]
domain = "{domain}"
server = "127.0.0.1:{port}"
secret = "{secret}"
[storage]
path = "{folder}/transport.db"
"""
ACCESS = """\
[access]
register = ["localhost"]
guests = ["localhost"]
admins = ["admin@localhost"]
"""


def table(name: str, **settings: object) -> str:
    """A network's table in the configuration file."""
    lines = [f"[networks.{name}]", 'plugin = "irc"']
    for key, value in settings.items():
        lines.append(
            f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value).replace(chr(39), chr(34))}"
        )
    return "\n".join(lines) + "\n"


@define
class Gateway:
    """One configured gateway; `domain` is where it answers."""

    folder: Path
    xmpp: XmppServer
    networks: str
    access: str = ACCESS
    program: Program = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write(self.networks)
        self.program = Program(
            [sys.executable, "-m", "transport", "run", "--config", str(self.config)],
            log=self.folder / "gateway.log",
            folder=ROOT,
        )

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "transport.toml"

    @property
    def domain(self) -> str:
        """The gateway's own address."""
        return self.xmpp.component_domain

    def write(self, networks: str) -> None:
        """Write the configuration with these networks."""
        head = CONFIG.format(
            domain=self.domain, port=self.xmpp.component_port, secret=self.xmpp.secret, folder=self.folder
        )
        self.config.write_text(head + self.access + networks)

    def start(self) -> "Gateway":
        """Start, and wait until the XMPP server has it."""
        mark = self.xmpp.mark()
        self.program.start()
        self.xmpp.wait_for_component(mark, self.program)
        return self

    def stop(self) -> int | None:
        """Stop as systemd does; the exit status."""
        return self.program.stop()

    def kill(self) -> None:
        """Kill as `kill -9` does."""
        self.program.kill()

    def reload(self) -> None:
        """Ask for the configuration to be read again."""
        self.program.send(signal.SIGHUP)

    def address(self, network: str, name: str = "") -> str:
        """The JID of something on a network."""
        return f"{name}%{network}@{self.domain}" if name else f"{network}@{self.domain}"

    def log(self) -> str:
        """Everything the gateway has written so far."""
        return self.program.tail(10_000_000)
