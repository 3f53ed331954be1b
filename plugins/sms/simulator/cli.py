"""`transport sms simulator`: modems without hardware."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from attrs import define

from transport.plugins.sms.simulator.pace import FAST, REAL
from transport.plugins.sms.simulator.profiles import PROFILES

DESCRIPTION: Final = """Simulate modems with a small mobile network behind them, so that they text each other.

Each --link (a serial port) or --tcp (a TCP port) begins a modem; --number, --profile and --pin after it are its own."""
EPILOG: Final = """Texts to a number that no modem has are taken, and reported delivered.  Faults, incoming texts
and calls are caused through the control socket: `echo help | socat - UNIX:SOCKET` shows how."""
OK, WRONG = 0, 1


@define
class Plan:
    """A modem that is wanted."""

    link: str = ""
    tcp: int | None = None
    number: str = ""
    profile: str = ""
    pin: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.link or f"tcp:{self.tcp}"


class Begin(argparse.Action):
    """`--link` or `--tcp`: another modem."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        """Plan it."""
        namespace.plans = [*namespace.plans, Plan(**{self.dest: values})]


class OfModem(argparse.Action):
    """A word about the modem that was begun last."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        """Keep it with that modem."""
        if not namespace.plans:
            parser.error(f"{option_string} comes after the --link or --tcp that it belongs to")
        setattr(namespace.plans[-1], self.dest, values)


def parser() -> argparse.ArgumentParser:
    """What may be written on the command line."""
    made = argparse.ArgumentParser(
        "transport sms simulator",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(plans=[])
    made.add_argument("--link", metavar="PATH", action=Begin, help="a modem whose port is opened by this path")
    made.add_argument("--tcp", metavar="PORT", type=int, action=Begin, help="a modem on 127.0.0.1 at this port")
    made.add_argument("--number", metavar="NUMBER", action=OfModem, help="its number, as +4915112345678")
    made.add_argument("--profile", choices=sorted(PROFILES), action=OfModem, help="whose manners it has (generic)")
    made.add_argument("--pin", metavar="PIN", action=OfModem, help="its SIM wants this PIN")
    made.add_argument("--answer", metavar="NUMBER", action="append", default=[], help="a phone that answers by itself")
    made.add_argument("--phone", metavar="NUMBER", help="a phone that a person uses, on the page of --http")
    made.add_argument("--http", metavar="PORT", type=int, help="serve that page on 127.0.0.1 at this port")
    made.add_argument("--control", metavar="SOCKET", help="take commands on this socket")
    made.add_argument("--log", metavar="FILE", help="append everything that happens, one JSON object a line")
    made.add_argument("--speed", choices=("real", "fast"), default="real", help="fast answers at once (%(default)s)")
    return made


def simulator_command(words: Sequence[str]) -> int:
    """Run simulated modems until Ctrl-C; the status of the program."""
    made = parser()
    options = made.parse_args(list(words))
    if not options.plans:
        made.error("say at least one --link or --tcp")
    if (options.phone is None) != (options.http is None):
        made.error("--phone and --http belong together")
    with ExitStack() as opened:
        try:
            run(options, opened)
        except (OSError, ValueError) as wrong:
            print(f"transport sms simulator: {wrong}", file=sys.stderr)
            return WRONG
    return OK


def teller(path: str | None, opened: ExitStack) -> Callable[[dict[str, Any]], None]:
    """Who writes the log: each entry is in the file as soon as it has happened."""
    if path is None:
        return lambda entry: None
    # Unbuffered, so that an entry is one write and no crash can lose it.
    file = Path(path).open("ab", buffering=0)  # noqa: SIM115  (closed with all else)
    opened.enter_context(file)

    def tell(entry: dict[str, Any]) -> None:
        file.write(json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    return tell


def run(options: argparse.Namespace, opened: ExitStack) -> None:
    """Build everything, and let it run."""
    # Only here: whoever imports this module may want another reactor.
    from twisted.internet import reactor
    from twisted.internet.error import CannotListenError

    from transport.plugins.sms.simulator.control import Control
    from transport.plugins.sms.simulator.modem import SimModem
    from transport.plugins.sms.simulator.network import SimNetwork, number_of
    from transport.plugins.sms.simulator.sim import Sim
    from transport.plugins.sms.simulator.sockets import ControlFactory, TcpPort
    from transport.plugins.sms.simulator.terminal import Terminal

    the_reactor: Any = reactor
    network = SimNetwork(the_reactor, FAST if options.speed == "fast" else REAL, teller(options.log, opened))
    for number in options.answer:
        number_of(number)
        network.phones.answering.add(number)
    for count, plan in enumerate(options.plans, 1):
        number = plan.number or f"+4915100000{count:02}"
        sim = Sim(number, imsi=f"24008{count:010}", iccid=f"8946080{count:012}", pin=plan.pin)
        modem = SimModem(network, number, the_reactor, plan.profile or "generic", sim=sim, name=plan.name)
        port = Terminal(modem, plan.link, the_reactor) if plan.link else TcpPort(modem, plan.tcp, the_reactor)
        try:
            port.open()
        except CannotListenError as wrong:
            raise ValueError(str(wrong)) from None
        opened.callback(port.close)
        modem.name = port.name
        print(f"{modem.name}  {number}  {modem.profile.name}", flush=True)
    if options.phone:
        print(f"phone: {serve_phone(network, options.phone, options.http, the_reactor)}", flush=True)
    if options.control:
        control = Control(network, the_reactor.stop)
        the_reactor.listenUNIX(options.control, ControlFactory(control), mode=0o600, wantPID=True)
        print(f"control: {options.control}", flush=True)
    # Not before signals are heard.
    the_reactor.callWhenRunning(print, "Ctrl-C ends it.", flush=True)
    the_reactor.run()


def serve_phone(network: Any, number: str, port: int, reactor: Any) -> str:
    """Begin a phone with a screen; the address of its page."""
    from twisted.internet.error import CannotListenError
    from twisted.web.server import Site

    from transport.plugins.sms.simulator.network import number_of
    from transport.plugins.sms.simulator.phone_page import PhonePage
    from transport.plugins.sms.simulator.screen import Screen

    number_of(number)
    network.phones.screens[number] = Screen(number)
    site: Any = Site(PhonePage(network, number), reactor=reactor)
    site.noisy = False
    try:
        listening = reactor.listenTCP(port, site, interface="127.0.0.1")
    except CannotListenError as wrong:
        raise ValueError(str(wrong)) from None
    return f"http://localhost:{listening.getHost().port}/"
