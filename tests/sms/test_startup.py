"""Bringing modems of all makers to work, whatever they say meanwhile."""

import pytest
from modem_rig import NUMBER, PHONE, Rig

from transport.plugins.sms.simulator.profiles import PROFILES
from transport.plugins.sms.states import ModemState


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_make_starts_sends_and_receives(profile: str) -> None:
    rig = Rig(profile).start(20)
    assert rig.state is ModemState.READY, rig.modem.health
    sent = rig.submit("hello", report=True)
    rig.run(1)
    assert sent.error is None
    assert isinstance(sent.value, int)
    assert [entry["text"] for entry in rig.events("submitted")] == ["hello"]
    assert [report.status for report in rig.news.reports] == [0]
    rig.network.text(PHONE, NUMBER, "hi there")
    rig.run(1)
    assert rig.news.texts == ["hi there"]
