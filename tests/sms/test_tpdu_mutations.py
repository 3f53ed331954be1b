"""Broken PDUs: never another exception than Malformed, never a hang, never half a character."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms import tpdu
from transport.plugins.sms.malformed import Malformed

FEW, MANY = 5_000, 100_000
SLOWEST = 0.5
SEEDS = tuple(
    bytes.fromhex(octets)
    for octets in (
        "07911326040000F0040B911346610089F60000208062917314800CC8F71D14969741F977FD07",
        "0011000B916407281553F80000AA0AE8329BFD4697D9EC37",
        "0006230B911346610089F62080629173148020806291734180000708410200410000",
        "0044 0DD0CDF2396C7EBB01 0008 20806291731480 0C 050003AA0201 D83DDE000041",
        "0044 0B911346610089F6 00F5 20806291731480 0E 0B05040B8423F0 0003AA0201 4142",
        "0044 0B911346610089F6 0000 20806291731480 0F 06240101250101 6A E8329BFD4697",
        "0059 00 0B916407281553F8 0010 20806291731480 0B 060804AA550302 31D98C56",
        "0049 00 0B916407281553F8 00D8 42010000000000 07 04010280 03 B062",
        "07911326040000F0 04 14D0D637396C7EBBCB335B0D 39 E0 20806291731408 04 D83D DE00",
    )
)


def mutated(rng: random.Random) -> bytes:
    """A PDU with something wrong: octets changed, cut, doubled, put in or taken out."""
    data = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif kind == 1 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = rng.randbytes(rng.randint(1, 8))
        elif kind == 4:
            del data[at : at + rng.randint(1, 4)]
        else:
            data += rng.randbytes(rng.randint(1, 160))
    return bytes(data)


def look_at_everything(data: bytes) -> bool:
    """Read both ways and look at all there is; whether anything could be read."""
    found = False
    for direction in ("in", "out"):
        try:
            pdu = tpdu.decode(data, direction)  # type: ignore[arg-type]
        except Malformed:
            continue
        found = True
        pdu.text.encode()
        repr((pdu.concat, pdu.ports, pdu.waiting, pdu.message_class, pdu.alphabet))
        # What was read can be written, and reads as what it was.
        again = tpdu.decode(tpdu.encode(pdu), direction)  # type: ignore[arg-type]
        assert again.text == pdu.text
    return found


def mutate(count: int, seed: int) -> None:
    """Many broken PDUs, of which some can be read after all."""
    rng = random.Random(seed)
    read = 0
    slowest = 0.0
    for _ in range(count):
        data = mutated(rng)
        begun = time.process_time()
        try:
            read += look_at_everything(data)
        except Exception as foreign:
            raise AssertionError(f"{data.hex()} (seed {seed})") from foreign
        slowest = max(slowest, time.process_time() - begun)
    assert count / 20 < read < count
    assert slowest < SLOWEST


def test_mutated_pdus_are_refused_or_read() -> None:
    mutate(FEW, 1)


@pytest.mark.soak
def test_many_mutated_pdus_are_refused_or_read() -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    mutate(MANY, seed)


@given(st.binary(max_size=200))
def test_any_octets_are_refused_or_read(data: bytes) -> None:
    look_at_everything(data)


@pytest.mark.parametrize("seed", SEEDS, ids=bytes.hex)
def test_every_pdu_here_can_be_read_as_it_is(seed: bytes) -> None:
    assert look_at_everything(seed)


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "00",
        "07",
        "0791132604",
        "0004",
        "00040B911346610089F600",
        # User data: longer than there are octets, longer than a message, a header longer than all of it.
        "00040B911346610089F600002080629173148002E8",
        "00040B911346610089F6000020806291731480A1" + "00" * 141,
        "00040B911346610089F600042080629173148 08D".replace(" ", "") + "00" * 141,
        "00440B911346610089F600042080629173148003050003",
        "00440B911346610089F600002080629173148001 00".replace(" ", ""),
        "00440B911346610089F60004208062917314800 0".replace(" ", ""),
        "00440B911346610089F6000020806291731480050500030201",
        "00440B911346610089F600042080629173148003037000",
    ],
)
def test_malformed_pdus_are_refused(octets: str) -> None:
    with pytest.raises(Malformed):
        tpdu.decode(bytes.fromhex(octets), "in")
