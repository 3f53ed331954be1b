"""A simulated modem: bytes in, bytes out (ITU-T V.250, 3GPP TS 27.005 and 27.007)."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from twisted.internet.interfaces import IReactorTime

from transport.plugins.sms.simulator import arriving, radio
from transport.plugins.sms.simulator.answering import Prompt, final
from transport.plugins.sms.simulator.call import Call, calls
from transport.plugins.sms.simulator.calling import Ringing
from transport.plugins.sms.simulator.commands import COMMANDS
from transport.plugins.sms.simulator.failure import AS_CMS, CMS, Failure, Unknown
from transport.plugins.sms.simulator.faults import Faults
from transport.plugins.sms.simulator.line import Line
from transport.plugins.sms.simulator.memories import Memories
from transport.plugins.sms.simulator.network import SimNetwork
from transport.plugins.sms.simulator.on_air import OnAir, Taken
from transport.plugins.sms.simulator.profiles import GENERIC, PROFILES, Profile
from transport.plugins.sms.simulator.settings import Settings
from transport.plugins.sms.simulator.sim import Sim
from transport.plugins.sms.simulator.ussd_menus import Menu

CR, CTRL_Z, ESCAPE = 0x0D, 0x1A, 0x1B
LONGEST_LINE: Final = 4096
DROPPED: Final = {0: None, 10: None, ESCAPE: None, CTRL_Z: None}


class SimModem:
    """One modem with its SIM, in a network.

    `write` gets what it says; `hang_up` is called when it is unplugged, `come_back` when it is plugged in again.
    Times are those of the network's pace, so that with a fast one all answers come before `receive` returns.
    `function` is what +CFUN sets, `registration` what the network says of it, `signal` what +CSQ tells; `waits` counts
    commands to be put off with CME 515, `life` the losses of power.
    """

    plugged = True
    booting = False
    function = 1
    registration = 1
    signal = 21
    waits = 0
    unacknowledged: OnAir | None = None
    ussd_menu: Menu | None = None
    prompt: Prompt | None = None
    busy = False
    working = False
    last_line = ""
    echoed = 0
    life = 0

    def __init__(
        self,
        network: SimNetwork,
        number: str,
        clock: IReactorTime,
        profile: Profile | str = GENERIC,
        write: Callable[[bytes], None] = lambda data: None,
        sim: Sim | None = None,
        name: str = "",
    ) -> None:
        self.network = network
        self.number = number
        self.name = name or number
        self.clock = clock
        self.profile: Profile = PROFILES[profile] if isinstance(profile, str) else profile
        self.pace = network.pace
        self.sim: Sim = sim or Sim(number)
        self.memories = Memories.of(self.profile.sizes)
        self.faults = Faults()
        self.settings = Settings()
        self.line = Line(write, self.faults, self.profile.newline, clock)
        self.hang_up: Callable[[], None] = lambda: None
        self.come_back: Callable[[], None] = lambda: None
        self.ringing = Ringing(self)
        self.told_registration = radio.registration(self)
        self.heard = bytearray()
        self.chain: deque[Call] = deque()
        self.held: list[Sequence[str]] = []
        network.join(self)

    def receive(self, data: bytes) -> None:
        """What the client writes; pieces may be cut anywhere."""
        if self.plugged and not self.booting and not self.faults.mute:
            self.heard += data
            self.work()

    def work(self) -> None:
        """Go through what was heard."""
        if self.working:
            return
        self.working = more = True
        try:
            while more and self.heard and not self.busy:
                more = self.read_line() if self.prompt is None else self.read_payload(self.prompt)
        finally:
            self.working = False

    def echo(self, end: int) -> None:
        """Say again what was heard up to there, if the client wants that."""
        if self.settings.echo or self.faults.echo:
            self.line.put_bytes(bytes(self.heard[self.echoed : end]))
        self.echoed = end

    def read_line(self) -> bool:
        """Take a command line from what was heard; False when there is no whole one."""
        end = self.heard.find(CR)
        repeated = self.heard[:3].strip().upper().startswith(b"A/")
        if end < 0 and not repeated:
            self.echo(len(self.heard))
            if len(self.heard) > LONGEST_LINE:
                self.forget_heard(len(self.heard))
            return False
        end = self.heard.upper().find(b"A/") + 2 if repeated else end + 1
        self.echo(end)
        text = self.heard[:end].decode("latin-1")
        self.forget_heard(end)
        self.execute(self.last_line if repeated else text.translate(DROPPED).strip())
        return True

    def forget_heard(self, end: int) -> None:
        """That much has been dealt with."""
        del self.heard[:end]
        self.echoed = 0

    def read_payload(self, prompt: Prompt) -> bool:
        """Take what follows the prompt, up to Ctrl-Z or ESC; False when that has not come."""
        ends = [place for place in (self.heard.find(CTRL_Z), self.heard.find(ESCAPE)) if place >= 0]
        end = min(ends) if ends else len(self.heard)
        last = self.heard[end] if ends else 0
        if prompt.shown:
            self.echo(end)
            prompt.data += self.heard[:end]
        elif last != ESCAPE:
            self.network.note("blind", modem=self.number, data=self.heard[:end].decode("latin-1"))
        self.forget_heard(end + bool(ends))
        if last == ESCAPE:
            self.prompt = None
            self.busy = True
            self.finish()
        elif last == CTRL_Z and prompt.shown:
            self.prompt = None
            self.busy = True
            self.flush()
            prompt.finish(bytes(prompt.data))
        return bool(ends)

    def execute(self, text: str) -> None:
        """Do a command line."""
        try:
            found = calls(text)
        except Failure as failure:
            self.finish(failure)
            return
        if found is not None:
            self.last_line = text
            self.busy = True
            self.chain.extend(found)
            self.line.noise()
            self.later(self.pace.answer, self.run)

    def run(self) -> None:
        """Do the commands of the line that are left."""
        while self.chain:
            call = self.chain.popleft()
            try:
                lines = self.command(call)
            except Failure as failure:
                self.finish(failure)
                return
            if lines is None:
                return
            self.line.info(lines)
        self.finish()

    def command(self, call: Call) -> Sequence[str] | None:
        """What a command answers; None when it answers later, by `answer` or `finish`."""
        handler = COMMANDS.get(call.name)
        if handler is None or call.name in self.profile.lacks:
            raise Unknown
        return handler(self, call)

    def answer(self, lines: Sequence[str]) -> None:
        """A command that took longer has succeeded."""
        self.line.info(lines)
        self.run()

    def finish(self, failure: Failure | None = None) -> None:
        """Give the final answer."""
        self.line.noise()
        if not self.settings.quiet:
            self.line.put(final(self.settings, self.profile, failure))
        self.idle()

    def idle(self) -> None:
        """No command is being done any more."""
        self.chain.clear()
        self.busy = False
        self.flush()
        self.work()

    def ask(self, finish: Callable[[bytes], None]) -> None:
        """Ask for more with a prompt."""
        self.prompt = prompt = Prompt(finish)
        self.busy = False
        if self.faults.prompts_lost:
            self.faults.prompts_lost -= 1
        else:
            self.later(self.faults.prompt_delay, self.show, prompt)

    def show(self, prompt: Prompt) -> None:
        """Write the prompt, unless it was given up."""
        if self.prompt is prompt:
            self.line.noise()
            prompt.shown = True
            self.line.put("\r\n> ")

    def unsolicited(self, *lines: str) -> None:
        """Say something that nobody asked for: at once, but not while a text is being typed."""
        if not self.plugged or self.booting:
            return
        if self.prompt is not None and self.prompt.shown:
            self.held.append(lines)
        else:
            self.line.info(lines)

    def indicate(self, *lines: str) -> None:
        """Say what +CNMI rules: mode 0 keeps it in the modem."""
        if self.settings.mode == 0:
            self.settings.held.append("\r\n".join(lines))
        else:
            self.unsolicited(*lines)

    def flush(self) -> None:
        """Say what was held back while a text was typed."""
        held, self.held = self.held, []
        for lines in held:
            self.unsolicited(*lines)

    def later(self, delay: float, what: Callable[..., None], *arguments: object) -> None:
        """Do something after a time, unless the modem loses power; at once when there is no delay."""
        if delay > 0:
            self.clock.callLater(delay, self.if_alive, self.life, what, arguments)
        else:
            what(*arguments)

    def if_alive(self, life: int, what: Callable[..., None], arguments: Sequence[object]) -> None:
        """Do what was put off, when it is still the same life."""
        if life == self.life:
            what(*arguments)

    def need_sim(self, kind: str = CMS) -> None:
        """Failure unless the SIM can be used."""
        code = radio.sim_trouble(self)
        if code is not None:
            raise Failure(kind, AS_CMS[code] if kind == CMS else code)

    @property
    def reachable(self) -> bool:
        """Whether the network finds it."""
        return self.plugged and not self.booting and radio.registration(self) in radio.REGISTERED

    def take(self, item: OnAir) -> Taken:
        """Something comes from the network."""
        return arriving.take(self, item)

    def unplug(self) -> None:
        """Pull it out: what it was doing is lost."""
        if self.plugged:
            self.plugged = False
            self.network.note("unplugged", modem=self.number)
            radio.power_lost(self)
            self.hang_up()

    def plug(self) -> None:
        """Put it in again."""
        if not self.plugged:
            self.plugged = True
            self.network.note("plugged", modem=self.number)
            self.come_back()
            radio.restart(self, 0)

    def client_gone(self) -> None:
        """The client has closed the port: what it typed in part is forgotten, a text that has its Ctrl-Z is not."""
        self.abandon(self.prompt)
        self.forget_heard(len(self.heard))
        self.line.clear()

    def abandon(self, prompt: Prompt | None) -> None:
        """Nobody will type at this prompt any more."""
        if prompt is not None and prompt is self.prompt:
            self.prompt = None
            self.network.note("abandoned", modem=self.number)

    def reboot(self, silence: float | None = None) -> None:
        """Let it start again by itself, being deaf for some seconds."""
        self.network.note("rebooted", modem=self.number)
        radio.restart(self, silence)
