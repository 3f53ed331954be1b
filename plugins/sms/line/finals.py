"""The lines that end the answer to a command (3GPP TS 27.007 section 9, TS 27.005 section 3.2.5, ITU-T V.250)."""

import re
from types import MappingProxyType

from attrs import define

from transport.plugins.sms.states import Fault

ERRORS = frozenset({"ERROR", "NO CARRIER", "NO DIALTONE", "NO DIAL TONE", "NO ANSWER", "BUSY"})
# A caller who hangs up makes the modem say these without being asked.
CALL_ENDS = frozenset({"NO CARRIER", "NO ANSWER", "BUSY"})
NUMBERED = re.compile(r"\+(CM[ES]) ERROR\s*:?\s*(.*)", re.DOTALL)
CODE = re.compile(r"\d{1,5}")

# Some modems use words whatever AT+CMEE says; by these words the same is done as by the number.
CME_WORDS = MappingProxyType(
    {
        "sim not inserted": 10,
        "sim pin required": 11,
        "sim puk required": 12,
        "sim failure": 13,
        "sim busy": 14,
        "sim wrong": 15,
        "incorrect password": 16,
        "memory full": 20,
        "invalid index": 21,
        "no network service": 30,
        "network timeout": 31,
        "unknown": 100,
        "unknown error": 100,
        "please wait": 515,
    }
)
CMS_WORDS = MappingProxyType(
    {
        "unassigned (unallocated) number": 1,
        "call barred": 10,
        "short message transfer rejected": 21,
        "destination out of order": 27,
        "network out of order": 38,
        "temporary failure": 41,
        "congestion": 42,
        "sim not inserted": 310,
        "sim pin required": 311,
        "sim pin necessary": 311,
        "sim failure": 313,
        "sim busy": 314,
        "sim wrong": 315,
        "sim puk required": 316,
        "invalid memory index": 321,
        "memory full": 322,
        "smsc address unknown": 330,
        "no network service": 331,
        "network timeout": 332,
        "unknown error": 500,
        "please wait": 515,
    }
)


@define
class Final:
    """How a command ended: `kind` is OK, ERROR, CMS or CME; `code` is None when there is none; `text` as it came."""

    kind: str
    code: int | None = None
    text: str = ""

    @property
    def ok(self) -> bool:
        """Whether the command was carried out."""
        return self.kind == "OK"

    @property
    def fault(self) -> Fault | None:
        """What went wrong; None when nothing did."""
        return None if self.ok else Fault(self.kind, self.code, self.text)


def parse_final(line: str) -> Final | None:
    """What a line ends an answer with; None when it does not end one.

    UNKNOWN COMMAND does not: an ERROR follows it.
    """
    if line == "OK":
        return Final("OK")
    if line == "ERROR":
        return Final("ERROR")
    if line in ERRORS or line.startswith("COMMAND NOT SUPPORT"):
        return Final("ERROR", None, line)
    if line == "CONNECT" or line.startswith("CONNECT "):
        # The line carries data now, which is nothing that we asked for.
        return Final("ERROR", None, line)
    found = NUMBERED.fullmatch(line)
    return _numbered(found[1], found[2].strip()) if found else None


def _numbered(kind: str, text: str) -> Final:
    if CODE.fullmatch(text):
        return Final(kind, int(text))
    words = CMS_WORDS if kind == "CMS" else CME_WORDS
    return Final(kind, words.get(text.lower()), text)
