"""An IRC server without flood control, for thousands of clients, that speaks on demand (RFC 2812, CAP 302).

It answers what ngIRCd answers to a gateway: registration, ISUPPORT, names, WHO, modes, PING.  Its channels
hold silent members that have no connection; one of them, the phantom, says what the workloads want said.
Joins are not told to the others there, so that a thousand of them stay a thousand lines.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import Any

NAME = "irc.bench"
PHANTOM = "phantom"
PHANTOM_MASK = f"{PHANTOM}!ph@host.bench"
TOPIC = "The topic of this channel"
CAPABILITIES = frozenset({"multi-prefix"})
SUPPORT = (
    "CHANTYPES=#& PREFIX=(ov)@+ CHANMODES=b,k,l,imnpst NETWORK=Bench CASEMAPPING=ascii NICKLEN=64 "
    "CHANNELLEN=64 TOPICLEN=390 MODES=4"
)
NAMES_BYTES = 400
SILENT = frozenset({"PASS", "PONG", "NOTICE", "AWAY"})

# The client that spoke, its target and the text.
LineHandler = Callable[["IrcClient", str, str], None]


def silent_members(count: int) -> list[str]:
    """The nicks of a channel's members without a connection, with their prefixes."""
    others = [f"{'+' if i % 7 == 0 else ''}member{i}" for i in range(1, count)]
    return [f"@{PHANTOM}", *others]


def name_lines(nicks: Iterable[str]) -> list[str]:
    """Nicks as the payloads of NAMES replies (353)."""
    lines: list[str] = []
    line = ""
    for nick in nicks:
        if len(line) + len(nick) > NAMES_BYTES:
            lines.append(line.rstrip())
            line = ""
        line += f"{nick} "
    return [*lines, line.rstrip()] if line else lines


class Channel:
    """A channel: its name as first written, and the clients in it."""

    __slots__ = ("clients", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.clients: dict[IrcClient, None] = {}


class IrcServer:
    """Listens for IRC clients; `handler` gets every PRIVMSG."""

    def __init__(self, members: int, quick_ack: bool) -> None:
        self.quick_ack = quick_ack
        self.members = silent_members(members)
        self.names = name_lines(self.members)
        self.clients: dict[str, IrcClient] = {}
        self.channels: dict[str, Channel] = {}
        self.received = 0
        self.handler: LineHandler | None = None
        self.listener: asyncio.Server | None = None
        self.port = 0

    async def start(self, host: str) -> None:
        """Listen on a free port, which is then in `port`."""
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(lambda: IrcClient(self), host, 0, backlog=4096)
        self.port = self.listener.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening; clients end with the gateway's process."""
        self.handler = None
        if self.listener is not None:
            self.listener.close()

    def channel(self, name: str) -> Channel:
        """The channel of a name, made when it is new."""
        key = name.lower()
        found = self.channels.get(key)
        if found is None:
            found = self.channels[key] = Channel(name)
        return found

    def say(self, target: str, text: str) -> None:
        """Let the phantom speak in a channel, to everybody there, or to one nick."""
        line = f":{PHANTOM_MASK} PRIVMSG {target} :{text}\r\n".encode()
        if target[0] in "#&":
            for client in self.channels[target.lower()].clients:
                client.transport.write(line)
        else:
            self.clients[target.lower()].transport.write(line)


class IrcClient(asyncio.Protocol):
    """The server's end of one client's connection."""

    transport: asyncio.Transport

    def __init__(self, server: IrcServer) -> None:
        self.server = server
        self.nick = self.user = ""
        self.negotiating = self.registered = False
        self.rest = b""
        self.channels: dict[str, Channel] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.socket: socket.socket = transport.get_extra_info("socket")

    def connection_lost(self, exc: Exception | None) -> None:
        for channel in self.channels.values():
            channel.clients.pop(self, None)
        if self.server.clients.get(self.nick.lower()) is self:
            del self.server.clients[self.nick.lower()]

    def data_received(self, data: bytes) -> None:
        if self.server.quick_ack:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()
        for line in lines:
            self.line(line.rstrip(b"\r").decode("utf-8", "replace"))

    def line(self, line: str) -> None:
        """Carry out one line."""
        head, colon, tail = line.partition(" :")
        words = head.split()
        if words and words[0].startswith(":"):
            del words[0]
        if not words:
            return
        command, *args = words
        if colon:
            args.append(tail)
        if command == "PRIVMSG":
            self.server.received += 1
            if self.server.handler is not None and len(args) == 2:
                self.server.handler(self, args[0], args[1])
            return
        command = command.upper()
        action = getattr(self, f"on_{command.lower()}", None)
        if action is not None:
            action(args)
        elif command not in SILENT:
            self.reply("421", command, "Unknown command")

    def write(self, *lines: str) -> None:
        self.transport.write("".join([f"{line}\r\n" for line in lines]).encode())

    def reply(self, numeric: str, *args: str) -> None:
        self.write(f":{NAME} {numeric} {self.nick or '*'} {' '.join([*args[:-1], f':{args[-1]}'])}")

    @property
    def mask(self) -> str:
        return f"{self.nick}!{self.user}@client.bench"

    def on_cap(self, args: list[str]) -> None:
        verb = args[0].upper() if args else ""
        nick = self.nick or "*"
        if verb == "LS":
            self.negotiating = not self.registered
            self.write(f":{NAME} CAP {nick} LS :{' '.join(CAPABILITIES)}")
        elif verb == "REQ":
            self.negotiating = not self.registered
            answer = "ACK" if set(args[-1].split()) <= CAPABILITIES else "NAK"
            self.write(f":{NAME} CAP {nick} {answer} :{args[-1]}")
        elif verb == "END":
            self.negotiating = False
            self.welcome()

    def on_nick(self, args: list[str]) -> None:
        new = args[0]
        if self.server.clients.get(new.lower(), self) is not self:
            self.reply("433", new, "Nickname is already in use")
            return
        self.server.clients.pop(self.nick.lower(), None)
        if self.registered:
            self.write(f":{self.mask} NICK :{new}")
        self.nick = new
        self.server.clients[new.lower()] = self
        self.welcome()

    def on_user(self, args: list[str]) -> None:
        self.user = args[0]
        self.welcome()

    def welcome(self) -> None:
        """Finish the registration once all of it is there."""
        if self.registered or self.negotiating or not (self.nick and self.user):
            return
        self.registered = True
        head = f":{NAME}"
        self.write(
            f"{head} 001 {self.nick} :Welcome to Bench, {self.mask}",
            f"{head} 002 {self.nick} :Your host is {NAME}",
            f"{head} 003 {self.nick} :This server was created today",
            f"{head} 004 {self.nick} {NAME} bench-1 io biklmnopstv",
            f"{head} 005 {self.nick} {SUPPORT} :are supported on this server",
            f"{head} 251 {self.nick} :There are 1 users",
            f"{head} 375 {self.nick} :- Message of the day -",
            f"{head} 372 {self.nick} :- hello",
            f"{head} 376 {self.nick} :End of MOTD command",
        )

    def on_ping(self, args: list[str]) -> None:
        self.write(f":{NAME} PONG {NAME} :{args[-1] if args else ''}")

    def on_join(self, args: list[str]) -> None:
        for name in args[0].split(","):
            channel = self.server.channel(name)
            self.channels[name.lower()] = channel
            channel.clients[self] = None
            self.write(f":{self.mask} JOIN {channel.name}")
            self.reply("332", channel.name, TOPIC)
            self.reply("333", channel.name, PHANTOM_MASK, "1700000000")
            self.on_names([channel.name])

    def on_names(self, args: list[str]) -> None:
        name = self.server.channel(args[0]).name
        head = f":{NAME} 353 {self.nick} = {name} :"
        self.write(
            *(head + line for line in [*self.server.names, self.nick]),
            f":{NAME} 366 {self.nick} {name} :End of NAMES list",
        )

    def on_who(self, args: list[str]) -> None:
        channel = self.server.channels.get(args[0].lower()) if args else None
        if channel is not None:
            head = f":{NAME} 352 {self.nick} {channel.name}"
            nicks = [nick.lstrip("@+") for nick in self.server.members]
            self.write(
                *(f"{head} ph host.bench {NAME} {nick} H :0 {nick}" for nick in nicks),
                f"{head} {self.user} client.bench {NAME} {self.nick} H :0 x",
            )
        self.reply("315", args[0] if args else "*", "End of WHO list")

    def on_whois(self, args: list[str]) -> None:
        self.reply("311", args[-1], "ph", "host.bench", "*", "A user")
        self.reply("318", args[-1], "End of WHOIS list")

    def on_mode(self, args: list[str]) -> None:
        if args[0][0] not in "#&":
            self.reply("221", "+i")
        elif len(args) == 1:
            self.write(f":{NAME} 324 {self.nick} {args[0]} +nt")
        elif args[1].lstrip("+") == "b":
            self.reply("368", args[0], "End of channel ban list")

    def on_topic(self, args: list[str]) -> None:
        self.reply("332", args[0], TOPIC)

    def on_userhost(self, args: list[str]) -> None:
        self.reply("302", f"{self.nick}=+{self.user}@client.bench")

    def on_part(self, args: list[str]) -> None:
        for name in args[0].split(","):
            channel = self.channels.pop(name.lower(), None)
            if channel is not None:
                channel.clients.pop(self, None)
                self.write(f":{self.mask} PART {channel.name}")

    def on_quit(self, args: list[str]) -> None:
        self.write(f"ERROR :Closing link: {self.nick}")
        self.transport.close()
