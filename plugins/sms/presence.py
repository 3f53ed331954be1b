"""What modems look like as presence: never a claim about the phone at the other end."""

from collections.abc import Callable, Sequence

from attrs import define, field

from transport.api import Presence, Refused, Show
from transport.plugins.sms.numbers import is_alphanumeric
from transport.plugins.sms.outgoing.routing import Way
from transport.plugins.sms.states import Health, IsModem, ModemState

# From which signal in dBm on it is called so; it must be left behind by SLACK before another word is used.
STEPS = ((-71, "very good signal"), (-83, "good signal"), (-97, "fair signal"), (-999, "weak signal"))
SLACK = 3

Shown = tuple[str, str]
AVAILABLE: Shown = (Show.ONLINE, "")
NO_NETWORK: Shown = (Show.AWAY, "The modem has no network.")
PAUSED: Shown = (Show.XA, "The modem is paused.")
USED_UP: Shown = (Show.DND, "The limit of texts is reached.")
GONE: Shown = (Show.OFFLINE, "The modem is gone.")
ONE_WAY: Shown = (Show.XA, "Texts only come from here; they cannot be answered.")
STATES: dict[ModemState, Shown] = {
    ModemState.UNPLUGGED: GONE,
    ModemState.LOCKED: (Show.OFFLINE, "The modem's SIM card is locked."),
    ModemState.BROKEN: (Show.OFFLINE, "The modem is out of service."),
    ModemState.STARTING: (Show.AWAY, "The modem is starting."),
    ModemState.SEARCHING: NO_NETWORK,
    ModemState.PAUSED: PAUSED,
    ModemState.READY: AVAILABLE,
}
BEST_FIRST = (
    AVAILABLE,
    USED_UP,
    *(STATES[state] for state in (ModemState.SEARCHING, ModemState.STARTING, ModemState.PAUSED, ModemState.LOCKED)),
    STATES[ModemState.BROKEN],
    GONE,
)


def of_modem(modem: IsModem, limited: bool) -> Shown:
    """What a modem that serves a number makes of the number; `limited` says that it may send no more today."""
    shown = STATES[modem.health.state]
    return USED_UP if limited and shown is AVAILABLE else shown


@define
class Signals:
    """The signal of modems in coarse words that do not change all the time."""

    steps: dict[str, int] = field(factory=dict)

    def word(self, name: str, signal: int | None) -> str:
        """What to say of a signal in dBm; nothing when it is not known."""
        if signal is None:
            self.steps.pop(name, None)
            return ""
        step = next(n for n, (least, _) in enumerate(STEPS) if signal >= least or n == len(STEPS) - 1)
        last = self.steps.get(name, step)
        if step > last and signal > STEPS[last][0] - SLACK:
            step = last
        if step < last and signal < STEPS[last - 1][0] + SLACK:
            step = last
        self.steps[name] = step
        return STEPS[step][1]

    def line(self, name: str, health: Health) -> str:
        """A modem in words: operator and signal, or what is wrong with it."""
        if health.state is ModemState.READY:
            roaming = "roaming" if health.roaming else ""
            return ", ".join(filter(None, (health.operator, self.word(name, health.signal), roaming))) or "Ready"
        return STATES[health.state][1].removesuffix(".")

    def network(self, modems: Sequence[IsModem]) -> Shown:
        """The network's own presence, for one who may use these modems; away rather than gone: it takes texts."""
        if not modems:
            return Show.XA, "No modem of this gateway serves you."
        show = min((STATES[modem.health.state] for modem in modems), key=BEST_FIRST.index)[0]
        lines = [self.line(modem.settings.name, modem.health) for modem in modems]
        if len(modems) > 1:
            lines = [f"{modem.settings.name}: {line}" for modem, line in zip(modems, lines, strict=True)]
        return (Show.XA if show == Show.OFFLINE else show), "; ".join(lines)


@define
class Follower:
    """What one owner is shown: the network, and the numbers that the owner follows; told only when it changes.

    `ways` and `modems` are the owner's; `limited` says whether the owner may send no more through a modem today.
    """

    deliver: Callable[[Presence], None]
    ways: Callable[[str], Sequence[Way]]
    modems: Callable[[], Sequence[IsModem]]
    limited: Callable[[str], bool]
    signals: Signals
    shown: dict[str, Shown | None] = field(factory=dict)
    last: tuple[object, ...] = ()

    def add(self, name: str, nick: str | None = None) -> None:
        """Follow a number."""
        self.shown.setdefault(name, None)
        self._tell(name, self._of(name), nick)

    def remove(self, name: str) -> None:
        """Follow it no more."""
        self.shown.pop(name, None)

    def refresh(self) -> None:
        """Something may be another."""
        modems = self.modems()
        self._tell("", self.signals.network(modems))
        # The signal changes often, and is nothing to the numbers.
        now = tuple((modem.health.state, self.limited(modem.settings.name)) for modem in modems)
        if now != self.last:
            self.last = now
            for name in [name for name in self.shown if name]:
                self._tell(name, self._of(name))

    def _tell(self, name: str, now: Shown, nick: str | None = None) -> None:
        if self.shown.get(name) != now or nick:
            self.shown[name] = now
            self.deliver(Presence(name, *now, nick))

    def _of(self, name: str) -> Shown:
        if is_alphanumeric(name):
            return ONE_WAY
        try:
            ways = self.ways(name)
        except Refused as refused:
            return Show.OFFLINE, str(refused.text)
        by_name = {modem.settings.name: modem for modem in self.modems()}
        found = [of_modem(modem, self.limited(modem.settings.name))
                 for way in ways if (modem := by_name.get(way.view.settings.name)) is not None]  # fmt: skip
        return min(found, key=BEST_FIRST.index, default=GONE)
