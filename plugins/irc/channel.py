"""A channel that the owner is in, as one connection sees it."""

from collections.abc import MutableMapping

from attrs import define, field

from transport.api import Standing
from transport.plugins.irc.modes import SILENT, standing

MAX_MEMBERS = 100_000


@define(eq=False)
class Channel:
    """`name` as the server spells it; `members` are nicks with their modes, highest first.

    `head` is how a line to it begins.  `modes` are the channel's own, None while unknown.  `arriving`
    gathers the standings told by 353, until 366 ends them.  `asked` tells whether the owner wanted to be here.
    """

    name: str
    room: str
    head: bytes
    members: MutableMapping[str, str] = field(factory=dict)
    arriving: dict[str, Standing] | None = field(factory=dict)
    topic: str = ""
    setter: str | None = None
    modes: str | None = None
    modes_asked: bool = False
    asked: bool = True

    def standing(self, modes: str) -> Standing:
        """What somebody with these modes is here."""
        return SILENT if self.modes and "m" in self.modes and not modes else standing(modes)

    def standings(self) -> dict[str, Standing]:
        """All who are here."""
        return {nick: self.standing(modes) for nick, modes in self.members.items()}
