"""pycrate's codec of TS 23.040, seen as `pdu_corpus.View`."""

import contextlib
import io
from typing import Any

from pdu_corpus import Direction, View
from pycrate_mobile.TS23040_SMS import SMS_DELIVER, SMS_STATUS_REPORT, SMS_SUBMIT

KINDS = {
    ("in", 0): ("Deliver", SMS_DELIVER),
    ("in", 2): ("StatusReport", SMS_STATUS_REPORT),
    ("out", 1): ("Submit", SMS_SUBMIT),
}


def theirs(octets: bytes, direction: Direction) -> View | None:
    """What pycrate reads; None when it refuses, in whichever way."""
    if not octets or len(octets) <= 1 + octets[0]:
        return None
    tpdu = octets[1 + octets[0] :]
    name, kind = KINDS.get((direction, tpdu[0] & 3), (None, None))
    if kind is None:
        return None
    pdu = kind()
    try:
        # It prints what it thinks of the octets.
        with contextlib.redirect_stdout(io.StringIO()):
            pdu.from_bytes(tpdu)
            return view(name, pdu)
    except Exception:
        return None


def view(name: str, pdu: Any) -> View:
    """The fields that both know."""
    address = pdu[{"Deliver": "TP_OA", "Submit": "TP_DA", "StatusReport": "TP_RA"}[name]]
    found: View = {
        "kind": name,
        "number": address["Num"].decode(),
        "ton": address["Type"](),
        "npi": address["NumberingPlan"](),
    }
    if name == "StatusReport":
        found |= {"status": pdu["TP_ST"](), "reference": pdu["TP_MR"](), "discharge": clock(pdu["TP_DT"])}
        if pdu["TP_PI"].get_trans() or not pdu["TP_PI"]["TP_UDL"]():
            found["when"] = clock(pdu["TP_SCTS"])
            return found
    if not pdu["TP_DCS"].get_trans():
        found["dcs"] = pdu["TP_DCS"].to_bytes()[0]
    if not pdu["TP_PID"].get_trans():
        found["pid"] = pdu["TP_PID"].to_bytes()[0]
    if name == "Submit":
        found |= {"reference": pdu["TP_MR"](), "validity": validity(pdu)}
    else:
        found |= {"when": clock(pdu["TP_SCTS"]), "zone": zone(pdu["TP_SCTS"])}
    data = pdu["TP_UD"]
    found["header"] = "" if data["UDH"].get_trans() else header(data["UDH"])
    text = data["UD"].decode()
    found["text"] = text.hex() if isinstance(text, bytes) else text
    return found


def header(udh: Any) -> str:
    """A header's octets; none for one without elements."""
    octets = udh.to_bytes()
    return octets.hex() if len(octets) > 1 else ""


def clock(stamp: Any) -> list[int]:
    """A time as its clock shows it."""
    return list(stamp.decode()[0][:6])


def zone(stamp: Any) -> int:
    """Quarters of an hour, which it has in hours."""
    return round(stamp.decode()[1] * 4)


def validity(pdu: Any) -> Any:
    """The octet, the clock or the octets; all three are there, and one counts."""
    form = pdu["TP_VPF"]()
    if form == 2:
        return pdu[10]()
    if form == 3:
        return clock(pdu[11])
    return pdu[12].to_bytes().hex() if form == 1 else None
