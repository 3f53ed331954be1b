"""What a modem was seen to have: so that nothing is taken twice, and what is the same again is taken again."""

Place = tuple[str, int]


class Taken:
    """What others keep already and a modem did not delete yet, by SIM and place; it is not handed over again.

    What was deleted is remembered until something else takes its place: the same text may rightly come twice.
    """

    def __init__(self) -> None:
        self.by_place: dict[tuple[str, Place], str] = {}
        self.deleted: dict[tuple[str, Place], str] = {}

    def add(self, sim: str, place: Place, said: str) -> None:
        """Kept, and not deleted yet."""
        self.by_place[sim, place] = said

    def holds(self, sim: str, place: Place, said: str) -> bool:
        """Whether this is the same that was there before."""
        return self.by_place.get((sim, place)) == said

    def gone(self, sim: str, place: Place) -> None:
        """Deleted."""
        said = self.by_place.pop((sim, place), None)
        if said is not None:
            self.deleted[sim, place] = said

    def was_deleted(self, sim: str, place: Place, said: str) -> bool:
        """Whether the last that was there said the same, and is gone."""
        return self.deleted.get((sim, place)) == said
