"""Capability negotiation (IRCv3 capability-negotiation, CAP LS 302), without input or output."""

from collections.abc import Iterable

from transport.plugins.irc.line import Line

WANTED = frozenset({"away-notify", "cap-notify", "chghost", "multi-prefix", "server-time"})
MAX_CAPS = 200


class Capabilities:
    """What the server offers and what is on; every method returns the CAP commands that follow."""

    __slots__ = ("asked", "enabled", "listed", "offered", "with_sasl")

    def __init__(self, with_sasl: bool) -> None:
        self.with_sasl = with_sasl
        self.offered: dict[str, str] = {}
        self.enabled: set[str] = set()
        self.asked = 0
        self.listed = False

    @property
    def settled(self) -> bool:
        """Whether the list is there and every request answered."""
        return self.listed and not self.asked

    def mechanisms(self) -> frozenset[str] | None:
        """SASL mechanisms on offer; None when the server does not name them."""
        value = self.offered.get("sasl", "")
        return frozenset(value.upper().split(",")) if value else None

    def handle(self, line: Line) -> list[tuple[str, ...]]:
        """Take a CAP line."""
        if len(line.params) < 2:
            return []
        command = line.params[1].upper()
        names = line.last.split() if len(line.params) > 2 else []
        if command == "LS":
            return self.list_part(names, more=len(line.params) > 3 and line.params[2] == "*")
        if command == "NEW":
            self.keep(names)
            return self.request(n.partition("=")[0] for n in names if n.partition("=")[0] in WANTED)
        if command == "DEL":
            for name in names:
                self.offered.pop(name, None)
                self.enabled.discard(name)
        elif command in ("ACK", "NAK"):
            self.answered(command, names)
        return []

    def answered(self, command: str, names: list[str]) -> None:
        """Our request was granted or refused."""
        self.asked = max(0, self.asked - 1)
        if command == "ACK":
            for name in names:
                if name.startswith("-"):
                    self.enabled.discard(name[1:])
                else:
                    self.enabled.add(name)

    def keep(self, names: Iterable[str]) -> None:
        """Remember offers."""
        for name in names:
            if len(self.offered) < MAX_CAPS:
                key, _, value = name.partition("=")
                self.offered[key] = value

    def list_part(self, names: list[str], more: bool) -> list[tuple[str, ...]]:
        """A line of the answer to LS; the last one brings our requests."""
        self.keep(names)
        if more or self.listed:
            return []
        self.listed = True
        out = self.request(sorted(WANTED & self.offered.keys()))
        if self.with_sasl and "sasl" in self.offered:
            # Apart from the rest, so that a refusal of one does not cost the other.
            out += self.request(["sasl"])
        return out

    def request(self, names: Iterable[str]) -> list[tuple[str, ...]]:
        """Ask for capabilities."""
        wanted = " ".join(names)
        if not wanted:
            return []
        self.asked += 1
        return [("CAP", "REQ", wanted)]
