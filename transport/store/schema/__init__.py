"""Numbered SQL files, a folder for each dialect; `001.sql` makes the first version of the schema."""

from importlib.resources import files


def scripts(dialect: str) -> tuple[str, ...]:
    """The texts of a dialect's files in the order of their numbers."""
    folder = files(__name__).joinpath(dialect)
    named = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(entry.read_text(encoding="utf-8") for _, entry in named)
