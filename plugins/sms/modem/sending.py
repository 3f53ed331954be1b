"""Giving a modem one TPDU (AT+CMGS in PDU mode, 3GPP TS 27.005 section 4.3), and saying what became of it."""

from transport.plugins.sms.line.answers import parse_cmgs
from transport.plugins.sms.line.dialogue import TimedOut, Unplugged
from transport.plugins.sms.modem.device import Device
from transport.plugins.sms.states import Fault, InDoubt, NotSubmitted
from transport.plugins.sms.tpdu import tpdu_length

# The network may have it all the same (+CMS ERROR: 332, network time-out).
NETWORK_TIMEOUT = ("CMS", 332)
UNSUPPORTED = (("CMS", 302), ("CMS", 303))
NO_CENTRE = ("CMS", 330)
# The modem has it, but named no reference: no report can be matched to it.
NO_REFERENCE = -1
# After a part the link stays open for at least so long (3GPP TS 27.005 section 3.5.6).
LINKED = 1.0


async def submit(device: Device, pdu: bytes, more: bool) -> int:
    """The modem's message reference; fails with `NotSubmitted` or `InDoubt` only."""
    try:
        if more and device.clock.seconds() >= device.linked_until:
            # The link to the network stays open for the next part; a modem may not know that.
            await device.attempt("AT+CMMS=1")
        answer = await device.dialogue.submit(f"AT+CMGS={tpdu_length(pdu)}", pdu.hex().upper().encode())
    except (TimedOut, Unplugged) as error:
        if error.submitted:
            raise InDoubt(str(error)) from None
        raise NotSubmitted(str(error)) from None
    device.linked_until = device.clock.seconds() + LINKED if more else 0.0
    fault = answer.final.fault
    if not answer.submitted:
        # An answer instead of the prompt: whatever it says, the modem never saw the message.
        raise NotSubmitted("the modem did not ask for the message", None if is_doubtful(fault) else fault)
    if fault is None:
        reference = parse_cmgs(answer.lines)
        return NO_REFERENCE if reference is None else reference
    if is_doubtful(fault):
        raise InDoubt("the network did not answer the modem")
    raise NotSubmitted("the modem refused it", fault)


def is_doubtful(fault: Fault | None) -> bool:
    """Whether the message may have gone out in spite of the error."""
    return fault is not None and (fault.kind, fault.code) == NETWORK_TIMEOUT


async def remedy(device: Device, fault: Fault, smsc: str) -> None:
    """What can be mended at once after a refusal, so that another try meets a modem in order."""
    if (fault.kind, fault.code) in UNSUPPORTED:
        await device.attempt("AT+CMGF=0")
        await device.attempt(f"AT+CSMS={int(device.acknowledges)}")
    elif (fault.kind, fault.code) == NO_CENTRE and smsc:
        # Some modems lose it.
        await device.attempt(f'AT+CSCA="{smsc}",{145 if smsc.startswith("+") else 129}')
