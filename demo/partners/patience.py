"""Waiting for what another program does, and finding the program in the first place."""

import os
import shutil
import time
from collections.abc import Callable
from typing import TypeVar

from demo.partners.process import NotStarted

T = TypeVar("T")
# Where Debian keeps servers, which is not on everybody's path.
SERVER_FOLDERS = ("/usr/sbin", "/sbin")


class TooLate(AssertionError):
    """What was waited for did not happen in time."""


def until(probe: Callable[[], T | None], what: str, within: float = 60.0, pause: float = 0.02) -> T:
    """The first value of `probe` that says yes; `TooLate` names `what` after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := probe()):
        if time.monotonic() > deadline:
            raise TooLate(f"waited {within:.0f} s in vain for {what}")
        time.sleep(pause)
    return found


def installed(program: str, package: str) -> str:
    """The path of a program; `NotStarted` names the Debian package when it is not there."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *SERVER_FOLDERS))
    found = shutil.which(program, path=path)
    if found is None:
        raise NotStarted(f"{program} is not installed; get it as root: apt-get install {package}")
    return found
