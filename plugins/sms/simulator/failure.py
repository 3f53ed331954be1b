"""Final answers that are errors, as +CMEE wants them (3GPP TS 27.007 section 9.2, TS 27.005 section 3.2.5)."""

from collections.abc import Mapping
from typing import Final

CME: Final = "CME"
CMS: Final = "CMS"
NOT_ALLOWED: Final = 3
NOT_SUPPORTED: Final = 4
NO_SIM: Final = 10
PIN_WANTED: Final = 11
PUK_WANTED: Final = 12
SIM_FAILURE: Final = 13
SIM_BUSY: Final = 14
WRONG_PIN: Final = 16
INVALID_INDEX: Final = 21
BAD_VALUE: Final = 50
PLEASE_WAIT: Final = 515
CMS_NOT_ALLOWED: Final = 302
CMS_NOT_SUPPORTED: Final = 303
CMS_BAD_PDU: Final = 304
CMS_BAD_TEXT: Final = 305
CMS_BAD_INDEX: Final = 321
CMS_FULL: Final = 322
CMS_NO_NETWORK: Final = 331
CMS_NO_ACK_EXPECTED: Final = 340

# The SIM's states say the same in both families.
AS_CMS: Final[Mapping[int, int]] = {
    NO_SIM: 310,
    PIN_WANTED: 311,
    PUK_WANTED: 316,
    SIM_FAILURE: 313,
    SIM_BUSY: 314,
    PLEASE_WAIT: 515,
}
WORDS: Final[Mapping[tuple[str, int], str]] = {
    (CME, 3): "operation not allowed",
    (CME, 4): "operation not supported",
    (CME, 10): "SIM not inserted",
    (CME, 11): "SIM PIN required",
    (CME, 12): "SIM PUK required",
    (CME, 13): "SIM failure",
    (CME, 14): "SIM busy",
    (CME, 16): "incorrect password",
    (CME, 21): "invalid index",
    (CME, 30): "no network service",
    (CME, 50): "incorrect parameters",
    (CME, 100): "unknown",
    (CME, 515): "please wait, init or command processing in progress",
    (CMS, 302): "operation not allowed",
    (CMS, 303): "operation not supported",
    (CMS, 304): "invalid PDU mode parameter",
    (CMS, 305): "invalid text mode parameter",
    (CMS, 310): "SIM not inserted",
    (CMS, 311): "SIM PIN required",
    (CMS, 313): "SIM failure",
    (CMS, 314): "SIM busy",
    (CMS, 316): "SIM PUK required",
    (CMS, 321): "invalid memory index",
    (CMS, 322): "memory full",
    (CMS, 331): "no network service",
    (CMS, 332): "network timeout",
    (CMS, 340): "no +CNMA acknowledgement expected",
    (CMS, 500): "unknown error",
}


class Failure(Exception):
    """A command fails; `kind` is CME, CMS, or empty for a bare ERROR."""

    def __init__(self, kind: str = "", code: int = 0) -> None:
        self.kind = kind
        self.code = code
        super().__init__(f"{kind} {code}")

    def line(self, level: int) -> str:
        """The final answer at a level of +CMEE; +CMS ERROR is there at all of them."""
        if not self.kind or (self.kind == CME and level == 0):
            return "ERROR"
        if level == 2:
            return f"+{self.kind} ERROR: {WORDS.get((self.kind, self.code), self.code)}"
        return f"+{self.kind} ERROR: {self.code}"


class Unknown(Failure):
    """A command that this modem does not have."""

    def __init__(self) -> None:
        super().__init__(CME, NOT_SUPPORTED)
