"""The outbox under anything in any order: outcomes of modems, crashes, reports, time."""

from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from outbox_audit import Fate, check, marked
from outbox_world import ANN, OK, Air, Answer, World, cms, status_report

from transport.api import Message, Refused
from transport.plugins.sms.outgoing.policy import Policy
from transport.plugins.sms.outgoing.records import Order
from transport.plugins.sms.states import InDoubt, ModemSettings, ModemState, NotSubmitted

NUMBERS = ("+4915110000001", "+4915110000002", "71120")
TTL = 5000.0
# But for 197: that the network has it already must be true.
CODES = (1, 38, 69, 111, 193, 198, 208, 303, 304, 310, 322, 330, 331, 332, 500, 513, 999, None)
ANSWERS = st.one_of(
    st.just(OK),
    st.sampled_from(CODES).map(cms),
    st.builds(
        Answer,
        st.booleans(),
        st.just(InDoubt("no answer")),
        st.sampled_from([0.0, 3.0]),
    ),
    st.just(Answer(False, NotSubmitted("unplugged"))),
    st.just(Answer(True, "ok", 2.0)),
    st.just(Answer(True, None)),
)
STATUSES = st.sampled_from([0, 0, 0, 1, 2, 0x10, 0x20, 0x30, 0x40, 0x43, 0x46, 0x61, 0x90])


class Machine(RuleBasedStateMachine):
    """Two modems, one owner, and everything that can happen to a text."""

    def __init__(self) -> None:
        super().__init__()
        modems = (ModemSettings("a", "/dev/a", gap=0.0), ModemSettings("b", "/dev/b", gap=1.0, cost=2.0))
        self.world = World(policy=Policy(region="SE", short_numbers=True, claim="allow", ttl=TTL), settings=modems)
        self.fates: list[Fate] = []
        self.said: dict[int, int] = {}
        self.final: set[int] = set()
        self.kept: set[int] = set()
        self.early = False
        for modem in self.world.modems.values():
            modem.before = self.taken

    def alive(self) -> None:
        """Start the program again if it is dead."""
        if self.world.epoch.dead:
            self.world.start()
            self.world.advance(0)

    def taken(self, air: Air) -> None:
        if self.early:
            self.tell(air, 0)

    def tell(self, air: Air, status: int) -> None:
        """A report, which a network gives once for good; modems repeat what was not kept."""
        if not air.report or id(air) in self.final:
            return
        self.said[id(air)] = status
        if not 0x20 <= status < 0x40:
            self.final.add(id(air))
        self.world.outbox.report(air.sim, status_report(air, status)).addCallback(lambda _: self.kept.add(id(air)))

    @initialize(delay=st.sampled_from([0.0, 0.01]))
    def disk(self, delay: float) -> None:
        """How long a transaction takes."""
        self.world.write_delay = delay

    @rule(number=st.sampled_from(NUMBERS), parts=st.sampled_from([1, 1, 2, 3]), asked=st.booleans())
    def put(self, number: str, parts: int, asked: bool) -> None:
        n = len(self.fates)
        fate = Fate(n, number, parts, asked)
        text = marked(n, parts)
        ticket = self.world.hosts[ANN].ticket(Message(text, id=f"m{n}"))
        try:
            put = self.world.outbox.put(Order(ANN, number, text, ticket, f"m{n}", asked))
        except Refused:
            return
        self.fates.append(fate)
        put.addCallback(lambda _: setattr(fate, "kept", True))
        self.world.advance(0)
        self.alive()

    @rule(modem=st.sampled_from("ab"), answers=st.lists(ANSWERS, min_size=1, max_size=4))
    def answers(self, modem: str, answers: list[Answer]) -> None:
        self.world.modems[modem].script.extend(answers)

    @rule(early=st.booleans())
    def reports_may_come_early(self, early: bool) -> None:
        self.early = early

    @rule(steps=st.integers(0, 12))
    def die_soon(self, steps: int) -> None:
        self.world.crash_at = self.world.ticks + steps

    @rule()
    def die(self) -> None:
        self.world.crash()
        self.world.advance(0)
        self.alive()

    @rule()
    def stop_and_start(self) -> None:
        self.world.outbox.stop()
        self.world.advance(6)
        self.world.crash()

    @rule(seconds=st.sampled_from([0.5, 5.0, 30.0, 130.0, 700.0, 3600.0]))
    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)
        self.alive()

    @rule(modem=st.sampled_from("ab"), state=st.sampled_from([ModemState.READY, ModemState.SEARCHING]))
    def modem_changes(self, modem: str, state: ModemState) -> None:
        self.world.state(modem, state)
        self.alive()

    @rule(modem=st.sampled_from("ab"))
    def link_is_lost(self, modem: str) -> None:
        pending, self.world.modems[modem].pending = self.world.modems[modem].pending, []
        for each, _ in pending:
            if not each.called:
                each.errback(InDoubt("unplugged"))
        self.world.advance(0)
        self.alive()

    @precondition(lambda self: self.world.air)
    @rule(data=st.data(), status=STATUSES)
    def report(self, data: Any, status: int) -> None:
        self.tell(data.draw(st.sampled_from(self.world.air)), status)
        self.world.advance(0)
        self.alive()

    def teardown(self) -> None:
        """All is well again; then everything must be settled."""
        world = self.world
        world.crash_at = -1
        self.early = False
        for name, modem in world.modems.items():
            modem.script.clear()
            world.state(name, ModemState.READY)
            self.link_is_lost(name)
        self.alive()
        world.advance(TTL + 100)
        for air in world.air:
            # What the program had not kept when it died, the modem gives again.
            if id(air) in self.said and id(air) not in self.kept:
                world.report(air, self.said[id(air)])
        world.crash()
        world.advance(200)
        table = check(world, self.fates, self.said)
        assert not table["lost"], table
        assert not table["silently doubled"], table
        assert not world.rows("SELECT id FROM sms_out WHERE told = 0")
        assert len(world.outbox.lanes) == 0


# Shrinking takes minutes; the seed tells as much.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None, phases=PHASES)
TestMachine = Machine.TestCase
