"""What the network answers to USSD codes."""

from collections.abc import Mapping
from typing import Final

from attrs import define, field

BALANCE: Final = "Balance 12.50 SEK"


@define
class Menu:
    """A text; when there are `choices` the network asks for one of them and answers with another menu."""

    text: str
    choices: Mapping[str, "Menu"] = field(factory=dict)


def usual_menus() -> dict[str, Menu]:
    """Codes that work from the beginning: *100# and *101# (in steps), *102# (with letters of many alphabets)."""
    choices = {"1": Menu("One day of data is ordered."), "2": Menu("Not enough credit.")}
    data = Menu("Data\n1 One day\n2 One week", choices)
    return {
        "*100#": Menu(BALANCE),
        "*101#": Menu("1 Balance\n2 Data\n0 End", {"1": Menu(BALANCE), "2": data, "0": Menu("Goodbye.")}),
        "*102#": Menu("Баланс 12.50 €"),
    }
