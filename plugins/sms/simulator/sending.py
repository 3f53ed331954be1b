"""Texts that go out: +CMGS, +CMGW, +CMSS (3GPP TS 27.005 sections 3.5 and 4)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from attrs import evolve

from transport.plugins.sms import tpdu
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.simulator import radio, text_mode
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import (
    CMS,
    CMS_BAD_INDEX,
    CMS_BAD_PDU,
    CMS_FULL,
    CMS_NO_NETWORK,
    CMS_NOT_SUPPORTED,
    Failure,
)
from transport.plugins.sms.simulator.handler import Handlers
from transport.plugins.sms.simulator.memories import Slot, Status
from transport.plugins.sms.simulator.reading import RECEIVE, WRITE
from transport.plugins.sms.tpdu import Number, Submit

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

DENIED: Final = 3
BARRED: Final = 10


def send(modem: "SimModem", call: Call) -> Sequence[str] | None:
    """+CMGS: the length or number, then what follows the prompt."""
    if call.kind is Kind.TEST:
        return ()
    modem.need_sim()
    asked = asked_for(modem, call)

    def typed(data: bytes) -> None:
        try:
            submit, pdu = asked(data)
        except Failure as failure:
            modem.finish(failure)
            return
        transmit(modem, submit, pdu, "+CMGS")

    modem.ask(typed)
    return None


def asked_for(modem: "SimModem", call: Call) -> "Reader":
    """How to read what will be typed."""
    if modem.settings.text_mode:
        return Reader(modem, number=call.text(0), kind=call.number(1, 0))
    return Reader(modem, length=call.number(0))


class Reader:
    """Reads what was typed after a prompt: a PDU of so many octets, or a text."""

    def __init__(self, modem: "SimModem", length: int = 0, number: str = "", kind: int = 0) -> None:
        self.modem = modem
        self.length = length
        self.number = number
        self.kind = kind

    def __call__(self, data: bytes) -> tuple[Submit, bytes]:
        """The PDU that it is, and its octets; Failure when it is none."""
        if self.modem.settings.text_mode:
            submit = text_mode.submits(self.modem, self.number, self.kind, data)[0]
            return submit, tpdu.encode(submit)
        try:
            pdu = bytes.fromhex(data.decode("latin-1"))
            submit_read = tpdu.decode(pdu, "out")
            if not isinstance(submit_read, Submit) or tpdu.tpdu_length(pdu) != self.length:
                raise Malformed("the length is another one")
        except ValueError:
            self.modem.network.note("bad pdu", modem=self.modem.number, data=data.decode("latin-1"))
            raise Failure(CMS, CMS_BAD_PDU) from None
        return submit_read, pdu


def transmit(modem: "SimModem", submit: Submit, pdu: bytes, name: str) -> None:
    """Send a text to the network: it has it after half the time, the client the answer after the other half."""
    half = modem.pace.submit / 2 + modem.faults.submit_delay / 2
    modem.line.noise()
    modem.later(half, reach_network, modem, submit, pdu, name, half)


def reach_network(modem: "SimModem", submit: Submit, pdu: bytes, name: str, half: float) -> None:
    """The network takes it, or something is wrong."""
    failure = trouble(modem, submit)
    if failure is not None:
        modem.network.note(
            "refused", **{"from": modem.number}, to=str(submit.to), code=f"{failure.kind} {failure.code}"
        )
        modem.later(half, modem.finish, failure)
        return
    faults = modem.faults
    if faults.answers:
        taken = faults.answers.popleft()
        if taken:
            modem.network.submit(modem, submit, pdu)
        modem.network.note("no answer", modem=modem.number, submitted=taken)
        modem.idle()
        return
    submission = modem.network.submit(modem, submit, pdu)
    modem.later(half, modem.answer, (f"{name}: {submission.reference}",))


def trouble(modem: "SimModem", submit: Submit) -> Failure | None:
    """Why a text cannot be sent."""
    failure = modem.faults.of_submit(str(submit.to))
    if failure is not None:
        return failure
    state = radio.registration(modem)
    if state not in radio.REGISTERED:
        return Failure(CMS, BARRED if state == DENIED else CMS_NO_NETWORK)
    if modem.faults.full:
        # Some modems refuse to send while nothing more can come in.
        modem.faults.full = modem.memories.full(modem.memories.used[RECEIVE])
        if modem.faults.full:
            return Failure(CMS, CMS_FULL)
    return None


def write(modem: "SimModem", call: Call) -> Sequence[str] | None:
    """+CMGW: keep a text, to be sent later."""
    if call.kind is Kind.TEST:
        return ()
    modem.need_sim()
    asked = asked_for(modem, call)

    def typed(data: bytes) -> None:
        try:
            _, pdu = asked(data)
            name = modem.memories.used[WRITE]
            place = modem.memories.put(name, Slot(pdu, Status.UNSENT))
            if place is None:
                raise Failure(CMS, CMS_FULL)
        except Failure as failure:
            modem.finish(failure)
            return
        modem.answer((f"+CMGW: {place[1]}",))

    modem.ask(typed)
    return None


def send_stored(modem: "SimModem", call: Call) -> Sequence[str] | None:
    """+CMSS: send what is kept, to another number if one is given."""
    modem.need_sim()
    place = modem.memories.find(modem.memories.used[WRITE], call.number(0))
    slot = place[0].slots.get(place[1]) if place else None
    if slot is None or slot.status not in (Status.UNSENT, Status.SENT):
        raise Failure(CMS, CMS_BAD_INDEX)
    submit = text_mode.decoded(slot)
    if not isinstance(submit, Submit):
        raise Failure(CMS, CMS_BAD_INDEX)
    if call.text(1):
        try:
            submit = evolve(submit, to=Number.of(call.text(1)))
        except Malformed:
            raise Failure(CMS, CMS_BAD_PDU) from None
    slot.status = Status.SENT
    transmit(modem, submit, tpdu.encode(submit), "+CMSS")
    return None


def no_command(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CMGC: the network knows no commands."""
    if call.kind is Kind.TEST:
        return ()
    raise Failure(CMS, CMS_NOT_SUPPORTED)


def more_messages(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CMMS."""
    if call.kind is Kind.TEST:
        return ("+CMMS: (0-2)",)
    if call.kind is Kind.READ:
        return (f"+CMMS: {modem.settings.more}",)
    modem.settings.more = call.number(0, 0)
    return ()


COMMANDS: Final[Handlers] = {
    "+CMGS": send,
    "+CMGW": write,
    "+CMSS": send_stored,
    "+CMGC": no_command,
    "+CMMS": more_messages,
}
