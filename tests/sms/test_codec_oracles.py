"""Our codec beside pycrate's, on whatever PDUs there are; every difference is a row of `pdu_disagreements.PYCRATE`."""

import random

from pdu_corpus import Case, judge, ours, some_octets, some_text
from pdu_disagreements import GAMMU, PYCRATE
from pycrate_codec import theirs
from pycrate_mobile.TS23040_SMS import SMS_SUBMIT

from transport.plugins.sms import tpdu

COUNT, SEED = 1500, 7


def test_every_difference_to_pycrate_is_decided_by_a_clause() -> None:
    cases = [
        Case(octets, direction, ours(octets, direction), theirs(octets, direction))
        for octets, direction in some_octets(SEED, COUNT)
    ]
    unknown, met = judge(cases, PYCRATE)
    assert unknown == []
    assert met == {row.what for row in PYCRATE}
    agreed = sum(case.ours is not None and not case.differing() for case in cases)
    assert agreed > COUNT / 4


def test_every_text_goes_round_through_pycrate() -> None:
    """What we write it reads and writes as we do, but for seven bits left over at the end of septets.

    It takes an @ or CR there for padding, and itself pads with CR and counts it; that is a rule for USSD (TS 23.038
    6.1.2.3.1), while TP-UDL says how many septets a text has (TS 23.040 9.2.3.16).
    """
    rng = random.Random(SEED)
    for _ in range(200):
        text = some_text(rng)
        back = []
        for part in tpdu.segments(text, "+4915112345678", reference=rng.randrange(256), wide=rng.random() < 0.5):
            read = SMS_SUBMIT()
            read.from_bytes(tpdu.encode(part)[1:])
            data = read["TP_UD"]
            assert data["UD"].decode() in (part.text, part.text[:-1] if part.text[-1] in "@\r" else part.text)
            data["UDL"].set_val(None)
            data["UD"].set_val(part.text)
            octets = b"\0" + read.to_bytes()
            again = tpdu.decode(octets, "out")
            if len(again.data) > len(part.data) and len(octets) == len(tpdu.encode(part)):
                again.data = again.data.removesuffix(b"\r")
            assert again == part
            back.append(again)
        assert tpdu.join(back) == text


def test_a_difference_that_nobody_knows_is_found() -> None:
    octets = bytes.fromhex("00040B911346610089F600002080629173148003C8701A")
    read = ours(octets, "in")
    assert read is not None
    unknown, met = judge([Case(octets, "in", read, read | {"pid": 1})], (*PYCRATE, *GAMMU))
    assert (len(unknown), met) == (1, set())
    assert judge([Case(octets, "in", read, read), Case(b"", "in", None, None)], PYCRATE) == ([], set())


def test_every_known_difference_names_its_clause() -> None:
    for rows in (PYCRATE, GAMMU):
        assert len({row.what for row in rows}) == len(rows)
        assert all(any(c.isdigit() for c in row.clause) for row in rows)
