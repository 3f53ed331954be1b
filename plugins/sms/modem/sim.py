"""Opening the SIM card: whether it asks for its PIN, and giving that once (3GPP TS 27.007 section 8.3)."""

import re

from transport.api import Refused, Text
from transport.plugins.sms.line.answers import parse_attempts, parse_cpin, parse_iccid
from transport.plugins.sms.line.dialogue import TimedOut
from transport.plugins.sms.modem import trouble
from transport.plugins.sms.modem.device import CommandFailed, Device
from transport.plugins.sms.modem.pins import IPins
from transport.plugins.sms.modem.trouble import CannotStart, Trouble, start_trouble
from transport.plugins.sms.states import ModemSettings, ModemState

READY = "READY"
NOT_READY = "NOT READY"
# SIM PUK required, as +CME and as +CMS ERROR.
PUK_CODES = (12, 316)
PIN = re.compile(r"[0-9]{4,8}")
PUK = re.compile(r"[0-9]{8}")
# Fewer attempts than that are left to people.
ENOUGH = 2
ICCID_COMMANDS = ("AT+CCID", "AT^ICCID?", "AT+ICCID")
ATTEMPTS_COMMANDS = ("AT+CPINR", "AT^CPIN?")


async def read_iccid(device: Device) -> str:
    """The number of the SIM card, which many modems tell before the PIN; empty when this one does not."""
    for command in ICCID_COMMANDS:
        lines = await device.attempt(command)
        iccid = parse_iccid(lines) if lines else None
        if iccid:
            return iccid
    return ""


async def attempts_left(device: Device) -> int | None:
    """How often the PIN may still be wrong, None when the modem does not tell."""
    for command in ATTEMPTS_COMMANDS:
        lines = await device.attempt(command)
        left = parse_attempts(lines) if lines else None
        if left is not None:
            return left
    return None


async def what_it_asks(device: Device) -> str:
    """`READY`, `SIM PIN`, `SIM PUK`, ...; waits while the card is busy; empty when the modem does not know."""
    while True:
        try:
            asked = parse_cpin(await device.patiently("AT+CPIN?", within=5.0))
        except TimedOut as error:
            # Some modems forget the OK.
            asked = parse_cpin(error.lines)
        if asked != NOT_READY:
            return asked or ""
        if not await device.rest():
            return asked


class Card:
    """The SIM card of a modem, over all openings of its port; `name` tells it from others, even while it is closed."""

    def __init__(self, settings: ModemSettings, pins: IPins) -> None:
        self.settings = settings
        self.pins = pins
        self.name = settings.name
        # The card's name and the PIN that it was given, while it has not answered.
        self.unproved: tuple[str, str] | None = None

    async def open(self, device: Device) -> None:
        """Have it open, with the configured PIN if it asks for one; CannotStart when it stays closed."""
        try:
            asked = await what_it_asks(device)
            if asked == "SIM PIN":
                await self.enter(device)
                asked = await what_it_asks(device)
                if asked == "SIM PIN" and await device.rest():
                    # Taken, but not said so yet.
                    asked = await what_it_asks(device)
        except CommandFailed as error:
            found = start_trouble(error.fault, self.settings.name)
            if found is not None:
                raise CannotStart(found) from None
            # It has no such command, or none that it explains: the rest of the start will show.
            return
        self.judge(asked)
        if asked == READY and self.unproved:
            # The modem went away when it was given the PIN, instead of answering; that was right all the same.
            await self.proved()

    def judge(self, asked: str) -> None:
        """CannotStart for what only a person can give."""
        if asked == "SIM PIN":
            raise self.locked(trouble.PIN_REFUSED)
        if asked.startswith(("SIM PUK", "BLOCKED")):
            raise self.locked(trouble.PUK if asked != "BLOCKED" else trouble.DESTROYED)
        if asked.startswith("PH-"):
            raise self.locked(trouble.PHONE_LOCK)
        if asked == NOT_READY:
            raise CannotStart(Trouble(ModemState.BROKEN, Text(trouble.BROKEN, modem=self.settings.name)))

    async def enter(self, device: Device) -> None:
        """Give the configured PIN, if it may be given."""
        pin = self.settings.pin
        if not pin:
            raise self.locked(trouble.PIN_MISSING)
        if not PIN.fullmatch(pin) or await self.pins.known(self.name, pin):
            raise self.locked(trouble.PIN_REFUSED)
        left = await attempts_left(device)
        if left is not None and left < ENOUGH:
            raise self.locked(trouble.PIN_LAST, left=left)
        try:
            await self.give(device, pin)
        except CommandFailed as error:
            raise self.locked(trouble.PUK if error.fault.code in PUK_CODES else trouble.PIN_REFUSED) from None
        except TimedOut:
            raise self.locked(trouble.PIN_REFUSED) from None

    async def give(self, device: Device, pin: str, puk: str = "") -> None:
        """Give a PIN (with `puk`, as the new one); the card's refusal is a `CommandFailed`.

        It is remembered first: what cuts the modem off now must not lead to another attempt.
        """
        await self.pins.remember(self.name, pin)
        self.unproved = self.name, pin
        words = f'"{puk}","{pin}"' if puk else f'"{pin}"'
        try:
            await device.ask(f"AT+CPIN={words}", within=30.0)
        except CommandFailed:
            self.unproved = None
            raise
        await self.proved()

    async def proved(self) -> None:
        """The card took the PIN that it was last given."""
        proved, self.unproved = self.unproved, None
        if proved is not None:
            await self.pins.forget(*proved)

    async def unlock(self, device: Device, pin: str, puk: str) -> None:
        """Give what an administrator entered; Refused when it cannot be or is not taken."""
        if not PIN.fullmatch(pin) or (puk and not PUK.fullmatch(puk)):
            # A PIN in the place of the PUK would cost one of its ten attempts.
            raise Refused("not-acceptable", "A PIN has 4 to 8 digits, a PUK 8.")
        asked = await what_it_asks(device)
        if asked == READY:
            raise Refused("not-acceptable", "The SIM card is open already.")
        if asked.startswith("SIM PUK") != bool(puk):
            wanted = "PUK and a new PIN" if asked.startswith("SIM PUK") else "PIN"
            raise Refused("not-acceptable", "The SIM card asks for its {wanted}.", wanted=wanted)
        left = None if puk else await attempts_left(device)
        if left is not None and left < ENOUGH:
            raise Refused(
                "not-allowed",
                "Only {left} attempt is left; put the SIM card into a phone and enter the PIN there.",
                left=left,
            )
        try:
            await self.give(device, pin, puk)
        except CommandFailed as error:
            raise Refused("not-acceptable", "The SIM card did not take it ({fault}).", fault=str(error)) from None

    def locked(self, template: str, **params: object) -> CannotStart:
        """The card stays closed until a person acts."""
        why = Text(template, modem=self.settings.name, **params)
        return CannotStart(Trouble(ModemState.LOCKED, why, retry=False))
