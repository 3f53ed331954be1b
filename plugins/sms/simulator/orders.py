"""Commands for a running simulator, and what they have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from transport.plugins.sms.simulator.fault_words import NoSuchWords
from transport.plugins.sms.simulator.modem import SimModem
from transport.plugins.sms.simulator.network import SimNetwork

Answer = dict[str, Any]


@frozen
class Order:
    """A command: its words after the name, of which the last may hold spaces, and what it is for."""

    usage: str
    text: str
    do: Callable[[SimNetwork, Sequence[str]], Answer]


Orders = Mapping[str, Order]


def find(network: SimNetwork, word: str) -> SimModem:
    """The modem that a number, a link or the end of a link names."""
    for modem in network.modems.values():
        if word in (modem.number, modem.name, modem.name.rpartition("/")[2]):
            return modem
    raise NoSuchWords(f"no modem {word}")


def unescaped(written: str) -> str:
    """A text in which \\n is a line feed."""
    return written.replace("\\n", "\n")
