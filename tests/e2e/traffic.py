"""Texts in both directions, at random moments, from a thread of its own."""

import random
import threading
import time

from attrs import define, field
from text_books import Books
from text_world import MODEMS, World, here

# (from clients or phones, parts, receipt wanted), and how often.
KINDS = {
    ("out", 1, True): 4,
    ("out", 3, True): 2,
    ("out", 2, False): 1,
    ("out", 1, False): 1,
    ("in", 1, False): 3,
    ("in", 3, False): 1,
}
PHONES = 7
# Of the texts that their server would refuse, as the gateway is away, so many are not written.
REFUSED = 0.8


@define(eq=False)
class Traffic:
    """Goes on from `start` to `stop`; `pause` is the mean time between two texts, in seconds."""

    world: World
    books: Books
    chance: random.Random
    pause: float
    faults: tuple[str, ...] = ()
    thread: threading.Thread | None = None
    ending: threading.Event = field(factory=threading.Event)
    error: BaseException | None = None

    def __enter__(self) -> "Traffic":
        self.thread = threading.Thread(target=self.run, name="traffic", daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        if self.thread is not None:
            self.thread.join()
        if self.error is not None:
            raise self.error

    def run(self) -> None:
        """Text until it is enough."""
        try:
            while not self.ending.wait(self.chance.uniform(0, 2 * self.pause)):
                self.text()
                if self.faults and self.chance.random() < 0.1:
                    modem = self.chance.choice(list(MODEMS))
                    self.world.simulator.ask(f"fault {modem} {self.chance.choice(self.faults)}")
        except BaseException as error:
            self.error = error

    def text(self) -> None:
        """One text."""
        [(way, parts, receipt)] = self.chance.choices(list(KINDS), list(KINDS.values()))
        if way == "out":
            if not self.world.linked and self.chance.random() < REFUSED:
                return
            account = self.chance.choice(self.world.accounts)
            user = self.world.clients.get(account)
            if user is not None and here(user):
                self.world.say(self.books, parts, receipt, account)
        else:
            modem = self.chance.choice(list(MODEMS))
            self.world.text(self.books, parts, modem, self.chance.randrange(PHONES))


@define
class Killer:
    """Kills the gateway at random moments, those of its start among them."""

    world: World
    chance: random.Random

    def round(self) -> None:
        """One life of the gateway: every third ends before it is at work."""
        gateway = self.world.gateway
        if self.chance.random() < 1 / 3:
            gateway.program.start()
            time.sleep(self.chance.uniform(0.3, 1.6))
        else:
            gateway.start()
            self.world.linked = True
            time.sleep(self.chance.uniform(0.0, 2.0))
        self.world.linked = False
        gateway.kill()
