"""A simulated modem on a pseudo terminal, with a symbolic link that clients open."""

import fcntl
import os
import termios
import tty
from contextlib import suppress
from typing import Any, Final

from twisted.internet.inotify import IN_CLOSE_NOWRITE, IN_CLOSE_WRITE, IN_OPEN, INotify
from twisted.internet.interfaces import IReadDescriptor, IWriteDescriptor
from twisted.python.failure import Failure
from twisted.python.filepath import FilePath
from zope.interface import implementer

from transport.plugins.sms.simulator.answering import Prompt
from transport.plugins.sms.simulator.modem import SimModem

READ_SIZE: Final = 65536
# What a client that does not read may leave unread, as a serial port's buffers would.
MOST_UNREAD: Final = 1 << 20


@implementer(IReadDescriptor, IWriteDescriptor)
class Terminal:
    """The master's side.

    The slave is kept open here too, so that the terminal outlives every client and never echoes; who opens and closes
    it is heard from inotify.  While nobody has it open, what the modem says is lost, as with a real port.
    """

    def __init__(self, modem: SimModem, link: str, reactor: Any) -> None:
        self.modem = modem
        self.link = link
        self.reactor = reactor
        self.master = self.slave = -1
        self.clients = 0
        self.unwritten = bytearray()
        self.watch: INotify | None = None
        modem.line.write = self.write
        modem.hang_up = self.close
        modem.come_back = self.open

    @property
    def name(self) -> str:
        """What clients open."""
        return self.link

    def open(self) -> None:
        """Make the terminal and the link."""
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        path = os.ttyname(self.slave)
        self.watch = INotify(self.reactor)
        self.watch.startReading()
        self.watch.watch(FilePath(path), IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE, callbacks=[self.touched])
        place(path, self.link)
        self.reactor.addReader(self)

    def close(self) -> None:
        """Take both away: clients see the line hung up."""
        if self.master < 0:
            return
        self.reactor.removeReader(self)
        self.reactor.removeWriter(self)
        if self.watch is not None:
            self.watch.stopReading()
            self.watch = None
        with suppress(OSError):
            if os.readlink(self.link) == os.ttyname(self.slave):
                os.unlink(self.link)
        os.close(self.master)
        os.close(self.slave)
        self.master = self.slave = -1
        self.clients = 0
        self.unwritten.clear()

    def touched(self, watch: object, path: object, mask: int) -> None:
        """Somebody has opened or closed the slave."""
        if mask & IN_OPEN:
            self.clients += 1
            return
        self.clients = max(self.clients - 1, 0)
        if self.clients == 0:
            # Nobody else has been answered yet: `doRead` looks here before it lets the modem hear anything.
            self.unwritten.clear()
            termios.tcflush(self.slave, termios.TCIFLUSH)
            self.reactor.callLater(0, self.left, self.slave, self.modem.prompt)

    def left(self, slave: int, prompt: Prompt | None) -> None:
        """The last client has gone, perhaps at a prompt."""
        if slave != self.slave:
            return
        # What was written before it was closed still counts: a Ctrl-Z is a Ctrl-Z.
        self.doRead()
        if self.clients:
            self.modem.abandon(prompt)
            return
        self.modem.client_gone()
        tty.setraw(slave)
        fcntl.ioctl(slave, termios.TIOCNXCL)

    def write(self, data: bytes) -> None:
        """What the modem says."""
        if self.master < 0 or not self.clients:
            return
        if not self.unwritten:
            data = data[self.put(data) :]
        if data and len(self.unwritten) < MOST_UNREAD:
            self.unwritten += data
            self.reactor.addWriter(self)

    def put(self, data: bytes | bytearray) -> int:
        """Write as much as goes: how much that was."""
        try:
            return os.write(self.master, data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)

    def doRead(self) -> None:
        """Hear the client."""
        try:
            data = os.read(self.master, READ_SIZE)
        except OSError:
            return
        # Whoever wrote that has opened the port before, and may have closed it since.
        if self.watch is not None:
            self.watch.doRead()
        self.modem.receive(data)

    def doWrite(self) -> None:
        """Go on with what did not go at once."""
        if self.master >= 0:
            del self.unwritten[: self.put(self.unwritten)]
        if not self.unwritten:
            self.reactor.removeWriter(self)

    def fileno(self) -> int:
        """The master."""
        return self.master

    def logPrefix(self) -> str:
        """For Twisted's log."""
        return "simulator"

    def connectionLost(self, reason: Failure) -> None:
        """Twisted has found the master broken, or stops."""
        self.close()


def place(path: str, link: str) -> None:
    """Put a symbolic link in place of what was there, if that was a link too."""
    if os.path.lexists(link) and not os.path.islink(link):
        raise FileExistsError(f"{link} is there, and is no link")
    new = f"{link}.new"
    with suppress(FileNotFoundError):
        os.unlink(new)
    os.symlink(path, new)
    os.replace(new, link)
