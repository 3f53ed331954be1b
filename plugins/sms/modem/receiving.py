"""Taking what a modem has received: kept by others first, deleted or acknowledged afterwards (3GPP TS 27.005).

One thing at a time: the selected memory is the modem's, not a command's.
"""

from collections.abc import Callable, Sequence
from itertools import takewhile

from attrs import define
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.plugins.sms.line.dialogue import TimedOut, Unplugged
from transport.plugins.sms.line.messages import Stored, parse_cmgl, parse_cmgr, parse_hex
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.modem.cnmi import command
from transport.plugins.sms.modem.device import CommandFailed, Device
from transport.plugins.sms.modem.taken import Place, Taken
from transport.plugins.sms.states import Incoming, ModemNews

# More indications than that are not kept one by one: the memories are read as a whole.
MOST_WANTED = 64
# So many indications are let stand while texts go out; a memory for reports has few places.
BEHIND = 3
CATCHING_UP = 5.0
# A modem that does not list its messages is asked for each slot, but not for more than that.
MOST_SLOTS = 500
# +CMGL: the states of messages that were not received, but written by somebody; they are left alone.
WRITTEN = (2, 3)
# An acknowledgement that comes later has been missed (3GPP TS 27.005 section 3.4.4 leaves 15 s to the network).
MISSED = 10.0
# Seconds for a whole memory, and for a slot.
LISTING, DELETING = 60.0, 25.0
# +CME and +CMS ERROR for a slot that holds nothing.
NO_SUCH_INDEX = (21, 321)


def octets(said: str) -> bytes | None:
    """A PDU, None when it is no hexadecimal."""
    try:
        return parse_hex(said)
    except Malformed:
        return None


def is_whole(stored: Stored) -> bool:
    """Whether a message has the length that its header tells, as far as that can be said."""
    pdu = octets(stored.pdu)
    # The SMSC octets are not counted, but for the one that counts them.
    return pdu is not None and stored.length in (None, len(pdu) - 1 - pdu[0])


@define
class Keeping:
    """A message that is being handed over: `kept` tells whether others keep it; `new` is False when they did before."""

    place: Place
    kept: Deferred[bool]
    new: bool


class Receiver:
    """Reads, hands over and deletes, for one opening of the port."""

    def __init__(
        self, device: Device, news: ModemNews, modem: str, sim: Callable[[], str], taken: Taken, log: Logger
    ) -> None:
        self.device = device
        self.news = news
        self.clock = device.clock
        self.modem = modem
        self.sim = sim
        self.taken = taken
        # The modem may have dropped the indications.
        self.deaf = False
        self.log = log
        # Places to read, in the order of their indications.
        self.wanted: dict[Place, None] = {}
        self.drains: list[Deferred[int]] = []
        self.waiting: list[Deferred[None]] = []
        self.sweeping = False
        self.working = False
        self.closed = False

    def indicated(self, memory: str, index: int) -> None:
        """A message or report is at a place."""
        if len(self.wanted) < MOST_WANTED:
            self.wanted[memory, index] = None
            self.work()
        else:
            self.wanted.clear()
            self.sweep()

    def sweep(self) -> None:
        """Take all there is; nobody waits for it."""
        self.sweeping = True
        self.work()

    def drain(self) -> Deferred[int]:
        """Take all there is: how many were handed over."""
        done: Deferred[int] = Deferred()
        if self.closed:
            done.errback(Unplugged(False))
            return done
        self.drains.append(done)
        self.work()
        return done

    def caught_up(self) -> Deferred[None]:
        """Fires when few places are left to read, and after some seconds in any case."""
        if self.closed or len(self.wanted) < BEHIND:
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self.waiting.append(waiting)
        return waiting.addTimeout(CATCHING_UP, self.clock, lambda _, __: None)

    def catch_up(self) -> None:
        """Tell who waits for it that few places are left."""
        if self.closed or len(self.wanted) < BEHIND:
            waiting, self.waiting = self.waiting, []
            for each in waiting:
                if not each.called:
                    each.callback(None)

    def close(self) -> None:
        """The port is closed."""
        self.closed = True
        self.wanted.clear()
        self.catch_up()
        drains, self.drains = self.drains, []
        for done in drains:
            done.errback(Unplugged(False))

    def work(self) -> None:
        """Go on, unless that is being done."""
        if not self.working:
            self.working = True
            Deferred.fromCoroutine(self.run()).addErrback(self.failed)

    def failed(self, failure: Failure) -> None:
        """A fault of ours, which must not end the receiving for good."""
        self.log.error("Reading the messages of {modem} failed: {failure}", modem=self.modem, failure=failure)

    async def run(self) -> None:
        """Do all that is to be done."""
        try:
            while (self.wanted or self.drains or self.sweeping) and not self.closed:
                await self.next_job()
                self.catch_up()
        finally:
            self.working = False

    async def next_job(self) -> None:
        """A drain, else the places that wait longest; what a time-out leaves is found by the next drain."""
        if not self.drains and not self.sweeping:
            try:
                await self.take_wanted()
            except (TimedOut, Unplugged) as error:
                self.log.debug("A message of {modem} could not be read: {error}", modem=self.modem, error=error)
            return
        drains, self.drains = self.drains, []
        self.sweeping = False
        try:
            # A list has the order of places, not that of time.
            count = await self.take_wanted() + await self.read_all()
        except Exception as error:
            self.log.debug("The messages of {modem} could not be read: {error}", modem=self.modem, error=error)
            for done in drains:
                done.errback(error)
        else:
            for done in drains:
                done.callback(count)

    async def read_all(self) -> int:
        """Every memory; how many messages were handed over."""
        count = 0
        for memory in self.device.reads:
            if await self.device.select(memory):
                count += await self.read_memory(memory)
        return count

    async def read_memory(self, memory: str) -> int:
        """All of the selected memory, as the modem lists it or else slot by slot."""
        try:
            lines = await self.device.ask("AT+CMGL=4", within=LISTING)
        except CommandFailed:
            return await self.read_slots(memory)
        keeping = []
        for stored in parse_cmgl(lines):
            # Some modems cut the last one of a list.
            whole = stored if is_whole(stored) else await self.read(stored.index)
            place = (memory, stored.index)
            keeping.append(self.keep(place, whole or stored, place in self.wanted))
        return await self.delete_kept(keeping)

    async def read_slots(self, memory: str) -> int:
        """All slots of the selected memory."""
        slots = range(1, min(self.device.slots.get(memory, 0), MOST_SLOTS) + 1)
        return await self.handle([(memory, index) for index in slots], False)

    async def take_wanted(self) -> int:
        """The messages that the modem has told of, those in the memory of the first: how many there were."""
        memory = next(iter(self.wanted), ("", 0))[0]
        places = list(takewhile(lambda place: place[0] == memory, self.wanted))
        for place in places:
            del self.wanted[place]
        return await self.handle(places, True) if places and await self.device.select(memory) else 0

    async def handle(self, places: Sequence[Place], announced: bool) -> int:
        """What is at places of the selected memory: all is read and handed over, then deleted; how many there were."""
        keeping = []
        for place in places:
            stored = await self.read(place[1])
            if stored is not None:
                keeping.append(self.keep(place, stored, announced or place in self.wanted))
        return await self.delete_kept(keeping)

    async def read(self, index: int) -> Stored | None:
        """The message in a slot of the selected memory; None when there is none (any more)."""
        lines = await self.device.attempt(f"AT+CMGR={index}")
        return parse_cmgr(lines, index) if lines else None

    def keep(self, place: Place, stored: Stored, announced: bool) -> Keeping:
        """Hand over what is new, in the order of these calls; many are written at once."""
        if stored.status in WRITTEN:
            return Keeping(place, succeed(False), False)
        new = not self.taken.holds(self.sim(), place, stored.pdu)
        fresh = announced and self.taken.was_deleted(self.sim(), place, stored.pdu)
        kept = Deferred.fromCoroutine(self.hand_over(stored.pdu, place, fresh)) if new else succeed(True)
        return Keeping(place, kept.addCallback(self.kept, place, stored), new)

    def kept(self, kept: bool, place: Place, stored: Stored) -> bool:
        """Remember what need not be handed over again, should it not be deleted."""
        if kept:
            self.taken.add(self.sim(), place, stored.pdu)
        return kept

    async def delete_kept(self, keeping: Sequence[Keeping]) -> int:
        """Delete what others keep; how many were handed over."""
        count = 0
        for each in keeping:
            if await each.kept:
                count += each.new
                if await self.delete(each.place):
                    self.taken.gone(self.sim(), each.place)
        return count

    async def delete(self, place: Place) -> bool:
        """Whether the place is free now."""
        try:
            await self.device.ask(f"AT+CMGD={place[1]}", within=DELETING)
        except CommandFailed as error:
            return error.fault.code in NO_SUCH_INDEX
        return True

    async def hand_over(self, said: str, place: Place | None, fresh: bool = False) -> bool:
        """Whether others keep it now."""
        pdu = octets(said)
        try:
            if pdu is None:
                await self.news.unreadable(self.modem, self.sim(), said, place)
            else:
                await self.news.received(Incoming(self.modem, self.sim(), pdu, place, fresh))
        except Exception:
            # It stays where it is, and those behind it must not wait for it.
            self.log.failure("A message of {modem} could not be kept", modem=self.modem)
            return False
        return True

    def given(self, said: str) -> None:
        """A message or report that the modem does not keep: its PDU."""
        Deferred.fromCoroutine(self.direct(said)).addErrback(self.gone)

    def gone(self, failure: Failure) -> None:
        """Nothing can be acknowledged any more; the network gives it again."""
        if failure.check(Unplugged) is None:
            self.failed(failure)

    async def direct(self, said: str) -> None:
        """Have it kept, then acknowledge it where the modem waits for that."""
        since = self.clock.seconds()
        kept = await self.hand_over(said, None)
        if not self.device.acknowledges:
            return
        if kept and await self.device.attempt("AT+CNMA") is not None and self.clock.seconds() < since + MISSED:
            return
        # The modem tells nothing any more (mt and ds are 0 now), until it is told to again.
        self.deaf = True
        if kept:
            await self.listen()

    async def listen(self) -> None:
        """Set the indications again, if the modem may have dropped them, and take what it did not tell of."""
        if self.deaf and self.device.cnmi and await self.device.attempt(command(self.device.cnmi)) is not None:
            self.deaf = False
            self.sweep()
