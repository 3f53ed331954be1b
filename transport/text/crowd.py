"""Who is in a room, in little memory: every user keeps this for every room."""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Generic, TypeVar

T = TypeVar("T")
END = "\0"


class Crowd(MutableMapping[str, T], Generic[T]):
    """Names and what each one is; `usual` is what most of them are.  A name holds no U+0000.

    The names of the usual ones are one text, which takes far less memory than a dict; to search it is
    quick enough, since people come and go far more seldom than they talk.
    """

    __slots__ = ("others", "plain", "usual")

    def __init__(self, members: Mapping[str, T], usual: T) -> None:
        self.usual = usual
        self.others: dict[str, T] = {}
        plain = [""]
        last: object = self
        for name, value in members.items():
            if value is not last:
                last, is_usual = value, value == usual
            if is_usual:
                plain.append(name)
            else:
                self.others[name] = value
        plain.append("")
        self.plain = END.join(plain) if len(plain) > 2 else END

    def pairs(self) -> Iterator[tuple[str, T]]:
        """Each name and what it is; quicker than `items`."""
        yield from self.others.items()
        usual = self.usual
        for name in self.plain.split(END)[1:-1]:
            yield name, usual

    def __contains__(self, name: object) -> bool:
        return name in self.others or f"{END}{name}{END}" in self.plain

    def __getitem__(self, name: str) -> T:
        if name in self.others:
            return self.others[name]
        if f"{END}{name}{END}" in self.plain:
            return self.usual
        raise KeyError(name)

    def __setitem__(self, name: str, value: T) -> None:
        if name in self:
            del self[name]
        if value == self.usual:
            self.plain = f"{self.plain}{name}{END}"
        else:
            self.others[name] = value

    def __delitem__(self, name: str) -> None:
        if name in self.others:
            del self.others[name]
            return
        before, found, after = self.plain.partition(f"{END}{name}{END}")
        if not found:
            raise KeyError(name)
        self.plain = f"{before}{END}{after}"

    def __iter__(self) -> Iterator[str]:
        yield from self.others
        yield from self.plain.split(END)[1:-1]

    def __len__(self) -> int:
        return len(self.others) + self.plain.count(END) - 1
