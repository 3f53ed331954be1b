"""What an error of a modem means for the text that it was given, as data (3GPP TS 27.005 section 3.2.5).

The numbers below 300 are those of the network (3GPP TS 24.011 section E.2, TS 23.040 section 9.2.3.22).
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import define

from transport.api import Refused, Text
from transport.plugins.sms.states import Fault


class FaultClass(Enum):
    """What kind of error it is; the values are what an administrator writes to override a code's class."""

    PERMANENT = "permanent"
    CONGESTED = "congested"
    NETWORK = "network"
    NO_VALIDITY = "no-validity"
    UNSUBSCRIBED = "unsubscribed"
    DUPLICATE = "duplicate"
    MOBILE = "mobile"
    MODEM = "modem"
    VENDOR = "vendor"
    UNSUPPORTED = "unsupported"
    BAD_PDU = "bad-pdu"
    SIM = "sim"
    FULL = "full"
    CENTRE = "centre"
    UNREGISTERED = "unregistered"
    DOUBT = "doubt"


def _codes(*parts: int | range) -> tuple[int, ...]:
    return tuple(code for part in parts for code in ((part,) if isinstance(part, int) else part))


def _by_code(table: Iterable[tuple[FaultClass, tuple[int, ...]]]) -> Mapping[int, FaultClass]:
    return {code: kind for kind, codes in table for code in codes}


CMS = _by_code(
    (
        (FaultClass.PERMANENT, _codes(1, 8, 10, 21, 28, 29, 30, 50, 69, 81, range(95, 100))),
        (FaultClass.CONGESTED, _codes(111)),
        (FaultClass.NETWORK, _codes(27, 38, 41, 42, 47, 127, 192, 194)),
        (FaultClass.PERMANENT, _codes(range(128, 162), 175, 176, 195, 196)),
        (FaultClass.NO_VALIDITY, _codes(198, 199)),
        (FaultClass.UNSUBSCRIBED, _codes(193)),
        (FaultClass.DUPLICATE, _codes(197)),
        (FaultClass.MOBILE, _codes(range(208, 214), 255)),
        (FaultClass.MODEM, _codes(300, 301, 314, 320, 500, 521, 522, 532, 535, 615, 616)),
        (FaultClass.UNSUPPORTED, _codes(302, 303)),
        (FaultClass.BAD_PDU, _codes(304, 305, range(516, 521), 538, range(549, 555))),
        (FaultClass.SIM, _codes(range(310, 314), range(315, 319))),
        (FaultClass.VENDOR, _codes(range(512, 516))),
        (FaultClass.FULL, _codes(322)),
        (FaultClass.CENTRE, _codes(330)),
        (FaultClass.UNREGISTERED, _codes(331)),
        (FaultClass.DOUBT, _codes(332)),
    )
)
CME = _by_code(
    (
        (FaultClass.SIM, _codes(10, 11, 12, 13, 16)),
        (FaultClass.MODEM, _codes(14, 100, 515)),
        (FaultClass.UNREGISTERED, _codes(30)),
        (FaultClass.NETWORK, _codes(31)),
    )
)
PLEASE_WAIT = "please wait"
UNKNOWN_NUMBER = frozenset({1, 28, 30, 195})
BARRED_NUMBER = frozenset({8, 10, 21, 29, 50, 196})
# Names of errors that say that this gateway is out of service, whatever the text.
OUT_OF_SERVICE = frozenset(
    f"{kind} {code}"
    for kind, table in (("CMS", CMS), ("CME", CME))
    for code, known in table.items()
    if known in (FaultClass.SIM, FaultClass.CENTRE, FaultClass.UNREGISTERED)
)
PIN_WANTED = frozenset({("CMS", 311), ("CME", 11)})

NETWORK_DELAYS = (30.0, 120.0, 600.0, 1800.0)
MODEM_DELAYS = (5.0, 15.0, 60.0, 300.0, 1800.0)
MOBILE_DELAYS = (5.0, 15.0)
HOLD = 600.0
HOLD_REGISTERED = 30.0


def classify(fault: Fault, overrides: Mapping[int, FaultClass]) -> FaultClass:
    """The class of an error; what nobody knows is the modem's (as 500)."""
    if fault.code is None:
        return FaultClass.MODEM
    if fault.kind == "CME":
        return CME.get(fault.code, FaultClass.MODEM)
    known = overrides.get(fault.code)
    if known is not None:
        return known
    kind = CMS.get(fault.code, FaultClass.MODEM)
    if kind is FaultClass.VENDOR and PLEASE_WAIT in fault.text.lower():
        return FaultClass.MODEM
    return kind


def name(fault: Fault) -> str:
    """A fault as people and the journal write it: `CMS 38`, `CME 13`, `ERROR`."""
    return fault.kind if fault.code is None else f"{fault.kind} {fault.code}"


class Act(Enum):
    """What becomes of the text."""

    FAIL = "fail"
    RETRY = "retry"
    TAKEN = "taken"
    DOUBT = "doubt"


class Cure(Enum):
    """What the modem needs first."""

    NONE = "none"
    RESET = "reset"
    DRAIN = "drain"
    HOLD = "hold"


@define
class Ruling:
    """The answer to an error: `delay` in seconds before the next try, which counts as one when `counted`.

    With `cure` HOLD the modem sends nothing until it has been out of service and back, or for `hold`
    seconds.  `admins`: they must know.  `bug`: our own mistake.
    """

    act: Act
    delay: float = 0.0
    counted: bool = True
    cure: Cure = Cure.NONE
    hold: float = 0.0
    admins: bool = False
    bug: bool = False


def rule(kind: FaultClass, fault: Fault, attempts: int, previous: str) -> Ruling:
    """What to do after an error: `attempts` were counted before, `previous` is the name of the last fault."""
    again = previous == name(fault)
    fail = Ruling(Act.FAIL)
    match kind:
        case FaultClass.NETWORK:
            return retry(NETWORK_DELAYS, attempts)
        case FaultClass.CONGESTED:
            return fail if again else retry(NETWORK_DELAYS, attempts)
        case FaultClass.VENDOR:
            return fail if again else retry(MODEM_DELAYS, attempts)
        case FaultClass.NO_VALIDITY:
            return fail if again else Ruling(Act.RETRY)
        case FaultClass.UNSUPPORTED:
            return fail if again else Ruling(Act.RETRY, cure=Cure.RESET)
        case FaultClass.UNSUBSCRIBED:
            return Ruling(Act.FAIL, admins=True)
        case FaultClass.BAD_PDU:
            return Ruling(Act.FAIL, bug=True, admins=True)
        case FaultClass.DUPLICATE:
            return Ruling(Act.TAKEN)
        case FaultClass.MOBILE:
            return fail if attempts >= len(MOBILE_DELAYS) else retry(MOBILE_DELAYS, attempts, Cure.DRAIN)
        case FaultClass.FULL:
            return retry(MODEM_DELAYS, attempts, Cure.DRAIN) if again else Ruling(Act.RETRY, cure=Cure.DRAIN)
        case FaultClass.SIM:
            pin = (fault.kind, fault.code) in PIN_WANTED and not again
            return Ruling(Act.RETRY, 0.0, False, Cure.RESET if pin else Cure.HOLD, HOLD, admins=True)
        case FaultClass.CENTRE:
            # A start sets the centre that is configured.
            return Ruling(Act.RETRY, 0.0, False, Cure.HOLD if again else Cure.RESET, HOLD, admins=again)
        case FaultClass.UNREGISTERED:
            return Ruling(Act.RETRY, 0.0, False, Cure.HOLD, HOLD_REGISTERED)
        case FaultClass.DOUBT:
            return Ruling(Act.DOUBT)
        case FaultClass.MODEM:
            return retry(MODEM_DELAYS, attempts)
    return fail


def retry(delays: tuple[float, ...], attempts: int, cure: Cure = Cure.NONE) -> Ruling:
    """Try again after the next delay of a schedule; the last one is repeated."""
    return Ruling(Act.RETRY, delays[min(attempts, len(delays) - 1)], cure=cure)


def refusal(kind: FaultClass, fault: Fault, number: str) -> Refused:
    """What the owner is told when an error ends a text."""
    error = name(fault)
    if kind is FaultClass.BAD_PDU:
        return Refused(
            "internal-server-error",
            "The text to {number} could not be sent because of a mistake in this gateway (error {error}). "
            "The administrators know.",
            number=number,
            error=error,
        )
    if kind is FaultClass.UNSUBSCRIBED:
        return Refused(
            "not-allowed",
            "The text to {number} was not sent: the SIM card of this gateway may not send texts (error {error}).",
            number=number,
            error=error,
        )
    if kind in (FaultClass.MODEM, FaultClass.MOBILE, FaultClass.UNSUPPORTED, FaultClass.VENDOR):
        return Refused(
            "remote-server-timeout",
            "The modem of this gateway could not send the text to {number} (error {error}).",
            number=number,
            error=error,
        )
    if fault.code in UNKNOWN_NUMBER:
        return Refused(
            "item-not-found",
            "The phone network knows no subscriber {number} (error {error}).",
            number=number,
            error=error,
        )
    if fault.code in BARRED_NUMBER:
        return Refused(
            "not-allowed",
            "The phone network does not allow texts to {number} (error {error}).",
            number=number,
            error=error,
        )
    return Refused(
        "not-allowed",
        "The phone network refused the text to {number} (error {error}).",
        number=number,
        error=error,
    )


def for_admins(modem: str, fault: Fault) -> Text:
    """What the administrators are told of an error that they can mend."""
    return Text(
        "The modem {modem} reports the error {error} when it sends: {text}.",
        modem=modem,
        error=name(fault),
        text=HELP.get(name(fault)) or fault.text or Text("see its manual"),
    )


HELP: Mapping[str, Text] = {
    "CMS 193": Text("the SIM card has no contract for sending texts"),
    "CMS 310": Text("there is no SIM card"),
    "CMS 311": Text("the SIM card wants its PIN"),
    "CMS 312": Text("the SIM card wants the PIN of another phone"),
    "CMS 313": Text("the SIM card has failed"),
    "CMS 315": Text("it is the wrong SIM card"),
    "CMS 316": Text("the SIM card wants its PUK"),
    "CMS 317": Text("the SIM card wants its PIN2"),
    "CMS 318": Text("the SIM card wants its PUK2"),
    "CMS 330": Text("the number of the service centre is not known; set it by the key smsc"),
    "CME 10": Text("there is no SIM card"),
    "CME 11": Text("the SIM card wants its PIN"),
    "CME 12": Text("the SIM card wants its PUK"),
    "CME 13": Text("the SIM card has failed"),
    "CME 16": Text("the PIN is wrong"),
}
