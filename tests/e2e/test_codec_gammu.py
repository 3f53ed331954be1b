"""Our codec beside libgammu's; every difference is a row of `pdu_disagreements.GAMMU`."""

import random
from collections.abc import Iterator

import pytest
from gammu_view import Gammu
from pdu_corpus import Case, judge, ours, some_octets, some_text
from pdu_disagreements import GAMMU

from transport.plugins.sms import tpdu

COUNT, SEED = 5000, 7


@pytest.fixture(scope="module")
def gammu() -> Iterator[Gammu]:
    """The other codec."""
    process = Gammu()
    yield process
    process.close()


def test_every_difference_to_gammu_is_decided_by_a_clause(gammu: Gammu) -> None:
    cases = [
        Case(octets, direction, ours(octets, direction), gammu.theirs(octets, direction))
        for octets, direction in some_octets(SEED, COUNT)
    ]
    unknown, met = judge(cases, GAMMU)
    assert unknown == []
    assert met == {row.what for row in GAMMU}
    agreed = sum(case.ours is not None and not case.differing() for case in cases)
    assert agreed > COUNT / 4


def test_every_text_goes_round_through_gammu(gammu: Gammu) -> None:
    """What we send it reads, and what it writes of that we read."""
    rng = random.Random(SEED)
    for _ in range(500):
        text = some_text(rng)
        back = []
        for part in tpdu.segments(text, "+4915112345678", reference=rng.randrange(256), wide=rng.random() < 0.5):
            read = gammu.decode(tpdu.encode(part))
            assert read is not None
            # What the binding adds after escapes is its own.
            read["Text"] = read["Text"][: len(part.text.encode("utf-16-be")) // 2 if part.dcs else len(part.text)]
            assert read["Text"] == part.text
            read["SMSC"]["Number"] = "+491710760000"
            octets = gammu.encode(read | {"header": read["UDH"]["Text"]["hex"]}, "Submit")
            assert octets is not None
            again = tpdu.decode(octets, "out")
            assert (again.text, again.header, str(again.to)) == (part.text, part.header, "+4915112345678")
            back.append(again)
        assert tpdu.join(back) == text
