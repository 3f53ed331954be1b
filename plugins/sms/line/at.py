"""The AT engine: octets in, events out, no I/O and no time (ITU-T V.250, 3GPP TS 27.005 and 27.007).

One command is in flight.  What the modem says is cut into lines, wherever the octets were cut, and each line is the
echo, a part of the answer, its end, or an indication; lines are Latin-1, so that no octet is lost.
"""

import re

from attrs import define, field

from transport.plugins.sms.line.finals import CALL_ENDS, Final, parse_final
from transport.plugins.sms.line.unsolicited import (
    NAMES,
    WORDS,
    has_second_line,
    is_known,
    is_open_ussd,
    is_registration_change,
    prefix,
    split_pdu,
)
from transport.plugins.sms.malformed import Malformed

CTRL_Z, ESC = b"\x1a", b"\x1b"
# The longest of all is a PDU of 176 octets with its header, in hexadecimal.
LINE_OCTETS = 2048
ANSWER_LINES, ANSWER_CHARACTERS = 4096, 1 << 20
USSD_LINES = 32
LINE_END = re.compile(rb"[\r\n]")
BLANK = re.compile(rb"[\r\n \t]+")
COMMAND = re.compile(r"[ -~]{1,1024}")
PAYLOAD = re.compile(rb"[0-9A-Fa-f]{1,1024}")
OWN_NAMES = re.compile(r"(?:^AT|;)\s*([+^*#$%][A-Z][A-Z0-9_]*)([^;]*)")
CALL_COMMANDS = re.compile(r"AT(?:[DAHO]|\+CHUP|\+CVHU)", re.IGNORECASE)
USSD_COMMAND = re.compile(r"AT\+CUSD=1", re.IGNORECASE)


@define
class Prompt:
    """The modem waits for the PDU: `payload` is what to write now, with Ctrl-Z."""

    payload: bytes


@define
class Answer:
    """All that a command brought; `cut` says that there was more, `submitted` that its payload has been written."""

    lines: tuple[str, ...]
    final: Final
    cut: bool = False
    submitted: bool = False


@define
class Unsolicited:
    """What the modem said by itself; `second` is the PDU that follows +CMT, +CDS and +CBM."""

    line: str
    second: str | None = None


@define
class Cut:
    """Too much came: `what` (line or answer) was cut."""

    what: str


Event = Prompt | Answer | Unsolicited | Cut


@define
class Pending:
    """The command in flight: `echoes` may still come, `prompt_due` says that no PDU may be written yet."""

    line: str
    expects: frozenset[str]
    payload: bytes | None
    prompt_due: bool
    echoes: list[str]
    lines: list[str] = field(factory=list)
    size: int = 0
    cut: bool = False

    def owns(self, line: str) -> bool:
        """Whether a line is part of the answer: a name that is expected, or a bare text."""
        name = prefix(line)
        if not name:
            return line not in WORDS
        return name in self.expects and not is_registration_change(line)

    def add(self, line: str) -> list[Event]:
        """Keep a line of the answer, unless there are too many."""
        self.size += len(line)
        if len(self.lines) < ANSWER_LINES and self.size <= ANSWER_CHARACTERS:
            self.lines.append(line)
            return []
        told, self.cut = self.cut, True
        return [] if told else [Cut("answer")]


class Engine:
    """Reads one modem; a new connection needs a new engine."""

    __slots__ = ("buffer", "held", "pending", "ringing", "ussd")

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.pending: Pending | None = None
        # An indication whose other lines have not come yet.
        self.held: list[str] = []
        # A call that ends says NO CARRIER, and a USSD request that fails says +CME ERROR, to nobody's question.
        self.ringing = False
        self.ussd = False

    def command(self, line: str, expects: tuple[str, ...] = (), payload: bytes | None = None) -> bytes:
        """Begin a command: what to write.

        `expects` are names (`+CMGL`) whose lines belong to the answer; the command's own name need not be among them
        unless indications have the same name.  Bare texts always belong to the answer.  `payload` is a PDU in
        hexadecimal, to be written when `Prompt` comes.  Malformed for what would be more than one line.
        """
        if self.pending is not None:
            raise Malformed("another command is in flight")
        if not COMMAND.fullmatch(line) or (payload is not None and not PAYLOAD.fullmatch(payload)):
            raise Malformed("no single line of printable ASCII, or a payload that is not hexadecimal")
        names = frozenset(name.rstrip(": ") for name in expects) | own_names(line)
        self.pending = Pending(line, names, payload, payload is not None, [line.strip()])
        if USSD_COMMAND.match(line):
            self.ussd = True
        return line.encode("ascii") + b"\r"

    def abandon(self) -> None:
        """Wait no longer for the end of the command in flight."""
        self.pending = None
        self.ussd = False

    def receive(self, data: bytes) -> list[Event]:
        """What the octets say; they may be cut anywhere."""
        events: list[Event] = []
        buffer = self.buffer
        buffer += data.translate(None, b"\0")
        while True:
            blank = BLANK.match(buffer)
            del buffer[: blank.end() if blank is not None else 0]
            pending = self.pending
            if buffer[:1] == b">" and pending is not None and pending.prompt_due and not self.held:
                del buffer[:1]
                events.append(self._prompt(pending))
                continue
            end = LINE_END.search(buffer)
            if end is None:
                # One octet more than a line may have tells that it was too long.
                del buffer[LINE_OCTETS + 1 :]
                return events
            line = bytes(buffer[: end.start()])
            del buffer[: end.end()]
            if len(line) > LINE_OCTETS:
                events.append(Cut("line"))
            events += self._line(line[:LINE_OCTETS])

    def _prompt(self, pending: Pending) -> Prompt:
        payload = pending.payload or b""
        pending.prompt_due = False
        pending.echoes.append(payload.decode("ascii"))
        return Prompt(payload + CTRL_Z)

    def _line(self, raw: bytes) -> list[Event]:
        line = raw.strip(b" \t" + CTRL_Z + ESC).decode("latin-1")
        if not line:
            return []
        if self.held:
            return self._continued(line)
        line = line.lstrip("> ") or line
        pending = self.pending
        if pending is not None and line in pending.echoes:
            pending.echoes.remove(line)
            return []
        if prefix(line) == "+CUSD":
            self.ussd = False
        final = parse_final(line)
        if final is None and pending is not None and pending.owns(line):
            return pending.add(line)
        if final is not None and pending is not None and self._ends(pending, final):
            return [self._finished(pending, final)]
        return self._unsolicited(line)

    def _ends(self, pending: Pending, final: Final) -> bool:
        """Whether a final is that of the command in flight."""
        if final.text in CALL_ENDS and self.ringing and not CALL_COMMANDS.match(pending.line):
            return False
        return not (final.kind == "CME" and self.ussd and not USSD_COMMAND.match(pending.line))

    def _finished(self, pending: Pending, final: Final) -> Answer:
        self.pending = None
        if not final.ok and USSD_COMMAND.match(pending.line):
            self.ussd = False
        return Answer(tuple(pending.lines), final, pending.cut)

    def _unsolicited(self, line: str) -> list[Event]:
        if has_second_line(line) or is_open_ussd(line):
            self.held = [line]
            return []
        if line == "RING" or prefix(line) == "+CRING":
            self.ringing = True
        elif line in CALL_ENDS:
            self.ringing = False
        elif line.startswith("+CME ERROR"):
            self.ussd = False
        return [Unsolicited(*split_pdu(line))]

    def _continued(self, line: str) -> list[Event]:
        """The next line of an indication: the PDU, whatever it looks like, or more of a USSD text."""
        held = self.held
        if not is_open_ussd("\n".join(held)):
            self.held = []
            return [Unsolicited(held[0], line)]
        if is_known(line) or (self.pending is not None and parse_final(line) is not None):
            # The quotation mark was lost; what follows must not be lost with it.
            self.held = []
            return [Unsolicited("\n".join(held)), *self._line(line.encode("latin-1"))]
        held.append(line)
        if len(held) < USSD_LINES and is_open_ussd("\n".join(held)):
            return []
        self.held = []
        return [Unsolicited("\n".join(held))]


def own_names(line: str) -> frozenset[str]:
    """The names that a command's answer may begin with by itself.

    A name that indications have as well is one only in a question: the +CPIN that AT+CPIN="..." brings is news.
    """
    found = OWN_NAMES.findall(line.upper())
    return frozenset(name for name, rest in found if name not in NAMES or rest.rstrip().endswith("?"))
