"""The program `transport`: init, check, run, version, and what plugins add."""

import argparse
import os
import platform
import stat
import sys
from collections.abc import Sequence

import twisted

from transport import __version__, check, init, loader, logs
from transport.config import Config, ConfigError, PluginError, Plugins, load
from transport.jid import parse

DEFAULT_CONFIG = "transport.toml"
DEFAULT_DOMAIN = "transport.example.org"
OK, WRONG, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns its status."""
    words = list(sys.argv[1:] if argv is None else argv)
    plugins = loader.plugins()
    if words and words[0] in plugins:
        return plugin_command(words[0], words[1:], plugins)
    options = parser().parse_args(words)
    try:
        status: int = options.run(options, plugins)
    except ConfigError as error:
        return complain(*(f"{options.config}: {problem}" for problem in error.problems))
    return status


def parser() -> argparse.ArgumentParser:
    """What may be written on the command line."""
    top = argparse.ArgumentParser("transport", description="A gateway between XMPP and other networks.")
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run, config=DEFAULT_CONFIG)
        return sub

    made = command("init", init_command, "Write a first configuration, and show the XMPP server's part.")
    made.add_argument("--domain", default=DEFAULT_DOMAIN, help="the gateway's domain (%(default)s)")
    checked = command("check", check_command, "Say whether the configuration works.")
    checked.add_argument("--offline", action="store_true", help="do not connect to the XMPP server")
    ran = command("run", run_command, "Run the gateway in the foreground.")
    ran.add_argument("--log-format", choices=logs.FORMATS, default="text", help="%(choices)s (%(default)s)")
    ran.add_argument("--log-level", choices=logs.LEVELS, default="info", help="%(choices)s (%(default)s)")
    command("version", version_command, "Show the versions of what runs here.")
    for sub in (made, checked, ran):
        sub.add_argument("--config", metavar="FILE", default=DEFAULT_CONFIG, help="the file (%(default)s)")
    return top


def init_command(options: argparse.Namespace, plugins: Plugins) -> int:
    """`transport init`."""
    domain = parse(options.domain)
    if domain is None or domain.local or domain.resource:
        return complain(f"{options.domain} is not a domain.")
    secret = init.new_secret()
    try:
        init.write_file(options.config, init.file_text(domain.domain, secret, plugins))
    except FileExistsError:
        return complain(f"{options.config} exists already, and stays as it is.")
    except OSError as error:
        return complain(f"{options.config} cannot be written: {error.strerror}.")
    print(f"Wrote {options.config}. Now tell your XMPP server about the gateway.\n")
    print(init.server_text(domain.domain, secret))
    print(f"Then: transport check --config {options.config}")
    return OK


def check_command(options: argparse.Namespace, plugins: Plugins) -> int:
    """`transport check`."""
    config = load(options.config, plugins)
    print(f"{options.config}: in order, networks: {', '.join(sorted(config.networks))}")
    if os.stat(options.config).st_mode & stat.S_IROTH:
        print(f"Warning: {options.config} can be read by others. Run: chmod 600 {options.config}")
    wrong = check.storage(config)
    if not options.offline:
        wrong += _handshake(config)
    return complain(*wrong) if wrong else OK


def _handshake(config: Config) -> list[str]:
    xmpp = config.xmpp
    try:
        check.handshake(xmpp)
    except check.CheckError as error:
        return [str(error)]
    print(f"The XMPP server at {xmpp.host}:{xmpp.port} takes the component {xmpp.domain}.")
    return []


def run_command(options: argparse.Namespace, plugins: Plugins) -> int:
    """`transport run`."""
    from transport import daemon

    return daemon.run(lambda: load(options.config, plugins), options.log_level, options.log_format)


def version_command(options: argparse.Namespace, plugins: Plugins) -> int:
    """`transport version`."""
    print(f"transport {__version__}, Twisted {twisted.__version__}, Python {platform.python_version()}")
    print(f"plugins: {', '.join(sorted(plugins)) or 'none'}")
    return OK


def plugin_command(name: str, words: Sequence[str], plugins: Plugins) -> int:
    """`transport PLUGIN COMMAND ...`: what a plugin offers by itself."""
    try:
        commands = getattr(plugins[name](), "cli", None) or {}
    except PluginError as error:
        return complain(str(error))
    if not words or words[0] not in commands:
        known = ", ".join(sorted(commands)) or "none"
        print(f"transport {name}: commands are: {known}", file=sys.stderr)
        return USAGE
    status: int = commands[words[0]](words[1:])
    return status


def complain(*texts: str) -> int:
    """Say what is wrong."""
    for text in texts:
        print(text, file=sys.stderr)
    return WRONG
