"""One command after the other with a modem, each with its answer or an end in time.

A time-out leaves nobody knowing what the modem is at: ESC ends a prompt, then AT is asked until its answer is an OK
and nothing else, so that no late answer is taken for that of the next command.
"""

from collections import deque
from collections.abc import Callable

from attrs import define, evolve, field
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from transport.plugins.sms.line.at import ESC, Answer, Engine, Event, Prompt, Unsolicited
from transport.plugins.sms.line.finals import parse_final

ATTEMPTS = 5
ATTEMPT_SECONDS = 2.0
# After ESC, for what it makes the modem say; after OK, for another one that would be late.
QUIET_SECONDS = 0.3


class NoAnswer(Exception):
    """A command has no answer: `submitted` says that its payload was written, and may have been acted on.

    `lines` are those of an answer without an end.
    """

    def __init__(self, submitted: bool = False, lines: tuple[str, ...] = ()) -> None:
        self.submitted = submitted
        self.lines = lines
        super().__init__(f"{self.__class__.__name__}, the message {'was' if submitted else 'was not'} written")


class TimedOut(NoAnswer):
    """The modem did not answer in time."""


class Unplugged(NoAnswer):
    """The link to the modem was lost, or is not there."""


class Cancelled(NoAnswer, CancelledError):
    """Whoever gave the command waits no longer."""


@define(eq=False)
class Job:
    """A command, waiting or in flight; `given_up` says that nobody wants its answer any more."""

    line: str
    expects: tuple[str, ...] = ()
    payload: bytes | None = None
    prompt_timeout: float = 0.0
    timeout: float = 10.0
    submitted: bool = False
    given_up: bool = False
    is_check: bool = False
    done: Deferred[Answer] = field(init=False)


class Dialogue:
    """A modem from the opening of its port to its closing.

    `write` sends octets; `on_unsolicited` gets what the modem says by itself; `on_dead` is called once when it does
    not come to its senses after a time-out: the port should be closed and opened again.
    """

    def __init__(
        self,
        engine: Engine,
        clock: IReactorTime,
        write: Callable[[bytes], None],
        on_unsolicited: Callable[[Unsolicited], None],
        on_dead: Callable[[], None],
        log: Logger | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.write = write
        self.on_unsolicited = on_unsolicited
        self.on_dead = on_dead
        self.log = log or Logger()
        self.queue: deque[Job] = deque()
        self.job: Job | None = None
        self.timer: IDelayedCall | None = None
        self.recovery: Deferred[None] | None = None
        self.strays = 0
        self.receiving = False
        self.closed = False

    async def command(
        self,
        line: str,
        *,
        expects: tuple[str, ...] = (),
        timeout: float = 10.0,  # noqa: ASYNC109
    ) -> Answer:
        """The answer to a command, also when it is an error.

        TimedOut or Unplugged when there is none; Malformed when it is no single line.
        """
        return await self._put(Job(line, tuple(expects), timeout=timeout))

    async def submit(
        self,
        line: str,
        payload: bytes,
        *,
        prompt_timeout: float = 10.0,
        timeout: float = 120.0,  # noqa: ASYNC109
    ) -> Answer:
        """As `command`, with a PDU in ASCII hexadecimal that is written once the modem prompts for it.

        `submitted`, of the answer and of what is raised, is False when the PDU was certainly not written.
        """
        return await self._put(Job(line, (), payload, prompt_timeout, timeout))

    def receive(self, data: bytes) -> None:
        """Octets of the modem."""
        if self.closed:
            return
        events = self.engine.receive(data)
        # A command given by whoever hears of these comes after all of them.
        outer, self.receiving = self.receiving, True
        try:
            for event in events:
                self._handle(event)
        finally:
            self.receiving = outer
        self._next()

    def close(self) -> None:
        """The link is gone: whoever waits is told."""
        if self.closed:
            return
        self.closed = True
        self._stop_timer()
        self.engine.abandon()
        recovery, self.recovery = self.recovery, None
        if recovery is not None:
            recovery.cancel()
        jobs = [self.job, *self.queue] if self.job is not None else [*self.queue]
        self.job = None
        self.queue.clear()
        for job in jobs:
            self._fail(job, Unplugged(job.submitted))

    def _put(self, job: Job) -> Deferred[Answer]:
        job.done = Deferred(lambda _: self._cancel(job))
        if self.closed:
            job.done.errback(Unplugged())
        else:
            self.queue.append(job)
            self._next()
        return job.done

    def _cancel(self, job: Job) -> None:
        """Nobody waits for a command; in flight it ends by itself, but a PDU not written yet never will be."""
        job.given_up = True
        if job in self.queue:
            self.queue.remove(job)
        job.done.errback(Cancelled(job.submitted))

    def _next(self) -> None:
        """Begin the next command, unless something is going on."""
        while self.queue and not (self.job or self.recovery or self.receiving or self.closed):
            self._begin(self.queue.popleft())

    def _begin(self, job: Job) -> None:
        try:
            data = self.engine.command(job.line, job.expects, job.payload)
        except ValueError as error:
            self._fail(job, error)
            return
        self.job = job
        self._start_timer(job.timeout if job.payload is None else job.prompt_timeout)
        self.write(data)

    def _handle(self, event: Event) -> None:
        if isinstance(event, Unsolicited):
            if parse_final(event.line) is not None:
                self.strays += 1
            try:
                self.on_unsolicited(event)
            except Exception:
                self.log.failure("What a modem said could not be used")
        elif isinstance(event, Answer):
            self._answered(event)
        elif isinstance(event, Prompt):
            self._prompted(event)
        else:
            self.log.warn("A modem says too much: one {what} was cut", what=event.what)

    def _prompted(self, prompt: Prompt) -> None:
        """Write the PDU, unless nobody wants that any more, or the answer has come already."""
        job = self.job
        if job is None or self.engine.pending is None:
            return
        if job.given_up:
            self._recover()
            return
        job.submitted = True
        self._start_timer(job.timeout)
        self.write(prompt.payload)

    def _answered(self, answer: Answer) -> None:
        job, self.job = self.job, None
        self._stop_timer()
        if job is not None and not job.done.called:
            job.done.callback(evolve(answer, submitted=job.submitted))

    def _timed_out(self) -> None:
        self.timer = None
        job, pending = self.job, self.engine.pending
        self._recover()
        if job is not None:
            self._fail(job, TimedOut(job.submitted, tuple(pending.lines) if pending is not None else ()))

    def _recover(self) -> None:
        """Give up the command in flight, and find out whether the modem still listens."""
        self._stop_timer()
        job, self.job = self.job, None
        self.engine.abandon()
        if self.recovery is None and not (job is not None and job.is_check):
            self.recovery = Deferred()
            recovery = Deferred.fromCoroutine(self._resynchronise())
            self.recovery = recovery
            recovery.addErrback(lambda failure: failure.trap(CancelledError, Unplugged))

    async def _resynchronise(self) -> None:
        """AT until a clean pair of AT and OK, else the link is dead."""
        for _ in range(ATTEMPTS):
            self.write(ESC + b"\r")
            await deferLater(self.clock, QUIET_SECONDS)
            if await self._is_clean():
                self.recovery = None
                self._next()
                return
        self.recovery = None
        self.close()
        self.on_dead()

    async def _is_clean(self) -> bool:
        job = Job("AT", timeout=ATTEMPT_SECONDS, is_check=True)
        job.done = Deferred(lambda _: self._cancel(job))
        self._begin(job)
        try:
            answer = await job.done
        except TimedOut:
            return False
        self.strays = 0
        await deferLater(self.clock, QUIET_SECONDS)
        return answer.final.ok and not answer.lines and not self.strays

    def _fail(self, job: Job, reason: BaseException) -> None:
        if not job.done.called:
            job.done.errback(reason)

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self.timer = self.clock.callLater(seconds, self._timed_out)

    def _stop_timer(self) -> None:
        timer, self.timer = self.timer, None
        if timer is not None and timer.active():
            timer.cancel()
