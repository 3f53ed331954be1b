"""One modem's way of sending: the next text, part by part, each written down before and after."""

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from transport.plugins.sms import tpdu
from transport.plugins.sms.outgoing import faults
from transport.plugins.sms.outgoing import journal as states
from transport.plugins.sms.outgoing.faults import Act, Cure, FaultClass, Ruling
from transport.plugins.sms.outgoing.hold import Hold
from transport.plugins.sms.outgoing.lanes import Entry
from transport.plugins.sms.outgoing.outcomes import Outcome, expired
from transport.plugins.sms.outgoing.quota import Caps
from transport.plugins.sms.outgoing.records import Step, Submission
from transport.plugins.sms.outgoing.reports import same_number
from transport.plugins.sms.outgoing.settling import FAILED
from transport.plugins.sms.outgoing.work import WRITE_AGAIN, Work
from transport.plugins.sms.states import Fault, InDoubt, IsModem, ModemState, NotSubmitted

SOONEST_VALIDITY = 300.0
NO_REFERENCE = -1
FLASH = 0
# The later ones do more.
CURES = (Cure.NONE, Cure.DRAIN, Cure.RESET, Cure.HOLD)
WITHOUT_VALIDITY = frozenset({"CMS 198", "CMS 199"})


class Sender:
    """Sends through one modem what the lanes have for it, while it is registered and may."""

    def __init__(self, modem: IsModem, work: Work, caps: Caps) -> None:
        self.modem = modem
        self.name = modem.settings.name
        self.work = work
        self.caps = caps
        self.hold = Hold(modem, work.host, work.soon)
        self.running: Deferred[None] | None = None
        self.current: Submission | None = None
        self.early = False
        self._counted = ""
        self._free_at = 0.0
        self._wake: IDelayedCall | None = None

    @property
    def sim(self) -> str:
        """What tells this SIM from others."""
        return self.modem.health.imsi or self.name

    @property
    def ready(self) -> bool:
        """Whether it may be given a text now, or a moment later."""
        if self.modem.health.state is not ModemState.READY or self.uncounted:
            return False
        now = self.work.now()
        return not self.hold.lasts(now) and not self.caps.wait(now)

    @property
    def uncounted(self) -> bool:
        """Whether it is not known yet what this SIM has sent before, and there is a limit."""
        return self.caps.limited and self._counted != self.sim

    def count(self, sim: str, times: Sequence[float]) -> None:
        """What a SIM has sent in the last day."""
        self._counted = sim
        self.caps.fill(times)

    def changed(self) -> None:
        """The modem's health is another one."""
        self.hold.changed(self.modem.health.state)

    def sends_to(self, sim: str, number: str) -> bool:
        """Whether a part to a number is with the modem just now, so that its report may come early."""
        current = self.current
        return current is not None and current.sim == sim and same_number(current.number, number)

    def kick(self) -> None:
        """Send, if there is something and it may go."""
        if self.running is None and not self.work.stopping:
            running = Deferred.fromCoroutine(self._run())
            if not running.called:
                self.running = running
            running.addErrback(self._broken).addCallback(self._idle)

    def stop(self) -> None:
        """Let nothing more begin."""
        if self._wake is not None and self._wake.active():
            self._wake.cancel()

    def _idle(self, _: None) -> None:
        self.running = None

    def _broken(self, failure: Failure) -> None:
        self.work.host.log.failure("sending through {modem} has failed", failure, modem=self.name)

    async def _run(self) -> None:
        while (entry := self._next()) is not None:
            try:
                await self._send(entry)
            except Exception:
                # A mistake of ours: nobody knows how far it came.
                self.work.host.log.failure("sending through {modem} has failed", modem=self.name)
                await self.work.doubt(entry)
            self._free_at = self.work.now() + self.modem.settings.gap
            await self.modem.caught_up()

    def _next(self) -> Entry | None:
        now = self.work.now()
        if self.work.stopping or not self.ready:
            return None
        if now < self._free_at:
            self._wake_in(self._free_at - now)
            return None
        while (entry := self.work.lanes.take(self.name)) is not None:
            wait = self.caps.wait(now, entry.parts - entry.part)
            if not wait:
                return entry
            self.work.later(entry, wait)
        return None

    def _wake_in(self, delay: float) -> None:
        if self._wake is None or not self._wake.active():
            self._wake = self.work.host.reactor.callLater(delay, self.kick)

    async def _send(self, entry: Entry) -> None:
        """Send a text from its next part on."""
        now = self.work.now()
        if entry.expires <= now:
            await self.work.end(entry, states.EXPIRED, expired(entry.number, entry.fault))
            return
        self._renew(entry, now)
        self.current = self._submission(entry)
        try:
            await self._parts(entry, self.current)
        finally:
            self.current = None

    def _renew(self, entry: Entry, now: float) -> None:
        """Parts that come too late, or by another number, make no whole with those before: all go anew."""
        if entry.part and (now - entry.last > self.work.policy.resume_age or entry.modem != self.name):
            entry.part = 0
            entry.reference = self.work.new_reference()
        entry.modem = self.name

    def _submission(self, entry: Entry) -> Submission:
        return Submission(
            entry.id, entry.number, self.name, self.sim, entry.part, entry.reference, begun=self.work.now()
        )

    async def _parts(self, entry: Entry, s: Submission) -> None:
        try:
            text = await self.work.journal.begin(s)
        except Exception as error:
            self.work.host.log.error("a text cannot be begun: {error}", error=str(error))
            return self.work.later(entry, WRITE_AGAIN)
        if text is None:
            return self.work.gone(entry)
        try:
            pdus = self._encode(entry, *text)
            if len(pdus) != entry.parts:
                raise tpdu.Malformed(f"{len(pdus)} parts instead of {entry.parts}")
        except tpdu.Malformed as error:
            return await self._mistake(entry, str(error), b"")
        while True:
            mr = await self._submit(entry, s, pdus[s.part], s.part + 1 < len(pdus))
            if mr is None:
                break
            if s.part + 1 == len(pdus):
                self._finish(entry, s, mr)
                break
            step = await self._next_part(entry, s, mr)
            if not step.going:
                self.work.gone(entry)
                break
            if self.work.stopping:
                await self.work.requeue(entry)
                break
            s = self.current = self._submission(entry)
        self._look_again()

    def _encode(self, entry: Entry, text: str, flash: bool, report: bool) -> list[bytes]:
        valid = None
        if entry.fault not in WITHOUT_VALIDITY:
            valid = max(SOONEST_VALIDITY, entry.expires - self.work.now())
        pdus = tpdu.segments(
            text,
            entry.number,
            reference=entry.reference,
            report=report or self.work.policy.report_always,
            validity=valid,
            message_class=FLASH if flash else None,
        )
        return [tpdu.encode(pdu) for pdu in pdus]

    async def _submit(self, entry: Entry, s: Submission, pdu: bytes, more: bool) -> int | None:
        """Give the modem a part: its reference; None when it did not go out, which is seen to."""
        self.caps.add(s.begun)
        try:
            mr = await self.modem.submit(pdu, more)
        except NotSubmitted as error:
            if error.fault is None:
                await self._not_given(entry)
                return None
            return await self._refused(entry, error.fault, pdu)
        except InDoubt:
            await self.work.doubt(entry)
            return None
        except Exception:
            self.work.host.log.failure("the modem {modem} has failed while it sent", modem=self.name)
            await self.work.doubt(entry)
            return None
        self.hold.sent()
        return mr

    async def _next_part(self, entry: Entry, s: Submission, mr: int) -> Step:
        now = self.work.now()
        step = await self.work.keep(lambda: self.work.journal.accepted(s, mr, now, False))
        entry.part, entry.last, entry.attempts, entry.fault = s.part + 1, now, 0, ""
        self._tell_all(step.decided)
        return step

    def _finish(self, entry: Entry, s: Submission, mr: int) -> None:
        """The last part went out; the next text need not wait until that is written."""
        now = self.work.now()
        self.work.gone(entry)
        kept = Deferred.fromCoroutine(self.work.keep(lambda: self.work.journal.accepted(s, mr, now, True)))
        kept.addCallback(lambda step: self._tell_all(step.decided)).addErrback(self._broken)

    def _look_again(self) -> None:
        """Reports that came while a part was on its way may be another one's."""
        if self.early:
            self.early = False
            held = Deferred.fromCoroutine(self.work.keep(lambda: self.work.journal.match_held(self.work.now())))
            held.addCallback(self._tell_all).addErrback(self._broken)

    def _tell_all(self, decided: list[Outcome]) -> None:
        for outcome in decided:
            self.work.decided(outcome)

    async def _not_given(self, entry: Entry) -> None:
        """The modem was never given the part: no try if it has gone, else one."""
        now = self.work.now()
        cure = Cure.NONE
        entry.due = now
        if self.modem.health.state is ModemState.READY:
            entry.due += faults.retry(faults.MODEM_DELAYS, entry.attempts).delay
            entry.attempts += 1
            cure = self.hold.trouble(None, entry.number, now)
        await self.work.requeue(entry)
        await self.hold.cure(cure, 0.0, now)

    async def _refused(self, entry: Entry, fault: Fault, pdu: bytes) -> int | None:
        """The modem or the network said no: what the table makes of that."""
        now = self.work.now()
        kind = faults.classify(fault, self.work.policy.overrides)
        ruling = faults.rule(kind, fault, entry.attempts, entry.fault)
        self._tell_admins(fault, ruling)
        cure = max(ruling.cure, self.hold.trouble(kind, entry.number, now), key=CURES.index)
        match ruling.act:
            case Act.TAKEN:
                return NO_REFERENCE
            case Act.DOUBT:
                await self.work.doubt(entry)
            case Act.FAIL if ruling.bug:
                await self._mistake(entry, faults.name(fault), pdu)
            case Act.FAIL:
                reason = faults.refusal(kind, fault, entry.number)
                await self.work.end(entry, FAILED, reason, faults.name(fault))
            case Act.RETRY:
                entry.attempts += ruling.counted
                entry.due, entry.fault = now + ruling.delay, faults.name(fault)
                await self.work.requeue(entry)
        await self.hold.cure(cure, ruling.hold, now)
        return None

    def _tell_admins(self, fault: Fault, ruling: Ruling) -> None:
        if ruling.admins and faults.name(fault) not in self.hold.told:
            self.hold.told.add(faults.name(fault))
            self.work.host.tell_admins(faults.for_admins(self.name, fault))

    async def _mistake(self, entry: Entry, error: str, pdu: bytes) -> None:
        """Our own mistake.  The PDU holds the text, so the journal keeps it and the log only says where."""
        self.work.host.log.error(
            "text {id} was encoded wrongly ({error}); its PDU is in the table sms_out", id=entry.id, error=error
        )
        reason = faults.refusal(FaultClass.BAD_PDU, Fault("", None), entry.number)
        await self.work.end(entry, FAILED, reason, f"{error} {pdu.hex()}".strip())
