"""The keys of the configuration file that belong to the gateway itself; a plugin describes its own."""

import re

from transport import jid
from transport.address import NETWORK_NAME
from transport.api import Option

_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/]+):(\d{1,5})\Z", re.ASCII)


def server(value: str) -> tuple[str, int] | None:
    """The host and port of `host:port`, where an IPv6 address stands in brackets."""
    match = _SERVER.match(value)
    if match is None or not 0 < int(match[2]) < 65536:
        return None
    return match[1].strip("[]"), int(match[2])


def _domain(value: str) -> str | None:
    parsed = jid.parse(value)
    if parsed is None or parsed.local or parsed.resource:
        return "must be a domain, such as transport.example.org"
    return None


def _server(value: str) -> str | None:
    return None if server(value) else 'must be a host and a port, such as "127.0.0.1:5347"'


def _people(values: tuple[str, ...]) -> str | None:
    for value in values:
        parsed = jid.parse(value.removeprefix("*."))
        if value != "*" and (parsed is None or parsed.resource or "*" in parsed.bare):
            return f'{value!r} is neither an address (romeo@example.org) nor a domain (example.org) nor "*"'
    return None


def network_name(value: str) -> str | None:
    """What is wrong with a network's name, or None."""
    if NETWORK_NAME.match(value):
        return None
    if NETWORK_NAME.match(value.lower()):
        return f"must be in lower case: {value.lower()}"
    return f"{value!r} cannot be a name: use letters a-z, digits, dots and dashes"


def _names(values: tuple[str, ...]) -> str | None:
    return next((wrong for value in values if (wrong := network_name(value))), None)


def _positive(value: float) -> str | None:
    return None if value > 0 else "must be more than 0"


XMPP = (
    Option("domain", "string", "the gateway's own domain on the XMPP server", required=True, check=_domain),
    Option(
        "server",
        "string",
        "where the XMPP server listens for components, host:port",
        default="127.0.0.1:5347",
        check=_server,
    ),
    Option(
        "secret",
        "secret",
        "the secret shared with the XMPP server; or secret_file, the path of a file that holds it. "
        "The environment variable TRANSPORT_XMPP_SECRET comes before both, and so does the file "
        "xmpp_secret in $CREDENTIALS_DIRECTORY (systemd)",
    ),
)

STORAGE = (
    Option("path", "path", "the database", default="transport.db"),
    Option(
        "key",
        "path",
        "the key that passwords in the database are encrypted with; made at the first start. "
        "Keep a copy of it apart from copies of the database",
        default="transport.key",
    ),
)

ACCESS = (
    Option(
        "register",
        "strings",
        'who may register: addresses, domains, "*.example.org" for all below a domain, "*" for everybody',
        default=(),
        check=_people,
    ),
    Option("guests", "strings", "who may use rooms without registering", default=(), check=_people),
    Option("admins", "strings", "who may run the commands of administrators", default=(), check=_people),
    Option("deny", "strings", "who may do nothing at all; this comes before all others", default=(), check=_people),
)

ARCHIVE = (
    Option("enabled", "boolean", "keep messages of rooms, to show them to those who come later", default=True),
    Option("keep", "duration", "how long to keep them", default=30 * 86400.0, check=_positive),
)

LIMITS = (
    Option("stanza_bytes", "size", "the longest stanza to send; the XMPP server must allow as much", default=262144),
    Option("message_bytes", "size", "the longest text of a message", default=65536, check=_positive),
    Option("stanza_rate", "number", "stanzas a second that one user may send for long; 0 is no limit", default=0.0),
    Option("stanza_burst", "integer", "stanzas that one user may send at once, where stanza_rate is set", default=500),
    Option("rooms_per_user", "integer", "rooms that one user may be in at a time", default=200),
    Option("sessions_per_user", "integer", "networks that one user may be signed in to at a time", default=20),
    Option("sessions", "integer", "connections to networks of all users together", default=20_000),
    Option(
        "connects_per_second",
        "number",
        "connections a second to open to one network when many users come back at once",
        default=10.0,
        check=_positive,
    ),
    Option("queue_per_target", "integer", "messages that may wait for one contact or room", default=500),
    Option("hold", "duration", "how long a message waits for a session that is connecting", default=60.0),
)

NETWORK = (
    Option("plugin", "string", "the kind of network", required=True),
    Option("aliases", "strings", "other names of it in addresses", default=(), check=_names),
    Option(
        "access",
        "strings",
        "who may use it, of those who may use the gateway",
        default=("*",),
        check=_people,
    ),
)

SECTIONS = {"xmpp": XMPP, "storage": STORAGE, "access": ACCESS, "archive": ARCHIVE, "limits": LIMITS}
