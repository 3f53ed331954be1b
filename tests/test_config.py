"""The configuration file: what it means, and what is said when it is wrong."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.api import Option
from transport.config import Config, ConfigError, PluginError, load
from transport.options import READERS, Wrong, write

SMALL = """
[xmpp]
domain = "transport.example.org"
secret = "wherefore"
[networks.fake]
plugin = "fake"
servers = ["a"]
"""


class Fake:
    """The options of a plugin."""

    options = (
        Option("servers", "strings", "Where to connect.", default=(), check=lambda v: None if v else "needs one"),
        Option("rate", "number", "How fast.", default=1.0),
        Option("wait", "duration", "How long.", default="30s"),
        Option("size", "size", "How much.", default=1024),
        Option("on", "boolean", "Whether.", default=False),
        Option("count", "integer", "How many.", default=3),
        Option("password", "secret", "Of the server.", default=""),
        Option("file", "path", "A file.", default=""),
        Option("modems", "tables", "Modems.", options=(Option("port", "string", "Where.", required=True),)),
    )

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        if not options["servers"]:
            raise ValueError("servers: is empty")


def missing() -> Any:
    raise PluginError("the plugin sms needs the Python module serial; run: pip install 'transport[sms]'")


PLUGINS: Any = {"fake": lambda: Fake, "sms": missing}


def loaded(folder: Path, text: str | bytes, **environ: str) -> Config:
    path = folder / "transport.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(str(path), PLUGINS, environ)


def problems(folder: Path, text: str | bytes, **environ: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text, **environ)
    return {problem.path: problem.text for problem in caught.value.problems}


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALL)
    assert (config.xmpp.domain, config.xmpp.host, config.xmpp.port) == ("transport.example.org", "127.0.0.1", 5347)
    assert config.xmpp.secret == "wherefore"
    assert config.storage.path == str(tmp_path / "transport.db")
    assert config.storage.key == str(tmp_path / "transport.key")
    assert config.archive.enabled
    assert config.archive.keep == 30 * 86400
    assert config.access.register == ()
    network = config.networks["fake"]
    assert network.access == ("*",)
    assert network.options == {
        "servers": ("a",),
        "rate": 1.0,
        "wait": 30.0,
        "size": 1024,
        "on": False,
        "count": 3,
        "password": "",
        "file": "",
        "modems": {},
    }


def test_a_full_file_is_read(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """
        [xmpp]
        domain = "Transport.Example.ORG"
        server = "[::1]:5275"
        secret = "s"
        [storage]
        path = "/var/lib/transport/db"
        key = "keys/k"
        [access]
        register = ["example.org", "*.example.net", "romeo@example.com"]
        deny = ["*"]
        [archive]
        enabled = false
        keep = "24h"
        [limits]
        stanza_bytes = "64KiB"
        hold = "10m"
        stanza_rate = 5
        [networks.libera]
        plugin = "fake"
        aliases = ["irc.libera.chat"]
        access = ["example.org"]
        servers = ["a", "b"]
        password = "p"
        file = "f"
        [networks.libera.modems.one]
        port = "/dev/ttyUSB0"
        [networks."*"]
        plugin = "fake"
        servers = ["c"]
        """,
    )
    assert (config.xmpp.domain, config.xmpp.host, config.xmpp.port) == ("transport.example.org", "::1", 5275)
    assert (config.storage.path, config.storage.key) == ("/var/lib/transport/db", str(tmp_path / "keys/k"))
    assert config.access.register == ("example.org", "*.example.net", "romeo@example.com")
    assert (config.archive.enabled, config.archive.keep) == (False, 86400.0)
    assert (config.limits.stanza_bytes, config.limits.hold, config.limits.stanza_rate) == (65536, 600.0, 5.0)
    libera = config.networks["libera"]
    assert (libera.aliases, libera.access) == (("irc.libera.chat",), ("example.org",))
    assert libera.options["modems"] == {"one": {"port": "/dev/ttyUSB0"}}
    assert libera.options["file"] == str(tmp_path / "f")
    assert list(config.networks) == ["libera", "*"]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        [xmmp]
        [xmpp]
        domain = "romeo@example.org"
        server = "localhost"
        sercet = "s"
        [access]
        register = ["a b"]
        admins = "admin@example.org"
        [archive]
        enabled = "yes"
        keep = "30 days"
        [limits]
        stanza_bytes = "big"
        rooms_per_user = -1
        connects_per_second = 0
        hold = 60
        [networks.Libera]
        plugin = "fake"
        servers = []
        rat = 1
        [networks.two]
        plugin = "fak"
        [networks.three]
        plugin = "sms"
        [networks.four]
        servers = ["x"]
        [networks.five]
        plugin = "fake"
        servers = ["x", 1]
        aliases = ["UP"]
        wait = true
        count = 1.5
        acess = []
        on = 1
        rate = "fast"
        modems = { a = { prt = "x" } }
        [networks."*"]
        plugin = "fake"
        servers = ["x"]
        aliases = ["y"]
        """,
    )
    assert found == {
        "xmmp": "unknown table; did you mean xmpp?",
        "xmpp.domain": "must be a domain, such as transport.example.org",
        "xmpp.server": 'must be a host and a port, such as "127.0.0.1:5347"',
        "xmpp.sercet": "unknown key; did you mean secret?",
        "xmpp.secret": "is missing; it is the secret that the XMPP server has for this domain",
        "access.register": "'a b' is neither an address (romeo@example.org) nor a domain (example.org) nor \"*\"",
        "access.admins": 'must be a list of texts in quotes, such as ["one", "two"]',
        "archive.enabled": "must be true or false, without quotes",
        "archive.keep": 'must be a duration, such as "30s", "10m", "24h" or "30d"',
        "limits.stanza_bytes": 'must be a size, such as "64KiB" or "10MiB", or a number of bytes',
        "limits.rooms_per_user": "must be a whole number, not below 0, such as 10",
        "limits.connects_per_second": "must be more than 0",
        "limits.hold": 'must be a duration, such as "30s", "10m", "24h" or "30d"',
        "networks.Libera": "must be in lower case: libera",
        "networks.Libera.servers": "needs one",
        "networks.Libera.rat": "unknown key; did you mean rate?",
        "networks.two.plugin": "there is no plugin fak; did you mean fake?",
        "networks.three.plugin": "the plugin sms needs the Python module serial; run: pip install 'transport[sms]'",
        "networks.four.plugin": "is missing; it is the kind of network",
        "networks.five.servers": 'must be a list of texts in quotes, such as ["one", "two"]',
        "networks.five.aliases": "must be in lower case: up",
        "networks.five.wait": 'must be a duration, such as "30s", "10m", "24h" or "30d"',
        "networks.five.count": "must be a whole number, not below 0, such as 10",
        "networks.five.acess": "unknown key; did you mean access?",
        "networks.five.on": "must be true or false, without quotes",
        "networks.five.rate": "must be a number, not below 0, such as 1.5",
        "networks.five.modems.a.prt": "unknown key; did you mean port?",
        "networks.five.modems.a.port": "is missing; it is where",
        'networks."*".aliases': "must go; this network has any host's name",
    }


def test_options_that_do_not_go_together_are_told(tmp_path: Path) -> None:
    found = problems(tmp_path, SMALL.replace('servers = ["a"]', ""))
    assert found == {"networks.fake.servers": "is empty"}


@pytest.mark.parametrize("name", ["a b", "-x", ".x", "a%b", "é", "a@b", "net\n"])
def test_names_that_cannot_stand_in_an_address_are_refused(tmp_path: Path, name: str) -> None:
    quoted = name.replace("\n", "\\n")
    assert f"networks.{name}" in problems(tmp_path, SMALL.replace("networks.fake", f'networks."{quoted}"'))


def test_a_name_belongs_to_one_network(tmp_path: Path) -> None:
    second = '[networks.other]\nplugin = "fake"\nservers = ["b"]\naliases = ["fake", "x", "x"]\n'
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, SMALL + second)
    assert [str(problem) for problem in caught.value.problems] == [
        "networks.other.aliases: the name fake is taken by another network",
        "networks.other.aliases: the name x is taken by another network",
    ]


def test_a_gateway_to_nowhere_is_refused(tmp_path: Path) -> None:
    assert "networks" in problems(tmp_path, '[xmpp]\ndomain = "a.b"\nsecret = "s"\n')
    assert "networks" in problems(tmp_path, 'networks = 1\n[xmpp]\ndomain = "a.b"\nsecret = "s"\n')


def test_tables_that_are_none_are_told(tmp_path: Path) -> None:
    found = problems(tmp_path, "xmpp = 1\n[networks]\nfake = 2\n")
    assert found["xmpp"] == "must be a table: write [xmpp] and its keys below it"
    assert found["networks.fake"] == "must be a table: write [networks.fake] and its keys below it"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[xmpp]\ndomain =\n", ["is not TOML", "line 2"]),
        (b"[xmpp]\ndomain = '\xe9'\n", ["is not UTF-8 in line 2"]),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_line(tmp_path: Path, content: bytes, words: list[str]) -> None:
    [text] = problems(tmp_path, content).values()
    assert str(tmp_path / "transport.toml") in text
    for word in words:
        assert word in text


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(str(tmp_path / "no.toml"), PLUGINS, {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(str(tmp_path), PLUGINS, {})


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    assert loaded(tmp_path, b"\xef\xbb\xbf" + SMALL.encode()).xmpp.secret == "wherefore"


WITHOUT = SMALL.replace('secret = "wherefore"', "")


def test_the_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("from file\n")
    assert loaded(tmp_path, WITHOUT.replace("[networks", 'secret_file = "s"\n[networks')).xmpp.secret == "from file"


def test_the_environment_comes_first_then_credentials_then_the_file(tmp_path: Path) -> None:
    (tmp_path / "xmpp_secret").write_text("from credentials\n")
    variables = {"TRANSPORT_XMPP_SECRET": "from environment", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert loaded(tmp_path, SMALL, **variables).xmpp.secret == "from environment"
    del variables["TRANSPORT_XMPP_SECRET"]
    assert loaded(tmp_path, SMALL, **variables).xmpp.secret == "from credentials"
    assert loaded(tmp_path, WITHOUT, **variables).xmpp.secret == "from credentials"
    (tmp_path / "xmpp_secret").unlink()
    assert loaded(tmp_path, SMALL, **variables).xmpp.secret == "wherefore"


def test_secrets_that_cannot_be_had_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    both = SMALL.replace("[networks", 'secret_file = "empty"\n[networks')
    assert problems(tmp_path, both) == {"xmpp.secret": "write either secret or secret_file, not both"}
    empty = WITHOUT.replace("[networks", 'secret_file = "empty"\n[networks')
    assert problems(tmp_path, empty) == {"xmpp.secret_file": f"the file {tmp_path / 'empty'} is empty"}
    none = empty.replace('"empty"', '"none"')
    assert "No such file" in problems(tmp_path, none)["xmpp.secret_file"]
    (tmp_path / "xmpp_secret").write_text("")
    assert (
        "empty" in problems(tmp_path, SMALL, CREDENTIALS_DIRECTORY=str(tmp_path))["$CREDENTIALS_DIRECTORY/xmpp_secret"]
    )


def test_a_secret_of_a_plugin_may_be_in_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("of the server\n")
    assert loaded(tmp_path, SMALL + 'password_file = "p"\n').networks["fake"].options["password"] == "of the server"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    config = loaded(tmp_path, SMALL + 'password = "hunter2"\n')
    assert config.networks["fake"].options["password"] == "hunter2"
    assert "hunter2" not in repr(config)
    assert "wherefore" not in repr(config)


VALUES = {
    "duration": st.integers(0, 10**9).map(float) | st.sampled_from([0.5, 2.25]),
    "size": st.integers(0, 10**15),
    "boolean": st.booleans(),
    "integer": st.integers(0, 10**15),
}


@pytest.mark.parametrize("kind", VALUES)
@given(st.data())
def test_what_is_written_is_read_again(kind: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    assert READERS[kind](tomllib.loads(f"x = {write(kind, value)}")["x"]) == value


@given(
    st.sampled_from(sorted(READERS)),
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists),
)
def test_any_value_is_read_or_refused_in_words(kind: str, value: Any) -> None:
    try:
        READERS[kind](value)
    except Wrong as error:
        assert "must be" in str(error)


def test_a_file_of_authorities_that_is_missing_or_none_is_told(tmp_path: Path) -> None:
    from transport.plugins.irc.options import check_pem

    nothing = tmp_path / "none.pem"
    nothing.write_text("not a certificate")
    assert check_pem("") is None
    assert "cannot be read" in str(check_pem(str(tmp_path / "missing.pem")))
    assert "holds no certificate" in str(check_pem(str(nothing)))
