"""What people and tests may tell a running simulator: one line a command, a JSON object as its answer."""

import json
from collections.abc import Callable, Mapping, Sequence

from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.simulator import modem_orders, network_orders
from transport.plugins.sms.simulator.fault_words import FAULTS, NoSuchWords
from transport.plugins.sms.simulator.network import SimNetwork
from transport.plugins.sms.simulator.orders import Answer, Order


class Control:
    """Does commands; `stop` ends the simulator."""

    def __init__(self, network: SimNetwork, stop: Callable[[], None]) -> None:
        self.network = network
        self.stop = stop
        self.orders: Mapping[str, Order] = {
            "help": Order("", "show this", self.help),
            **modem_orders.ORDERS,
            **network_orders.ORDERS,
            "stop": Order("", "end the simulator", self.end),
        }

    def line(self, line: str) -> str:
        """Do a command and answer: `ok` says whether it was done, `error` why not."""
        name, _, rest = line.strip().partition(" ")
        try:
            answer = {"ok": True, **self.do(name, rest)}
        except (NoSuchWords, Malformed) as wrong:
            answer = {"ok": False, "error": str(wrong)}
        return json.dumps(answer, ensure_ascii=False)

    def do(self, name: str, rest: str) -> Answer:
        """Do a command; the last of its words takes all that is left."""
        if name not in self.orders:
            raise NoSuchWords(f"no command {name}; try help")
        order = self.orders[name]
        wanted = order.usage.split()
        words = rest.split(None, len(wanted) - 1) if wanted else []
        if len(words) < sum(not word.startswith("[") for word in wanted):
            raise NoSuchWords(f"usage: {name} {order.usage}")
        return order.do(self.network, words)

    def help(self, network: SimNetwork, words: Sequence[str]) -> Answer:
        """`help`."""
        return {
            "commands": {f"{name} {order.usage}".strip(): order.text for name, order in self.orders.items()},
            "faults": {f"{name} {fault.usage}".strip(): fault.text for name, fault in FAULTS.items()},
        }

    def end(self, network: SimNetwork, words: Sequence[str]) -> Answer:
        """`stop`."""
        self.stop()
        return {}
