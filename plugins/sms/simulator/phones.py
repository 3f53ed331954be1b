"""Phones that are no modems: some of them answer by themselves, some have a screen for a person."""

from typing import TYPE_CHECKING

from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator.screen import Screen
from transport.plugins.sms.tpdu import Deliver

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.network import SimNetwork

FLASH = 0


class Phones:
    """Numbers that take notice of what they are told, once a text is whole."""

    def __init__(self, network: "SimNetwork") -> None:
        self.network = network
        self.answering: set[str] = set()
        self.screens: dict[str, Screen] = {}
        self.parts: dict[tuple[str, str, int, int], dict[int, Deliver]] = {}

    def hear(self, number: str, sender: str, part: Deliver) -> None:
        """A text, or a part of one, has come to a phone."""
        if number not in self.answering and number not in self.screens:
            return
        place = part.concat
        if place is None:
            self.whole(number, sender, part.text, part.message_class == FLASH)
            return
        key = (number, sender, place.reference, place.total)
        parts = self.parts.setdefault(key, {})
        parts[place.number] = part
        if len(parts) == place.total:
            del self.parts[key]
            text = tpdu.join([parts[at] for at in sorted(parts)])
            self.whole(number, sender, text, part.message_class == FLASH)

    def whole(self, number: str, sender: str, text: str, flash: bool) -> None:
        """All of a text is there."""
        if number in self.screens:
            self.screens[number].show(sender, text, self.network.clock.seconds(), flash=flash)
        if number in self.answering:
            self.answer(number, sender, text)

    def answer(self, number: str, sender: str, text: str) -> None:
        """Say it back after a while."""
        self.network.clock.callLater(
            self.network.pace.report * 2, self.network.text, number, sender, f"You said: {text}"
        )

    def write(self, number: str, to: str, text: str) -> None:
        """The person at a phone with a screen writes to a modem; Malformed when that cannot be sent."""
        self.network.text(number, to, text)
        self.screens[number].show(to, text, self.network.clock.seconds(), mine=True)
