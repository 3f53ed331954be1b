"""Phones that are no modems: some of them answer by themselves."""

from typing import TYPE_CHECKING

from transport.plugins.sms import tpdu
from transport.plugins.sms.tpdu import Deliver

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.network import SimNetwork


class Phones:
    """Numbers that answer what they are told, once a text is whole."""

    def __init__(self, network: "SimNetwork") -> None:
        self.network = network
        self.answering: set[str] = set()
        self.parts: dict[tuple[str, str, int, int], dict[int, Deliver]] = {}

    def hear(self, number: str, sender: str, part: Deliver) -> None:
        """A text, or a part of one, has come to a phone."""
        if number not in self.answering:
            return
        place = part.concat
        if place is None:
            self.answer(number, sender, part.text)
            return
        key = (number, sender, place.reference, place.total)
        parts = self.parts.setdefault(key, {})
        parts[place.number] = part
        if len(parts) == place.total:
            del self.parts[key]
            self.answer(number, sender, tpdu.join([parts[at] for at in sorted(parts)]))

    def answer(self, number: str, sender: str, text: str) -> None:
        """Say it back after a while."""
        self.network.clock.callLater(
            self.network.pace.report * 2, self.network.text, number, sender, f"You said: {text}"
        )
