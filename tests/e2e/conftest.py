"""Real servers for the end-to-end tests, each started once and named with its version in the tests' ids."""

import itertools
import ssl
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cast import XMPP_SERVERS, Network, People, versions
from cryptography.hazmat.primitives.hashes import SHA256
from gateway import Gateway, table
from phones import Phones, phones, talker, texting  # noqa: F401
from xmpp_user import Loop

from demo.partners import Atheme, Authority, Inspircd, Ngircd, Partner, XmppServer

HERE = Path(__file__).parent


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
        value = value.gateway if isinstance(value, Phones) else value
        if isinstance(value, Gateway) and report.failed:
            report.sections.append(("gateway's log", value.program.tail(8000)))
        if isinstance(value, Partner) and report.when == "call":
            item.user_properties.append((value.name, value.version))
    return report


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
