"""A workload of calm conversation: how long a message is under way."""

import asyncio
import time

from bench.gateways import Gateway
from bench.irc_server import IrcClient
from bench.ledger import Ledger
from bench.rig import ESCAPED_TEXT, TEXT, Failed, Figures, Rig, percentiles, room
from bench.xmpp_server import escape


class Conversation:
    """Each tick one user writes in an own channel, and later the phantom there."""

    def __init__(self, rig: Rig, ticks: int) -> None:
        self.rig = rig
        users = len(rig.jids)
        self.out = [f"o{j} {TEXT}" for j in range(ticks)]
        self.back = [f"i{j} {TEXT}" for j in range(ticks)]
        self.at_irc = Ledger(self.out, {f"#c{i}": i for i in range(users)}, users)
        self.at_user = Ledger(self.back, {jid: i for i, jid in enumerate(rig.jids)}, users)
        self.begun: dict[str, float] = {}
        self.to_irc: list[float] = []
        self.to_xmpp: list[float] = []
        rig.irc.handler, rig.xmpp.handler = self.on_line, self.on_stanza

    def write(self, j: int) -> None:
        """A user writes."""
        i = j % len(self.rig.jids)
        self.begun[self.out[j]] = time.perf_counter()
        self.rig.xmpp.send(
            f"<message from='{self.rig.jids[i]}' to='{escape(room(f'#c{i}'))}' type='groupchat' id='m{j}'>"
            f"<body>o{j} {ESCAPED_TEXT}</body></message>".encode()
        )

    def speak(self, j: int) -> None:
        """The phantom speaks."""
        self.begun[self.back[j]] = time.perf_counter()
        self.rig.irc.say(f"#c{j % len(self.rig.jids)}", self.back[j])

    def on_line(self, client: IrcClient, target: str, text: str) -> None:
        self.at_irc.arrived(target, text)
        self.to_irc.append(time.perf_counter() - self.begun.get(text, 0.0))

    def on_stanza(self, name: str, attrs: dict[str, str], body: str | None, codes: tuple[str, ...]) -> None:
        if name == "message" and body is not None and not body.startswith("o"):
            self.at_user.arrived(attrs["to"], body)
            self.to_xmpp.append(time.perf_counter() - self.begun.get(body, 0.0))


async def latency(gateway: Gateway, *, users: int, rate: float, seconds: float) -> Figures:
    """Both ways, `rate` messages a second each; the server acknowledges as servers do."""
    async with Rig(gateway, users, quick_ack=False) as rig:
        await rig.join_all(lambda i: f"#c{i}")
        ticks = int(rate * seconds)
        talk = Conversation(rig, ticks)
        begun = time.perf_counter()
        for j in range(ticks):
            talk.write(j)
            await asyncio.sleep(0.5 / rate)
            talk.speak(j)
            await asyncio.sleep(max(0.0, begun + (j + 1) / rate - time.perf_counter()))
        await rig.settle()
        rig.check(begun + rig.timeout)
        if not (talk.at_irc.right == talk.at_user.right == ticks) or talk.at_irc.wrong or talk.at_user.wrong:
            raise Failed(f"{ticks} each way, at IRC {talk.at_irc}, at the users {talk.at_user}")
        return percentiles("to_irc", talk.to_irc) | percentiles("to_xmpp", talk.to_xmpp)
