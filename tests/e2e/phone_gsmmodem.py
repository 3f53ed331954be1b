"""python-gsmmodem-new, a library; it runs in the process of the tests, with threads of its own."""

import importlib.metadata
from pathlib import Path
from typing import Any, Self

from gsmmodem.modem import GsmModem
from gsmmodem.pdu import Concatenation
from phone_program import PhoneProgram, Read
from waiting import Inbox

from demo.partners.patience import until


class PythonGsmModem(PhoneProgram):
    """The library: it gives parts one by one, and cannot send characters above U+FFFF."""

    name = "python-gsmmodem-new"
    emoji = False
    one_by_one = "deleted"

    def __init__(self, folder: Path, device: Path) -> None:
        super().__init__(folder, device)
        self.texts: Inbox[Any] = Inbox("python-gsmmodem", lambda sms: str(sms.text))
        self.modem = GsmModem(str(device), 115200, smsReceivedCallbackFunc=self.texts.put)
        self.sent: dict[str, Any] = {}

    @classmethod
    def installed_version(cls) -> str:
        """From PyPI, not from Debian."""
        return importlib.metadata.version(cls.name)

    def start(self) -> Self:
        """Open the port, and set the modem up."""
        self.modem.connect()
        return self

    def stop(self) -> None:
        """End the library's thread."""
        self.modem.close()

    def about(self) -> dict[str, str]:
        """The modem's properties."""
        return {
            "maker": self.modem.manufacturer,
            "model": self.modem.model,
            "revision": self.modem.revision,
            "imei": self.modem.imei,
            "imsi": self.modem.imsi,
            "signal": str(self.modem.signalStrength),
            "operator": self.modem.networkName,
        }

    def send(self, to: str, text: str) -> None:
        """Parts have no reports of their own here: the library knows the last part's only."""
        self.sent[to] = self.modem.sendSms(to, text)

    def wait_for_report(self, to: str) -> None:
        """The library puts the report to the text."""
        sms = self.sent[to]
        until(lambda: sms.status == sms.DELIVERED, f"python-gsmmodem to have a report from {to}")

    def shows(self, text: str) -> str:
        """It takes the section sign for a backtick, and back again when it sends that."""
        return text.replace("§", "`")

    def read(self, text: str) -> Read:
        """Parts come one by one; whoever uses the library joins them. It deletes each at once."""
        parts: dict[int, str] = {}
        while True:
            sms = self.texts.take(lambda sms: True, why=text)
            place = next((element for element in sms.udh if isinstance(element, Concatenation)), None)
            parts[place.number if place else 1] = sms.text
            if len(parts) == (place.parts if place else 1):
                whole = "".join(parts[number] for number in sorted(parts))
                if text in (joined := whole.encode("utf-16-be", "surrogatepass").decode("utf-16-be")):
                    return Read(sms.number, joined)
                parts.clear()
