"""smsd of SMS Server Tools 3, which polls the modem and works on spool folders."""

import itertools
import re
from pathlib import Path

from phone_program import UTF8, PhoneProgram, Program, Read

from demo.partners.patience import installed, until

CONFIG = """\
devices = MODEM
outgoing = {folder}/outgoing
checked = {folder}/checked
failed = {folder}/failed
incoming = {folder}/incoming
report = {folder}/reports
sent = {folder}/sent
logfile = {folder}/smsd.log
infofile = {folder}/smsd.working
pidfile = {folder}/smsd.pid
loglevel = 7
delaytime = 1
delaytime_mainprocess = 1
errorsleeptime = 1
store_original_filename = no
internal_combine = yes

[MODEM]
device = {device}
init = AT+CNMI=2,1,0,2,0
incoming = yes
report = yes
baudrate = 115200
rtscts = no
send_delay = 0
primary_memory = SM
secondary_memory = SR
secondary_memory_max = 10
"""


class SmsTools(PhoneProgram):
    """smsd: a text is a file with a head, and so is a report."""

    name = "smstools"

    def __init__(self, folder: Path, device: Path) -> None:
        super().__init__(folder, device)
        for part in ("outgoing", "checked", "failed", "incoming", "reports", "sent"):
            (self.folder / part).mkdir(exist_ok=True)
        config = self.folder / "smsd.conf"
        config.write_text(CONFIG.format(folder=self.folder, device=device))
        self.log = self.folder / "smsd.log"
        self.serial = itertools.count()
        self.program = Program(
            [installed("smsd", "smstools"), "-t", f"-c{config}"],
            log=self.folder / "smsd.out",
            folder=self.folder,
            environment=UTF8,
        )

    def about(self) -> dict[str, str]:
        """From the log, which shows all that the modem says."""

        def look() -> dict[str, str] | None:
            log = self.log.read_text(errors="replace") if self.log.exists() else ""
            signal = re.search(r"\+CSQ: (\d+),", log)
            numbers = {key: re.search(rf"{key}: (\d+)", log) for key in ("IMSI", "IMEI")}
            if not (signal and "is registered to the network" in log and all(numbers.values())):
                return None
            said = {key.lower(): found[1] for key, found in numbers.items() if found}
            return {**said, "signal": signal[1]}

        return until(look, "smsd to know the modem")

    def send(self, to: str, text: str) -> None:
        """By a file in the outgoing folder; smsd cuts UTF-8 at an emoji, so those go as UCS2."""
        name = f"text{next(self.serial)}"
        wide = max(text) > "\xff"
        alphabet, octets = ("UCS2", text.encode("utf-16-be")) if wide else ("UTF-8", text.encode())
        head = f"To: {to.removeprefix('+')}\nReport: yes\nAlphabet: {alphabet}\n\n"
        made = self.folder / "being-written"
        made.write_bytes(head.encode() + octets)
        made.rename(self.folder / "outgoing" / name)
        until((self.folder / "sent" / name).exists, f"smsd to send {name}")

    def wait_for_report(self, to: str) -> None:
        """A file in the reports folder."""
        digits = to.removeprefix("+")

        def look() -> bool:
            reports = [file.read_text(errors="replace") for file in (self.folder / "reports").iterdir()]
            return any(f"From: {digits}" in told and "Status: 0," in told for told in reports)

        until(look, f"smsd to tell of a report from {to}")

    def read(self, text: str) -> Read:
        """A file in the incoming folder: a head, an empty line and the text in the alphabet that the head names."""

        def look() -> Read | None:
            for file in (self.folder / "incoming").iterdir():
                head, _, octets = file.read_bytes().partition(b"\n\n")
                fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
                coding = "utf-16-be" if "UCS2" in fields.get("Alphabet", "") else "iso8859-15"
                if text in (body := octets.decode(coding, "replace")):
                    return Read(f"+{fields['From']}", body)
            return None

        return until(look, f"smsd to put {text} into its incoming folder")

    def told(self) -> str:
        """The log."""
        return self.log.read_text(errors="replace")[-6000:] if self.log.exists() else ""
