"""A certificate authority of our own, for servers and for people who sign in by certificate."""

import datetime
import ipaddress
from pathlib import Path

from attrs import define
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@define(frozen=True)
class Issued:
    """A certificate and its key as PEM files; `both` holds one after the other."""

    certificate: Path
    key: Path
    both: Path

    def fingerprint(self, algorithm: hashes.HashAlgorithm) -> str:
        """The certificate's fingerprint as lower-case hexadecimal digits."""
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()).fingerprint(algorithm).hex()


class Authority:
    """An authority that lives in a folder and is made when it is not there yet."""

    def __init__(self, folder: Path, name: str = "Test authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate = folder / "ca.pem"
        key_file = folder / "ca.key"
        if key_file.exists():
            loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
            assert isinstance(loaded, ec.EllipticCurvePrivateKey)
            self.key = loaded
            self.own = x509.load_pem_x509_certificate(self.certificate.read_bytes())
            return
        self.key = ec.generate_private_key(ec.SECP256R1())
        builder = start(name, name, self.key.public_key())
        self.own = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(
            self.key, hashes.SHA256()
        )
        write_key(key_file, self.key)
        self.certificate.write_bytes(self.own.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *hosts: str) -> Issued:
        """A certificate for a server under these names and IP addresses, or for a client without any."""
        paths = Issued(*(self.folder / f"{name}{suffix}" for suffix in (".crt", ".key", ".pem")))
        if paths.both.exists():
            return paths
        key = ec.generate_private_key(ec.SECP256R1())
        builder = start(name, self.own.subject.rfc4514_string().removeprefix("CN="), key.public_key())
        if hosts:
            names = x509.SubjectAlternativeName([general_name(host) for host in hosts])
            builder = builder.add_extension(names, False)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        certificate = builder.add_extension(usage, False).sign(self.key, hashes.SHA256())
        write_key(paths.key, key)
        paths.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths.both.touch(0o600)
        paths.both.write_bytes(paths.certificate.read_bytes() + paths.key.read_bytes())
        return paths


def start(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    """A certificate's common parts, good for ten years from yesterday."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
    )


def general_name(host: str) -> x509.GeneralName:
    """A host name or IP address as a certificate writes it."""
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key, readable by its owner only."""
    path.touch(0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
