"""The configuration file, read and checked as a whole; it is in TOML (https://toml.io)."""

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from transport import jid, sections
from transport.api import INetworkPlugin
from transport.options import Problem, TableReader, Wrong, read_secret, suggest

ANY_HOST = "*"
SECRET_VARIABLE = "TRANSPORT_XMPP_SECRET"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
CREDENTIAL = "xmpp_secret"
# A plugin by name; calling it imports the plugin's class, or raises PluginError.
Plugins = Mapping[str, Callable[[], INetworkPlugin]]


class ConfigError(Exception):
    """A configuration that cannot be used; `problems` are all that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class PluginError(Exception):
    """A plugin that cannot be used; the text says what an administrator can do about it."""


@define
class XmppConfig:
    """How to reach the XMPP server."""

    domain: str
    host: str = "127.0.0.1"
    port: int = 5347
    secret: str = field(default="", repr=False)


@define
class StorageConfig:
    """Where durable state lies: the database, and the file with the key for secrets in it."""

    path: str
    key: str


@define
class AccessConfig:
    """Who may do what: addresses, domains, `*.domain`, `*`."""

    register: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


@define
class ArchiveConfig:
    """Whether messages of rooms are kept, and for how many seconds."""

    enabled: bool = True
    keep: float = 30 * 86400.0


@define
class LimitsConfig:
    """What one user or network may take; sizes in bytes, times in seconds, a rate of 0 is no limit."""

    stanza_bytes: int = 262144
    message_bytes: int = 65536
    stanza_rate: float = 0.0
    stanza_burst: int = 500
    rooms_per_user: int = 200
    sessions_per_user: int = 20
    sessions: int = 20_000
    connects_per_second: float = 10.0
    queue_per_target: int = 500
    hold: float = 60.0


@define
class NetworkConfig:
    """A network: `options` are the plugin's, typed and complete; the name `*` stands for any host."""

    name: str
    plugin: str
    aliases: tuple[str, ...] = ()
    access: tuple[str, ...] = ("*",)
    options: Mapping[str, Any] = field(factory=dict, repr=False)


@define
class Config:
    """All that is configured."""

    xmpp: XmppConfig
    storage: StorageConfig
    access: AccessConfig = field(factory=AccessConfig)
    archive: ArchiveConfig = field(factory=ArchiveConfig)
    limits: LimitsConfig = field(factory=LimitsConfig)
    networks: dict[str, NetworkConfig] = field(factory=dict)


def load(path: str, plugins: Plugins, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in a file; ConfigError with all that is wrong."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
        tables = tomllib.loads(text)
    except OSError as error:
        raise ConfigError([Problem("", f"The file {path} cannot be read: {error.strerror}.")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([Problem("", f"The file {path} is not UTF-8 in line {line}.")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem("", f"The file {path} is not TOML: {error}.")]) from error
    return read(tables, Path(path).absolute().parent, plugins, environ)


def read(tables: Mapping[str, Any], folder: Path, plugins: Plugins, environ: Mapping[str, str]) -> Config:
    """The configuration in tables, relative to a folder; ConfigError with all that is wrong."""
    reader = TableReader(folder)
    known = {*sections.SECTIONS, "networks"}
    for key in tables:
        if key not in known:
            reader.wrong(key, f"unknown table{suggest(key, known)}")
    values = {name: reader.read(tables.get(name, {}), options, name) for name, options in sections.SECTIONS.items()}
    xmpp = _xmpp(values["xmpp"], reader, environ)
    networks = _networks(tables.get("networks", {}), plugins, reader)
    if reader.problems:
        raise ConfigError(reader.problems)
    return Config(
        xmpp,
        StorageConfig(**values["storage"]),
        AccessConfig(**values["access"]),
        ArchiveConfig(**values["archive"]),
        LimitsConfig(**values["limits"]),
        networks,
    )


def _xmpp(values: Mapping[str, Any], reader: TableReader, environ: Mapping[str, str]) -> XmppConfig:
    host, port = sections.server(values["server"]) or ("", 0)
    domain = jid.parse(values["domain"] or "")
    secret = values["secret"]
    try:
        secret = _outer_secret(environ) or secret
    except Wrong as error:
        reader.wrong(f"${CREDENTIALS_VARIABLE}/{CREDENTIAL}", str(error))
    if not secret and not any(p.path.startswith(("xmpp.secret", "$")) for p in reader.problems):
        reader.wrong("xmpp.secret", "is missing; it is the secret that the XMPP server has for this domain")
    return XmppConfig(domain.domain if domain else "", host, port, secret or "")


def _outer_secret(environ: Mapping[str, str]) -> str | None:
    """The secret from outside the file, which comes before the file's."""
    variable = environ.get(SECRET_VARIABLE, "").strip()
    folder = environ.get(CREDENTIALS_VARIABLE)
    if variable or not folder:
        return variable or None
    credential = Path(folder, CREDENTIAL)
    return read_secret(credential) if credential.exists() else None


def _networks(tables: Any, plugins: Plugins, reader: TableReader) -> dict[str, NetworkConfig]:
    if not isinstance(tables, Mapping) or not tables:
        reader.wrong("networks", 'there is none; write a table such as [networks.libera] with plugin = "irc"')
        return {}
    networks = {}
    for name, table in tables.items():
        wrong = None if name == ANY_HOST else sections.network_name(name)
        if wrong:
            reader.wrong(f"networks.{name}", wrong)
        network = _network(name, table, plugins, reader)
        if network is not None:
            networks[name] = network
    for path, taken in _doubles(networks):
        reader.wrong(path, f"the name {taken} is taken by another network")
    return networks


def _network(name: str, table: Any, plugins: Plugins, reader: TableReader) -> NetworkConfig | None:
    path = f'networks."{name}"' if name == ANY_HOST else f"networks.{name}"
    if not isinstance(table, Mapping):
        reader.wrong(path, f"must be a table: write [{path}] and its keys below it")
        return None
    own = {option.key for option in sections.NETWORK}
    common = reader.read({k: v for k, v in table.items() if k in own}, sections.NETWORK, path)
    plugin = common["plugin"]
    if plugin is None:
        return None
    if name == ANY_HOST and common["aliases"]:
        reader.wrong(f"{path}.aliases", "must go; this network has any host's name")
    if plugin not in plugins:
        reader.wrong(f"{path}.plugin", f"there is no plugin {plugin}{suggest(plugin, set(plugins))}")
        return None
    try:
        make = plugins[plugin]()
    except PluginError as error:
        reader.wrong(f"{path}.plugin", str(error))
        return None
    before = len(reader.problems)
    options = reader.read(table, make.options, path, own)
    if len(reader.problems) == before:
        try:
            make(name, options)
        except ValueError as error:
            # What each key allows may still not go together.
            key, colon, text = str(error).removeprefix(f"{path}.").partition(": ")
            reader.wrong(f"{path}.{key}" if colon else path, text or key)
    return NetworkConfig(name, **common, options=options)


def _doubles(networks: Mapping[str, NetworkConfig]) -> Iterator[tuple[str, str]]:
    """(path, name) of every alias that is taken already."""
    taken = set(networks)
    for network in networks.values():
        for alias in network.aliases:
            if alias in taken:
                yield f"networks.{network.name}.aliases", alias
            taken.add(alias)
