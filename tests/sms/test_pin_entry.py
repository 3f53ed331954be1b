"""PINs are given once, and what could lock a card is left to people."""

import pytest
from modem_rig import NUMBER, MemoryPins, Outcome, Rig

from transport.plugins.sms.modem import trouble
from transport.plugins.sms.simulator.sim import Sim
from transport.plugins.sms.states import ModemState


def entered(rig: Rig) -> int:
    return len(rig.events("pin"))


def test_the_pin_is_given_once_and_forgotten_when_it_is_right() -> None:
    rig = Rig(sim=Sim(NUMBER, pin="1234"), pin="1234").start()
    assert rig.state() is ModemState.READY
    assert entered(rig) == 1
    assert rig.pins.remembered
    assert not rig.pins.kept


def test_a_wrong_pin_is_never_tried_again() -> None:
    card = Sim(NUMBER, pin="1234")
    rig = Rig(sim=card, pin="9999").start()
    assert rig.state() is ModemState.LOCKED
    assert rig.modem.health.why is not None
    assert rig.modem.health.why.template == trouble.PIN_REFUSED
    assert entered(rig) == 1
    rig.run(700)
    for _ in range(3):
        rig.modem.reset()
        rig.run(20)
        rig.sim.unplug()
        rig.run(5)
        rig.sim.plug()
        rig.run(20)
    assert rig.state() is ModemState.LOCKED
    assert entered(rig) == 1
    assert [text.template for text in rig.news.told] == [trouble.PIN_REFUSED]
    again = Rig(sim=card, pin="9999", pins=rig.pins).start(20)
    assert again.state() is ModemState.LOCKED
    assert entered(again) == 0
    assert card.pin_left == 2


def test_another_pin_of_the_configuration_is_tried() -> None:
    card = Sim(NUMBER, pin="1234")
    rig = Rig(sim=card, pin="9999").start()
    again = Rig(sim=card, pin="1234", pins=rig.pins).start()
    assert again.state() is ModemState.READY


def test_the_last_attempt_is_left_to_people() -> None:
    card = Sim(NUMBER, pin="1234", pin_left=1)
    rig = Rig(sim=card, pin="1234").start(120)
    assert rig.state() is ModemState.LOCKED
    assert rig.news.told[0].template == trouble.PIN_LAST
    assert card.pin_left == 1
    refused = Outcome(rig.modem.unlock("1234"))
    rig.run(1)
    assert refused.error.condition == "not-allowed"
    assert card.pin_left == 1


def test_without_a_pin_people_are_asked() -> None:
    rig = Rig(sim=Sim(NUMBER, pin="1234")).start()
    assert rig.state() is ModemState.LOCKED
    assert [text.template for text in rig.news.told] == [trouble.PIN_MISSING]
    wrong = Outcome(rig.modem.unlock("1111"))
    rig.run(1)
    assert wrong.error.condition == "not-acceptable"
    assert rig.state() is ModemState.LOCKED
    right = Outcome(rig.modem.unlock("1234"))
    rig.run(3)
    assert right.done
    assert right.error is None
    assert rig.state() is ModemState.READY


def test_a_puk_is_never_given_alone() -> None:
    card = Sim(NUMBER, pin="1234", pin_left=0)
    rig = Rig(sim=card, pin="1234").start(100)
    assert rig.state() is ModemState.LOCKED
    assert [text.template for text in rig.news.told] == [trouble.PUK]
    assert entered(rig) == 0
    assert Outcome(rig.modem.unlock("1234")).error is not None
    opened = Outcome(rig.modem.unlock("4321", "12345678"))
    rig.run(5)
    assert opened.error is None
    assert card.pin == "4321"
    assert rig.state() is ModemState.READY


@pytest.mark.parametrize("pin", ["", "12", "1" * 9, "12a4", '1234"\rAT', "\u0661\u0662\u0663\u0664"])
def test_what_is_no_pin_is_never_given(pin: str) -> None:
    rig = Rig(sim=Sim(NUMBER, pin="1234"), pin=pin).start()
    assert rig.state() is ModemState.LOCKED
    assert entered(rig) == 0
    refused = Outcome(rig.modem.unlock(pin))
    assert refused.error.condition == "not-acceptable"
    assert entered(rig) == 0


def test_a_modem_that_goes_away_at_the_pin_costs_one_attempt() -> None:
    card = Sim(NUMBER, pin="1234")
    rig = Rig(sim=card, pin="9999")

    def other(data: bytes) -> None:
        if data.startswith(b"AT+CPIN="):
            card.enter("9999")
            rig.port.lose()
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.start(60)
    assert rig.state() is ModemState.LOCKED
    assert card.pin_left == 2


def test_a_modem_that_goes_away_at_the_right_pin_is_trusted_afterwards() -> None:
    card = Sim(NUMBER, pin="1234")
    rig = Rig(sim=card, pin="1234")

    def other(data: bytes) -> None:
        if data.startswith(b"AT+CPIN="):
            card.enter("1234")
            rig.port.lose()
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.start(10)
    assert rig.state() is ModemState.READY
    assert not rig.pins.kept


def test_a_reboot_with_a_pin_gives_it_again() -> None:
    rig = Rig(sim=Sim(NUMBER, pin="1234"), pin="1234").start(60)
    rig.sim.reboot()
    rig.run(10)
    assert rig.state() is ModemState.READY
    assert entered(rig) == 2


def test_a_fault_of_ours_does_not_end_the_modem() -> None:
    class BrokenPins(MemoryPins):
        async def known(self, sim: str, pin: str) -> bool:
            raise RuntimeError("no database")

    rig = Rig(sim=Sim(NUMBER, pin="1234"), pin="1234", pins=BrokenPins())
    rig.start(5)
    assert rig.state() is ModemState.BROKEN
    assert entered(rig) == 0
    rig.sim.sim.pin = ""
    rig.run(60)
    assert rig.state() is ModemState.READY


@pytest.mark.parametrize("puk", ["1234", "1234567", "123456789", "1234567a"])
def test_what_cannot_be_a_puk_costs_no_attempt(puk: str) -> None:
    card = Sim(NUMBER, pin="1234", pin_left=0)
    rig = Rig(sim=card).start()
    before = entered(rig)
    assert Outcome(rig.modem.unlock("4321", puk)).error.condition == "not-acceptable"
    rig.run(5)
    assert entered(rig) == before
