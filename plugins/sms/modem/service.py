"""What a working modem knows: signal, operator, registration (3GPP TS 27.007 sections 7.2, 7.3 and 8.5)."""

from transport.plugins.sms.line.answers import parse_cnmi_ranges, parse_cops, parse_csq, parse_registration
from transport.plugins.sms.modem.device import Device

# +CREG's states: home, roaming, and those two for short messages only.
REGISTERED = frozenset({1, 5, 6, 7})
ROAMING = frozenset({5, 7})
REGISTRATIONS = ("+CREG", "+CEREG")


class Registration:
    """Where a modem is registered, by each kind of network; a modem that never tells is taken to be."""

    def __init__(self) -> None:
        self.states: dict[str, int] = {}
        self.refused = False

    def heard(self, kind: str, state: int) -> None:
        """A modem told of one kind (`+CREG`, `+CEREG`)."""
        self.states[kind] = state
        self.refused = False

    def lost(self) -> None:
        """It says that there is no network (CMS 331), whatever it said before."""
        self.refused = True

    @property
    def registered(self) -> bool:
        """Whether messages can be sent."""
        if self.refused:
            return False
        return not self.states or any(state in REGISTERED for state in self.states.values())

    @property
    def roaming(self) -> bool:
        """Whether the network is another operator's."""
        return any(state in ROAMING for state in self.states.values())

    async def ask(self, device: Device) -> None:
        """Ask the modem."""
        told = False
        for kind in REGISTRATIONS:
            lines = await device.attempt(f"AT{kind}?")
            state = parse_registration(lines, kind) if lines else None
            if state is not None:
                self.heard(kind, state)
                told = True
        if not told:
            # It cannot say: the next message will show.
            self.refused = False


async def survey(device: Device) -> tuple[int | None, str]:
    """Signal in dBm and operator, as they are now."""
    lines = await device.attempt("AT+CSQ")
    signal = parse_csq(lines) if lines else None
    # Names, not numbers; never AT+COPS=?, which leaves a modem deaf for minutes.
    await device.attempt("AT+COPS=3,0")
    lines = await device.attempt("AT+COPS?", within=30.0)
    return signal, (parse_cops(lines) if lines else None) or ""


async def settings_are_lost(device: Device) -> bool:
    """Whether the indications that were set are not any more, as after a reset."""
    lines = await device.attempt("AT+CNMI?")
    ranges = parse_cnmi_ranges(lines) if lines else None
    if not ranges or not device.cnmi:
        return False
    return any(value not in said for value, said in zip(device.cnmi, ranges, strict=False))
