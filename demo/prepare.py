"""Get what the demo and the tests need and what is not there yet; standard library only.

`python3 demo/prepare.py venv` makes the virtual environment, `packages NAME...` gets Debian packages,
`web` the web client and `browser` that and what drives it in tests.  What the steps print is in
`.demo/install.log`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".demo"
LOG = WORK / "install.log"
SYSTEM_PYTHON = "/usr/bin/python3"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
READY = VENV / ".ready"
WEB = WORK / "web"
BROWSER = WORK / "browser"
CLIENT = WEB / "node_modules" / "converse.js" / "dist" / "converse.min.js"
CONVERSE = "converse.js@14"
DRIVER = "playwright-core@1"
POLICY = Path("/usr/sbin/policy-rc.d")
# What a Debian package brings, by the package's name; a program, or a path.
PROGRAMS = {
    "prosody": "prosody",
    "ejabberd": "ejabberdctl",
    "ngircd": "ngircd",
    "inspircd": "inspircd",
    "atheme-services": "atheme-services",
    "biboumi": "biboumi",
    "chromium": "chromium",
    "nodejs": "node",
    "npm": "npm",
    "smstools": "smsd",
    "modemmanager": "ModemManager",
    "kannel": "bearerbox",
    "gnokii-cli": "gnokii",
    "dbus": "dbus-daemon",
    "libglib2.0-bin": "gdbus",
    "python3-gammu": "/usr/lib/python3/dist-packages/gammu",
}


class Missing(Exception):
    """Something that is needed and that we cannot get; the text tells a person what to do."""


def step(title: str, *commands: Sequence[str], folder: Path = ROOT) -> None:
    """Run commands under one line of progress; their output goes to the log."""
    print(f"  {title} ... ", end="", flush=True)
    began = time.monotonic()
    WORK.mkdir(exist_ok=True)
    for command in commands:
        with LOG.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            status = run_group(command, folder, log.fileno())
        if status:
            print("failed", flush=True)
            raise Missing(f"{' '.join(command)} failed:\n{LOG.read_text(errors='replace')[-2000:]}")
    print(f"done ({time.monotonic() - began:.0f} s)", flush=True)


def run_group(command: Sequence[str], folder: Path, output: int) -> int:
    """Run a command in a process group of its own, which does not outlive an interruption."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        return process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise


def packages(names: Sequence[str]) -> None:
    """Install the Debian packages of which the program is not found; needs root for that."""
    missing = [name for name in names if not is_there(PROGRAMS.get(name, name))]
    if missing:
        install(missing)


def is_there(brought: str) -> bool:
    """Whether a program is installed, or a path exists."""
    where = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    return os.path.exists(brought) if brought.startswith("/") else bool(shutil.which(brought, path=where))


def install(names: Sequence[str]) -> None:
    """Install Debian packages without starting their services."""
    listed = " ".join(names)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"These are needed and not installed: {listed}\nInstall them as root: apt-get install {listed}")
    with services_stay_down():
        command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
        step(f"Installing {listed}", ["apt-get", "update"], command)


@contextlib.contextmanager
def services_stay_down() -> Iterator[None]:
    """Keep Debian from starting what it installs: we run servers of our own on other ports."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def venv() -> None:
    """Make `.venv` with this project and its tools, again whenever setup.cfg is newer."""
    if READY.exists() and READY.stat().st_mtime >= (ROOT / "setup.cfg").stat().st_mtime:
        return
    if not PYTHON.exists():
        step("Making a Python environment", [interpreter(), "-m", "venv", str(VENV)])
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
    step("Installing the gateway and its tools", [*pip, "--upgrade", "pip"], [*pip, "-e", ".[dev]"])
    link_drop_in()
    READY.touch()


def link_drop_in() -> None:
    """Let `twistd` in the environment find ours, which it does not in an editable installation."""
    (plugins,) = VENV.glob("lib/python3*/site-packages/twisted/plugins")
    for file in (ROOT / "twistd").glob("*.py"):
        link = plugins / file.name
        link.unlink(missing_ok=True)
        link.symlink_to(file)


def interpreter() -> str:
    """The Python to use: the system's, which is the faster build, where it is new enough."""
    if not able(SYSTEM_PYTHON, "sys.version_info >= (3, 11)"):
        return sys.executable
    if not able(SYSTEM_PYTHON, "__import__('ensurepip')"):
        if os.geteuid() != 0 and able(sys.executable, "__import__('ensurepip')"):
            return sys.executable
        install(["python3-venv"])
    return SYSTEM_PYTHON


def able(python: str, condition: str) -> bool:
    """Whether a condition holds for an interpreter."""
    check = [python, "-c", f"import sys; assert {condition}"]
    return os.path.exists(python) and subprocess.run(check, stderr=subprocess.DEVNULL).returncode == 0


def web() -> None:
    """Get the converse.js web client, where npm is there."""
    if not CLIENT.exists() and shutil.which("npm"):
        npm("Getting the web client converse.js", WEB, CONVERSE)


def browser() -> None:
    """Get what drives Chromium in the tests; needs npm."""
    web()
    if not (BROWSER / "node_modules" / "playwright-core").exists():
        npm("Getting the browser's driver", BROWSER, DRIVER)


def npm(title: str, folder: Path, package: str) -> None:
    """Install a package from npm's registry into a folder, running none of its scripts."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--no-audit", "--no-fund", "--ignore-scripts"]
    step(title, ["npm", "install", "--prefix", str(folder), *options, package])


ONE_BY_ONE = {"venv": venv, "web": web, "browser": browser}


def main(arguments: Sequence[str]) -> int:
    """Run one of the preparations by its name."""
    name, *rest = arguments or ("",)
    try:
        if name == "packages":
            packages(rest)
        elif name in ONE_BY_ONE and not rest:
            ONE_BY_ONE[name]()
        else:
            print(__doc__)
            return 2
    except Missing as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
