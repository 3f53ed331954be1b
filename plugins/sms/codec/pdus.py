"""The three kinds of PDU as values (3GPP TS 23.040 section 9.2.2); treated as immutable."""

from datetime import datetime

from attrs import define

from transport.plugins.sms.codec.address_field import Number
from transport.plugins.sms.codec.udh import Element
from transport.plugins.sms.codec.user_data import Content
from transport.plugins.sms.codec.validity import Validity


@define
class Deliver(Content):
    """A text from the network; `timestamp` has the service centre's time zone, None when it is no time.

    `more` says that more messages wait; `report` that the sender hears of the delivery; `loop` that nobody may answer
    or forward it by machine.
    """

    originator: Number
    timestamp: datetime | None
    pid: int = 0
    dcs: int = 0
    data: bytes = b""
    header: tuple[Element, ...] = ()
    smsc: Number | None = None
    more: bool = False
    report: bool = False
    reply_path: bool = False
    loop: bool = False


@define
class Submit(Content):
    """A text for the network; `reference` is TP-MR, which modems overwrite with their own."""

    to: Number
    dcs: int = 0
    data: bytes = b""
    pid: int = 0
    header: tuple[Element, ...] = ()
    reference: int = 0
    validity: Validity | None = None
    report: bool = False
    reject_duplicates: bool = False
    reply_path: bool = False
    smsc: Number | None = None


@define
class StatusReport(Content):
    """What became of a text; `reference` is what +CMGS answered, `discharge` the time of the outcome `status` (TP-ST).

    `command` says that it answers a COMMAND instead of a SUBMIT.  pid, dcs, data and header may all be absent.
    """

    reference: int
    recipient: Number
    timestamp: datetime | None
    discharge: datetime | None
    status: int
    smsc: Number | None = None
    more: bool = False
    loop: bool = False
    command: bool = False
    pid: int = 0
    dcs: int = 0
    data: bytes = b""
    header: tuple[Element, ...] = ()


Pdu = Deliver | Submit | StatusReport
