"""Who is in a channel, in little memory: every user keeps this for every channel."""

from collections.abc import Iterator, Mapping, MutableMapping

END = "\0"


class Members(MutableMapping[str, str]):
    """Nicks and their modes, highest first.

    Most people have no modes.  Their nicks are one text, which takes far less memory than a dict;
    to search it is quick enough, since people come and go far more seldom than they talk.
    """

    __slots__ = ("plain", "ranked")

    def __init__(self, members: Mapping[str, str]) -> None:
        self.ranked = {nick: modes for nick, modes in members.items() if modes}
        self.plain = END + "".join([nick + END for nick, modes in members.items() if not modes])

    def __contains__(self, nick: object) -> bool:
        return nick in self.ranked or f"{END}{nick}{END}" in self.plain

    def __getitem__(self, nick: str) -> str:
        modes = self.ranked.get(nick)
        if modes is not None:
            return modes
        if f"{END}{nick}{END}" in self.plain:
            return ""
        raise KeyError(nick)

    def __setitem__(self, nick: str, modes: str) -> None:
        if nick in self:
            del self[nick]
        if modes:
            self.ranked[nick] = modes
        else:
            self.plain = f"{self.plain}{nick}{END}"

    def __delitem__(self, nick: str) -> None:
        if self.ranked.pop(nick, None) is not None:
            return
        before, found, after = self.plain.partition(f"{END}{nick}{END}")
        if not found:
            raise KeyError(nick)
        self.plain = f"{before}{END}{after}"

    def __iter__(self) -> Iterator[str]:
        yield from self.ranked
        yield from self.plain.split(END)[1:-1]

    def __len__(self) -> int:
        return len(self.ranked) + self.plain.count(END) - 1
