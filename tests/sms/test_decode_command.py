"""`transport sms decode HEX`."""

import pytest

from transport.plugins.sms import tpdu
from transport.plugins.sms.cli_decode import decode_command
from transport.plugins.sms.tpdu import Deliver, Element, Enhanced, Number, StatusReport, Submit

TEXT = "07911326040000F0040B911346610089F60000208062917314800CC8F71D14969741F977FD07"
Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, *words: str, status: int = 0) -> dict[str, str]:
    """What the command prints, by its names."""
    assert decode_command(words) == status
    out = capsys.readouterr().out
    return {line[:16].strip(): line[16:] for line in out.splitlines()}


def test_a_text_that_arrives(capsys: Capture) -> None:
    assert said(capsys, TEXT) == {
        "read as": "one that comes from the network (assumed; --in or --out says which)",
        "kind": "DELIVER, a text that arrives",
        "from": "+31641600986 (international, plan 1)",
        "sent": "2002-08-26 19:37:41+02:00",
        "service centre": "+31624000000 (international, plan 1)",
        "protocol": "00",
        "alphabet": "GSM 7-bit (data coding 00)",
        "text": "How are you?",
    }


@pytest.mark.parametrize(
    "given",
    [
        [TEXT.lower()],
        [TEXT[:20], TEXT[20:]],
        [" ".join(TEXT[i : i + 2] for i in range(0, len(TEXT), 2))],
        ["+CMGR: 1,,30\r\n" + TEXT + "\r\n\r\nOK"],
        ["+CMGR:", "1,,30", TEXT],
        ['+CMGL: 3,0,"Anna",30', TEXT],
        ["+CMT: ,30\n" + TEXT],
        [f'+CMGR: 0,"",30 {TEXT}"'],
    ],
)
def test_what_people_paste(capsys: Capture, given: list[str]) -> None:
    assert said(capsys, *given)["text"] == "How are you?"


def test_a_report_with_its_header(capsys: Capture) -> None:
    found = said(capsys, "+CDS: 25", "0006230B911346610089F6208062917314802080629173148000")
    assert found["kind"].startswith("STATUS-REPORT")
    assert (found["reference"], found["status"]) == ("35", "00, the phone has it")
    assert "text" not in found


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "the phone has it"), (1, "nobody knows"), (0x30, "still trying"), (0x45, "for good"), (0x65, "no more"), (0x80, "reserved")],
)  # fmt: skip
def test_every_kind_of_outcome(capsys: Capture, status: int, words: str) -> None:
    octets = tpdu.encode(StatusReport(1, Number("1"), None, None, status))
    assert words in said(capsys, octets.hex())["status"]


def test_a_text_that_is_sent(capsys: Capture) -> None:
    part = tpdu.segments("😀" * 40, "+4915112345678", reference=9, validity=600, message_class=0, report=True)[1]
    found = said(capsys, tpdu.encode(part).hex())
    assert found["read as"].startswith("one that goes to the network (assumed")
    assert found["to"] == "+4915112345678 (international, plan 1)"
    assert found["valid for"] == "600 seconds (relative)"
    assert found["flags"] == "report"
    assert found["class"].startswith("0, flash")
    assert found["part"] == "2 of 2 (reference 9)"
    assert found["header"] == "00 concatenation, 8-bit reference: 09 02 02"
    assert found["alphabet"] == "UCS2 (data coding 18)"
    assert found["text"] == "😀" * 7


def test_the_direction_is_as_asked(capsys: Capture) -> None:
    assert said(capsys, "--in", TEXT)["read as"] == "one that comes from the network"
    assert decode_command(["--out", TEXT]) == 1
    assert "no message" in capsys.readouterr().err


def test_what_is_not_text(capsys: Capture) -> None:
    pdu = Deliver(
        Number("1"), None, dcs=4, data=b"\x01\xff",
        header=(Element(5, b"\x0b\x84\x23\xf0"), Element(0x7E, b""), Element(1, b"\x80\x02"), Element(0x24, b"\x01")),
    )  # fmt: skip
    assert decode_command([tpdu.encode(pdu).hex()]) == 0
    out = capsys.readouterr().out
    for words in (
        "05 ports, 16-bit, to 2948 from 9200: 0b 84 23 f0",
        "7E unknown to this program: empty",
        "national language, single shift, Turkish",
        "voice: something waits, 2 of them",
        "2: 01 ff",
        "at no valid time",
    ):
        assert words in out


@pytest.mark.parametrize(
    ("octets", "words"),
    [("42050000000000", "5 seconds, one try only"), ("00000000000000", "a time that cannot be read")],
)
def test_forms_of_validity(capsys: Capture, octets: str, words: str) -> None:
    pdu = Submit(Number("1"), validity=Enhanced(bytes.fromhex(octets)))
    assert said(capsys, tpdu.encode(pdu).hex())["valid for"] == words


def test_a_text_cannot_upset_the_terminal(capsys: Capture) -> None:
    parts = tpdu.segments("a\x1b[2Jb\nc\u202e", "+491")
    assert said(capsys, tpdu.encode(parts[0]).hex())["text"] == "a\\x1b[2Jb\\nc\\u202e"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("0791", "it ends after 2 octets"),
        ("07 91 z3", "'z' is no hexadecimal digit"),
        ("079", "3 hexadecimal digits"),
        ("+CMGR: 1,,0", "no digits"),
        ("OK", "no digits"),
        (TEXT[:-2], "ends after"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(capsys: Capture, given: str, words: str) -> None:
    assert decode_command([given]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("This is not a PDU that can be read: ")
    assert words in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["--in"], ["--sideways", TEXT], ["--in", "--out", TEXT]])
def test_how_to_use_it(capsys: Capture, words: list[str]) -> None:
    assert decode_command(words) == 2
    assert capsys.readouterr().err.startswith("usage: ")
