"""What answers and indications say, with the manners of many makers of modems."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms.line import answers
from transport.plugins.sms.line.answers import Cusd, Place, Stored
from transport.plugins.sms.line.fields import fields, plain, ranges
from transport.plugins.sms.malformed import Malformed

PDU = "07916407058099F9040B916407998978F70000621102901115400CE2B2F92D2FB7E6F4B09C0E"


def one(*values: int) -> frozenset[int]:
    return frozenset(values)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("1", ["1"]),
        ("1,2", ["1", "2"]),
        (" 1 , 2 ", ["1", "2"]),
        ('"a,b",2', ["a,b", "2"]),
        (",,92", ["", "", "92"]),
        ("1,", ["1", ""]),
        ('"open,1', ["open,1"]),
        ('"a" ,1', ["a", "1"]),
        ("1," * 500, ["1"] * 64 + [""]),
    ],
)
def test_fields(text: str, found: list[str]) -> None:
    assert fields(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(0-2),(0-3),(0,2,3),(0-2),(0,1)", (one(0, 1, 2), one(0, 1, 2, 3), one(0, 2, 3), one(0, 1, 2), one(0, 1))),
        ("(2),(0-1,3), ( 0 ) ,(0 - 1)", (one(2), one(0, 1, 3), one(0), one(0, 1))),
        ("(0-1,4-7),(0-1)", (one(0, 1, 4, 5, 6, 7), one(0, 1))),
        ("2,(0-1),0-1", (one(2), one(0, 1), one(0, 1))),
        ("(),(1)", (one(), one(1))),
        ("(0-999999999999)", (frozenset(range(256)),)),
        ("(3-1)", (one(),)),
        ("(0-2", (one(0, 1, 2),)),
        ("", ()),
    ],
)
def test_ranges(text: str, found: object) -> None:
    assert ranges(text) == found


TABLE: list[tuple[Callable[..., Any], tuple[str, ...], object]] = [
    (answers.parse_csq, ("+CSQ: 21,99",), -71),
    (answers.parse_csq, ("+CSQ:0,0",), -113),
    (answers.parse_csq, ("+CSQ: 31,99",), -51),
    (answers.parse_csq, ("+CSQ: 99,99",), None),
    (answers.parse_csq, ("+CSQ: 199,99",), None),
    (answers.parse_csq, ("+CSQ:",), None),
    (answers.parse_csq, (), None),
    (answers.parse_registration, ("+CREG: 0,1",), 1),
    (answers.parse_registration, ("+CREG: 5",), 5),
    (answers.parse_registration, ('+CREG: 2,1,"00C3","0000A1B2"',), 1),
    (answers.parse_registration, ('+CREG: 2,1,"0B,"0100701",7',), 1),
    (answers.parse_registration, ('+CREG: 3,"00C3","0000A1B2"',), 3),
    (answers.parse_registration, ('+CREG: 1,"00C3","0000A1B2",7',), 1),
    (answers.parse_registration, ("+CREG: 5,00C3,0000A1B2",), 5),
    (answers.parse_registration, ('+CREG: 2,5,"00C3","0000A1B2",7',), 5),
    (answers.parse_registration, ("+CREG: ,",), None),
    (answers.parse_registration, ("+CREG: 0,77",), None),
    (answers.parse_registration, ("+CGREG: 0,1",), None),
    (answers.parse_cops, ('+COPS: 0,0,"SimTel",2',), "SimTel"),
    (answers.parse_cops, ('+COPS: 0,2,"24008"',), "24008"),
    (answers.parse_cops, ('+COPS: 0,0,"00530069006D00540065006C",2',), "SimTel"),
    (answers.parse_cops, ("+COPS: 0",), None),
    (answers.parse_cops, (), None),
    (answers.parse_cpin, ("+CPIN: READY",), "READY"),
    (answers.parse_cpin, ("+CPIN:SIM PIN",), "SIM PIN"),
    (answers.parse_cpin, ('+CPIN: "SIM PUK"',), "SIM PUK"),
    (answers.parse_cpin, (), None),
    (answers.parse_attempts, ("+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10"), 3),
    (answers.parse_attempts, ("+CPINR: SIM PUK,10", '+CPINR: "SIM PIN",1'), 1),
    (answers.parse_attempts, ("^CPIN: SIM PIN,3,10,2,10,3",), 2),
    (answers.parse_attempts, (), None),
    (answers.parse_iccid, ("+CCID: 8949020000012345678F",), "8949020000012345678"),
    (answers.parse_iccid, ('+CCID: "89490200000123456789"',), "89490200000123456789"),
    (answers.parse_iccid, ("^ICCID: 89490200000123456789",), "89490200000123456789"),
    (answers.parse_iccid, ("89490200000123456789",), "89490200000123456789"),
    (answers.parse_iccid, ("ERROR?",), None),
    (answers.parse_cfun, ("+CFUN: 1",), 1),
    (answers.parse_cfun, ("+CFUN: (0-1,4-7),(0-1)",), None),
    (answers.parse_csca, ('+CSCA: "+46705008999",145',), "+46705008999"),
    (answers.parse_csca, ('+CSCA: "46705008999",145',), "+46705008999"),
    (answers.parse_csca, ('+CSCA: "0705008999",129',), "0705008999"),
    (answers.parse_csca, ('+CSCA: "002B00340036003700300035",145',), "+46705"),
    (answers.parse_csca, ('+CSCA: "",129',), None),
    (answers.parse_csca, ('+CSCA: "1\x01",129',), None),
    (answers.parse_csms, ("+CSMS: 1,1,1,1",), 1),
    (answers.parse_csms, ("+CSMS: 0,1,1,1",), 0),
    (answers.parse_csms, ("+CSMS: 1,1,1",), None),
    (answers.parse_csms_ranges, ("+CSMS: (0,1)",), one(0, 1)),
    (answers.parse_csms_ranges, (), one()),
    (answers.parse_cnmi_ranges, ("+CNMI: (2),(0-1,3)",), (one(2), one(0, 1, 3))),
    (answers.parse_cnmi_ranges, ("+CNMI:(0-2),(0,1)",), (one(0, 1, 2), one(0, 1))),
    (answers.parse_cnmi_ranges, ("+CNMI:",), None),
    (answers.parse_cnmi_ranges, (), None),
    (
        answers.parse_cpms_ranges,
        ('+CPMS: ("SM","ME","MT"),("SM","ME"),("SM","ME","MT")',),
        (("SM", "ME", "MT"), ("SM", "ME"), ("SM", "ME", "MT")),
    ),
    (answers.parse_cpms_ranges, ("+CPMS: (),(),()",), ((), (), ())),
    (answers.parse_cpms_ranges, ('+CPMS: (("SM","BM","SR"),("SM"))',), (("SM", "BM", "SR"), ("SM",), ())),
    (answers.parse_cpms_ranges, ('+CPMS: ("SM","BM","SR"),("SM")',), (("SM", "BM", "SR"), ("SM",), ())),
    (answers.parse_cpms_ranges, ('+CPMS: (ME", "SR"),("SM")',), (("ME", "SR"), ("SM",), ())),
    (answers.parse_cpms_ranges, ('+CPMS:  ( "ME","MT" ) ,("SM"),("SM"',), (("ME", "MT"), ("SM",), ("SM",))),
    (answers.parse_cpms_ranges, ('+CPMS: "SM","ME","SM"',), (("SM",), ("ME",), ("SM",))),
    (answers.parse_cpms_ranges, (), None),
    (answers.parse_cpms_used, ('+CPMS: "SM",1,20,"ME",2,100,"ME",2,100',), ((1, 20), (2, 100), (2, 100))),
    (answers.parse_cpms_used, ("+CPMS: 0,20,0,100,0,100",), ((0, 20), (0, 100), (0, 100))),
    (answers.parse_cpms_used, ('+CPMS: "SM",1',), ()),
    (answers.parse_cpms_totals, ("+CPMS: 0,20,0,100,0,100",), (20, 100, 100)),
    (answers.parse_cpms_totals, (), None),
    (answers.parse_cmgs, ("+CMGS: 12",), 12),
    (answers.parse_cmgs, ('+CMGS: 255,"00"',), 255),
    (answers.parse_cmgs, ("+CMGS: 256",), 0),
    (answers.parse_cmgs, ("+CMGS: -1",), None),
    (answers.parse_cmgs, ("+CMGS: " + "9" * 9000,), None),
    (answers.parse_cmgs, (), None),
    (
        answers.parse_cmgl,
        ("+CMGL: 3,1,,30", PDU, '+CMGL: 4,"REC UNREAD",,31', PDU),
        (Stored(3, 1, 30, PDU), Stored(4, 0, 31, PDU)),
    ),
    (
        answers.parse_cmgl,
        ("+CMGL: 17,3,35", PDU, "+CMGL: 15,3,35", PDU[:-3]),
        (Stored(17, 3, 35, PDU), Stored(15, 3, 35, PDU[:-3])),
    ),
    (
        answers.parse_cmgl,
        (f"+CMGL: 0,1,,30,{PDU}", f"+CMGL: 1,1,,30 {PDU}"),
        (Stored(0, 1, 30, PDU), Stored(1, 1, 30, PDU)),
    ),
    (answers.parse_cmgl, ("+CMGL: 1,1,,30", PDU + '"'), (Stored(1, 1, 30, PDU),)),
    (answers.parse_cmgl, ("+CMGL: 1,1,,30", "+CMGL: 2,1,,30", PDU), (Stored(1, 1, 30, ""), Stored(2, 1, 30, PDU))),
    (answers.parse_cmgl, ("+CMGL: ,1,,30", PDU), ()),
    (answers.parse_cmgl, ("+CMGL: 1", "no hexadecimal"), (Stored(1, None, None, "no hexadecimal"),)),
    (answers.parse_cmgl, (PDU,), ()),
    (answers.parse_cmgr, ("+CMGR: 0,,30", PDU), Stored(-1, 0, 30, PDU)),
    (answers.parse_cmgr, ('+CMGR: 0,"",50', PDU), Stored(-1, 0, 50, PDU)),
    (answers.parse_cmgr, ("+CMGR: ,,92", PDU), Stored(-1, None, 92, PDU)),
    (answers.parse_cmgr, (f"+CMGR: 1,,30 {PDU}",), Stored(-1, 1, 30, PDU)),
    (answers.parse_cmgr, (f'+CMGR: 1,,30,{PDU}"',), Stored(-1, 1, 30, PDU)),
    (answers.parse_cmgr, (), None),
]


@pytest.mark.parametrize(("parse", "lines", "value"), TABLE, ids=lambda value: getattr(value, "__name__", None))
def test_an_answer_is_read(parse: Callable[..., Any], lines: tuple[str, ...], value: object) -> None:
    assert parse(lines) == value


def test_registration_is_read_by_its_name() -> None:
    lines = ("+CREG: 0,2", "+CEREG: 0,5")
    assert answers.parse_registration(lines, "+CEREG") == 5
    assert answers.parse_registration(lines, "+CREG:") == 2


@pytest.mark.parametrize(
    ("lines", "fact"),
    [
        (("ACME",), "ACME"),
        (("+CGMI: ACME",), "ACME"),
        (('"ACME"',), "ACME"),
        (('+CGMI: "ACME Ltd"',), "ACME Ltd"),
        (("^RSSI: 1", "ACME"), "ACME"),
        (("x" * 200,), "x" * 80),
        ((), None),
    ],
)
def test_a_fact_is_bare_or_named(lines: tuple[str, ...], fact: str | None) -> None:
    assert answers.parse_fact(lines, "+CGMI") == fact


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('+CMTI: "SM",3', Place("SM", 3)),
        ('+CDSI: "SR",1', Place("SR", 1)),
        ('+CMTI: "SM",1,"MMS PUSH",2,1', Place("SM", 1)),
        ("+CMTI: 0,111", Place("", 111)),
        ("+CMTI: ", Place("", None)),
        ("+CMTI:", Place("", None)),
        ("+CMTI: SM,4", Place("SM", 4)),
        ('+CMTI:"me",4', Place("ME", 4)),
        ('+CMTI: "SM","x"', Place("SM", None)),
        ('+CMTI: "S\\"M",-1', Place("", None)),
    ],
)
def test_a_new_message_has_a_place(line: str, place: Place) -> None:
    assert answers.parse_place(line) == place


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('+CUSD: 0,"12 EUR",15', Cusd(0, "12 EUR", 15)),
        ('+CUSD: 1,"Menu\n1: Say "OK"?",72', Cusd(1, 'Menu\n1: Say "OK"?', 72)),
        ('+CUSD: 0,"a, b"', Cusd(0, "a, b")),
        ('+CUSD: 0,"cut off', Cusd(0, "cut off")),
        ("+CUSD: 2", Cusd(2)),
        ("+CUSD:4", Cusd(4)),
        ("+CUSD: 0,AA180C3602,15", Cusd(0, "AA180C3602", 15)),
        ('+CUSD: 0,"x",', Cusd(0, "x")),
        ('+CUSD: ,"x"', None),
        ("+CSQ: 1", None),
    ],
)
def test_a_ussd_answer_is_read(line: str, said: Cusd | None) -> None:
    assert answers.parse_cusd(line) == said


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('+CLIP: "+46701234567",145', "+46701234567"),
        ('+CLIP: "46701234567",145,"",,"",0', "+46701234567"),
        ('+CLIP: "0701234567",129', "0701234567"),
        ('+CLIP: "",128,,,,1', ""),
        ("+CLIP: ", ""),
        ('+CLIP: "<b>",145', ""),
        ("RING", None),
    ],
)
def test_a_caller_is_read(line: str, number: str | None) -> None:
    assert answers.parse_clip(line) == number


@pytest.mark.parametrize(("line", "length"), [("+CMT: ,28", 28), ("+CDS: 25", 25), ("+CDS: ,25", 25), ("+CMT:", None)])
def test_a_length_is_read(line: str, length: int | None) -> None:
    assert answers.parse_length(line) == length


def test_a_pdu_is_octets_or_malformed() -> None:
    assert Stored(1, 0, 30, PDU).octets() == bytes.fromhex(PDU)
    assert answers.parse_hex(f' "{PDU.lower()}" ') == bytes.fromhex(PDU)
    for pdu in ("", PDU[:-1], "no hexadecimal", "0 0 1", "٠٠", PDU + "\n"):
        with pytest.raises(Malformed):
            answers.parse_hex(pdu)


@pytest.mark.parametrize(
    ("text", "read"),
    [("002B0034", "+4"), ("0046", "F"), ("24008", "24008"), ("", ""), ("00000000", "00000000"), ("abcd", "abcd")],
)
def test_names_in_hexadecimal_are_read(text: str, read: str) -> None:
    assert plain(text) == read


PARSERS = [getattr(answers, name) for name in answers.__all__ if name.startswith("parse_")]
OF_ONE_LINE = {"parse_cusd", "parse_clip", "parse_hex", "parse_length", "parse_place"}
NAMES = "CSQ CREG COPS CPIN CPINR CCID CFUN CSCA CSMS CNMI CPMS CMGS CMGL CMGR CUSD CLIP CMTI CGMI".split()
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text('0123456789,-"() AFSME', max_size=80),
    st.text("0123456789ABCDEF", min_size=20, max_size=40),
)
LINES = st.builds(
    lambda name, colon, text: name + colon + text,
    st.sampled_from(["", *["+" + name for name in NAMES]]),
    st.sampled_from(["", ":", ": ", " "]),
    TEXTS,
)


@given(st.lists(LINES, max_size=5))
def test_any_text_gives_a_value_or_malformed(lines: list[str]) -> None:
    for parse in PARSERS:
        name = parse.__name__
        try:
            if name in OF_ONE_LINE:
                for line in lines:
                    parse(line)
            elif name == "parse_fact":
                parse(lines, "+CGMI")
            else:
                parse(lines)
        except Malformed:
            assert name == "parse_hex"
    for stored in answers.parse_cmgl(lines):
        try:
            stored.octets()
        except Malformed:
            pass
