"""Kill -9 of the outbox at every step: no text is lost, and none goes out twice without a word."""

from collections import Counter, deque

import pytest
from outbox_audit import Fate, check, marked
from outbox_world import ANN, LOST, TAKEN_IN_DOUBT, Air, Answer, World, cms, status_report

from transport.api import Message
from transport.plugins.sms.outgoing.policy import Policy
from transport.plugins.sms.outgoing.records import Order

SCRIPTS_OF_THE_MODEM = {
    "all well": [],
    "errors": [cms(38), Answer(), cms(500), cms(1), cms(322)],
    "doubts": [Answer(), TAKEN_IN_DOUBT, LOST, cms(332)],
    "slow": [Answer(delay=3.0), Answer(delay=1.0), Answer(True, TAKEN_IN_DOUBT.says, 2.0)],
}
POLICIES = {"resend": Policy(region="DE"), "report": Policy(region="DE", resend=False)}


class Story:
    """Texts put, modems that answer, reports that come back until they are kept; the program may die at a step."""

    def __init__(self, world: World, crash_at: int, early: bool) -> None:
        self.world = world
        self.fates: list[Fate] = []
        self.said: dict[int, int] = {}
        self.reported: set[int] = set()
        self.early = early
        self.world.modems["a"].before = self.taken
        world.crash_at = world.ticks + crash_at if crash_at >= 0 else -1

    def taken(self, air: Air) -> None:
        """The network took a part; perhaps the phone's report is faster than the modem's answer."""
        if self.early and air.report:
            self.tell(air)

    def tell(self, air: Air) -> None:
        self.said[id(air)] = 0

        def kept(_: None) -> None:
            self.reported.add(id(air))

        self.world.outbox.report(air.sim, status_report(air)).addCallback(kept)

    def put(self, number: str, parts: int, asked: bool) -> None:
        n = len(self.fates)
        fate = Fate(n, number, parts, asked)
        self.fates.append(fate)
        text = marked(n, parts)
        ticket = self.world.hosts[ANN].ticket(Message(text, id=f"m{n}"))
        order = Order(ANN, number, text, ticket, f"m{n}", asked)
        self.world.outbox.put(order).addCallback(lambda _: setattr(fate, "kept", True))

    def go(self, seconds: float) -> None:
        """Let time pass; a program that died is started again."""
        for _ in range(2):
            self.world.advance(seconds)
            if self.world.epoch.dead:
                self.world.start()
        for air in self.world.air:
            # A modem keeps a report until it may delete it.
            if air.report and id(air) not in self.reported:
                self.tell(air)
                if self.world.epoch.dead:
                    self.world.start()


def tell_story(script: list[Answer], policy: Policy, crash_at: int, early: bool, delay: float) -> Story:
    """Three texts from beginning to end."""
    world = World(policy=policy, write_delay=delay)
    world.advance(1)
    world.modems["a"].script = deque(script)
    story = Story(world, crash_at, early)
    story.put("+4915110000001", 1, True)
    story.go(0.5)
    story.put("+4915110000002", 3, True)
    story.put("+4915110000003", 1, False)
    story.go(10)
    for _ in range(4):
        story.go(700)
    world.crash_at = -1
    story.go(1)
    return story


@pytest.mark.parametrize(("early", "delay"), [(False, 0.0), (True, 0.01)])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("script", SCRIPTS_OF_THE_MODEM)
def test_a_crash_at_any_step_loses_and_doubles_nothing(script: str, policy: str, early: bool, delay: float) -> None:
    answers, total = SCRIPTS_OF_THE_MODEM[script], Counter[str]()
    whole = tell_story(answers, POLICIES[policy], -1, early, delay)
    steps = whole.world.ticks
    assert steps > 20
    for step in range(steps):
        story = tell_story(answers, POLICIES[policy], step, early, delay)
        table = check(story.world, story.fates, story.said)
        assert (table["lost"], table["silently doubled"]) == (0, 0), f"step {step}: {table}"
        total += table
        assert not story.world.rows("SELECT id FROM sms_out WHERE told = 0"), f"step {step}"
    print(script, policy, dict(total))
    assert total["texts"] == 3 * steps
    assert total["delivered"]
