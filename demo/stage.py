"""Everything on the demo's stage: Prosody, ngIRCd, the gateway and the bot, until somebody says stop."""

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
from demo.partners.system import answers
from demo.prepare import CLIENT, ROOT, WEB, WORK

DOMAIN = "transport.localhost"
USERS = ("romeo", "juliet")
WANTED_PORTS = {"clients": 25222, "component": 25347, "web": 25280, "irc": 26667}
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

Three things to try with any client:
  1. Sign in as juliet@localhost, join the room #welcome%local@$domain and say "help".
  2. Join #welcome with an IRC client on 127.0.0.1:$irc and talk with romeo or juliet.
  3. Write "help" to $domain, or open its commands (ad-hoc), and register.

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
    prosody = Prosody(
        WORK / "prosody",
        DOMAIN,
        kept.component,
        ports=(ports["clients"], ports["component"], ports["web"]),
        www=WEB,
    )
    ngircd = Ngircd(WORK / "ngircd", port=ports["irc"])
    values = {**ports, "secret": kept.component, "domain": DOMAIN, "folder": WORK}
    config = WORK / "transport.toml"
    config.touch(0o600)
    config.write_text(Template(CONFIG).substitute(values))
    gateway = Program(
        [str(Path(sys.executable).with_name("twistd")), "-n", "--pidfile=", "transport", "--config", str(config)],
        log=WORK / "transport.log",
        folder=ROOT,
    )
    bot = Program([sys.executable, "-m", "demo.bot", "127.0.0.1", str(ngircd.port)], log=WORK / "bot.log", folder=ROOT)
    page = "none (needs npm: install it and run the demo again)"
    if CLIENT.exists():
        lay_out(WEB, prosody.websocket, "romeo", kept.romeo, DOMAIN, "local")
        page = f"http://localhost:{prosody.http_port}/"
    mark = prosody.mark()
    for program in (prosody.program, ngircd.program, gateway, bot):
        stack.callback(program.stop)
        program.start()
    for user in USERS:
        prosody.register(user, getattr(kept, user))
    prosody.wait_for_component(mark, gateway, 60)
    print(Template(TOLD).substitute(values, page=page, romeo=kept.romeo, juliet=kept.juliet, logs=WORK), flush=True)
    return {"Prosody": prosody.program, "ngIRCd": ngircd.program, "The gateway": gateway, "The bot": bot}


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
