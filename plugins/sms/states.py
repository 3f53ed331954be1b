"""What a modem is and does, as values that the rest of the plugin shares."""

from enum import Enum
from typing import Protocol

from attrs import define, field
from twisted.internet.defer import Deferred

from transport.api import Text


@define
class ModemSettings:
    """A modem's table in the configuration; times are in seconds."""

    name: str
    device: str
    baud: int = 115200
    pin: str = field(default="", repr=False)
    owner: str = ""
    users: tuple[str, ...] = ()
    number: str = ""
    prefixes: tuple[str, ...] = ()
    cost: float = 1.0
    weight: int = 1
    per_hour: int = 0
    per_day: int = 0
    gap: float = 1.0
    smsc: str = ""
    init: tuple[str, ...] = ()
    hang_up: bool = False
    raw: bool = False


class ModemState(Enum):
    """Where a modem is; only READY ones send, all from READY and SEARCHING receive."""

    UNPLUGGED = "unplugged"
    STARTING = "starting"
    LOCKED = "locked"
    SEARCHING = "searching"
    READY = "ready"
    PAUSED = "paused"
    BROKEN = "broken"


@define
class Health:
    """What is known of a modem; `signal` is in dBm, None when unknown; `why` says what is wrong, for people."""

    state: ModemState = ModemState.UNPLUGGED
    operator: str = ""
    signal: int | None = None
    roaming: bool = False
    manufacturer: str = ""
    model: str = ""
    revision: str = ""
    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    smsc: str = ""
    why: Text | None = None


@define
class Fault:
    """A final answer that is an error: `kind` is CMS, CME or ERROR; `code` is None when the modem gave none."""

    kind: str
    code: int | None = None
    text: str = ""


class NotSubmitted(Exception):
    """The modem certainly does not have the message: it refused (`fault`), or was never given it (None)."""

    def __init__(self, why: str, fault: Fault | None = None) -> None:
        self.why = why
        self.fault = fault
        super().__init__(why)


class InDoubt(Exception):
    """The modem was given the message, and nobody knows whether it went out."""


@define
class UssdAnswer:
    """What the network says to a USSD code; `more` asks for an answer."""

    text: str
    more: bool = False


@define
class Incoming:
    """A PDU that a modem has received: `place` is memory and index, None when it was told directly (+CMT, +CDS).

    `pdu` starts with the SMSC octets.  `sim` tells one SIM from another (IMSI, else the modem's name).  `fresh`
    says that the same PDU at the same place before was surely another message: it was deleted, and this one
    announced since.
    """

    modem: str
    sim: str
    pdu: bytes
    place: tuple[str, int] | None = None
    fresh: bool = False


class ModemNews(Protocol):
    """Who hears of a modem."""

    def changed(self, name: str, health: Health) -> None:
        """A modem's state, network or signal is another one."""

    def received(self, incoming: Incoming) -> Deferred[None]:
        """Keep a PDU; fires once it is durable.  Only then is it deleted from the modem or acknowledged."""

    def unreadable(self, modem: str, sim: str, text: str, place: tuple[str, int] | None) -> Deferred[None]:
        """Keep what is no hexadecimal at all, and tell the administrators once."""

    def called(self, modem: str, number: str) -> None:
        """A call came and is over; `number` is empty when withheld.  Once for each call."""

    def tell_admins(self, text: Text) -> None:
        """Something that an administrator must know or do."""


class IsModem(Protocol):
    """A modem as outbox, commands and routing see it (`modem.Modem`)."""

    settings: ModemSettings

    @property
    def health(self) -> Health:
        """How it is now."""

    def start(self) -> None:
        """Open the port, and keep it open: comes back by itself after every failure."""

    def stop(self) -> Deferred[None]:
        """Close it; a command in flight is awaited for a short time."""

    def submit(self, pdu: bytes, more: bool) -> Deferred[int]:
        """Send one TPDU (with its SMSC octets): the modem's message reference of +CMGS.

        `more` says that another part follows at once (AT+CMMS).  Fails with `NotSubmitted` or `InDoubt`.
        """

    def caught_up(self) -> Deferred[None]:
        """Fires when few announced messages are left to read; at once mostly, and after some seconds in any case."""

    def ussd(self, code: str) -> Deferred[UssdAnswer]:
        """Ask the network something, or answer what it asked; Refused when it says no or nothing."""

    def end_ussd(self) -> Deferred[None]:
        """Leave a USSD dialogue."""

    def unlock(self, pin: str, puk: str = "") -> Deferred[None]:
        """Give a PIN (with `puk`, as the new PIN); Refused when the SIM refuses it."""

    def pause(self, paused: bool) -> None:
        """Do not send, or send again; receiving goes on."""

    def drain(self) -> Deferred[int]:
        """Read and delete all that the modem has stored: how many there were."""

    def reset(self) -> Deferred[None]:
        """Close the port, open it and start afresh."""

    def raw(self, line: str) -> Deferred[str]:
        """One command as it is, and all lines of its answer."""


@define
class Modems:
    """All modems of a network by name."""

    by_name: dict[str, IsModem] = field(factory=dict)
