"""ngIRCd: classic IRC without services, plain and over TLS."""

from pathlib import Path

from demo.partners.certs import Issued
from demo.partners.process import Partner, Program
from demo.partners.system import fill, free_ports


class Ngircd(Partner):
    """An ngIRCd called `irc.test`; `port` is plain, `tls_port` needs a certificate to be given."""

    name = "ngircd"

    def __init__(
        self, folder: Path, *, port: int | None = None, certificate: Issued | None = None, password: str = ""
    ) -> None:
        self.folder = folder = folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = certificate
        spare, self.tls_port = free_ports(2)
        self.port = port or spare
        tls = ""
        if certificate:
            files = f"CertFile = {certificate.certificate}\nKeyFile = {certificate.key}\n"
            tls = f"[SSL]\n{files}Ports = {self.tls_port}\n"
        config = fill(
            "ngircd.conf",
            folder / "ngircd.conf",
            port=self.port,
            password=f"Password = {password}" if password else "",
            tls=tls,
        )
        self.log = folder / "ngircd.log"
        self.program = Program(
            ["ngircd", "--nodaemon", "--config", str(config)], log=self.log, folder=folder, ports=(self.port,)
        )

    @property
    def url(self) -> str:
        """Where the gateway connects, in plain."""
        return f"irc://127.0.0.1:{self.port}"
