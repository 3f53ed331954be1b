"""gammu-smsd as Debian packages it, with its spools as folders of files."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from demo.partners.patience import installed, until
from demo.partners.process import Partner, Program
from demo.partners.system import fill

UTF8 = {"LC_ALL": "C.UTF-8"}


class GammuSmsd(Partner):
    """A gammu-smsd on the modem at `device`: texts go in `outbox`, and come to `inbox`.

    It asks for a report for each text that it sends.
    """

    name = "gammu-smsd"

    def __init__(self, folder: Path, device: Path) -> None:
        self.folder = folder = folder.absolute()
        self.inbox, self.outbox, self.sent, self.failed = (
            folder / part for part in ("inbox", "outbox", "sent", "failed")
        )
        for part in (self.inbox, self.outbox, self.sent, self.failed):
            part.mkdir(parents=True, exist_ok=True)
        self.log = folder / "smsd.log"
        self.serial: Iterator[int] = itertools.count()
        self.config = fill(
            "gammu-smsd.conf",
            folder / "gammu-smsd.conf",
            device=device,
            log=self.log,
            inbox=self.inbox,
            outbox=self.outbox,
            sent=self.sent,
            failed=self.failed,
        )
        self.program = Program(
            [installed("gammu-smsd", "gammu-smsd"), "-c", str(self.config), "-f", "1"],
            log=folder / "smsd.out",
            folder=folder,
            environment=UTF8,
        )

    def put(self, to: str, text: str) -> str:
        """Put a text into the outbox, whole at once; the name of its file."""
        made = self.folder / "being-written"
        made.write_text(text)
        name = f"OUTB20000101_000000_{next(self.serial):02}_{to}_sms.txtd"
        made.rename(self.outbox / name)
        return name

    def wait_for_sent(self, name: str, patience: float = 30.0) -> None:
        """Wait until smsd has moved a file to the folder of sent texts."""
        until((self.sent / name).exists, f"gammu-smsd to send {name}", patience)

    def says(self, words: str) -> bool:
        """Whether the log has these words."""
        return self.log.exists() and words in self.log.read_text(errors="replace")
