"""Faults as they are asked for in words, for the control socket and the command line."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import frozen

from transport.plugins.sms.simulator import radio
from transport.plugins.sms.simulator.failure import CME, CMS, Failure
from transport.plugins.sms.simulator.faults import Faults
from transport.plugins.sms.simulator.memories import Slot

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

# A text from +4930123456 with nothing in it.
FILLER: Final = bytes.fromhex("07916407058099F9040B919403214365F700006211020000000004D4F29C0E")


class NoSuchWords(ValueError):
    """What was asked for is nothing that there is; the text says why."""


@frozen
class FaultWord:
    """A fault: what follows its name, what it does, and how it is done."""

    usage: str
    text: str
    do: Callable[["SimModem", Sequence[str]], None]


def number(words: Sequence[str], place: int, default: float | None = None) -> float:
    """A number among the words."""
    if place >= len(words):
        if default is None:
            raise NoSuchWords("a number is missing")
        return default
    try:
        return float(words[place])
    except ValueError:
        raise NoSuchWords(f"{words[place]} is not a number") from None


def failure(words: Sequence[str]) -> tuple[Failure, Sequence[str]]:
    """`cms 38`, `cme 14` or `error`, and the words after it."""
    kind = words[0].upper() if words else ""
    if kind == "ERROR":
        return Failure(), words[1:]
    if kind not in (CMS, CME):
        raise NoSuchWords("an error is cms CODE, cme CODE or error")
    return Failure(kind, int(number(words, 1))), words[2:]


def submit_error(modem: "SimModem", words: Sequence[str]) -> None:
    """The next submits fail."""
    error, rest = failure(words)
    modem.faults.submits.extend([error] * int(number(rest, 0, 1)))


def number_error(modem: "SimModem", words: Sequence[str]) -> None:
    """Submits to a number fail."""
    if not words:
        raise NoSuchWords("a number is missing")
    if words[1:] == ["none"]:
        modem.faults.numbers.pop(words[0], None)
    else:
        modem.faults.numbers[words[0]] = failure(words[1:])[0]


def no_answer(modem: "SimModem", words: Sequence[str]) -> None:
    """The next submits get no final answer."""
    if not words or words[0] not in ("submitted", "lost"):
        raise NoSuchWords("say submitted or lost")
    modem.faults.answers.extend([words[0] == "submitted"] * int(number(words, 1, 1)))


def set_number(name: str, default: float | None = None) -> Callable[["SimModem", Sequence[str]], None]:
    """Set one of the faults that is a number."""

    def do(modem: "SimModem", words: Sequence[str]) -> None:
        value = number(words, 0, default)
        setattr(modem.faults, name, int(value) if isinstance(getattr(modem.faults, name), int) else value)

    return do


def set_flag(name: str) -> Callable[["SimModem", Sequence[str]], None]:
    """Set one of the faults that is there or not."""
    return lambda modem, words: setattr(modem.faults, name, on(words))


def on(words: Sequence[str]) -> bool:
    """`off` or anything else."""
    return not words or words[0] != "off"


def register(state: int) -> Callable[["SimModem", Sequence[str]], None]:
    """The network takes the modem, or not."""
    return lambda modem, words: radio.register(modem, int(number(words, 0, state)))


def chunk(modem: "SimModem", words: Sequence[str]) -> None:
    """Answers come in pieces."""
    modem.faults.chunk, modem.faults.chunk_gap = int(number(words, 0)), number(words, 1, modem.faults.chunk_gap)


def noise(modem: "SimModem", words: Sequence[str]) -> None:
    """A line comes in the middle of everything."""
    text = " ".join(words)
    modem.faults.noise = () if text in ("", "off") else (*modem.faults.noise, text)


def fill(modem: "SimModem", words: Sequence[str]) -> None:
    """A memory is filled with texts of no use."""
    name = words[0].upper() if words else modem.memories.used[2]
    if not modem.memories.parts(name):
        raise NoSuchWords(f"there is no memory {name}")
    while modem.memories.put(name, Slot(FILLER)) is not None:
        pass


def full(modem: "SimModem", words: Sequence[str]) -> None:
    """The memory is full, and until it is not, nothing is sent either (CMS 322)."""
    fill(modem, words)
    modem.faults.full = True


def sim_present(present: bool) -> Callable[["SimModem", Sequence[str]], None]:
    """The SIM is in the modem, or not."""

    def do(modem: "SimModem", words: Sequence[str]) -> None:
        modem.sim.present = present
        radio.changed(modem)

    return do


def sim_busy(modem: "SimModem", words: Sequence[str]) -> None:
    """The SIM is busy for some seconds."""
    seconds = number(words, 0)
    modem.faults.sim_busy_until = modem.clock.seconds() + seconds
    modem.later(seconds, radio.changed, modem)


def clear(modem: "SimModem", words: Sequence[str]) -> None:
    """All is well again."""
    well = Faults()
    for name in Faults.__slots__:
        if not name.startswith("__"):
            setattr(modem.faults, name, getattr(well, name))
    modem.sim.present = True
    radio.register(modem, 1)


FAULTS: Final[Mapping[str, FaultWord]] = {
    "none": FaultWord("", "no fault at all any more", clear),
    "network": FaultWord("[1|5]", "registered again, at home (1) or roaming (5)", register(1)),
    "no-network": FaultWord("[0|2]", "not registered (+CREG), submits get CMS 331", register(0)),
    "denied": FaultWord("", "registration denied (+CREG: 3), submits get CMS 10", register(3)),
    "roaming": FaultWord("", "registered while roaming (+CREG: 5)", register(5)),
    "submit-error": FaultWord("cms|cme CODE [COUNT] or error [COUNT]", "the next submits fail", submit_error),
    "number-error": FaultWord("NUMBER cms|cme CODE, or NUMBER none", "submits to a number fail", number_error),
    "no-answer": FaultWord("submitted|lost [COUNT]", "no final answer after the PDU, which was sent or not", no_answer),
    "submit-delay": FaultWord(
        "SECONDS", "from Ctrl-Z to the answer; sent after half of it", set_number("submit_delay")
    ),
    "prompt-delay": FaultWord("SECONDS", "the prompt comes late", set_number("prompt_delay")),
    "no-prompt": FaultWord("[COUNT]", "the next prompts do not come", set_number("prompts_lost", 1)),
    "no-delete": FaultWord("[COUNT]", "the next +CMGD fail", set_number("deletes", 1)),
    "echo": FaultWord("[off]", "echo whatever ATE says", set_flag("echo")),
    "mute": FaultWord("[off]", "it answers nothing at all", set_flag("mute")),
    "silent": FaultWord("[off]", "it stores texts and reports without telling (+CMTI, +CDSI)", set_flag("silent")),
    "noise": FaultWord("LINE or off", "a line in the middle of everything; each time one more", noise),
    "chunk": FaultWord("SIZE [SECONDS]", "answers in pieces of this size, with a gap; 0 is whole", chunk),
    "fill": FaultWord("[MEMORY]", "the memory is full", fill),
    "full": FaultWord("[MEMORY]", "the memory is full, submits get CMS 322 until it is not", full),
    "sim-absent": FaultWord("", "no SIM (CME 10)", sim_present(False)),
    "sim-present": FaultWord("", "the SIM is back", sim_present(True)),
    "sim-busy": FaultWord("SECONDS", "the SIM is busy (CME 14)", sim_busy),
    "busy-after-pin": FaultWord("SECONDS", "the SIM will be busy after a PIN", set_number("busy_after_pin")),
}


def cause(modem: "SimModem", words: Sequence[str]) -> None:
    """Let a modem have a fault; NoSuchWords when there is none such."""
    if not words or words[0] not in FAULTS:
        raise NoSuchWords("faults are: " + ", ".join(FAULTS))
    FAULTS[words[0]].do(modem, words[1:])
    modem.network.note("fault", modem=modem.number, words=list(words))
