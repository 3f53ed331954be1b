"""Messages that are no plain texts (3GPP TS 23.040 section 9.2.3.9, TS 23.038 section 4, WAP-230 WSP)."""

from datetime import datetime
from typing import Final

from transport.plugins.sms.codec import gsm7
from transport.plugins.sms.tpdu import Deliver, Element, Number

TYPE_0: Final = 0x40
VOICEMAIL_DISCARD: Final = 0xC0
VOICEMAIL_STORE: Final = 0xD0
ACTIVE: Final = 0x08
DATA: Final = 0x04
PORTS_16: Final = 0x05
SPECIAL: Final = 0x01
MMS_PORTS: Final = (2948).to_bytes(2, "big") + (9200).to_bytes(2, "big")
MMS_TYPE: Final = b"application/vnd.wap.mms-message\0"


def silent(sender: Number, when: datetime) -> Deliver:
    """Type 0: the phone acknowledges it and shows nothing."""
    return Deliver(sender, when, pid=TYPE_0)


def voicemail(sender: Number, when: datetime, active: bool, text: str = "", count: int | None = None) -> Deliver:
    """The lamp for voice messages on or off, with a text or without, with a count or without."""
    group = VOICEMAIL_STORE if text else VOICEMAIL_DISCARD
    header = () if count is None else (Element(SPECIAL, bytes((0x80, count))),)
    return Deliver(sender, when, dcs=group | ACTIVE * active, data=gsm7.encode(text), header=header)


def mms(sender: Number, when: datetime, transaction: str) -> Deliver:
    """The notice that a multimedia message waits (WAP push to port 2948 with an M-Notification.ind)."""
    headers = bytes((len(MMS_TYPE),)) + MMS_TYPE
    name = transaction.encode("ascii", "replace")[:12]
    origin = f"{sender}/TYPE=PLMN".encode("ascii", "replace")[:24]
    notice = b"\x8c\x82\x98" + name + b"\0\x8d\x90\x89" + bytes((len(origin) + 2,)) + b"\x80" + origin
    notice += b"\0\x8a\x80\x8e\x02\x75\x30\x83http://mms.invalid/" + name + b"\0"
    data = b"\x01\x06" + headers + notice
    return Deliver(sender, when, dcs=DATA, data=data, header=(Element(PORTS_16, MMS_PORTS),))
