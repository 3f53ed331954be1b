"""Which servers are believed, really speaking TLS in memory."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from irc_world import World
from OpenSSL import SSL, crypto
from twisted.internet.protocol import Factory
from twisted.internet.ssl import CertificateOptions
from twisted.protocols.tls import TLSMemoryBIOFactory

from transport.api import Disconnected, Refused, RoomJoined
from transport.plugins.irc.tls import fingerprint

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certificate(name: str, issuer: Pair | None = None, days: int = 10, names: tuple[str, ...] = ()) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        general = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(general), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def pem(pair: Pair) -> str:
    key = pair[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pair[0].public_bytes(serialization.Encoding.PEM).decode() + key.decode()


AUTHORITY = certificate("Test CA")


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_bytes(AUTHORITY[0].public_bytes(serialization.Encoding.PEM))
    return str(path)


class TlsWorld(World):
    """The server has a certificate of its own."""

    def __init__(self, pair: Pair, settings: dict[str, str] | None = None, **options: object) -> None:
        super().__init__(settings, None, **{"servers": ("ircs://irc.fake",), **options})
        self.host.encrypted = True
        self.peer: object = None
        self.ports: list[int] = []
        options = CertificateOptions(
            privateKey=crypto.PKey.from_cryptography_key(pair[1]),
            certificate=crypto.X509.from_cryptography(pair[0]),
        )
        context = options.getContext()
        context.set_verify(SSL.VERIFY_PEER, self.saw)
        plain = self.ircd

        def server(host: str, port: int) -> object:
            self.ports.append(port)
            inner = Factory.forProtocol(lambda: plain(host, port))
            return TLSMemoryBIOFactory(options, False, inner, clock=self.host.reactor).buildProtocol(None)

        self.host.server = server

    def saw(self, connection: object, cert: object, error: int, depth: int, ok: int) -> bool:
        self.peer = cert
        return True


def refusal(world: World) -> str:
    world.up()
    [gone] = world.host.of(Disconnected)
    assert not gone.retry
    assert world.host.of(RoomJoined) == []
    assert [line for client in world.ircd.all for line in client.lines] == []
    return str(gone.reason.text)


def test_a_server_with_a_good_certificate_is_believed(ca_file: str) -> None:
    world = TlsWorld(certificate("irc.fake", AUTHORITY, names=("irc.fake",)), ca_file=ca_file).up()
    assert world.host.of(RoomJoined)
    assert world.ports == [6697]


def test_an_unknown_authority_is_refused_in_words() -> None:
    pair = certificate("irc.fake", AUTHORITY, names=("irc.fake",))
    text = refusal(TlsWorld(pair))
    assert "unknown CA" in text
    assert fingerprint(crypto.X509.from_cryptography(pair[0])) in text


def test_a_self_signed_certificate_is_refused(ca_file: str) -> None:
    assert "unknown CA" in refusal(TlsWorld(certificate("irc.fake", names=("irc.fake",)), ca_file=ca_file))


def test_a_wrong_name_is_refused_in_words(ca_file: str) -> None:
    pair = certificate("irc.other", AUTHORITY, names=("irc.other", "10.0.0.1"))
    text = refusal(TlsWorld(pair, ca_file=ca_file))
    assert "wrong name" in text
    assert "irc.fake" in text
    assert "irc.other" in text


def test_an_address_must_be_in_the_certificate(ca_file: str) -> None:
    pair = certificate("x", AUTHORITY, names=("10.0.0.1",))
    servers = ("ircs://10.0.0.1:7000",)
    assert TlsWorld(pair, ca_file=ca_file, servers=servers).up().host.of(RoomJoined)
    assert "wrong name" in refusal(TlsWorld(pair, ca_file=ca_file, servers=("ircs://10.0.0.2",)))


def test_an_expired_certificate_is_refused_in_words(ca_file: str) -> None:
    pair = certificate("irc.fake", AUTHORITY, days=-1, names=("irc.fake",))
    assert "expired" in refusal(TlsWorld(pair, ca_file=ca_file))


def test_a_pin_is_enough_and_another_certificate_is_refused() -> None:
    pair = certificate("whatever", names=("irc.other",))
    seen = fingerprint(crypto.X509.from_cryptography(pair[0]))
    digits = seen.partition(":")[2].upper()
    colons = "sha256:" + ":".join(digits[i : i + 2] for i in range(0, 64, 2))
    assert TlsWorld(pair, fingerprints=(colons,)).up().host.of(RoomJoined)
    text = refusal(TlsWorld(pair, fingerprints=("sha256:" + "0" * 64,)))
    assert seen in text


def test_a_pin_binds_also_where_the_authority_is_known(ca_file: str) -> None:
    pair = certificate("irc.fake", AUTHORITY, names=("irc.fake",))
    refusal(TlsWorld(pair, ca_file=ca_file, fingerprints=("sha256:" + "0" * 64,)))


def test_checking_can_be_turned_off() -> None:
    pair = certificate("irc.other", names=("irc.other",))
    assert TlsWorld(pair, verify=False).up().host.of(RoomJoined)


def test_a_wildcard_network_always_checks() -> None:
    pair = certificate("irc.other", names=("irc.other",))
    world = TlsWorld(pair, servers=(), wildcard=True, verify=False)
    refusal(world)
    assert world.host.endpoints[0].public_only


def test_another_server_is_tried_before_giving_up(ca_file: str) -> None:
    world = TlsWorld(certificate("x", AUTHORITY, names=("two.fake",)), ca_file=ca_file)
    world.network.servers = (*TlsWorld(AUTHORITY, servers=("ircs://one.fake", "ircs://two.fake")).network.servers,)
    assert world.up().host.of(RoomJoined)


def test_the_client_certificate_is_shown(ca_file: str) -> None:
    client = certificate("romeo", names=("romeo",))
    pair = certificate("irc.fake", AUTHORITY, names=("irc.fake",))
    world = TlsWorld(pair, {"nick": "romeo", "certificate": pem(client)}, ca_file=ca_file)
    world.ircd.caps = "sasl=EXTERNAL"
    world.ircd.accounts[""] = "?"
    world.up()
    assert world.host.of(RoomJoined)
    assert world.peer is not None
    assert world.peer.to_cryptography() == client[0]
    assert "AUTHENTICATE EXTERNAL" in world.server.lines


@pytest.mark.parametrize(
    "text", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "x" * 40_000]
)
def test_a_certificate_that_is_none_is_refused_when_registering(world: World, text: str) -> None:
    with pytest.raises(Refused):
        world.network.check_registration({"nick": "romeo", "certificate": text})


def test_a_certificate_with_its_key_is_kept(world: World) -> None:
    good = pem(certificate("romeo", names=("romeo",)))
    assert world.network.check_registration({"nick": "romeo", "certificate": good})["certificate"] == good
    other = pem(certificate("other", names=("x",)))
    mixed = good[: good.index("-----BEGIN PRIVATE")] + other[other.index("-----BEGIN PRIVATE") :]
    with pytest.raises(Refused):
        world.network.check_registration({"nick": "romeo", "certificate": mixed})
