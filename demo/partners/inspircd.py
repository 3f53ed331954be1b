"""InspIRCd with Atheme's services: IRCv3, TLS, accounts, SASL PLAIN and EXTERNAL."""

import os
import time
from pathlib import Path
from typing import Self

from demo.partners.certs import Authority, Issued
from demo.partners.process import NotStarted, Partner, Program
from demo.partners.system import fill, free_ports

LINK_PASSWORD = "linkpw"


class Inspircd(Partner):
    """An InspIRCd called `irc.test`; `port` is plain, `tls_port` asks for a client certificate.

    `services_port` is where services link.  Operators sign in as `root` with the password `root`.
    """

    name = "inspircd"

    def __init__(self, folder: Path, certificate: Issued, authority: Authority) -> None:
        self.folder = folder = folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.tls_port, self.services_port = free_ports(3)
        self.log = folder / "inspircd.log"
        config = fill(
            "inspircd.conf",
            folder / "inspircd.conf",
            folder=folder,
            port=self.port,
            tls_port=self.tls_port,
            services_port=self.services_port,
            link_password=LINK_PASSWORD,
            certificate=certificate.certificate,
            key=certificate.key,
            authority=authority.certificate,
        )
        as_root = ["--runasroot"] if os.getuid() == 0 else []
        self.program = Program(
            ["inspircd", "--nofork", *as_root, "--config", str(config)],
            log=folder / "inspircd.out",
            folder=folder,
            ports=(self.port, self.tls_port, self.services_port),
        )

    @property
    def url(self) -> str:
        """Where the gateway connects, in plain."""
        return f"irc://127.0.0.1:{self.port}"


class Atheme(Partner):
    """Atheme's services, linked to an InspIRCd; `log` tells when the link stands."""

    name = "atheme"
    package = "atheme-services"

    def __init__(self, folder: Path, ircd: Inspircd) -> None:
        self.folder = folder = folder.absolute()
        (folder / "data").mkdir(parents=True, exist_ok=True)
        config = fill(
            "atheme.conf",
            folder / "atheme.conf",
            port=ircd.services_port,
            link_password=LINK_PASSWORD,
        )
        self.log = folder / "atheme.log"
        places = {"-c": config, "-D": folder / "data", "-l": self.log, "-p": folder / "atheme.pid"}
        self.program = Program(
            ["atheme-services", "-n", *(str(part) for place in places.items() for part in place)],
            log=folder / "atheme.out",
            folder=folder,
        )

    def start(self) -> Self:
        """Start; the link to the IRC server follows within a second or so."""
        (self.folder / "atheme.pid").unlink(missing_ok=True)
        return super().start()

    def wait_for_link(self, patience: float = 20.0) -> None:
        """Wait until the services are linked to the IRC server, in this folder's first run."""
        deadline = time.monotonic() + patience
        while not (self.log.exists() and b"finished synching with uplink" in self.log.read_bytes()):
            if time.monotonic() > deadline:
                raise NotStarted(f"{self.version} found no uplink")
            time.sleep(0.02)
