"""What a client sets, and what ATZ, AT&F and a restart undo."""

from collections import deque

from attrs import define, field

from transport.plugins.sms.simulator.charset import IRA

HELD_LINES = 100


@define
class Settings:
    """By the commands: E, V, Q, +CMEE, +CSCS, +CMGF, +CSMS, +CNMI, +CREG, +COPS=3, +CLIP, +CRC, +CSMP, +CMMS.

    `held` are indications that +CNMI mode 0 keeps in the modem.
    """

    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    errors: int = 0
    charset: str = IRA
    text_mode: bool = False
    service: int = 0
    mode: int = 0
    texts: int = 0
    broadcasts: int = 0
    reports: int = 0
    buffer: int = 0
    registration: dict[str, int] = field(factory=dict)
    operator_format: int = 0
    clip: bool = False
    ring_kind: bool = False
    first_octet: int = 17
    validity: int = 167
    protocol: int = 0
    coding: int = 0
    more: int = 0
    ussd: bool = False
    show_header: bool = False
    held: deque[str] = field(factory=lambda: deque(maxlen=HELD_LINES))
