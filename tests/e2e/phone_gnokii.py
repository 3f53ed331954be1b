"""gnokii, a tool that does one thing and ends."""

import re
import subprocess
from pathlib import Path

from phone_program import UTF8, Read, Tool

from demo.partners.patience import installed

CONFIG = """\
[global]
port = {device}
model = AT
connection = serial
serial_baudrate = 115200
use_locking = no

[logging]
debug = off
"""
PART = re.compile(
    r"Sender: (?P<sender>\S*).*\n(?:Text:|Linked:\nLinked \(\d+/\d+\):)\n(?P<text>(?:.*\n)*?.*)\n(?:\(message|GNOKII|$)"
)


class Gnokii(Tool):
    """gnokii: it has no characters above U+FFFF, does not join parts, and ends before a report can come."""

    name = "gnokii"
    package = "gnokii-cli"
    emoji = False
    reports = False

    def __init__(self, folder: Path, device: Path) -> None:
        super().__init__(folder, device)
        self.config = self.folder / "gnokii.conf"
        self.log = self.folder / "gnokii.log"
        (self.folder / ".cache" / "gnokii").mkdir(parents=True, exist_ok=True)

    def run(self, *words: str, stdin: str = "") -> str:
        """What a call prints."""
        # It reads no more than 31 characters of the port's name.
        self.config.write_text(CONFIG.format(device=self.device.resolve()))
        command = [installed("gnokii", "gnokii-cli"), "--config", str(self.config), *words]
        environment = {**UTF8, "HOME": str(self.folder)}
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=60, env=environment, cwd=self.folder
        )
        with self.log.open("a") as log:
            log.write(f"$ {words}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def about(self) -> dict[str, str]:
        """By `--identify` and `--monitor`."""
        said = self.run("--identify") + self.run("--monitor", "once")
        fields = {key: value.strip() for key, value in re.findall(r"^([A-Za-z ]+?) *: (.*)$", said, re.MULTILINE)}
        return {
            "maker": fields["Manufacturer"],
            "model": fields["Model"],
            "revision": fields["Revision"],
            "imei": fields["IMEI"],
            "signal": fields["RFLevel"],
        }

    def send(self, to: str, text: str) -> None:
        """By `--sendsms`, the text on its standard input."""
        said = self.run("--sendsms", to, "-r", stdin=text)
        assert "Send succeeded" in said or "Message sent in" in said, said

    def read(self, text: str) -> Read:
        """By `--getsms`, which deletes what it shows."""
        said = self.run("--getsms", "SM", "1", "end", "-d")
        parts = [PART.search(block) for block in re.split(r"^\d+\. ", said, flags=re.MULTILINE)[1:]]
        senders = {part["sender"] for part in parts if part}
        assert len(senders) == 1, said
        whole = "".join(part["text"] for part in parts if part)
        assert text in whole, said
        return Read(senders.pop(), whole)

    def shows(self, text: str) -> str:
        """Two question marks for each character that it lacks."""
        return "".join("??" if char > "\uffff" else char for char in text)

    def told(self) -> str:
        """What it printed."""
        return self.log.read_text()[-6000:] if self.log.exists() else ""
