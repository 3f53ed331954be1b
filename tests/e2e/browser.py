"""A Chromium that tests drive, by way of `browser.mjs`."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from demo.prepare import BROWSER

DRIVER = Path(__file__).with_name("browser.mjs")


class BrowserFailed(AssertionError):
    """What the browser could not do."""


class Browser:
    """One browser with one page; each call is an action of `browser.mjs`."""

    def __init__(self, folder: Path) -> None:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        assert chromium, "chromium is not installed"
        self.log = (folder / "browser.log").open("w")
        self.process = subprocess.Popen(
            ["node", str(DRIVER), str(BROWSER), chromium, str(folder / "profile")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )

    def __call__(self, action: str, **request: Any) -> Any:
        """Ask and wait for the answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": action, **request}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise BrowserFailed(f"the browser ended: {Path(self.log.name).read_text()[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserFailed(f"{action} {request}: {answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """Close the browser, and wait for it."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
