"""The gateways under test: how each is configured, started and asked for its version."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from demo.partners import debian_version

HOST = "127.0.0.1"
DOMAIN = "gw.bench"
SECRET = "bench"
CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Site:
    """Where a gateway is to run: its folder, the ports of its servers, the users it will have."""

    folder: Path
    xmpp_port: int
    irc_port: int
    users: tuple[str, ...]
    archive: bool


def run_from_checkout(python: str, words: Sequence[str]) -> list[str]:
    """A command of this project, to be run in any folder."""
    program = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); from transport.cli import main; sys.exit(main())"
    return [python, "-c", program, *words]


class Program(Protocol):
    """Something that is measured."""

    name: str

    def versions(self) -> dict[str, str]:
        """Its version and those of what it stands on."""


class Gateway(Program, Protocol):
    """A gateway that serves channels as `#channel%HOST@DOMAIN` and people as `nick%HOST@DOMAIN`."""

    def prepare(self, site: Site) -> list[str]:
        """Write its configuration into the site's folder; gives the command that runs it there."""


class Transport:
    """This project, run from the checkout."""

    name = "transport"

    def __init__(self, python: str = sys.executable) -> None:
        self.python = python

    def prepare(self, site: Site) -> list[str]:
        config = site.folder / "gateway.toml"
        config.write_text(
            f"""
[xmpp]
domain = "{DOMAIN}"
server = "{HOST}:{site.xmpp_port}"
secret = "{SECRET}"
[storage]
path = "{site.folder}/gateway.db"
key = "{site.folder}/gateway.key"
[access]
register = ["*"]
guests = ["*"]
admins = []
deny = []
[archive]
enabled = {str(site.archive).lower()}
[networks."{HOST}"]
plugin = "irc"
servers = ["irc://{HOST}:{site.irc_port}"]
verify = false
flood_rate = 0
"""
        )
        return run_from_checkout(self.python, ["run", "--config", str(config)])

    def versions(self) -> dict[str, str]:
        program = (
            f"import json, platform, sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
            "import transport, twisted\n"
            "print(json.dumps({'transport': transport.__version__, 'twisted': twisted.__version__,"
            " 'python': platform.python_version(), 'python_build': sys.version}))"
        )
        done = subprocess.run([self.python, "-c", program], capture_output=True, text=True, check=True)
        found: dict[str, str] = json.loads(done.stdout)
        return found


# Biboumi 9 has its settings per user and server as rows; flood control is off only there.
BIBOUMI_TABLES = """
CREATE TABLE ircserveroptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, server_ TEXT, pass_ TEXT,
  tlsports_ TEXT, ports_ TEXT, username_ TEXT, realname_ TEXT, verifycert_ INTEGER, trustedfingerprint_ TEXT,
  encodingout_ TEXT, encodingin_ TEXT, maxhistorylength_ INTEGER, address_ TEXT, nick_ TEXT,
  saslpassword_ TEXT, throttlelimit_ INTEGER);
CREATE TABLE globaloptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, maxhistorylength_ INTEGER,
  recordhistory_ INTEGER, persistent_ INTEGER);
"""
# Its own look-ups scan both tables, which the rows above make long: these take that cost away again.
BIBOUMI_INDEXES = """
CREATE INDEX bench_server ON ircserveroptions_ (owner_, server_);
CREATE INDEX bench_owner ON globaloptions_ (owner_);
"""
BIBOUMI_SERVER_ROW = """
INSERT INTO ircserveroptions_ (owner_, server_, pass_, tlsports_, ports_, username_, realname_, verifycert_,
  trustedfingerprint_, encodingout_, encodingin_, maxhistorylength_, address_, nick_, saslpassword_,
  throttlelimit_) VALUES (?, ?, '', '', ?, '', '', 0, '', '', '', 20, '', '', '', -1)
"""
BIBOUMI_OWNER_ROW = """
INSERT INTO globaloptions_ (owner_, maxhistorylength_, recordhistory_, persistent_) VALUES (?, 20, ?, 0)
"""


class Biboumi:
    """Biboumi, as Debian packages it; flood control off, like ours here."""

    name = "biboumi"

    @staticmethod
    def installed() -> bool:
        """Whether this machine has it."""
        return shutil.which("biboumi") is not None

    def prepare(self, site: Site) -> list[str]:
        database = site.folder / "biboumi.sqlite"
        with sqlite3.connect(database) as connection:
            connection.executescript(BIBOUMI_TABLES)
            servers = [(user, HOST, str(site.irc_port)) for user in site.users]
            connection.executemany(BIBOUMI_SERVER_ROW, servers)
            connection.executemany(BIBOUMI_OWNER_ROW, [(user, int(site.archive)) for user in site.users])
            connection.executescript(BIBOUMI_INDEXES)
        connection.close()
        config = site.folder / "biboumi.cfg"
        config.write_text(
            f"hostname={DOMAIN}\npassword={SECRET}\nxmpp_server_ip={HOST}\nport={site.xmpp_port}\n"
            f"db_name={database}\nlog_level=3\nidentd_port=0\n"
        )
        return ["biboumi", str(config)]

    def versions(self) -> dict[str, str]:
        return {self.name: debian_version(self.name)}


class GammuSmsd:
    """gammu-smsd, as Debian packages it: a daemon between a modem and folders of files."""

    name = "gammu-smsd"

    @staticmethod
    def installed() -> bool:
        """Whether this machine has it."""
        return shutil.which("gammu-smsd") is not None

    def versions(self) -> dict[str, str]:
        return {self.name: debian_version(self.name)}
