"""Which modem a text goes through: a pure choice among what is known of the modems."""

from collections.abc import Collection, Iterable, Sequence
from random import Random

from attrs import define

from transport.api import Refused
from transport.plugins.sms.states import ModemSettings

EVERYBODY = "*"
BELOW = "*."


@define
class View:
    """A modem as the choice sees it; `ready` says that it is registered and may send more today."""

    settings: ModemSettings
    ready: bool = True


@define
class Way:
    """A modem that may send to a number, and how many digits of its prefix the number has."""

    view: View
    digits: int

    @property
    def rank(self) -> tuple[int, float]:
        """The lowest is the best: the longest prefix, then the lowest cost."""
        return (-self.digits, self.view.settings.cost)


def listed(entries: Collection[str], owner: str) -> bool:
    """Whether an owner is on a list: bare addresses, domains, `*.domain` for all below one, `*`.

    A list without entries is everybody's.
    """
    if not entries:
        return True
    domain = owner.rpartition("@")[2]
    for entry in (entry.lower() for entry in entries):
        if entry in (EVERYBODY, owner, domain) or (entry.startswith(BELOW) and domain.endswith(entry[1:])):
            return True
    return False


def is_anothers(settings: ModemSettings, owner: str) -> bool:
    """Whether answers to what an owner sends with a modem go to somebody else, who alone gets its texts."""
    return bool(settings.owner) and settings.owner != owner


def serving(all_: Iterable[ModemSettings], owner: str) -> list[ModemSettings]:
    """The modems that an owner may send with; those of others only where there is no other."""
    allowed = [settings for settings in all_ if listed(settings.users, owner)]
    return [settings for settings in allowed if not is_anothers(settings, owner)] or allowed


def matched(prefixes: Sequence[str], number: str) -> int | None:
    """How many characters of a number the longest prefix has that fits; None when none does.

    Without prefixes all numbers fit; so does a short number, which has no country, unless a prefix is longer.
    """
    fitting = [len(prefix) for prefix in prefixes if number.startswith(prefix)]
    if fitting:
        return max(fitting)
    return None if prefixes and number.startswith("+") else 0


def ways(views: Iterable[View], owner: str, number: str) -> list[Way]:
    """The modems that may send an owner's text to a number, the best first; those of others only if there is no other.

    Refused: `forbidden` when the owner may use no modem, `item-not-found` when no modem serves the number.
    """
    allowed = [view for view in views if listed(view.settings.users, owner)]
    if not allowed:
        raise Refused("forbidden", "You may not send texts through this gateway.")
    found = [Way(view, digits) for view in allowed if (digits := matched(view.settings.prefixes, number)) is not None]
    if not found:
        raise Refused("item-not-found", "No modem of this gateway serves the number {number}.", number=number)
    found = [way for way in found if not is_anothers(way.view.settings, owner)] or found
    return sorted(found, key=lambda way: way.rank)


def choose(found: Sequence[Way], sticky: str, sticky_waits: bool, random: Random) -> str | None:
    """The modem that a text goes through now, by its name; None when it has to wait.

    `sticky` is the modem that the owner's last text to the number went through, if any: answers meet the same
    SIM.  With `sticky_waits` nothing else will do while that modem has no network.
    """
    for way in found:
        if way.view.settings.name == sticky:
            if way.view.ready:
                return sticky
            if sticky_waits:
                return None
    ready = [way for way in found if way.view.ready]
    best = [way.view.settings for way in ready if way.rank == min(each.rank for each in ready)]
    if len(best) < 2:
        return best[0].name if best else None
    weights = [max(0, settings.weight) for settings in best]
    return random.choices(best, weights if any(weights) else None)[0].name
