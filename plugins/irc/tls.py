"""TLS to IRC servers: who is believed, and in words why not (RFC 7525, service-identity)."""

from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from OpenSSL import SSL, crypto
from service_identity import VerificationError
from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address
from service_identity.exceptions import CertificateError
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from zope.interface import implementer

from transport.api import Refused

_EXPIRED, _NOT_YET = 10, 9
_UNKNOWN = frozenset({2, 18, 19, 20, 21, 27})


def context(ca_file: str | None, certificate: str) -> SSL.Context:
    """A context that trusts the system's authorities and those in `ca_file`.

    `certificate` is a client certificate and its key in PEM, or empty.  The verdict on a server is its
    `Verifier`'s, found by the connection.
    """
    made = SSL.Context(SSL.TLS_METHOD)
    made.set_min_proto_version(SSL.TLS1_2_VERSION)
    made.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    made.set_mode(SSL.MODE_RELEASE_BUFFERS)
    made.set_default_verify_paths()
    if ca_file:
        made.load_verify_locations(ca_file)
    if certificate:
        load_certificate(made, certificate)
    made.set_verify(SSL.VERIFY_PEER, verify)
    return made


def verify(connection: SSL.Connection, cert: crypto.X509, error: int, depth: int, ok: int) -> bool:
    """OpenSSL asks about each certificate of a chain; the server's own (depth 0) comes last."""
    if not isinstance(connection, JudgedConnection):
        return False
    return connection.verifier.accepts(cert, error, depth, bool(ok))


class JudgedConnection(SSL.Connection):
    """A connection that knows who judges its server; Twisted has its own use for `set_app_data`."""

    verifier: "Verifier"


def load_certificate(made: SSL.Context, pem: str) -> None:
    """Use a client certificate; Refused (`not-acceptable`) when the PEM is not one with its key."""
    try:
        data = pem.encode()
        made.use_certificate(crypto.load_certificate(crypto.FILETYPE_PEM, data))
        # An empty passphrase: OpenSSL would ask the terminal for one otherwise.
        made.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, data, b""))
        made.check_privatekey()
    except Exception:
        raise Refused(
            "not-acceptable",
            "The certificate must be PEM text with a certificate and its private key, without a passphrase.",
        ) from None


def fingerprint(cert: crypto.X509) -> str:
    """The SHA-256 of a certificate, as `fingerprints` in the configuration has it."""
    return "sha256:" + sha256(crypto.dump_certificate(crypto.FILETYPE_ASN1, cert)).hexdigest()


def normal(pin: str) -> str:
    """A pin as `fingerprint` writes it; colons between the bytes and upper case are fine."""
    kind, _, digits = pin.partition(":")
    return f"{kind.lower()}:{digits.replace(':', '').lower()}"


@implementer(IOpenSSLClientConnectionCreator)
class Verifier:
    """Makes the TLS side of one connection and judges the server; `refusal` tells why it was refused."""

    def __init__(self, host: str, made: SSL.Context, verify: bool, pins: frozenset[str]) -> None:
        self.host = host
        self.context = made
        self.verify = verify
        self.pins = pins
        self.refusal: Refused | None = None

    def clientConnectionForTLS(self, tls_protocol: Any) -> SSL.Connection:
        """A connection that names the host it wants (SNI)."""
        connection = JudgedConnection(self.context, None)
        connection.verifier = self
        if not is_address(self.host):
            connection.set_tlsext_host_name(self.host.encode("idna"))
        connection.set_connect_state()
        return connection

    def accepts(self, cert: crypto.X509, error: int, depth: int, ok: bool) -> bool:
        """The verdict on one certificate; an exception must not pass for a yes."""
        try:
            self.refusal = self.refusal or self.judge(cert, error, depth, ok)
        except Exception:
            self.refusal = Refused("not-acceptable", "The certificate of {host} is broken.", host=self.host)
        return self.refusal is None

    def judge(self, cert: crypto.X509, error: int, depth: int, ok: bool) -> Refused | None:
        """What is wrong with a certificate, or None."""
        if self.pins:
            if depth == 0 and fingerprint(cert) not in self.pins:
                return Refused(
                    "not-acceptable",
                    "{host} has another certificate than the one expected; its fingerprint is {fingerprint}.",
                    host=self.host,
                    fingerprint=fingerprint(cert),
                )
            return None
        if not self.verify:
            return None
        if not ok:
            return self.untrusted(cert, error)
        return self.wrong_name(cert.to_cryptography()) if depth == 0 else None

    def untrusted(self, cert: crypto.X509, error: int) -> Refused:
        """Words for OpenSSL's error number."""
        if error in (_EXPIRED, _NOT_YET):
            words = "The certificate of {host} has expired or is not valid yet (fingerprint {fingerprint})."
        elif error in _UNKNOWN:
            words = (
                "The certificate of {host} was issued by an unknown authority (unknown CA), "
                "so nobody vouches for the server (fingerprint {fingerprint})."
            )
        else:
            words = "The certificate of {host} is not acceptable: {detail} (fingerprint {fingerprint})."
        return Refused(
            "not-acceptable",
            words,
            host=self.host,
            fingerprint=fingerprint(cert),
            detail=f"OpenSSL error {error}",
        )

    def wrong_name(self, cert: x509.Certificate) -> Refused | None:
        """Compare the certificate's names with the host (RFC 6125)."""
        try:
            if is_address(self.host):
                verify_certificate_ip_address(cert, self.host)
            else:
                verify_certificate_hostname(cert, self.host)
        except (VerificationError, CertificateError):
            return Refused(
                "not-acceptable",
                "The certificate is for another name (wrong name): it is not for {host} but for {names}.",
                host=self.host,
                names=", ".join(names(cert)[:5]) or "nobody",
            )
        return None


def names(cert: x509.Certificate) -> list[str]:
    """The names a certificate is for."""
    try:
        found = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    dns = [str(name) for name in found.get_values_for_type(x509.DNSName)]
    return dns + [str(address) for address in found.get_values_for_type(x509.IPAddress)]


def is_address(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
