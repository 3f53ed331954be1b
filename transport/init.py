"""The first configuration file, written from the descriptions of its keys, and the server's part of it."""

import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from secrets import token_urlsafe
from typing import Any

from attrs import field, frozen

from transport import sections
from transport.api import Option
from transport.config import PluginError, Plugins
from transport.options import write

WIDTH = 100


@frozen
class Example:
    """A plugin's network as an example: what it is called, somebody on it, and values of its keys.

    One that is not `active` is written as comments.
    """

    network: str
    somebody: str
    given: Mapping[str, Any] = field(factory=dict)
    active: bool = False


EXAMPLES: Mapping[str, Example] = {
    "irc": Example(
        "libera",
        "#room",
        {"servers": ("ircs://irc.libera.chat:6697",), "aliases": ("irc.libera.chat",)},
        active=True,
    ),
    "sms": Example(
        "sms",
        "+4915112345678",
        {"region": "DE", "modems": {"stick": {"device": "/dev/serial/by-id/usb-HUAWEI_E220-if00"}}},
    ),
}
ANY_HOST = (
    "# Any public host with a dot in its name as a network, by TLS only: #room%irc.example.org@...",
    '# [networks."*"]',
    '# plugin = "irc"',
)


def file_text(domain: str, secret: str, plugins: Plugins) -> str:
    """A configuration that works as soon as the XMPP server has its part; all keys are explained."""
    host = domain.partition(".")[2] or domain
    given: Mapping[str, Mapping[str, Any]] = {
        "xmpp": {"domain": domain, "server": sections.XMPP[1].default, "secret": secret},
        "access": {"register": (host,), "guests": (), "admins": (f"admin@{host}",), "deny": ()},
    }
    lines = ["# The configuration of transport. A line that begins with # says what is so without it.", ""]
    for name, options in sections.SECTIONS.items():
        lines += [f"[{name}]", *_keys(options, given.get(name, {})), ""]
    for name in sorted(plugins, key=lambda name: (name not in EXAMPLES, name)):
        lines += _network(name, plugins)
    if "irc" in plugins:
        lines += ANY_HOST
    return "\n".join(lines).rstrip("\n") + "\n"


def _network(plugin: str, plugins: Plugins) -> list[str]:
    example = EXAMPLES.get(plugin) or Example(plugin, "somebody")
    name, given = example.network, example.given
    try:
        options = plugins[plugin]().options
    except PluginError as error:
        return [f"# {error}", ""]
    head = f"[networks.{name}]   # the name of the network in addresses: {example.somebody}%{name}@..."
    keys = [f'plugin = "{plugin}"', *_keys(sections.NETWORK[1:], given), *_keys(options, given)]
    lines = [head, *keys, *_tables(options, given, f"networks.{name}")]
    return [*(line if example.active or line.startswith("#") else f"# {line}" for line in lines), ""]


def _keys(options: Sequence[Option], given: Mapping[str, Any]) -> Iterator[str]:
    for option in options:
        if option.type == "tables":
            continue
        yield from _doc(option)
        if option.key in given:
            yield f"{option.key} = {write(option.type, given[option.key])}"
        elif option.default is None or option.required or option.type == "secret":
            yield f"# {option.key} = ..."
        else:
            yield f"# {option.key} = {write(option.type, option.default)}"


def _tables(options: Sequence[Option], given: Mapping[str, Any], path: str) -> Iterator[str]:
    """The tables below a table.  They come last: keys that follow a table's head are that table's."""
    for option in options:
        if option.type == "tables":
            mark = "" if option.key in given else "# "
            for name, table in given.get(option.key, {"NAME": {}}).items():
                yield from _doc(option)
                yield f"{mark}[{path}.{option.key}.{name}]"
                yield from _keys(option.options, table)


def _doc(option: Option) -> list[str]:
    doc = option.doc[:1].upper() + option.doc[1:] + ("" if option.doc.endswith(".") else ".")
    return textwrap.wrap(doc, WIDTH, initial_indent="# ", subsequent_indent="# ")


def write_file(path: str, text: str) -> None:
    """Make a file that only we can read; FileExistsError when there is one already."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(fd, "w", encoding="utf-8") as file:
        file.write(text)


def new_secret() -> str:
    """A secret for the XMPP server and us."""
    return token_urlsafe(24)


def server_text(domain: str, secret: str) -> str:
    """What to add to the configuration of the XMPP server, for each kind of server."""
    return f"""\
Prosody, in prosody.cfg.lua:

    component_ports = {{ 5347 }}
    Component "{domain}"
        component_secret = "{secret}"

ejabberd, in ejabberd.yml under "listen:":

    -
      port: 5347
      ip: "127.0.0.1"
      module: ejabberd_service
      access: all
      global_routes: false
      hosts:
        "{domain}":
          password: "{secret}"

Openfire, in the administration console:

    Server > Server Settings > External Components: enable the service on port 5275,
    allow the subdomain {domain.partition(".")[0]} with the shared secret {secret}
    ({domain} must be directly below the server's own domain),
    and write server = "127.0.0.1:5275" in the configuration of transport.
"""
