"""How a modem is, from what is known of it, in words for people."""

from attrs import define
from twisted.logger import Logger

from transport.api import Text
from transport.plugins.sms.modem.trouble import Trouble
from transport.plugins.sms.states import Health, ModemNews, ModemSettings, ModemState

NOT_OPENED = "The modem {modem} has not been opened yet."
UNPLUGGED = "The modem {modem} cannot be reached on {device}: {error}"
STARTING = "The modem {modem} is being started."
SEARCHING = "The modem {modem} has no network."
PAUSED = "The modem {modem} has been paused by an administrator."

WORKING = (ModemState.READY, ModemState.SEARCHING, ModemState.PAUSED)
BAD = (ModemState.LOCKED, ModemState.BROKEN)


@define
class Facts:
    """`error` says why the port is not open; `started` is true once the modem has been brought to work."""

    error: str = ""
    plugged: bool = False
    started: bool = False
    registered: bool = False
    paused: bool = False
    trouble: Trouble | None = None


def judge(facts: Facts, settings: ModemSettings) -> tuple[ModemState, Text | None]:
    """The state, and why it is not READY."""
    name = settings.name
    if facts.trouble is not None:
        return facts.trouble.state, facts.trouble.why
    if not facts.plugged:
        if not facts.error:
            return ModemState.UNPLUGGED, Text(NOT_OPENED, modem=name)
        return ModemState.UNPLUGGED, Text(UNPLUGGED, modem=name, device=settings.device, error=facts.error)
    if not facts.started:
        return ModemState.STARTING, Text(STARTING, modem=name)
    if not facts.registered:
        return ModemState.SEARCHING, Text(SEARCHING, modem=name)
    if facts.paused:
        return ModemState.PAUSED, Text(PAUSED, modem=name)
    return ModemState.READY, None


class Bulletin:
    """Tells of a modem: every other health, and each trouble to the administrators once until it works again."""

    def __init__(self, name: str, news: ModemNews, log: Logger) -> None:
        self.name = name
        self.news = news
        self.log = log
        self.last: Health | None = None
        self.told: list[Text] = []

    def changed(self, health: Health) -> None:
        """The modem's health, which may be another one than before."""
        if health == self.last:
            return
        self.last = health
        if health.state in WORKING:
            self.told.clear()
        try:
            self.news.changed(self.name, health)
        except Exception:
            self.log.failure("The state of {modem} could not be told", modem=self.name)
        if health.state in BAD and health.why is not None:
            self.warn(health.why)

    def warn(self, text: Text) -> None:
        """Tell the administrators, unless they have been told."""
        if text in self.told:
            return
        self.told.append(text)
        try:
            self.news.tell_admins(text)
        except Exception:
            self.log.failure("The administrators could not be told of {modem}", modem=self.name)
