"""Real servers for the end-to-end tests, each started once and named with its version in the tests' ids."""

import itertools
import ssl
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from cryptography.hazmat.primitives.hashes import SHA256
from gateway import Gateway, table
from irc_user import IrcUser
from xmpp_user import Loop, XmppUser

from demo.partners import Atheme, Authority, Ejabberd, Inspircd, Ngircd, Partner, Prosody, XmppServer, debian_version

XMPP_SERVERS = {"prosody": Prosody, "ejabberd": Ejabberd}
HERE = Path(__file__).parent
PASSWORD = "secret"


def versions(*packages: str) -> dict[str, Any]:
    """Parameters of a fixture, with ids that name what runs."""
    return {"params": packages, "ids": [f"{package}-{debian_version(package)}" for package in packages]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("e2e")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show the gateway's log with a failure, and the versions of the servers with every test."""
    report = yield
    for value in getattr(item, "funcargs", {}).values():
        if isinstance(value, Gateway) and report.failed:
            report.sections.append(("gateway's log", value.program.tail(8000)))
        if isinstance(value, Partner) and report.when == "call":
            item.user_properties.append((value.name, value.version))
    return report


@define
class Network:
    """An IRC network of the gateway and the server behind it."""

    name: str
    server: Any


@define
class People:
    """Makes people with accounts and nicks of their own, and sends them home after the test."""

    loop: Loop
    xmpp: XmppServer
    numbers: Iterator[int]
    present: list[XmppUser | IrcUser] = field(factory=list)

    def account(self, name: str) -> str:
        """A new account on the XMPP server; its bare JID."""
        return self.xmpp.register(f"{name}{next(self.numbers)}", PASSWORD)

    def client(self, jid: str, resource: str = "laptop", presence: bool = True) -> XmppUser:
        """A client of an account, signed in."""
        user = XmppUser(self.loop, jid, PASSWORD, self.xmpp.port, resource)
        self.present.append(user)
        return user.connect(presence)

    def romeo(self) -> XmppUser:
        """Somebody new on XMPP; `nick` in tests is the local part."""
        return self.client(self.account("romeo"))

    def on_irc(self, network: Network, name: str = "ann", **more: Any) -> IrcUser:
        """Somebody new on IRC, signed in."""
        user = IrcUser(f"{name}{next(self.numbers)}", network.server.port, **more)
        self.present.append(user)
        return user.connect()

    def go_home(self) -> None:
        """Sign everybody out."""
        for user in self.present:
            user.close()


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Numbers that make names unique in a run."""
    return itertools.count(1)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """The thread of all XMPP clients."""
    made = Loop()
    yield made
    made.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom the gateway is told to trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session", **versions("prosody", "ejabberd"))
def xmpp(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[XmppServer]:
    """An XMPP server."""
    with XMPP_SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture(scope="session")
def ngircd(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Ngircd]:
    """A classic IRC server; its certificate is for another name."""
    certificate = authority.issue("elsewhere", "irc.elsewhere.test")
    with Ngircd(tmp_path_factory.mktemp("ngircd"), certificate=certificate) as server:
        yield server


@pytest.fixture(scope="session")
def inspircd(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Inspircd]:
    """A modern IRC server with services."""
    certificate = authority.issue("irc.test", "irc.test", "localhost", "127.0.0.1")
    ircd = Inspircd(tmp_path_factory.mktemp("inspircd"), certificate, authority)
    with ircd, Atheme(tmp_path_factory.mktemp("atheme"), ircd) as services:
        services.wait_for_link()
        yield ircd


@pytest.fixture(scope="session")
def gateway(
    tmp_path_factory: pytest.TempPathFactory,
    xmpp: XmppServer,
    ngircd: Ngircd,
    inspircd: Inspircd,
    authority: Authority,
) -> Iterator[Gateway]:
    """A gateway with the networks `ngircd` (plain), `inspircd` (TLS) and some that do not work."""
    trusted = str(authority.certificate)
    elsewhere = f"ircs://localhost:{ngircd.tls_port}"
    pin = f"sha256:{ngircd.certificate.fingerprint(SHA256())}"
    networks = (
        table("ngircd", servers=[ngircd.url], flood_rate=0)
        + table("inspircd", servers=[f"ircs://localhost:{inspircd.tls_port}"], ca_file=trusted, flood_rate=0)
        + table("unknownca", servers=[f"ircs://localhost:{inspircd.tls_port}"])
        + table("wrongname", servers=[elsewhere], ca_file=trusted)
        + table("pinned", servers=[elsewhere], fingerprints=[pin])
        + table("down", servers=["irc://127.0.0.1:1"])
        + table("second", servers=["irc://127.0.0.1:1", ngircd.url], flood_rate=0)
    )
    made = Gateway(tmp_path_factory.mktemp("gateway"), xmpp, networks).start()
    yield made
    made.stop()


@pytest.fixture(**versions("ngircd", "inspircd"))
def network(request: pytest.FixtureRequest) -> Network:
    """One of the gateway's networks."""
    return Network(request.param, request.getfixturevalue(request.param))


@pytest.fixture
def people(loop: Loop, xmpp: XmppServer, numbers: Iterator[int]) -> Iterator[People]:
    """Who takes part in a test."""
    made = People(loop, xmpp, numbers)
    yield made
    made.go_home()


@pytest.fixture
def channel(numbers: Iterator[int]) -> str:
    """A channel that nobody else uses."""
    return f"#room{next(numbers)}"


@pytest.fixture
def room(gateway: Gateway, network: Network, channel: str) -> str:
    """The address of that channel."""
    return gateway.address(network.name, channel)


@pytest.fixture
def trusting(authority: Authority) -> Callable[[], ssl.SSLContext]:
    """TLS for IRC clients that trust our authority."""
    return lambda: ssl.create_default_context(cafile=str(authority.certificate))
