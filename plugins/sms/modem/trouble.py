"""Why a modem cannot work, from the errors it gives, in words for its administrators."""

from attrs import define

from transport.api import Text
from transport.plugins.sms.states import Fault, ModemSettings, ModemState


@define
class Trouble:
    """What keeps a modem from its work; `retry` says that it may go away by itself."""

    state: ModemState
    why: Text
    retry: bool = True


class CannotStart(Exception):
    """A modem cannot be brought to work."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(str(trouble.why))


ABSENT = "There is no SIM card in the modem {modem}, or it does not see it."
PIN_MISSING = "The SIM card of the modem {modem} asks for its PIN; write it into the configuration, or enter it."
PIN_REFUSED = (
    "The SIM card of the modem {modem} did not take the PIN. It is not tried again, since a third wrong one locks "
    "the card; enter the right one."
)
PIN_LAST = (
    "The SIM card of the modem {modem} has only {left} attempt left for its PIN, so none is made; put the card into "
    "a phone and enter the PIN there."
)
PUK = "The SIM card of the modem {modem} is locked and asks for its PUK; enter the PUK with a new PIN."
DESTROYED = "The SIM card of the modem {modem} is locked for good; its operator has to give you another one."
PHONE_LOCK = "The modem {modem} is locked to another SIM card or operator."
BROKEN = "The SIM card of the modem {modem} does not work."
BUSY = "The modem {modem} is busy with itself or its SIM card for too long."
WRONG = "The modem {modem} does not accept this SIM card."
DEAF = (
    "The modem {modem} does not answer on {device}; it may be another kind of device, or in use by another program "
    "such as ModemManager."
)
NO_PDU = "The modem {modem} cannot send and receive texts as this program needs it (PDU mode)."
BUG = "The modem {modem} could not be started because of a fault in this program; its log says more."
PIN2 = "The SIM card of the modem {modem} asks for its second PIN or PUK."

# +CME ERROR (3GPP TS 27.007 section 9.2), and the +CMS ERROR (TS 27.005) of the same meaning.
SIM_FAULTS: tuple[tuple[int, int, str, ModemState], ...] = (
    (10, 310, ABSENT, ModemState.BROKEN),
    (11, 311, PIN_MISSING, ModemState.LOCKED),
    (5, 312, PHONE_LOCK, ModemState.LOCKED),
    (6, 312, PHONE_LOCK, ModemState.LOCKED),
    (7, 312, PHONE_LOCK, ModemState.LOCKED),
    (12, 316, PUK, ModemState.LOCKED),
    (13, 313, BROKEN, ModemState.BROKEN),
    (15, 315, WRONG, ModemState.BROKEN),
    (16, 316, PIN_REFUSED, ModemState.LOCKED),
    (17, 317, PIN2, ModemState.LOCKED),
    (18, 318, PIN2, ModemState.LOCKED),
)


def sim_trouble(fault: Fault, modem: str) -> Trouble | None:
    """What a fault says of the SIM card, or None when it is about something else."""
    for cme, cms, template, state in SIM_FAULTS:
        if (fault.kind == "CME" and fault.code == cme) or (fault.kind == "CMS" and fault.code == cms):
            return Trouble(state, Text(template, modem=modem), state is ModemState.BROKEN)
    return None


def is_busy(fault: Fault) -> bool:
    """The modem is not ready yet, and will be soon."""
    if fault.kind == "CME":
        return fault.code in (14, 515)
    return fault.kind == "CMS" and (fault.code in (314, 515) or "please wait" in fault.text.lower())


def no_network(fault: Fault) -> bool:
    """The modem is registered nowhere."""
    return (fault.kind, fault.code) in (("CMS", 331), ("CME", 30))


def start_trouble(fault: Fault, modem: str) -> Trouble | None:
    """As `sim_trouble`, while a modem is started: there a card that stays busy is one too."""
    if is_busy(fault):
        return Trouble(ModemState.BROKEN, Text(BUSY, modem=modem))
    return sim_trouble(fault, modem)


def deaf(settings: ModemSettings) -> Trouble:
    """It does not answer."""
    return Trouble(ModemState.BROKEN, Text(DEAF, modem=settings.name, device=settings.device))


def bug(settings: ModemSettings) -> Trouble:
    """The fault is ours."""
    return Trouble(ModemState.BROKEN, Text(BUG, modem=settings.name))


def pin_wanted(fault: Fault) -> bool:
    """The SIM card asks for its PIN."""
    return (fault.kind, fault.code) in (("CMS", 311), ("CME", 11))


def memory_trouble(fault: Fault) -> bool:
    """The modem has no room left for what comes in, or may have none."""
    return fault.kind == "CMS" and fault.code is not None and (fault.code in (255, 322) or 208 <= fault.code <= 213)
