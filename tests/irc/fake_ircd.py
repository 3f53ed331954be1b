"""A small IRC server in memory, for the plugin's tests; it keeps every line it reads."""

import hmac
from base64 import b64decode, b64encode
from hashlib import pbkdf2_hmac, sha256

from twisted.internet.protocol import Protocol

CHANNEL_KEYS = {"#locked": "sesame"}
REFUSED = {
    "#banned": ("474", "Cannot join channel (+b)"),
    "#full": ("471", "Cannot join channel (+l)"),
    "#invited": ("473", "Cannot join channel (+i)"),
    "#registered": ("477", "You need a registered nick"),
    "#none": ("403", "No such channel"),
    "#toomany": ("405", "You have joined too many channels"),
}
ISUPPORT = "CHANTYPES=# PREFIX=(qaohv)~&@%+ CHANMODES=beI,k,l,imnpst CASEMAPPING=rfc1459 NICKLEN=20 NETWORK=Fake"


class Channel:
    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, str] = {}
        self.topic = ""
        self.bans: list[str] = []
        self.modes = "+nt"


class Ircd:
    """The server; call it to get the protocol for a new connection."""

    name = "irc.fake"

    def __init__(self, isupport: str = ISUPPORT, caps: str = "multi-prefix server-time", **options: object) -> None:
        self.isupport = isupport
        self.caps = caps
        self.accounts: dict[str, str] = {}
        self.server_password = ""
        self.channels: dict[str, Channel] = {}
        self.clients: dict[str, Client] = {}
        self.all: list[Client] = []
        self.motd: list[str] = []
        self.pongs = True
        self.phantoms: dict[str, list[str]] = {}

    def __call__(self, host: str, port: int) -> "Client":
        client = Client(self)
        self.all.append(client)
        return client

    @property
    def last(self) -> "Client":
        return self.all[-1]

    def channel(self, name: str) -> Channel:
        return self.channels.setdefault(name.lower(), Channel(name))


class Client(Protocol):
    def __init__(self, ircd: Ircd) -> None:
        self.ircd = ircd
        self.lines: list[str] = []
        self.raw = b""
        self.rest = b""
        self.nick = ""
        self.user = ""
        self.password = ""
        self.negotiating = self.welcomed = False
        self.account = ""
        self.mechanism = ""
        self.closed = False

    @property
    def mask(self) -> str:
        return f"{self.nick}!{self.user}@host.fake"

    def said(self, *commands: str) -> list[str]:
        """The lines read with one of these commands."""
        return [line for line in self.lines if line.split(" ")[0] in commands]

    def send(self, text: str) -> None:
        self.transport.write(text.encode() + b"\r\n")

    def numeric(self, code: str, *params: str) -> None:
        *middle, last = params
        self.send(f":{self.ircd.name} {code} {' '.join([self.nick or '*', *middle])} :{last}")

    def connectionLost(self, reason: object = None) -> None:
        self.closed = True
        if self.ircd.clients.get(self.nick.lower()) is self:
            del self.ircd.clients[self.nick.lower()]

    def dataReceived(self, data: bytes) -> None:
        self.raw += data
        *lines, self.rest = (self.rest + data).split(b"\r\n")
        for raw in lines:
            self.handle(raw.decode())

    def handle(self, line: str) -> None:
        self.lines.append(line)
        head, colon, last = line.partition(" :")
        command, *params = head.split(" ")
        if colon:
            params.append(last)
        handler = getattr(self, "on_" + command.lower(), None)
        if handler is not None:
            handler(*params)

    # Signing on

    def on_cap(self, command: str, *params: str) -> None:
        if command == "LS":
            self.negotiating = True
            names = self.ircd.caps.split()
            if len(names) > 3:
                self.send(f":{self.ircd.name} CAP * LS * :{' '.join(names[:2])}")
                names = names[2:]
            self.send(f":{self.ircd.name} CAP * LS :{' '.join(names)}")
        elif command == "REQ":
            offered = {name.partition("=")[0] for name in self.ircd.caps.split()}
            granted = set(params[0].split()) <= offered
            self.send(f":{self.ircd.name} CAP * {'ACK' if granted else 'NAK'} :{params[0]}")
        elif command == "END":
            self.negotiating = False
            self.welcome()

    def on_pass(self, password: str) -> None:
        self.password = password

    def on_nick(self, nick: str) -> None:
        if nick.lower() in self.ircd.clients and self.ircd.clients[nick.lower()] is not self:
            self.numeric("433", nick, "Nickname is already in use")
        elif nick.startswith("bad"):
            self.numeric("432", nick, "Erroneous nickname")
        else:
            old, mask = self.nick, self.mask
            self.nick = nick
            self.ircd.clients.pop(old.lower(), None)
            self.ircd.clients[nick.lower()] = self
            if self.welcomed:
                self.send(f":{mask} NICK :{nick}")
                for channel in self.ircd.channels.values():
                    if old in channel.members:
                        channel.members[nick] = channel.members.pop(old)
            self.welcome()

    def on_user(self, user: str, *params: str) -> None:
        self.user = user
        self.welcome()

    def welcome(self) -> None:
        if self.welcomed or self.negotiating or not self.nick or not self.user:
            return
        if self.ircd.server_password and self.password != self.ircd.server_password:
            self.numeric("464", "Password incorrect")
            self.send("ERROR :Closing Link: Bad Password")
            self.transport.loseConnection()
            return
        self.welcomed = True
        self.numeric("001", f"Welcome {self.mask}")
        self.numeric("005", *self.ircd.isupport.split(), "are supported by this server")
        if self.ircd.motd:
            for text in self.ircd.motd:
                self.numeric("372", f"- {text}")
            self.numeric("376", "End of MOTD")
        else:
            self.numeric("422", "MOTD File is missing")

    def on_authenticate(self, text: str) -> None:
        if not self.mechanism:
            self.mechanism = text
            self.send("AUTHENTICATE +")
            return
        if self.mechanism == "SCRAM-SHA-256":
            self.scram(text)
            return
        user, password = self.credentials(text)
        if self.ircd.accounts.get(user, None) == password:
            self.account = user
            self.numeric("900", self.mask, user, f"You are now logged in as {user}")
            self.numeric("903", "SASL authentication successful")
        else:
            self.mechanism = ""
            self.numeric("904", "SASL authentication failed")

    def scram(self, text: str) -> None:
        """RFC 7677 from the server's side."""
        told = b64decode(text).decode() if text != "+" else ""
        if told.startswith("n,,"):
            self.first = told[3:]
            self.nonce = dict(p.split("=", 1) for p in self.first.split(","))["r"] + "server"
            self.challenge = f"r={self.nonce},s={base64(b'salt')},i=4096"
            self.send(f"AUTHENTICATE {base64(self.challenge.encode())}")
        elif told:
            without, _, proof = told.rpartition(",p=")
            user = self.first.split(",")[0][2:]
            salted = pbkdf2_hmac("sha256", self.ircd.accounts.get(user, "?").encode(), b"salt", 4096)
            message = f"{self.first},{self.challenge},{without}".encode()
            key = hmac.digest(salted, b"Client Key", "sha256")
            mask = hmac.digest(sha256(key).digest(), message, "sha256")
            signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
            if b64decode(proof) != bytes(a ^ b for a, b in zip(key, mask, strict=True)):
                self.mechanism = ""
                self.numeric("904", "SASL authentication failed")
                return
            self.account = user
            self.send(f"AUTHENTICATE {base64(b'v=' + base64(signature).encode())}")
        else:
            self.numeric("903", "SASL authentication successful")

    def credentials(self, text: str) -> tuple[str, str]:
        if self.mechanism != "PLAIN":
            return "", "?"
        _, user, password = b64decode(text).decode().split("\0")
        return user, password

    # Talking

    def on_ping(self, token: str) -> None:
        if self.ircd.pongs:
            self.send(f":{self.ircd.name} PONG {self.ircd.name} :{token}")

    def on_join(self, names: str, keys: str = "") -> None:
        given = keys.split(",")
        for name in names.split(","):
            key = given.pop(0) if given else ""
            if name.lower() in REFUSED:
                code, words = REFUSED[name.lower()]
                self.numeric(code, name, words)
            elif CHANNEL_KEYS.get(name.lower(), key) != key:
                self.numeric("475", name, "Cannot join channel (+k)")
            elif name == "#forward":
                self.numeric("470", name, "#target", "Forwarding to another channel")
                self.enter("#target")
            elif name != "#silent":
                self.enter(name)

    def enter(self, name: str) -> None:
        channel = self.ircd.channel(name)
        channel.members[self.nick] = "@" if not channel.members else ""
        self.send(f":{self.mask} JOIN {channel.name}")
        if channel.topic:
            self.numeric("332", channel.name, channel.topic)
            self.numeric("333", channel.name, "setter!s@h", "1700000000")
        names = [f"{symbols}{nick}" for nick, symbols in channel.members.items()]
        for i in range(0, len(names), 10):
            self.numeric("353", "=", channel.name, " ".join(names[i : i + 10]))
        self.numeric("366", channel.name, "End of /NAMES list.")

    def on_part(self, name: str, reason: str = "") -> None:
        self.ircd.channel(name).members.pop(self.nick, None)
        self.send(f":{self.mask} PART {name} :{reason}")

    def on_privmsg(self, target: str, text: str) -> None:
        if target.startswith("#"):
            if target.lower() == "#quiet":
                self.numeric("404", target, "Cannot send to channel")
        elif target.lower() == "ghost":
            self.numeric("401", target, "No such nick/channel")

    def on_topic(self, name: str, text: str) -> None:
        if name.lower() == "#quiet":
            self.numeric("482", name, "You're not a channel operator")
        else:
            self.send(f":{self.mask} TOPIC {name} :{text}")

    def on_kick(self, name: str, nick: str, reason: str = "") -> None:
        if name.lower() == "#quiet":
            self.numeric("482", name, "You're not a channel operator")
        else:
            self.send(f":{self.mask} KICK {name} {nick} :{reason or nick}")

    def on_mode(self, name: str, modes: str = "", *params: str) -> None:
        channel = self.ircd.channel(name)
        if modes == "b":
            for ban in channel.bans:
                self.numeric("367", name, ban, "op!o@h", "1700000000")
            self.numeric("368", name, "End of channel ban list")
        elif not modes:
            self.send(f":{self.ircd.name} 324 {self.nick} {name} {channel.modes}")
        elif name.lower() == "#quiet":
            self.numeric("482", name, "You're not a channel operator")
        else:
            self.send(f":{self.mask} MODE {name} {modes} {' '.join(params)}".rstrip())

    def on_userhost(self, nick: str) -> None:
        known = {"juliet": "Juliet*=-~j@house"}
        self.numeric("302", known.get(nick.lower(), ""))

    def on_invite(self, nick: str, name: str) -> None:
        if nick == "ghost":
            self.numeric("401", nick, "No such nick/channel")
        else:
            self.numeric("341", nick, name)

    def on_monitor(self, what: str, nicks: str = "") -> None:
        for nick in nicks.split(",") if what == "+" else []:
            self.numeric("730" if nick == "friend" else "731", f"{nick}!u@h" if nick == "friend" else nick)

    def on_ison(self, *nicks: str) -> None:
        self.numeric("303", " ".join(n for n in nicks if n == "friend"))

    def on_quit(self, reason: str = "") -> None:
        self.send(f"ERROR :Closing Link: {reason}")
        self.transport.loseConnection()


def base64(data: bytes) -> str:
    return b64encode(data).decode()
