"""ModemManager on a message bus of its own, without udev, systemd or the machine's own modems.

It gets the modem through its interface for tests, which takes Unix sockets; socat joins one to the serial port.
"""

import json
import subprocess
from pathlib import Path
from typing import Any, Self

from phone_program import UTF8, PhoneProgram, Program, Read

from demo.partners.patience import installed, until

BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
SERVICE = "org.freedesktop.ModemManager1"
ALONE = ["--test-session", "--test-enable", "--test-no-udev", "--test-no-suspend-resume", "--no-auto-scan"]


class ModemManager(PhoneProgram):
    """ModemManager, driven by `mmcli`."""

    name = "modemmanager"
    one_by_one = "read"

    def __init__(self, folder: Path, device: Path) -> None:
        super().__init__(folder, device)
        self.parts = 0
        self.port = self.folder / "port"
        self.bus_socket = self.folder / "bus"
        address = f"unix:path={self.bus_socket}"
        self.environment = {**UTF8, "DBUS_SYSTEM_BUS_ADDRESS": address, "DBUS_SESSION_BUS_ADDRESS": address}
        config = self.folder / "bus.conf"
        config.write_text(BUS.format(socket=self.bus_socket))
        bus = [installed("dbus-daemon", "dbus"), f"--config-file={config}", "--nofork", "--nopidfile"]
        bridge = [installed("socat", "socat"), f"UNIX-LISTEN:{self.port},fork", f"{device},rawer,echo=0"]
        manager = [installed("ModemManager", "modemmanager"), *ALONE, "--log-level=DEBUG"]
        self.bus, self.bridge = self.part("bus", bus), self.part("bridge", bridge)
        self.program = self.part("manager", manager)

    def part(self, name: str, command: list[str]) -> Program:
        """One of the processes."""
        return Program(command, log=self.folder / f"{name}.log", folder=self.folder, environment=self.environment)

    def start(self) -> Self:
        """Start a bus, a bridge and the manager; make the modem known, and enable it."""
        self.bus.start()
        self.bridge.start()
        until(self.bus_socket.exists, "the message bus")
        until(self.port.exists, "socat's socket")
        self.program.start()
        until(self.introduce, "ModemManager to take the modem")
        until(lambda: self.modem().get("state") == "disabled", "ModemManager to know the modem")
        self.mmcli("-m", "any", "--enable")
        until(lambda: self.modem().get("state") == "registered", "ModemManager to be registered")
        return self

    def stop(self) -> None:
        """Stop all three."""
        for part in (self.program, self.bridge, self.bus):
            part.stop()

    def introduce(self) -> bool:
        """Give the manager its modem, as soon as it is there."""
        call = [installed("gdbus", "libglib2.0-bin"), "call", "--system", "-d", SERVICE]
        method = ["-o", f"/{SERVICE.replace('.', '/')}", "-m", f"{SERVICE}.Test.SetProfile"]
        words = ["simulated", "generic", json.dumps([str(self.port)])]
        return subprocess.run([*call, *method, *words], env=self.environment, capture_output=True).returncode == 0

    def mmcli(self, *words: str) -> str:
        """What a call of mmcli prints."""
        command = [installed("mmcli", "modemmanager"), "--timeout=60", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def modem(self) -> dict[str, Any]:
        """What the manager knows of the modem in general; nothing while there is none."""
        if "/Modem/" not in self.mmcli("-L"):
            return {}
        known: dict[str, Any] = json.loads(self.mmcli("-m", "any", "-J"))["modem"]
        return {**known["generic"], **known["3gpp"]}

    def about(self) -> dict[str, str]:
        """By `mmcli`."""
        quality = int(until(lambda: int(self.modem()["signal-quality"]["value"]), "the signal"))
        known = self.modem()
        return {
            "maker": known["manufacturer"],
            "model": known["model"],
            "revision": known["revision"],
            "imei": known["imei"],
            "operator": known["operator-name"],
            "number": known["own-numbers"][0],
            "network": known["registration-state"],
            "signal": str(round(quality * 31 / 100)),
        }

    def send(self, to: str, text: str) -> None:
        """Make a text, and send it."""
        fields = f"number='{to}',text='{text}',delivery-report-request='yes'"
        path = self.mmcli("-m", "any", f"--messaging-create-sms={fields}").split()[-1]
        assert "successfully sent" in self.mmcli("-s", path, "--send")

    def texts(self) -> dict[str, Any]:
        """All texts and reports that the manager has, by their paths on the bus."""
        paths = [word for word in self.mmcli("-m", "any", "--messaging-list-sms").split() if "/SMS/" in word]
        return {path: json.loads(self.mmcli("-s", path, "-J"))["sms"] for path in paths}

    def wait_for_report(self, to: str) -> None:
        """A report is an object of its own."""

        def look() -> bool:
            of = [sms for sms in self.texts().values() if sms["properties"]["pdu-type"] == "status-report"]
            states = [sms["properties"]["delivery-state"] for sms in of if sms["content"]["number"] == to]
            return "completed-received" in states

        until(look, f"ModemManager to tell of a report from {to}", pause=0.1)

    def settle(self) -> None:
        """It overlooks what comes together with the answer that it waits for; the log tells when it has that."""

        def look() -> bool:
            parts = self.program.log.read_text(errors="replace").count("SMS part at '")
            self.parts, before = parts, self.parts
            return parts > before

        until(look, "ModemManager to have a part")

    def read(self, text: str) -> Read:
        """A text in the list, whole; deleted after that."""

        def look() -> tuple[str, Read] | None:
            for path, sms in self.texts().items():
                if sms["properties"]["state"] == "received" and text in sms["content"]["text"]:
                    return path, Read(sms["content"]["number"], sms["content"]["text"])
            return None

        path, found = until(look, f"ModemManager to list {text}", pause=0.1)
        self.mmcli("-m", "any", f"--messaging-delete-sms={path}")
        return found
