"""The AT engine: the same events wherever the octets are cut, and whatever comes between the lines."""

import tracemalloc
from itertools import pairwise
from time import process_time

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms.line.at import (
    ANSWER_LINES,
    LINE_OCTETS,
    USSD_LINES,
    Answer,
    Cut,
    Engine,
    Event,
    Prompt,
    Unsolicited,
)
from transport.plugins.sms.line.finals import Final, parse_final
from transport.plugins.sms.malformed import Malformed

PDU = "07916407058099F9040B916407998978F70000621102901115400CE2B2F92D2FB7E6F4B09C0E"
REPORT = "07916407058099F906010B916407214365F7621102907101406211029071014000"
SUBMIT = "0011000B916407998978F70000A709EF35681D76BBCB6C"
OK = Final("OK")


@define
class Dialogue:
    """A command, all that the modem says from then on, and what that means."""

    name: str
    line: str
    said: bytes
    events: list[Event]
    expects: tuple[str, ...] = ()
    payload: bytes | None = None

    def run(self, *chunks: bytes) -> list[Event]:
        engine = Engine()
        engine.command(self.line, self.expects, self.payload)
        return [event for chunk in chunks for event in engine.receive(chunk)]


def listing(count: int) -> tuple[bytes, tuple[str, ...]]:
    lines = tuple(line for index in range(count) for line in (f"+CMGL: {index},1,,30", PDU + f"{index:04X}" * 4))
    return "".join(f"\r\n{line}" for line in lines).encode() + b"\r\n\r\nOK\r\n", lines


LISTING, LISTED = listing(50)
GIVEN = Prompt(SUBMIT.encode() + b"\x1a")
DIALOGUES = [
    Dialogue("plain", "AT", b"\r\nOK\r\n", [Answer((), OK)]),
    Dialogue("echo", "ATE0", b"ATE0\r\r\nOK\r\n", [Answer((), OK)]),
    Dialogue("echo after news", "AT", b"\r\nRING\r\nAT\r\r\nOK\r\n", [Unsolicited("RING"), Answer((), OK)]),
    Dialogue("second echo is an answer", "AT+X", b"AT+X\r\nAT+X\r\nOK\r\n", [Answer(("AT+X",), OK)]),
    Dialogue("bare lines", "AT+CGMM", b"SimModem\nOK\n", [Answer(("SimModem",), OK)]),
    Dialogue(
        "huawei line ends", "AT", b"\r\r\nCOMMAND NOT SUPPORT\r\r\n", [Answer((), parse_final("COMMAND NOT SUPPORT"))]
    ),
    Dialogue("nuls", "AT+CSQ", b"\0\r\n+C\0SQ: 1,99\r\0\n\0OK\r\n\0", [Answer(("+CSQ: 1,99",), OK)]),
    Dialogue(
        "unknown command", "AT+Y", b"UNKNOWN COMMAND\r\nERROR\r\n", [Answer(("UNKNOWN COMMAND",), Final("ERROR"))]
    ),
    Dialogue("cms", "AT+CMGD=1", b"\r\n+CMS ERROR: 321\r\n", [Answer((), Final("CMS", 321))]),
    Dialogue("cme", "AT+CPIN?", b"\r\n+CME ERROR: SIM busy\r\n", [Answer((), Final("CME", 14, "SIM busy"))]),
    Dialogue(
        "own name", "AT+FOO?", b"+FOO: 1\r\n+BAR: 2\r\nOK\r\n", [Unsolicited("+BAR: 2"), Answer(("+FOO: 1",), OK)]
    ),
    Dialogue("chained", "AT+A;+B", b"+A: 1\r\n+B: 2\r\nOK\r\n", [Answer(("+A: 1", "+B: 2"), OK)]),
    Dialogue("list", "AT+CMGL=4", LISTING, [Answer(LISTED, OK)], ("+CMGL",)),
    Dialogue(
        "news in a list",
        "AT+CMGL=4",
        f'+CMGL: 1,1,,30\r\n+CMTI: "SM",3\r\n{PDU}\r\n+CDS: 25\r\n{REPORT}\r\n+CMGL: 2,0,,30\r\n{PDU}\r\nOK\r\n'.encode(),
        [
            Unsolicited('+CMTI: "SM",3'),
            Unsolicited("+CDS: 25", REPORT),
            Answer(("+CMGL: 1,1,,30", PDU, "+CMGL: 2,0,,30", PDU), OK),
        ],
        ("+CMGL:",),
    ),
    Dialogue(
        "submit",
        "AT+CMGS=22",
        b"\r\n> \r\n+CMGS: 7\r\n\r\nOK\r\n",
        [GIVEN, Answer(("+CMGS: 7",), OK)],
        payload=SUBMIT.encode(),
    ),
    Dialogue(
        "submit with echo",
        "AT+CMGS=22",
        f"AT+CMGS=22\r\r\n> {SUBMIT}\x1a\r\n+CMGS: 7\r\n\r\nOK\r\n".encode(),
        [GIVEN, Answer(("+CMGS: 7",), OK)],
        payload=SUBMIT.encode(),
    ),
    Dialogue(
        "submit with the prompt cut off",
        "AT+CMGS=22",
        b"\r\n>\r\n+CMS ERROR: 500\r\n",
        [GIVEN, Answer((), Final("CMS", 500))],
        payload=SUBMIT.encode(),
    ),
    Dialogue(
        "news around the prompt",
        "AT+CMGS=22",
        f'\r\n+CMTI: "SM",1\r\n\r\n> \r\n+CMT: ,28\r\n{PDU}\r\n^RSSI:7\r\n+CDS: 25\r\nOK\r\n+CMGS: 7\r\nOK\r\n'.encode(),
        [
            Unsolicited('+CMTI: "SM",1'),
            GIVEN,
            Unsolicited("+CMT: ,28", PDU),
            Unsolicited("^RSSI:7"),
            Unsolicited("+CDS: 25", "OK"),
            Answer(("+CMGS: 7",), OK),
        ],
        payload=SUBMIT.encode(),
    ),
    Dialogue(
        "refused instead of the prompt",
        "AT+CMGS=22",
        b"\r\n+CMS ERROR: 304\r\n\r\n> ",
        [Answer((), Final("CMS", 304))],
        payload=SUBMIT.encode(),
    ),
    Dialogue(
        "second line like news",
        "AT",
        b"+CMT: ,28\r\n\r\nRING\r\n+CBM: 88\r\n+CMT: 1\r\nOK\r\n",
        [Unsolicited("+CMT: ,28", "RING"), Unsolicited("+CBM: 88", "+CMT: 1"), Answer((), OK)],
    ),
    Dialogue(
        "second line like a prompt",
        "AT+CMGS=22",
        b"+CMT: ,1\r\n> 00\r\n> \r\n+CMGS: 7\r\nOK\r\n",
        [Unsolicited("+CMT: ,1", "> 00"), GIVEN, Answer(("+CMGS: 7",), OK)],
        payload=SUBMIT.encode(),
    ),
    Dialogue(
        "header and PDU in one line",
        "AT",
        f'+CMT: ,28 {PDU}\r\n+CDS: ,25,{REPORT}"\r\nOK\r\n'.encode(),
        [Unsolicited("+CMT: ,28", PDU), Unsolicited("+CDS: ,25", REPORT), Answer((), OK)],
    ),
    Dialogue(
        "report in text mode",
        "AT",
        b'+CDS: 6,1,"+46701234567",145,"a","b",0\r\nOK\r\n',
        [Unsolicited('+CDS: 6,1,"+46701234567",145,"a","b",0'), Answer((), OK)],
    ),
    Dialogue(
        "registration asked and told",
        "AT+CREG?",
        b'+CREG: 5\r\n+CREG: 5,12,0001\r\n+CREG: 1,"00C3","0000A1B2"\r\n+CREG: 2,1,"0B,"0100701",7\r\n+CREG: 1,"00C3","A1B2",7\r\nOK\r\n',
        [
            Unsolicited("+CREG: 5"),
            Unsolicited("+CREG: 5,12,0001"),
            Unsolicited('+CREG: 1,"00C3","0000A1B2"'),
            Unsolicited('+CREG: 1,"00C3","A1B2",7'),
            Answer(('+CREG: 2,1,"0B,"0100701",7',), OK),
        ],
        ("+CREG",),
    ),
    Dialogue("registration set", "AT+CREG=1", b"+CREG: 1\r\nOK\r\n", [Unsolicited("+CREG: 1"), Answer((), OK)]),
    Dialogue("pin given", 'AT+CPIN="1"', b"+CPIN: READY\r\nOK\r\n", [Unsolicited("+CPIN: READY"), Answer((), OK)]),
    Dialogue("pin asked", "AT+CPIN?", b"+CPIN: READY\r\nOK\r\n", [Answer(("+CPIN: READY",), OK)], ("+CPIN",)),
    Dialogue(
        "ussd after OK",
        'AT+CUSD=1,"*100#",15',
        b'\r\nOK\r\n\r\n+CUSD: 0,"12 EUR",15\r\n',
        [Answer((), OK), Unsolicited('+CUSD: 0,"12 EUR",15')],
    ),
    Dialogue(
        "ussd of several lines",
        'AT+CUSD=1,"*100#",15',
        b'\r\nOK\r\n\r\n+CUSD: 1,"Menu\r\n1: Say "OK"?\r\n2: No\r\nOK\r\n3",15\r\n',
        [Answer((), OK), Unsolicited('+CUSD: 1,"Menu\n1: Say "OK"?\n2: No\nOK\n3",15')],
    ),
    Dialogue(
        "ussd refused late",
        'AT+CUSD=1,"*100#",15',
        b"\r\nOK\r\n\r\n+CME ERROR: 30\r\n",
        [Answer((), OK), Unsolicited("+CME ERROR: 30")],
    ),
    Dialogue(
        "ussd that never ends its text",
        "AT+CSQ",
        b'+CUSD: 0,"lost\r\nmore\r\nOK\r\n',
        [Unsolicited('+CUSD: 0,"lost\nmore'), Answer((), OK)],
    ),
    Dialogue("late finals", "AT", b"OK\r\nOK\r\nERROR\r\n", [Answer((), OK), Unsolicited("OK"), Unsolicited("ERROR")]),
    Dialogue(
        "a caller hangs up",
        "AT+CSQ",
        b"RING\r\n\r\nNO CARRIER\r\n+CSQ: 9,99\r\nOK\r\n",
        [Unsolicited("RING"), Unsolicited("NO CARRIER"), Answer(("+CSQ: 9,99",), OK)],
    ),
]
by_name = pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.name)


@by_name
def test_a_dialogue_is_understood(dialogue: Dialogue) -> None:
    assert dialogue.run(dialogue.said) == dialogue.events


@by_name
def test_octet_by_octet_is_the_same(dialogue: Dialogue) -> None:
    assert dialogue.run(*[bytes([octet]) for octet in dialogue.said]) == dialogue.events


@by_name
def test_cut_anywhere_is_the_same(dialogue: Dialogue) -> None:
    said = dialogue.said
    for cut in range(1, len(said)):
        assert dialogue.run(said[:cut], said[cut:]) == dialogue.events, cut


@by_name
def test_packets_of_64_octets_are_the_same(dialogue: Dialogue) -> None:
    said = dialogue.said
    assert dialogue.run(*[said[at : at + 64] for at in range(0, len(said), 64)]) == dialogue.events


NEWS = [
    (b"\r\nRDY\r\n", Unsolicited("RDY")),
    (b'\r\n+CMTI: "SM",12\r\n', Unsolicited('+CMTI: "SM",12')),
    (b"\r\n+CMT: ,28\r\n" + PDU.encode() + b"\r\n", Unsolicited("+CMT: ,28", PDU)),
    (b"^HCSQ: 1,2\n", Unsolicited("^HCSQ: 1,2")),
    (b"\r\n+CREG: 1\r\n", Unsolicited("+CREG: 1")),
    (b'+CUSD: 0,"a\r\nb",15\r\n', Unsolicited('+CUSD: 0,"a\nb",15')),
]
# Where a line of news may begin: not within a line, nor between the two lines of other news, nor in an echo.
INTO = [one for one in DIALOGUES if one.name in ("plain", "echo", "list", "submit", "cms", "pin asked", "chained")]


@pytest.mark.parametrize("dialogue", INTO, ids=lambda dialogue: dialogue.name)
@pytest.mark.parametrize(("said", "news"), NEWS, ids=lambda value: getattr(value, "line", ""))
def test_news_between_any_two_lines_change_nothing(dialogue: Dialogue, said: bytes, news: Unsolicited) -> None:
    whole = dialogue.said
    places = [0, *[at + 1 for at in range(len(whole)) if whole[at : at + 1] == b"\n"]]
    for place in places:
        events = dialogue.run(whole[:place] + said + whole[place:])
        assert news in events
        events.remove(news)
        assert events == dialogue.events, place


@pytest.mark.parametrize(
    ("line", "final"),
    [
        ("OK", OK),
        ("ERROR", Final("ERROR")),
        ("NO CARRIER", Final("ERROR", None, "NO CARRIER")),
        ("NO DIALTONE", Final("ERROR", None, "NO DIALTONE")),
        ("NO ANSWER", Final("ERROR", None, "NO ANSWER")),
        ("BUSY", Final("ERROR", None, "BUSY")),
        ("CONNECT", Final("ERROR", None, "CONNECT")),
        ("CONNECT 9600", Final("ERROR", None, "CONNECT 9600")),
        ("COMMAND NOT SUPPORT", Final("ERROR", None, "COMMAND NOT SUPPORT")),
        ("+CMS ERROR: 500", Final("CMS", 500)),
        ("+CMS ERROR:500", Final("CMS", 500)),
        ("+CME ERROR: please wait", Final("CME", 515, "please wait")),
        ("+CMS ERROR: Memory full", Final("CMS", 322, "Memory full")),
        ("+CME ERROR: something else", Final("CME", None, "something else")),
        ("+CME ERROR:", Final("CME")),
        ("+CMS ERROR: " + "9" * 5000, Final("CMS", None, "9" * 5000)),
        ("UNKNOWN COMMAND", None),
        ("CONNECTED", None),
        ("OKAY", None),
        ("+CMSERROR", None),
        ("", None),
    ],
)
def test_finals_are_told_from_other_lines(line: str, final: Final | None) -> None:
    assert parse_final(line) == final


def test_a_final_is_a_fault_unless_it_is_ok() -> None:
    assert OK.ok
    assert OK.fault is None
    fault = Final("CMS", 38, "").fault
    assert fault is not None
    assert (fault.kind, fault.code) == ("CMS", 38)


def test_a_late_error_of_a_ussd_request_does_not_end_the_next_command() -> None:
    engine = Engine()
    engine.command('AT+CUSD=1,"*100#",15')
    assert engine.receive(b"OK\r\n") == [Answer((), OK)]
    engine.command("AT+CSQ", ("+CSQ",))
    assert engine.receive(b"+CME ERROR: 30\r\n+CSQ: 9,99\r\nOK\r\n") == [
        Unsolicited("+CME ERROR: 30"),
        Answer(("+CSQ: 9,99",), OK),
    ]
    engine.command("AT+CSQ")
    assert engine.receive(b"+CME ERROR: 30\r\n") == [Answer((), Final("CME", 30))]


@pytest.mark.parametrize("said", ['+CUSD: 0,"x",15\r\nOK', 'OK\r\n+CUSD: 0,"x",15', "ERROR"])
def test_a_ussd_request_that_has_its_answer_shadows_no_error(said: str) -> None:
    engine = Engine()
    engine.command('AT+CUSD=1,"*100#",15')
    engine.receive(said.encode() + b"\r\n")
    engine.command("AT+CSQ")
    assert engine.receive(b"+CME ERROR: 30\r\n") == [Answer((), Final("CME", 30))]


def test_no_carrier_ends_a_command_when_nobody_called() -> None:
    engine = Engine()
    engine.command("AT+CSQ")
    assert engine.receive(b"NO CARRIER\r\n") == [Answer((), Final("ERROR", None, "NO CARRIER"))]


def test_finals_without_a_command_are_news() -> None:
    assert Engine().receive(b"OK\r\n+CME ERROR: 30\r\n") == [Unsolicited("OK"), Unsolicited("+CME ERROR: 30")]


def test_a_prompt_without_a_payload_is_no_prompt() -> None:
    engine = Engine()
    engine.command("AT")
    assert engine.receive(b"\r\n> \r\nOK\r\n")[-1] == Answer((">",), OK)


def test_what_is_abandoned_ends_nothing() -> None:
    engine = Engine()
    engine.command("AT+COPS=?")
    with pytest.raises(Malformed):
        engine.command("AT")
    engine.abandon()
    engine.command("AT")
    assert engine.receive(b"OK\r\n") == [Answer((), OK)]


@pytest.mark.parametrize("line", ["", "AT\r", "AT\rATD1", "AT\n", "AT\x1a", "AT\x1b", "AT\0", "ATé", "A" * 1025])
def test_a_command_is_one_line(line: str) -> None:
    engine = Engine()
    with pytest.raises(Malformed):
        engine.command(line)
    assert engine.command("AT") == b"AT\r"


@pytest.mark.parametrize("payload", [b"", b"00\x1aAT\r", b"00 11", b"xy", b"0" * 1025])
def test_a_payload_is_hexadecimal(payload: bytes) -> None:
    with pytest.raises(Malformed):
        Engine().command("AT+CMGS=1", (), payload)


def test_a_line_that_is_too_long_is_cut_told_and_the_next_is_read() -> None:
    said = b"A" * (LINE_OCTETS * 3) + b"\r\nOK\r\n"
    expected = [Cut("line"), Answer(("A" * LINE_OCTETS,), OK)]
    for size in (1, 7, LINE_OCTETS, len(said)):
        engine = Engine()
        engine.command("AT")
        chunks = [said[at : at + size] for at in range(0, len(said), size)]
        assert [event for chunk in chunks for event in engine.receive(chunk)] == expected


def test_a_line_of_the_longest_length_is_whole() -> None:
    engine = Engine()
    engine.command("AT")
    assert engine.receive(b"A" * LINE_OCTETS + b"\r\nOK\r\n") == [Answer(("A" * LINE_OCTETS,), OK)]


def test_an_answer_of_too_many_lines_is_cut_and_told_once() -> None:
    engine = Engine()
    engine.command("AT")
    events = engine.receive(b"x\r\n" * (ANSWER_LINES + 9) + b"OK\r\n")
    assert events == [Cut("answer"), Answer(("x",) * ANSWER_LINES, OK, cut=True)]


def test_an_answer_of_too_many_characters_is_cut() -> None:
    engine = Engine()
    engine.command("AT")
    events = engine.receive((b"x" * LINE_OCTETS + b"\r\n") * 1024 + b"OK\r\n")
    assert events[0] == Cut("answer")
    assert isinstance(events[1], Answer)
    assert sum(map(len, events[1].lines)) <= 1 << 20


def test_a_ussd_text_without_an_end_is_given_up() -> None:
    engine = Engine()
    events = engine.receive(b'+CUSD: 0,"a\r\n' + b"x\r\n" * USSD_LINES)
    assert events == [Unsolicited('+CUSD: 0,"a' + "\nx" * (USSD_LINES - 1)), Unsolicited("x")]


def test_memory_is_bounded_whatever_comes() -> None:
    engine = Engine()
    engine.command("AT")
    tracemalloc.start()
    try:
        for _ in range(40):
            engine.receive(b"x" * 65536)
            assert len(engine.buffer) <= LINE_OCTETS + 1
        for _ in range(40):
            engine.receive(b"y" * 1000 + b"\r" + b"z" * 1000 + b"\n")
            engine.receive(b"u\r\n" * 1000)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 3_000_000


PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        b'OK|ERROR|> |>|+CMT: ,1|+CDS: 1|+CUSD: 0,"|+CREG: |+CREG: 1,|RING|NO CARRIER|+CME ERROR: 1|+CMS ERROR|+CMGS: 1'
        b'|AT+CMGS=1|00|\x1a|\0|"|\xff'.split(b"|")
    ),
    st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\r\n"]),
)
COMMANDS = st.sampled_from(
    [("AT", (), None), ("AT+CREG?", ("+CREG",), None), ("AT+CMGS=1", (), b"00"), ('AT+CUSD=1,"1",15', (), None)]
)


@given(st.lists(PIECES, max_size=40), st.lists(st.integers(0, 400), max_size=6), COMMANDS)
def test_any_octets_give_events_and_the_same_wherever_they_are_cut(
    pieces: list[bytes], cuts: list[int], command: tuple[str, tuple[str, ...], bytes | None]
) -> None:
    said = b"".join(pieces)
    whole, parts = Engine(), Engine()
    for engine in (whole, parts):
        engine.command(*command)
    borders = [0, *sorted(min(cut, len(said)) for cut in cuts), len(said)]
    chunks = [said[start:end] for start, end in pairwise(borders)]
    assert [event for chunk in chunks for event in parts.receive(chunk)] == whole.receive(said)
    assert len(whole.buffer) <= LINE_OCTETS + 1


def test_a_line_of_blanks_is_read_as_fast_as_any_other() -> None:
    engine = Engine()
    since = process_time()
    for _ in range(100):
        engine.receive(b"\r\n+CMT: " + b" " * 2000 + b"x\r\n")
    # It took eight seconds when the time grew with the square of the length.
    assert process_time() - since < 2
