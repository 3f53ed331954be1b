"""gammu, a tool that does one thing and ends, and gammu-smsd, its daemon."""

import re
import subprocess
from pathlib import Path

from phone_program import UTF8, PhoneProgram, Read, Tool

from demo.partners import GammuSmsd
from demo.partners.patience import installed, until

CONFIG = """\
[gammu]
device = {device}
connection = at115200
model = at
use_locking = no
"""


class Gammu(Tool):
    """gammu: each call opens the modem anew, which takes it three seconds."""

    name = "gammu"
    reports = False  # it ends before one can come

    def __init__(self, folder: Path, device: Path) -> None:
        super().__init__(folder, device)
        self.config = self.folder / "gammurc"
        self.config.write_text(CONFIG.format(device=device))
        self.log = self.folder / "gammu.log"

    def run(self, *words: str) -> str:
        """What a call prints."""
        command = [installed("gammu", "gammu"), "-c", str(self.config), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=UTF8, cwd=self.folder)
        with self.log.open("a") as log:
            log.write(f"$ {words}\n{done.stdout}{done.stderr}")
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def batch(self, *lines: str) -> str:
        """What several commands in one call print."""
        script = self.folder / "batch"
        script.write_text("".join(f"{line}\n" for line in lines))
        return self.run("batch", str(script))

    def about(self) -> dict[str, str]:
        """By `identify` and `networkinfo`."""
        lines = self.batch("identify", "networkinfo").splitlines()
        said = {key.strip(): value.strip() for key, colon, value in (line.partition(":") for line in lines) if colon}
        return {
            "maker": said["Manufacturer"],
            "model": said["Model"].removeprefix("unknown (").removesuffix(")"),
            "imei": said["IMEI"],
            "imsi": said["SIM IMSI"],
            "network": said["Network state"].removesuffix(" network"),
        }

    def send(self, to: str, text: str) -> None:
        """By `sendsms`; gammu must be told when the text needs UCS2."""
        wide = [] if text.isascii() else ["-unicode"]
        said = self.run("sendsms", "TEXT", to, "-report", *wide, "-autolen", str(len(text) + 20), "-text", text)
        assert "OK, message reference=" in said, said

    def read(self, text: str) -> Read:
        """By `geteachsms`, which joins parts, and `deleteallsms`."""
        said = self.batch("geteachsms", "deleteallsms 1")
        for block in said.split("\nLocation "):
            if text in block:
                sender = re.search(r'Remote number +: "([^"]*)"', block)
                assert sender is not None, block
                return Read(sender[1], block.partition("\n\n")[2].partition("\n\n")[0].rstrip("\n"))
        raise AssertionError(f"gammu shows no {text}: {said}")

    def told(self) -> str:
        """What it printed."""
        return self.log.read_text()[-6000:] if self.log.exists() else ""


class Smsd(GammuSmsd, PhoneProgram):
    """gammu-smsd: files in folders, and a monitor that reads its memory."""

    def __init__(self, folder: Path, device: Path) -> None:
        GammuSmsd.__init__(self, folder, device)
        self.device = device

    def about(self) -> dict[str, str]:
        """By `gammu-smsd-monitor`, once smsd has asked the modem for everything."""
        command = [installed("gammu-smsd-monitor", "gammu-smsd"), "-c", str(self.config), "-n", "1", "-d", "1", "-C"]

        def monitor() -> list[str]:
            done = subprocess.run(command, capture_output=True, text=True, timeout=10)
            line = done.stdout.strip().splitlines()[-1:] or [""]
            fields = line[0].split(";")
            return fields if len(fields) > 8 and fields[8] not in ("", "0", "-1") else []

        fields = until(monitor, "gammu-smsd to know the modem")
        return {"imei": fields[2], "imsi": fields[3], "signal": str(int(fields[8]) // 3)}

    def send(self, to: str, text: str) -> None:
        """By a file in the outbox."""
        self.wait_for_sent(self.put(to, text))

    def wait_for_report(self, to: str) -> None:
        """The log tells."""
        until(lambda: self.says(f"Delivery report: Delivered to {to}"), f"gammu-smsd to tell of a report from {to}")

    def read(self, text: str) -> Read:
        """From the inbox: one file for each part, UTF-16; after an emoji smsd leaves a NUL and rubbish."""

        def look() -> Read | None:
            found: dict[str, list[Path]] = {}
            for file in sorted(self.inbox.iterdir()):
                found.setdefault(file.name.rpartition("_")[0], []).append(file)
            for name, parts in found.items():
                body = "".join(part.read_text("utf-16", "surrogatepass").partition("\0")[0] for part in parts)
                if text in body:
                    return Read(name.rpartition("_")[2], body)
            return None

        return until(look, f"gammu-smsd to put {text} into its inbox")

    def told(self) -> str:
        """The log."""
        return self.log.read_text(errors="replace")[-6000:] if self.log.exists() else ""
