"""What goes to an owner for one event that must not be lost."""

import json

from attrs import define


@define
class Parcel:
    """`stanzas`, or `error` instead while `client` is there."""

    stanzas: tuple[str, ...]
    error: str = ""
    client: str = ""

    def dump(self) -> str:
        """As it is kept: a single stanza as it is."""
        if len(self.stanzas) == 1 and not self.error:
            return self.stanzas[0]
        return json.dumps([self.stanzas, self.error, self.client], ensure_ascii=False)

    @classmethod
    def load(cls, kept: str) -> "Parcel":
        """What was kept."""
        if kept.startswith("<"):
            return cls((kept,))
        stanzas, error, client = json.loads(kept)
        return cls(tuple(stanzas), error, client)
