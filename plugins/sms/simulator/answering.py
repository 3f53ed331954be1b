"""Prompts and final answers."""

from collections.abc import Callable

from attrs import define, field

from transport.plugins.sms.simulator.failure import Failure, Unknown
from transport.plugins.sms.simulator.profiles import Profile
from transport.plugins.sms.simulator.settings import Settings


@define
class Prompt:
    """A command that waits for more after `>`: `finish` gets it once Ctrl-Z has come."""

    finish: Callable[[bytes], None]
    data: bytearray = field(factory=bytearray)
    shown: bool = False


def final(settings: Settings, profile: Profile, failure: Failure | None) -> str:
    """The final answer as it is written; None is success."""
    if failure is None:
        return "\r\nOK\r\n" if settings.verbose else "0\r"
    if isinstance(failure, Unknown) and profile.unknown:
        return f"{profile.newline}{profile.unknown}\r\n"
    line = failure.line(settings.errors)
    if line == "ERROR" and not settings.verbose:
        return "4\r"
    return f"\r\n{line}\r\n"
