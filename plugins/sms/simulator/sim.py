"""A SIM: who it is, and how it is locked (3GPP TS 11.11)."""

from typing import Final

from attrs import define

PIN_TRIES: Final = 3
PUK_TRIES: Final = 10


@define
class Sim:
    """A SIM card; without a PIN it is never locked."""

    number: str
    imsi: str = "240080000000001"
    iccid: str = "8946080000000000001"
    smsc: str = "+46705008999"
    pin: str = ""
    puk: str = "12345678"
    present: bool = True
    unlocked: bool = False
    pin_left: int = PIN_TRIES
    puk_left: int = PUK_TRIES
    reference: int = 0

    @property
    def wants(self) -> str:
        """What +CPIN? says."""
        if self.puk_left == 0:
            return "BLOCKED"
        if self.pin_left == 0:
            return "SIM PUK"
        return "READY" if self.unlocked or not self.pin else "SIM PIN"

    def enter(self, pin: str) -> bool:
        """Try a PIN."""
        if pin == self.pin:
            self.unlocked, self.pin_left = True, PIN_TRIES
            return True
        self.pin_left -= 1
        return False

    def unblock(self, puk: str, pin: str) -> bool:
        """Try a PUK, with a new PIN."""
        if puk == self.puk:
            self.pin, self.unlocked = pin, True
            self.pin_left, self.puk_left = PIN_TRIES, PUK_TRIES
            return True
        self.puk_left -= 1
        return False

    def next_reference(self) -> int:
        """TP-MR of the next text."""
        self.reference = (self.reference + 1) % 256
        return self.reference
