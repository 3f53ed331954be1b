"""PINs are remembered as digests that say nothing without their key."""

from collections.abc import Coroutine
from typing import Any

from modem_rig import Outcome
from twisted.internet.defer import Deferred

from transport.plugins.sms.modem.pins import Pins
from transport.plugins.sms.schema import SCRIPTS
from transport.testing.host import FakePluginStore


def of(work: Coroutine[Any, Any, Any]) -> Any:
    outcome = Outcome(Deferred.fromCoroutine(work))
    assert outcome.done, outcome.error
    return outcome.value


def store() -> FakePluginStore:
    made = FakePluginStore()
    made.migrate(SCRIPTS)
    return made


def test_a_pin_is_known_for_its_card_only() -> None:
    pins = Pins(store())
    of(pins.remember("one", "1234"))
    of(pins.remember("one", "1234"))
    assert of(pins.known("one", "1234"))
    assert not of(pins.known("two", "1234"))
    assert not of(pins.known("one", "1235"))
    of(pins.forget("one", "1234"))
    assert not of(pins.known("one", "1234"))


def test_it_outlives_the_program() -> None:
    kept = store()
    of(Pins(kept).remember("one", "1234"))
    assert of(Pins(kept).known("one", "1234"))


def test_no_pin_is_on_disk() -> None:
    kept, other = store(), store()
    of(Pins(kept).remember("one", "1234"))
    of(Pins(other).remember("one", "1234"))
    rows = [made.database.execute("SELECT sim, pin FROM sms_refused_pin").fetchall() for made in (kept, other)]
    assert "1234" not in str(rows)
    assert rows[0] != rows[1]
