"""A workload of requests to the gateway itself (XEP-0030, XEP-0199)."""

from bench.gateways import DOMAIN, Gateway
from bench.rig import Failed, Figures, Rig

PAYLOADS = {
    "ping": "<ping xmlns='urn:xmpp:ping'/>",
    "disco": "<query xmlns='http://jabber.org/protocol/disco#info'/>",
}


class Requests:
    """One user asks the same over and over; `window` requests are under way."""

    def __init__(self, rig: Rig, kind: str, count: int, window: int) -> None:
        self.rig, self.count, self.window = rig, count, window
        self.head = f"<iq type='get' from='{rig.jids[0]}' to='{DOMAIN}' id='q"
        self.tail = f"'>{PAYLOADS[kind]}</iq>"
        self.sent = self.refused = 0
        self.waiting: set[str] = set()
        rig.xmpp.handler = self.on_stanza

    @property
    def answered(self) -> int:
        return self.sent - len(self.waiting)

    def ask(self) -> None:
        """Fill the window."""
        more = min(self.window - len(self.waiting), self.count - self.sent)
        numbers = range(self.sent, self.sent + more)
        self.sent += more
        self.waiting.update([f"q{j}" for j in numbers])
        self.rig.xmpp.send("".join([f"{self.head}{j}{self.tail}" for j in numbers]).encode())

    def on_stanza(self, name: str, attrs: dict[str, str], body: str | None, codes: tuple[str, ...]) -> None:
        if name != "iq":
            return
        if attrs.get("type") != "result" or attrs.get("id") not in self.waiting:
            self.refused += 1
            return
        self.waiting.remove(attrs["id"])
        if self.sent < self.count:
            # A quarter of the window at a time, so that the stream is read in pieces as on a busy server.
            if len(self.waiting) <= self.window * 3 // 4:
                self.ask()
        elif not self.waiting:
            self.rig.finished.set()

    def progress(self) -> str:
        return f"{self.answered} of {self.sent} answered, {self.refused} refused or unasked"


async def requests(gateway: Gateway, *, kind: str, count: int, window: int = 64) -> Figures:
    """CPU for each request."""
    async with Rig(gateway, 1) as rig:
        flow = Requests(rig, kind, count, window)
        figures = await rig.measure(flow.ask, count, flow.progress)
        if flow.refused:
            raise Failed(flow.progress())
        return figures
