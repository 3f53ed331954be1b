"""A workload without a network: reading the PDUs of text messages, on one core of this process."""

import time
from datetime import UTC, datetime

from bench.gateways import Gateway
from bench.rig import Failed, Figures

TEXTS = (
    "On my way, ten minutes",
    "Your parcel arrives today between 14:00 and 16:00. Track it at https://post.example/t/00340434161094042557 "
    "or answer STOP to get no more of these.",
    "Können wir morgen um 9 telefonieren? [ja/nein] Kosten: 12,50 €",
    "Завтра в девять? \U0001f600\U0001f44d\U0001f3fd Напиши, если не сможешь, я тогда позвоню вечером из дома",
)
WHEN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
PUSH = bytes.fromhex("0605040b8423f0") + bytes(range(100))


def mix() -> list[bytes]:
    """What a modem reads in a day: texts in both alphabets, whole and in parts, reports, a push for a program."""
    from transport.plugins.sms import tpdu

    sender, smsc = tpdu.Number("4915112345678", 1), tpdu.Number("491710760000", 1)
    parts = [part for text in TEXTS for part in tpdu.segments(text * 3, sender)]
    parts += [part for text in TEXTS for part in tpdu.segments(text[:60], sender)]
    found: list[tpdu.Pdu] = [
        tpdu.Deliver(sender, WHEN, dcs=part.dcs, data=part.data, header=part.header, smsc=smsc) for part in parts
    ]
    found.append(tpdu.Deliver(tpdu.Number("Megafon", 5, 0), WHEN, data=b"Hello", smsc=smsc))
    found.append(tpdu.Deliver(sender, WHEN, dcs=4, data=PUSH, smsc=smsc))
    found += [tpdu.StatusReport(i, sender, WHEN, WHEN, status, smsc) for i, status in enumerate((0, 0, 0, 0x30, 0x46))]
    return [tpdu.encode(pdu) for pdu in found]


async def read_pdus(gateway: Gateway, *, count: int) -> Figures:
    """Read so many PDUs, each as far as its text and its place among parts."""
    from transport.plugins.sms import tpdu

    octets = mix()
    texts = 0
    rounds = max(1, count // len(octets))
    begun = time.process_time()
    for _ in range(rounds):
        for each in octets:
            pdu = tpdu.decode(each, "in")
            texts += bool(pdu.text) + bool(pdu.concat)
    spent = time.process_time() - begun
    if texts < rounds * len(TEXTS):
        raise Failed(f"{texts} texts and parts are too few")
    return {"per_second": rounds * len(octets) / spent}
