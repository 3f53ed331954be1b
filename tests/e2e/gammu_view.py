"""libgammu's codec through a process that has it, seen as `pdu_corpus.View`."""

import json
import subprocess
from pathlib import Path
from typing import Any

from pdu_corpus import Direction, View

PROGRAM = Path(__file__).with_name("gammu_codec.py")
# Debian's own interpreter is the one that python3-gammu is for.
INTERPRETER = "/usr/bin/python3"
KINDS = {"Deliver": "Deliver", "Submit": "Submit", "Status_Report": "StatusReport"}
EXPECTED = {"in": ("Deliver", "Status_Report"), "out": ("Submit",)}


class Gammu:
    """The process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [INTERPRETER, str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """One answer."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    def close(self) -> None:
        """End it."""
        self.process.communicate()

    def decode(self, octets: bytes) -> dict[str, Any] | None:
        """What gammu reads, as it says it; None when it refuses."""
        found = self.ask(op="decode", octets=octets.hex())
        return None if "error" in found else found

    def encode(self, sms: dict[str, Any], layout: str) -> bytes | None:
        """The octets of what gammu has read, with a service centre; None when it refuses."""
        found = self.ask(op="encode", sms=sms, layout=layout)
        return bytes.fromhex(found["octets"]) if "octets" in found else None

    def theirs(self, octets: bytes, direction: Direction) -> View | None:
        """What gammu reads of what we know too; None when it refuses or takes it for another kind."""
        found = self.decode(octets)
        if found is None or found["Type"] not in EXPECTED[direction]:
            return None
        return view(found)


def view(found: dict[str, Any]) -> View:
    """The fields that both know."""
    kind = KINDS[found["Type"]]
    seen: View = {"kind": kind, "person": found["Number"], "smsc": found["SMSC"]["Number"]}
    if kind == "StatusReport":
        return seen | {
            "when": found["DateTime"],
            "discharge": found["SMSCDateTime"],
            "reference": found["MessageReference"],
            "status": found["DeliveryStatus"],
        }
    seen |= {
        "header": found["UDH"]["Text"]["hex"],
        "text": found["Text"]["hex"] if isinstance(found["Text"], dict) else found["Text"],
        "class": None if found["Class"] < 0 else found["Class"],
        "reply_path": bool(found["ReplyViaSameSMSC"]),
    }
    if kind == "Deliver":
        return seen | {"when": found["DateTime"]}
    return seen | {"reference": found["MessageReference"], "reject_duplicates": bool(found["RejectDuplicates"])}
