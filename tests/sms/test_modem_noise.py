"""A modem that says anything at any time: nothing raises, and it works afterwards."""

from hypothesis import given, settings
from hypothesis import strategies as st
from modem_rig import NUMBER, PHONE, Rig

from transport.plugins.sms.states import InDoubt, ModemState, NotSubmitted

# These would be taken for the answer, whoever says them.
ANSWERS = ("OK", "ERROR", ">", "CONNECT", "+CME ERROR: 10", "+CMS ERROR: 500", "+CME ERROR: x", "NO CARRIER", "BUSY")
LINES = (
    *("RING", "RDY", "SMS Ready", "UNKNOWN COMMAND"),
    *("+CPIN: READY", "+CPIN: NOT READY", "+CPIN: SIM PIN", "^BOOT:1,0,0,0,6", "^RSSI: 7", '^SMMEMFULL: "SM"'),
    *("+CREG: 1", "+CREG: 2", "+CREG: x", '+CREG: 2,1,"0B,"0100701",7', "+CEREG: 5", "+CREG:"),
    *('+CMTI: "SM",1', '+CMTI: "ME",-1', "+CMTI: ,", '+CMTI: "SM",99999999999', "+CDSI: x", "+CMTI: 0,111"),
    *("+CMT: ,5", "+CMT: ,5\r\n00", "+CDS: ,26\r\nXY", "+CMT: x\r\n0011", "+CBM: 88\r\n00", "0011223344"),
    *('+CUSD: 0,"x",15', "+CUSD: ", "+CUSD: 9", '+CUSD: 1,"open', '+CLIP: "+1",145', "+CLIP: ", "+CLIP: x,y"),
    *("+CMGL: 1,1,,5", "\xff\xfe", "\0", "+"),
)
said = st.lists(st.one_of(st.sampled_from(LINES + ANSWERS), st.text(max_size=20)), max_size=12)
told = st.lists(st.sampled_from(LINES), max_size=12)


def end(rig: Rig) -> None:
    rig.run(500, step=0.5)
    assert rig.faults == []
    assert rig.state() is ModemState.READY, rig.modem.health
    before = len(rig.news.texts)
    rig.network.text(PHONE, NUMBER, "works")
    rig.run(2)
    assert len(rig.news.texts) == before + 1
    assert rig.submit("works").error is None


def say(rig: Rig, lines: list[str]) -> None:
    rig.said("".join(f"\r\n{line}\r\n" for line in lines).encode("utf-8", "replace"))


@settings(max_examples=30)
@given(said)
def test_while_nothing_is_done(lines: list[str]) -> None:
    rig = Rig().start()
    say(rig, lines)
    end(rig)


@settings(max_examples=30)
@given(said, said)
def test_while_it_starts(first: list[str], second: list[str]) -> None:
    rig = Rig()
    rig.modem.start()
    rig.run(0.5)
    say(rig, first)
    rig.run(0.5)
    say(rig, second)
    end(rig)


@settings(max_examples=30)
@given(told, told)
def test_while_a_text_is_submitted_it_is_never_called_refused_and_sent(first: list[str], second: list[str]) -> None:
    rig = Rig().start()
    rig.sim.faults.prompt_delay = 1
    rig.sim.faults.submit_delay = 2
    sent = rig.submit("hello")
    say(rig, first)
    rig.run(2)
    say(rig, second)
    rig.run(150)
    assert sent.done
    if rig.events("submitted"):
        assert sent.error is None or isinstance(sent.error, InDoubt)
    else:
        assert isinstance(sent.error, InDoubt | NotSubmitted)
    rig.sim.faults.prompt_delay = rig.sim.faults.submit_delay = 0
    end(rig)


@settings(max_examples=20)
@given(st.binary(max_size=300))
def test_octets(data: bytes) -> None:
    rig = Rig().start()
    rig.said(data)
    rig.run(1)
    rig.said(b"\r\n")
    end(rig)
