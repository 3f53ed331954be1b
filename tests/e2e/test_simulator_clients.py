"""The simulated modem, proved by seven programs that know nothing of it: each texts both ways through it."""

from collections.abc import Iterator
from typing import Any

import pytest
from phone_gammu import Gammu, Smsd
from phone_gnokii import Gnokii
from phone_gsmmodem import PythonGsmModem
from phone_kannel import Kannel
from phone_modem_manager import ModemManager
from phone_program import PhoneProgram, Read
from phone_smstools import SmsTools
from phone_story import FRIEND, KINDS, PLAIN, ROUND, Story

from demo.partners.modem_simulator import ModemSimulator
from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator.profiles import PROFILES

PROGRAMS: dict[str, type[PhoneProgram]] = {
    program.name: program for program in (Gammu, Smsd, SmsTools, ModemManager, Kannel, Gnokii, PythonGsmModem)
}
NUMBERS = {name: f"+491511000{place:04}" for place, name in enumerate(PROGRAMS)}
IDS = {name: f"{name}-{program.installed_version()}" for name, program in PROGRAMS.items()}
EACH = [pytest.param(name, id=IDS[name]) for name in PROGRAMS]
SENDS = [
    pytest.param(name, kind, id=f"{IDS[name]}-{kind}")
    for name, program in PROGRAMS.items()
    for kind in (KINDS if program.emoji else PLAIN)
]
READS = [pytest.param(name, kind, id=f"{IDS[name]}-{kind}") for name in PROGRAMS for kind in KINDS]
REPORTING = [pytest.param(name, id=IDS[name]) for name, program in PROGRAMS.items() if program.reports]

# gammu-smsd understands reports that are told, not those that are stored.
MANNERS = {Smsd.name: "huawei", SmsTools.name: "telit", Gnokii.name: "zte"}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModemSimulator]:
    """A network with a modem for each program."""
    with ModemSimulator(tmp_path_factory.mktemp("simulator"), NUMBERS, MANNERS) as made:
        yield made


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory, simulator: ModemSimulator) -> Iterator[dict[str, Story]]:
    """All programs at work at the same time, each greeting the next."""
    made = {
        name: Story(program(tmp_path_factory.mktemp(name), simulator.link(name)), place, simulator)
        for place, (name, program) in enumerate(PROGRAMS.items())
    }
    ring = list(made.values())
    for story in ring:
        story.begin()
    for story, before, after in zip(ring, [None, *ring[:-1]], ring[1:] + ring[:1], strict=True):
        story.pass_on(before, after)
    ring[0].then("round", ring[0].get_round, ring[-1].last)
    for story in ring:
        story.then("nothing left", story.nothing_left)
    yield made
    for story in ring:
        story.end()


def arrived(simulator: ModemSimulator, to: str) -> tuple[str, list[dict[str, Any]]]:
    """The text that a number got, joined from its parts, and the entries of those."""
    parts = [entry for entry in simulator.entries() if entry["event"] == "submitted" and entry["to"] == to]
    for part in parts:
        simulator.wait_for("delivered", "a part to arrive", id=part["id"], to=to)
    parts.sort(key=lambda entry: entry["concat"][2] if entry["concat"] else 1)
    pdus = [tpdu.decode(bytes.fromhex(entry["pdu"]), "out") for entry in parts]
    return tpdu.join(pdus), parts


@pytest.mark.parametrize("name", EACH)
def test_the_program_finds_out_who_the_modem_is(
    stories: dict[str, Story], simulator: ModemSimulator, name: str
) -> None:
    about = stories[name].outcome("about")
    modem = next(modem for modem in simulator.ask("modems")["modems"] if modem["number"] == NUMBERS[name])
    kind = PROFILES[modem["profile"]]
    truth = {key: str(value) for key, value in modem.items()} | {
        "maker": kind.maker,
        "model": kind.model,
        "revision": kind.revision,
        "operator": "SimTel",
        "network": "home",
    }
    assert about
    assert about == {key: truth[key] for key in about}


@pytest.mark.parametrize(("name", "kind"), SENDS)
def test_what_the_program_sends_arrives_exactly(
    stories: dict[str, Story], simulator: ModemSimulator, name: str, kind: str
) -> None:
    story = stories[name]
    story.outcome(f"send {kind}")
    text, parts = arrived(simulator, story.phone(kind))
    assert text == story.text(kind)
    # Kannel asks for a report of the first part only, ModemManager of the last.
    assert parts[0]["report"] or parts[-1]["report"]
    assert (len(parts) > 1) == kind.startswith("long")


@pytest.mark.parametrize("name", REPORTING)
def test_the_program_hears_that_its_text_was_delivered(stories: dict[str, Story], name: str) -> None:
    stories[name].outcome("report")


@pytest.mark.parametrize(("name", "kind"), READS)
def test_the_program_reads_what_comes(stories: dict[str, Story], name: str, kind: str) -> None:
    story = stories[name]
    assert story.outcome(f"read {kind}") == Read(FRIEND, story.program.shows(story.text(kind)))


@pytest.mark.parametrize("name", EACH)
def test_a_text_goes_round_through_all_programs(stories: dict[str, Story], name: str) -> None:
    story = stories[name]
    other = list(PROGRAMS)[story.place - 1]
    assert story.outcome("round") == Read(NUMBERS[other], story.program.shows(ROUND))


@pytest.mark.parametrize("name", EACH)
def test_the_program_leaves_nothing_in_the_modem(stories: dict[str, Story], name: str) -> None:
    stories[name].outcome("nothing left")
