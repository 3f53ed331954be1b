"""A modem while its port is open: commands with their answers, and what it has told of itself."""

from collections.abc import Sequence

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from transport.plugins.sms.line.answers import parse_cpms_totals
from transport.plugins.sms.line.dialogue import Dialogue, TimedOut
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.modem.trouble import is_busy
from transport.plugins.sms.states import Fault

# How long a modem may be busy while it starts, and how often it is asked.
PATIENCE = 60.0
REST = 2.0


class CommandFailed(Exception):
    """The modem answered a command with an error."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.kind if fault.code is None else f"{fault.kind} {fault.code}")


class Device:
    """One opening of the port.

    `reads` are the memories that can be read, `current` is the one that is selected; `acknowledges` says that
    what comes directly waits for +CNMA, `packs_codes` that a USSD code may have to be packed septets; `cnmi` are the
    indications that are set; until `linked_until` the link to the network is open for another part.
    """

    def __init__(self, dialogue: Dialogue, clock: IReactorTime) -> None:
        self.dialogue = dialogue
        self.clock = clock
        self.reads: tuple[str, ...] = ()
        self.current = ""
        self.slots: dict[str, int] = {}
        self.acknowledges = False
        self.packs_codes = False
        self.cnmi: tuple[int, ...] = ()
        self.patient_until = 0.0
        self.linked_until = 0.0
        self.be_patient()

    def be_patient(self) -> None:
        """The modem is being started: it may be busy for a while."""
        self.patient_until = self.clock.seconds() + PATIENCE

    async def ask(self, line: str, within: float = 10.0) -> tuple[str, ...]:
        """The lines of a good answer; CommandFailed, TimedOut or Unplugged otherwise."""
        answer = await self.dialogue.command(line, timeout=within)
        fault = answer.final.fault
        if fault is not None:
            raise CommandFailed(fault)
        return answer.lines

    async def attempt(self, line: str, within: float = 10.0) -> tuple[str, ...] | None:
        """As `ask`, for what may fail: None when the modem refuses or says nothing."""
        try:
            return await self.ask(line, within=within)
        except (CommandFailed, TimedOut, Malformed):
            return None

    async def patiently(self, line: str, within: float = 10.0) -> tuple[str, ...]:
        """As `ask`, again and again while the modem is busy with its start."""
        while True:
            try:
                return await self.ask(line, within)
            except CommandFailed as error:
                if not is_busy(error.fault) or not await self.rest():
                    raise

    async def rest(self) -> bool:
        """Wait a little; tells whether that was still worth it."""
        if self.clock.seconds() >= self.patient_until:
            return False
        await self.pause(REST)
        return True

    async def pause(self, seconds: float) -> None:
        """Say nothing for a while."""
        await deferLater(self.clock, seconds)

    async def select(self, memory: str) -> bool:
        """Have a memory selected for reading and deleting."""
        if memory == self.current:
            return True
        lines = await self.attempt(f'AT+CPMS="{memory}"')
        if lines is None:
            return False
        self.current = memory
        self.learn(memory, lines)
        return True

    def learn(self, memory: str, lines: Sequence[str]) -> None:
        """What the answer to +CPMS= says of a memory."""
        totals = parse_cpms_totals(lines)
        if totals:
            self.slots[memory] = totals[0]
