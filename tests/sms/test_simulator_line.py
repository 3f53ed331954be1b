"""The simulated modem's line: commands, answers, echo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator_client import ALICE, Client, network
from twisted.internet.task import Clock

from transport.plugins.sms.simulator.modem import SimModem
from transport.plugins.sms.simulator.network import SimNetwork
from transport.plugins.sms.simulator.pace import REAL
from transport.plugins.sms.simulator.profiles import PROFILES

DIALOGUE = b'\x1b\rAT\rate0\r\nAT+CMEE=1;+CREG=2\r\nat+creg?\r\nAT+CPMS="SM","ME","ME"\rAT+NOPE\rATE1V1+CSQ\rAT+CSQ;+NOPE;+CSQ\r'


def test_an_echo_comes_before_the_answer_until_it_is_turned_off() -> None:
    got: list[bytes] = []
    modem = SimModem(network(), ALICE, Clock(), write=got.append)
    modem.receive(b"AT\r")
    assert b"".join(got) == b"AT\r\r\nOK\r\n"
    modem.receive(b"ATE0\r")
    got.clear()
    modem.receive(b"AT\r")
    assert b"".join(got) == b"\r\nOK\r\n"


def test_an_escape_before_the_first_command_is_no_command() -> None:
    assert Client(network()).type(b"\x1b\r") == ""


def test_chained_commands_have_one_final_answer() -> None:
    assert Client(network()).ask("AT+CSQ;+CREG?") == "+CSQ: 21,99\n+CREG: 0,1\nOK"


def test_a_chain_ends_at_its_first_error() -> None:
    assert Client(network()).ask("AT+CSQ;+NOPE;+CSQ") == "+CSQ: 21,99\n+CME ERROR: 4"


def test_the_last_line_is_repeated() -> None:
    client = Client(network())
    client.ask("AT+CSQ")
    assert client.type(b"A/") == "+CSQ: 21,99\nOK"


@pytest.mark.parametrize(
    ("level", "answer"), [(0, "ERROR"), (1, "+CME ERROR: 4"), (2, "+CME ERROR: operation not supported")]
)
def test_errors_are_told_as_the_client_wants_them(level: int, answer: str) -> None:
    client = Client(network())
    client.ask(f"AT+CMEE={level}")
    assert client.ask("AT+NOPE=1") == answer


def test_each_profile_has_its_own_word_for_an_unknown_command() -> None:
    assert Client(network(), profile="huawei").ask("AT+NOPE") == "COMMAND NOT SUPPORT"


def answers(cuts: list[bytes]) -> bytes:
    """What all of a dialogue is answered when it comes in these pieces."""
    got: list[bytes] = []
    modem = SimModem(network(), ALICE, Clock(), write=got.append)
    for cut in cuts:
        modem.receive(cut)
    return b"".join(got)


def test_pieces_may_be_cut_anywhere() -> None:
    whole = answers([DIALOGUE])
    assert whole.count(b"OK") == 6
    for at in range(len(DIALOGUE)):
        assert answers([DIALOGUE[:at], DIALOGUE[at:]]) == whole
    assert answers([DIALOGUE[at : at + 1] for at in range(len(DIALOGUE))]) == whole


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=20), st.sampled_from([b"\r", b"AT+CMGS=20\r", b"\x1a", b"AT+C", b"=?\r", b'="', b";"])
        )
    )
)
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    modem = SimModem(network(), ALICE, Clock())
    for piece in pieces:
        modem.receive(piece)
    got: list[bytes] = []
    modem.line.write = got.append
    modem.receive(b"\x1b\rAT\r")
    assert got


def test_commands_typed_ahead_are_done_one_after_another() -> None:
    slow = SimNetwork(Clock(), REAL)
    clock = slow.clock
    assert isinstance(clock, Clock)
    got: list[bytes] = []
    modem = SimModem(slow, ALICE, clock, write=got.append)
    modem.receive(b"ATE0\rAT+CSQ\rAT+CREG?\r")
    clock.pump([REAL.answer] * 4)
    assert b"".join(got).endswith(b"\r\n+CSQ: 21,99\r\n\r\nOK\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_says_who_it_is(profile: str) -> None:
    client = Client(network(), profile=profile)
    assert client.ask("AT+CGMI") == f"{PROFILES[profile].maker}\nOK"
    assert PROFILES[profile].model in client.ask("ATI")


@pytest.mark.parametrize(
    ("charset", "name"), [("GSM", "SimTel"), ("UCS2", "00530069006D00540065006C"), ("HEX", "53696D54656C")]
)
def test_names_are_written_in_the_character_set(charset: str, name: str) -> None:
    client = Client(network())
    client.ask(f'AT+CSCS="{charset}"')
    assert client.ask("AT+COPS?") == f'+COPS: 0,0,"{name}",2\nOK'


def test_lines_may_come_in_the_middle_of_everything() -> None:
    client = Client(network())
    client.modem.faults.noise = ("^RSSI: 9",)
    assert client.ask("AT+CSQ") == "^RSSI: 9\n+CSQ: 21,99\n^RSSI: 9\nOK"


def test_answers_may_come_in_small_pieces() -> None:
    client = Client(network())
    client.modem.faults.chunk = 64
    client.modem.receive(b"ATI\r")
    assert {len(piece) for piece in client.got[:-1]} >= {64}
    assert max(map(len, client.got)) == 64


def test_a_gap_between_pieces_keeps_their_order() -> None:
    net = network()
    client = Client(net)
    client.modem.faults.chunk, client.modem.faults.chunk_gap = 4, 0.1
    client.modem.receive(b"AT+CSQ\r")
    client.modem.faults.chunk = 0
    client.modem.receive(b"AT+CREG?\r")
    assert isinstance(net.clock, Clock)
    net.clock.pump([0.1] * 20)
    assert client.heard() == "+CSQ: 21,99\nOK\n+CREG: 0,1\nOK"


def test_a_semicolon_in_quotes_ends_no_command() -> None:
    client = Client(network())
    assert client.ask('AT+CSCA="+49;1";+CSCA?') == '+CSCA: "+49;1",145\nOK'
