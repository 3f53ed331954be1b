"""Everything on the demo's stage: Prosody, ngIRCd, phones, the gateway and the bot, until somebody says stop."""

import contextlib
import fcntl
import json
import secrets
import signal
import sys
import time
from pathlib import Path
from string import Template
from types import FrameType

from attrs import define

from demo.page import lay_out
from demo.partners import Ngircd, NotStarted, Program, Prosody, free_port
from demo.partners.modem_simulator import ModemSimulator
from demo.partners.system import answers
from demo.prepare import CLIENT, ROOT, WEB, WORK

DOMAIN = "transport.localhost"
USERS = ("romeo", "juliet")
WANTED_PORTS = {"clients": 25222, "component": 25347, "web": 25280, "irc": 26667, "phone": 25281}
# Numbers that are kept free for films and books.
SIM, PHONE, ANSWERING = "+491713920001", "+491713920011", "+491713920022"
STICK = "stick"
CONFIG = """\
# Written by the demo at each start.
[xmpp]
domain = "$domain"
server = "127.0.0.1:$component"
secret = "$secret"
[storage]
path = "$folder/transport.db"
[access]
register = ["localhost"]
guests = ["localhost"]
admins = ["juliet@localhost"]
[networks.local]
plugin = "irc"
servers = ["irc://127.0.0.1:$irc"]
[networks.sms]
plugin = "sms"
region = "DE"
catch_all = ["romeo@localhost"]
[networks.sms.modems.stick]
device = "$device"
number = "$sim"
"""
TOLD = """
The demo is running.

  Web page        $page
  XMPP server     localhost, port $clients on 127.0.0.1   (the certificate is the demo's own)
  Accounts        romeo@localhost   password $romeo
                  juliet@localhost  password $juliet
  Gateway         $domain
  Room            #welcome%local@$domain
  IRC server      127.0.0.1, port $irc, no TLS, channel #welcome
  A phone         $phone_page
                  its number is $phone, and $answering answers by itself

Things to try with any client:
  1. Sign in as juliet@localhost, join the room #welcome%local@$domain and say "help".
  2. Join #welcome with an IRC client on 127.0.0.1:$irc and talk with romeo or juliet.
  3. Write "help" to $domain, or open its commands (ad-hoc), and register.
  4. Register with sms@$domain, and text $phone%sms@$domain: the phone shows it.
     Answer on the phone.  Then text $answering%sms@$domain, which answers by itself.

Logs are in $logs.  Ctrl-C stops everything.
"""


@define
class Secrets:
    """Passwords of the demo, made once and kept in its folder."""

    romeo: str
    juliet: str
    component: str

    @classmethod
    def kept(cls, file: Path) -> "Secrets":
        """Read them, or make them the first time."""
        if file.exists():
            return cls(**json.loads(file.read_text()))
        made = cls(*(secrets.token_urlsafe(9) for _ in range(3)))
        file.touch(0o600)
        file.write_text(json.dumps({"romeo": made.romeo, "juliet": made.juliet, "component": made.component}))
        return made


def choose_ports() -> dict[str, int]:
    """The demo's usual ports, others where somebody listens already."""
    return {use: free_port() if answers(port) else port for use, port in WANTED_PORTS.items()}


def raise_curtain(stack: contextlib.ExitStack) -> dict[str, Program]:
    """Start everything in order, each to be stopped by the stack; the programs by name."""
    kept = Secrets.kept(WORK / "secrets.json")
    ports = choose_ports()
    listening = (ports["clients"], ports["component"], ports["web"])
    prosody = Prosody(WORK / "prosody", DOMAIN, kept.component, ports=listening, www=WEB)
    ngircd = Ngircd(WORK / "ngircd", port=ports["irc"])
    phones = simulated_phones(ports["phone"])
    values = {
        **ports,
        "secret": kept.component,
        "domain": DOMAIN,
        "folder": WORK,
        "device": phones.link(STICK),
        "sim": SIM,
        "phone": PHONE,
        "answering": ANSWERING,
        "phone_page": f"http://localhost:{ports['phone']}/",
        "page": web_page(prosody, kept, f"http://localhost:{ports['phone']}/"),
    }
    programs = {
        "Prosody": prosody.program,
        "ngIRCd": ngircd.program,
        "The simulated modem": phones.program,
        "The gateway": gateway(Template(CONFIG).substitute(values)),
        "The bot": python("bot", "demo.bot", "127.0.0.1", str(ngircd.port)),
    }
    mark = prosody.mark()
    for program in programs.values():
        stack.callback(program.stop)
        program.start()
    for user in USERS:
        prosody.register(user, getattr(kept, user))
    prosody.wait_for_component(mark, programs["The gateway"], 60)
    print(Template(TOLD).substitute(values, romeo=kept.romeo, juliet=kept.juliet, logs=WORK), flush=True)
    return programs


def gateway(configuration: str) -> Program:
    """The gateway, as twistd runs it."""
    config = WORK / "transport.toml"
    config.touch(0o600)
    config.write_text(configuration)
    twistd = str(Path(sys.executable).with_name("twistd"))
    command = [twistd, "-n", "--pidfile=", "transport", "--config", str(config)]
    return Program(command, log=WORK / "transport.log", folder=ROOT)


def python(name: str, *words: str) -> Program:
    """A Python program of ours."""
    return Program([sys.executable, "-m", *words], log=WORK / f"{name}.log", folder=ROOT)


def web_page(prosody: Prosody, kept: Secrets, phone_page: str) -> str:
    """Lay out the page with the web client, if that is there, and tell its address."""
    if not CLIENT.exists():
        return "none (needs npm: install it and run the demo again)"
    phone = {"page": phone_page, "jid": f"{PHONE}%sms@{DOMAIN}"}
    lay_out(WEB, prosody.websocket, "romeo", kept.romeo, DOMAIN, "local", phone)
    return f"http://localhost:{prosody.http_port}/"


def simulated_phones(port: int) -> ModemSimulator:
    """A modem for the gateway, a phone with a page on a port, and one that answers by itself."""
    options = ("--phone", PHONE, "--http", str(port), "--answer", ANSWERING)
    phones = ModemSimulator(WORK / "phones", {STICK: SIM}, options=options)
    phones.program.ports = (port,)
    return phones


def stop(number: int, frame: FrameType | None) -> None:
    """End in order; what follows of Ctrl-C and SIGTERM is not heard any more."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(0)


def main() -> int:
    """Run the demo until a signal, or until one of its programs ends."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    WORK.mkdir(exist_ok=True)
    lock = (WORK / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("The demo runs already in this folder.", file=sys.stderr)
        return 1
    with contextlib.ExitStack() as stack:
        stack.callback(print, "Everything is stopped.", flush=True)
        try:
            programs = raise_curtain(stack)
        except NotStarted as problem:
            print(problem, file=sys.stderr)
            return 1
        while True:
            for name, program in programs.items():
                if not program.running:
                    print(f"{name} has ended:\n{program.tail()}", file=sys.stderr)
                    return 1
            time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
