"""PDUs from their fields in hexadecimal, read."""

from transport.plugins.sms import tpdu
from transport.plugins.sms.tpdu import Deliver, StatusReport, Submit

SENDER = "0B911346610089F6"
SCTS = "20806291731408"


def deliver(
    dcs: int = 0, ud: str = "0CC8F71D14969741F977FD07", first: str = "04", sender: str = SENDER, scts: str = SCTS
) -> Deliver:
    """A DELIVER without a service centre."""
    pdu = tpdu.decode(bytes.fromhex(f"00{first}{sender}00{dcs:02X}{scts}{ud}"), "in")
    assert isinstance(pdu, Deliver)
    return pdu


def submit(first: str, period: str = "", ud: str = "01 30") -> Submit:
    """A SUBMIT without a service centre."""
    pdu = tpdu.decode(bytes.fromhex(f"00{first}00 0B911346610089F6 0000 {period} {ud}"), "out")
    assert isinstance(pdu, Submit)
    return pdu


def report(rest: str, first: str = "06") -> StatusReport:
    """A STATUS-REPORT from its reference on."""
    pdu = tpdu.decode(bytes.fromhex(f"00{first}{rest}"), "in")
    assert isinstance(pdu, StatusReport)
    return pdu
