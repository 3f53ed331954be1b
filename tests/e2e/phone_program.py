"""What every program that texts through a modem can do, as the tests see it; each has a module of its own."""

from pathlib import Path

from attrs import define

from demo.partners import Partner, Program, debian_version


@define(frozen=True)
class Read:
    """A text as a program shows it to a person."""

    sender: str
    text: str


class PhoneProgram(Partner):
    """A program on the modem at `device`; one that is only run when needed has nothing to start."""

    reports = True
    """Whether it tells of status reports."""
    one_by_one = ""
    """What it must have done with a part, "read" or "deleted", lest it overlooks the next one."""
    emoji = True
    """Whether it can send characters above U+FFFF."""

    def __init__(self, folder: Path, device: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.absolute()
        self.device = device

    @classmethod
    def installed_version(cls) -> str:
        """The version that is installed."""
        return debian_version(cls.package or cls.name)

    @property
    def version(self) -> str:
        """What runs here, for people and test reports."""
        return f"{self.name} {self.installed_version()}"

    def about(self) -> dict[str, str]:
        """What it says of the modem, out of maker, model, revision, imei, imsi, signal, operator, number."""
        raise NotImplementedError

    def send(self, to: str, text: str) -> None:
        """Send a text and ask for a report; returns when the program says that it is out."""
        raise NotImplementedError

    def wait_for_report(self, to: str) -> None:
        """Wait until the program says that the text to this number has been delivered."""
        raise NotImplementedError

    def read(self, text: str) -> Read:
        """The first text that the program shows with these words in it; it deletes that from the modem."""
        raise NotImplementedError

    def settle(self) -> None:
        """Wait until it is ready for another part, after it has read or deleted one."""

    def shows(self, text: str) -> str:
        """What a text looks like in this program."""
        return text

    def told(self) -> str:
        """What the program has written, to be shown with a failure."""
        return self.program.tail(6000) if hasattr(self, "program") else ""


class Tool(PhoneProgram):
    """A program that does one thing and ends."""

    def start(self) -> "Tool":
        """Nothing runs between two commands."""
        return self

    def stop(self) -> None:
        """Nothing is left."""


UTF8 = {"LC_ALL": "C.UTF-8"}
__all__ = ["UTF8", "PhoneProgram", "Program", "Read", "Tool"]
