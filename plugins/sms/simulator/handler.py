"""How commands are done."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from transport.plugins.sms.simulator.call import Call

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

# The lines before OK; None when the answer comes later, by `answer`, `finish` or `ask`.  Raises Failure.
Handler = Callable[["SimModem", Call], Sequence[str] | None]
Handlers = Mapping[str, Handler]


def accept(modem: "SimModem", call: Call) -> Sequence[str]:
    """Say OK, and do nothing."""
    return ()
