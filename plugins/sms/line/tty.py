"""A serial port as a Twisted transport; importing this needs pyserial."""

import fcntl
import termios
from typing import Any

from serial import Serial
from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IProtocol, IReactorCore
from twisted.internet.serialport import SerialPort
from twisted.python.failure import Failure


class Line(SerialPort):
    """Twisted's port, held by us alone: it asks pyserial for no lock."""

    def _serialFactory(self, *args: Any, **kwargs: Any) -> Serial:  # type: ignore[override]
        # Two locks: root may pass TIOCEXCL, and many programs do not look at flock().
        kwargs["exclusive"] = True
        line = Serial(*args, **kwargs)
        fcntl.ioctl(line.fileno(), termios.TIOCEXCL)
        return line

    def write(self, data: bytes) -> None:
        """Write at once what goes at once: a modem answers sooner than the reactor comes round."""
        if data and self.connected and not (self.disconnecting or self.dataBuffer or self._tempDataBuffer):
            written = self.writeSomeData(data)
            # Anything but a count is an error; the reactor meets it again.
            data = data[written:] if isinstance(written, int) else data
        super().write(data)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure) -> None:
        """Closing must not wait for octets that the device does not take."""
        try:
            self._serial.reset_output_buffer()
        except (OSError, termios.error):
            pass
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def abortConnection(self) -> None:
        """Close it now."""
        if self.connected:
            self.connectionLost(Failure(ConnectionAborted()))


def open_line(protocol: IProtocol, device: str, baud: int, reactor: IReactorCore) -> Line:
    """Open a device; serial.SerialException, an OSError or termios.error when that cannot be."""
    return Line(protocol, device, reactor, baudrate=baud)  # type: ignore[no-untyped-call]
