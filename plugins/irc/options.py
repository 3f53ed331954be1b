"""What the configuration and a registration ask for, and what is wrong with the answers."""

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import define

from transport.api import Field, FieldKind, Option, Refused
from transport.plugins.irc import names
from transport.text.clean import clean

_PIN = re.compile(r"sha256:(?:[0-9a-fA-F]{2}:?){32}\Z")
PORTS = {"ircs": 6697, "irc": 6667}


@define(frozen=True)
class Server:
    """Where to connect."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_server(text: str) -> Server:
    """`ircs://host[:port]` or `irc://host[:port]`; ValueError says what is wrong."""
    parts = urlsplit(text)
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.path.strip("/"):
        raise ValueError(f"“{text}” must be written as ircs://host:port or irc://host:port")
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise ValueError(f"the port of “{text}” must be a number up to 65535") from None
    return Server(parts.hostname, port, parts.scheme == "ircs")


def check_servers(servers: tuple[str, ...]) -> str | None:
    """What is wrong with the list of servers."""
    if not servers:
        return 'needs at least one server, such as "ircs://irc.example.org:6697"'
    try:
        kinds = {read_server(server).tls for server in servers}
    except ValueError as error:
        return str(error)
    if len(kinds) > 1:
        return "ircs and irc must not be mixed: encryption would be given up silently"
    return None


def check_fingerprints(pins: tuple[str, ...]) -> str | None:
    """What is wrong with the pins."""
    for pin in pins:
        if not _PIN.match(pin):
            return f"“{pin}” must be sha256: and 64 hexadecimal digits"
    return None


def check_encoding(name: str) -> str | None:
    """What is wrong with an encoding."""
    try:
        if not getattr(codecs.lookup(name), "_is_text_encoding", True) or b"\n".decode(name) != "\n":
            return f"“{name}” cannot be used for lines of IRC"
        b"\xff\x81".decode(name, "replace")
    except (LookupError, UnicodeError):
        return f"“{name}” is not an encoding"
    return None


def check_pem(path: str) -> str | None:
    """What is wrong with a file of certificates."""
    try:
        text = Path(path).read_text() if path else "-----BEGIN CERTIFICATE-----"
    except (OSError, UnicodeDecodeError) as error:
        return f"the file {path} cannot be read: {getattr(error, 'strerror', 'it is not text')}"
    return None if "-----BEGIN CERTIFICATE-----" in text else f"the file {path} holds no certificate (PEM)"


def at_least(least: float) -> Any:
    """A check for numbers."""
    return lambda value: None if value >= least else f"must be at least {least:g}"


OPTIONS = (
    Option("servers", "strings", "Servers, tried in turn: ircs://host:port.", (), check=check_servers),
    Option("verify", "boolean", "Check the server's certificate (TLS).", True),
    Option(
        "fingerprints",
        "strings",
        "Accept exactly these certificates instead: sha256:...",
        (),
        check=check_fingerprints,
    ),
    Option("ca_file", "path", "More certificate authorities to trust, a PEM file.", "", check=check_pem),
    Option("flood_burst", "integer", "Lines that may go out at once.", 10, check=at_least(1)),
    Option("flood_rate", "number", "Lines a second after that; 0 means no limit.", 1.0, check=at_least(0)),
    Option("encoding", "string", "For lines that are not UTF-8.", "cp1252", check=check_encoding),
    Option("persistent", "boolean", "Keep rooms joined when the last client leaves.", False),
    Option("password", "secret", "Password of the server itself, the same for all users.", ""),
    Option("realname", "string", "The real name of users who give none.", ""),
    Option("connect_timeout", "duration", "How long a server may take to answer.", 30.0, check=at_least(1)),
    Option(
        "ping_interval", "duration", "How long a server may be silent before it is asked.", 120.0, check=at_least(4)
    ),
)

REGISTRATION = (
    Field("nick", "Nickname", required=True, help="Your name on the network.", legacy="nick"),
    Field(
        "username",
        "Account",
        help="The name of your account there, if it is not your nickname.",
        legacy="username",
    ),
    Field(
        "password",
        "Password",
        FieldKind.SECRET,
        help="Of your account (SASL). Leave it empty if you have no account there.",
        legacy="password",
    ),
    Field("realname", "Real name", help="Shown to those who ask for it."),
    Field("server_password", "Server password", FieldKind.SECRET, help="Only if the server needs one."),
    Field(
        "certificate",
        "Client certificate",
        FieldKind.LINES,
        help="PEM text with a certificate and its private key, to sign in with (SASL EXTERNAL).",
    ),
)
_MAX = {"nick": 64, "username": 100, "password": 300, "realname": 150, "server_password": 200}
MAX_CERTIFICATE = 32_768


def check_registration(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings as they shall be kept; Refused (`not-acceptable`) when they cannot work."""
    kept = {}
    for field in REGISTRATION:
        value = settings.get(field.name, "")
        if field.kind is not FieldKind.LINES:
            value = value if field.kind is FieldKind.SECRET else value.strip()
            check_value(field, value)
        if value:
            kept[field.name] = value
    names.nick(kept.get("nick", ""))
    if " " in kept.get("username", "") or " " in kept.get("server_password", ""):
        raise Refused("not-acceptable", "Account names and server passwords cannot have spaces.")
    certificate = kept.get("certificate", "").strip()
    if certificate:
        check_certificate(certificate)
        kept["certificate"] = certificate + "\n"
    return kept


def check_value(field: Field, value: str) -> None:
    """Refuse what could not be sent in one line."""
    if clean(value) != value or any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise Refused("not-acceptable", "{field}: line breaks and control characters do not work.", field=field.label)
    if value.startswith(":") and field.name != "password":
        raise Refused("not-acceptable", "{field} cannot begin with a colon.", field=field.label)
    if len(value.encode("utf-8", "replace")) > _MAX[field.name]:
        raise Refused("not-acceptable", "{field} is too long.", field=field.label)


def check_certificate(pem: str) -> None:
    """Refuse a certificate that could not be used."""
    if len(pem) > MAX_CERTIFICATE:
        raise Refused("not-acceptable", "The certificate is too long.")
    from OpenSSL import SSL

    from transport.plugins.irc.tls import load_certificate

    load_certificate(SSL.Context(SSL.TLS_METHOD), pem)
