"""What the machine has to offer: free ports, versions of packages, templates of configurations."""

import contextlib
import functools
import itertools
import random
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from string import Template

LOOPBACK = "127.0.0.1"
TEMPLATES = Path(__file__).parent / "templates"
# Below Linux's range for outgoing connections, lest one takes the port of a server that restarts.
PORTS = range(20000, 32000)


@functools.cache
def candidates() -> Iterator[int]:
    """Ports in an order of chance; none comes again soon, for a server takes its port only when it starts."""
    return itertools.cycle(random.sample(PORTS, len(PORTS)))


def free_ports(count: int) -> list[int]:
    """So many different loopback ports on which nobody listens now, and which were not given to another of late."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            port = next(candidates())
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                found.append(port)
    return found


def free_port() -> int:
    """A loopback port on which nobody listens now."""
    return free_ports(1)[0]


def answers(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def debian_version(package: str) -> str:
    """The version of an installed Debian package, or "unknown"."""
    query = ["dpkg-query", "--show", "--showformat=${Version}", package]
    try:
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip() or "unknown"
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def fill(template: str, target: Path, **values: object) -> Path:
    """Write a configuration from `templates/`, each `$name` replaced; readable by its owner only."""
    text = Template((TEMPLATES / template).read_text()).substitute(values)
    target.write_text(text)
    target.chmod(0o600)
    return target
