"""Workloads that send messages through the gateway, as fast as it goes, one way."""

from bench.gateways import Gateway
from bench.irc_server import PHANTOM, IrcClient
from bench.ledger import Ledger
from bench.rig import ESCAPED_TEXT, TEXT, Failed, Figures, Rig, contact, room
from bench.xmpp_server import escape

CHANNEL = "#shared"


class ToIrc:
    """Users write, each in a channel of their own or to somebody; `window` messages are under way."""

    def __init__(self, rig: Rig, messages: int, window: int, private: bool) -> None:
        self.rig, self.messages, self.window, self.private = rig, messages, window, private
        users = len(rig.jids)
        bodies = [f"{j} {TEXT}" for j in range(messages)]
        to = contact(PHANTOM) if private else None
        kind = "chat" if private else "groupchat"
        self.heads = [
            f"<message from='{jid}' to='{escape(to or room(f'#c{i}'))}' type='{kind}' id='m"
            for i, jid in enumerate(rig.jids)
        ]
        self.sent = 0
        places = rig.nicks if private else [f"#c{i}" for i in range(users)]
        self.arrived = Ledger(bodies, {place: i for i, place in enumerate(places)}, users)
        self.reflected = Ledger(bodies, {jid: i for i, jid in enumerate(rig.jids)}, users)
        rig.irc.handler, rig.xmpp.handler = self.on_line, self.on_stanza

    def send(self, count: int) -> None:
        """Send so many more, as far as there are any."""
        first, self.sent = self.sent, min(self.sent + count, self.messages)
        heads, users = self.heads, len(self.heads)
        stanzas = [f"{heads[j % users]}{j}'><body>{j} {ESCAPED_TEXT}</body></message>" for j in range(first, self.sent)]
        if stanzas:
            self.rig.xmpp.send("".join(stanzas).encode())

    def on_line(self, client: IrcClient, target: str, text: str) -> None:
        self.arrived.arrived(client.nick if self.private else target, text)
        if self.sent < self.messages:
            self.send(self.window - (self.sent - self.arrived.right))
        else:
            self.finish()

    def on_stanza(self, name: str, attrs: dict[str, str], body: str | None, codes: tuple[str, ...]) -> None:
        if name == "message" and body is not None and attrs.get("type") == "groupchat":
            self.reflected.arrived(attrs["to"], body)
            self.finish()

    def finish(self) -> None:
        """End the measurement when everything is where it belongs."""
        if self.done():
            self.rig.finished.set()

    def done(self) -> bool:
        reflections = 0 if self.private else self.messages
        return self.arrived.right == self.messages and self.reflected.right == reflections

    def progress(self) -> str:
        return f"{self.sent} sent, at IRC {self.arrived}, reflected {self.reflected}"


async def to_irc(
    gateway: Gateway,
    *,
    users: int,
    messages: int,
    window: int = 32,
    private: bool = False,
    archive: bool = False,
) -> Figures:
    """XMPP to IRC; CPU for each message."""
    async with Rig(gateway, users, archive=archive) as rig:
        await rig.join_all(lambda i: f"#c{i}")
        flow = ToIrc(rig, messages, window, private)
        figures = await rig.measure(lambda: flow.send(window), messages, flow.progress, archive)
        if flow.arrived.wrong or flow.reflected.wrong:
            raise Failed(flow.progress())
        return figures


class FromIrc:
    """Somebody speaks in a channel where all users are; `window` messages are under way."""

    def __init__(self, rig: Rig, messages: int, window: int) -> None:
        self.rig, self.messages, self.window = rig, messages, window
        self.users = len(rig.jids)
        self.bodies = [f"{j} {TEXT}" for j in range(messages)]
        self.heard = Ledger(self.bodies, dict.fromkeys(rig.jids, 0), 1)
        self.spoken = 0
        rig.xmpp.handler = self.on_stanza

    def speak(self) -> None:
        self.rig.irc.say(CHANNEL, self.bodies[self.spoken])
        self.spoken += 1

    def start(self) -> None:
        for _ in range(min(self.window, self.messages)):
            self.speak()

    def on_stanza(self, name: str, attrs: dict[str, str], body: str | None, codes: tuple[str, ...]) -> None:
        if name != "message" or body is None or attrs.get("type") != "groupchat":
            return
        heard = self.heard
        heard.arrived(attrs["to"], body)
        if self.spoken < self.messages:
            if self.spoken * self.users - heard.right <= (self.window - 1) * self.users:
                self.speak()
        elif heard.right == self.messages * self.users:
            self.rig.finished.set()

    def progress(self) -> str:
        return f"{self.spoken} spoken, heard {self.heard}"


async def from_irc(gateway: Gateway, *, users: int, messages: int, window: int = 1, archive: bool = False) -> Figures:
    """IRC to XMPP; CPU for each stanza that leaves."""
    async with Rig(gateway, users, archive=archive) as rig:
        await rig.join_all(lambda i: CHANNEL)
        flow = FromIrc(rig, messages, window)
        figures = await rig.measure(flow.start, messages * users, flow.progress, archive)
        if flow.heard.wrong:
            raise Failed(flow.progress())
        return figures
