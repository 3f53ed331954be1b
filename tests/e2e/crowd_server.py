"""The XMPP server's end of a component's stream (XEP-0114), which plays all users; bytes in, bytes out.

A thousand clients would be the test's own burden; this end only counts what the gateway writes.
"""

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable

from waiting import Missed

OPEN = (
    b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' "
    b"id='crowd' from='transport.localhost'>"
)
HANDSHAKE = re.compile(rb"<handshake[^>]*>([0-9a-f]{40})</handshake>")


class CrowdServer:
    """Listens for the gateway; everything it writes after the handshake is in `heard`."""

    component_domain = "transport.localhost"
    secret = "secret"

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.component_port = self.listener.getsockname()[1]
        self.heard = bytearray()
        self.changed = threading.Condition(threading.RLock())
        self.stream: socket.socket | None = None
        self.streams = 0
        self.ended = False
        threading.Thread(target=self.serve, name="crowd", daemon=True).start()

    def serve(self) -> None:
        """Accept the gateway, again whenever it comes back."""
        while not self.ended:
            try:
                stream, _ = self.listener.accept()
                self.read(stream)
            except OSError:
                continue
            finally:
                self.stream = None

    def read(self, stream: socket.socket) -> None:
        """Read one stream to its end."""
        start = b""
        while not (proof := HANDSHAKE.search(start)):
            data = stream.recv(65536)
            if not data:
                return
            if not start:
                stream.sendall(OPEN)
            start += data
        assert proof[1].decode() == hashlib.sha1(b"crowd" + self.secret.encode()).hexdigest()
        stream.sendall(b"<handshake/>")
        with self.changed:
            self.stream = stream
            self.streams += 1
            self.changed.notify_all()
        while data := stream.recv(1 << 20):
            with self.changed:
                self.heard += data
                self.changed.notify_all()
        stream.close()

    def send(self, *stanzas: str) -> None:
        """Write stanzas to the gateway, once it is there."""
        self.wait(lambda: self.stream is not None, "the gateway")
        assert self.stream
        self.stream.sendall("".join(stanzas).encode())

    def clear(self) -> None:
        """Forget what was heard."""
        with self.changed:
            self.heard.clear()

    def count(self, pattern: bytes) -> int:
        """How often something was heard."""
        with self.changed:
            return len(re.findall(pattern, self.heard))

    def wait(self, fits: Callable[[], bool], what: str, within: float = 60.0) -> None:
        """Wait until a condition on this server holds; it is looked at ten times a second at most."""
        deadline = time.monotonic() + within
        with self.changed:
            while not fits():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Missed(f"missed {what} in {within} s; last heard: {bytes(self.heard[-1500:])!r}")
                self.changed.wait(min(left, 0.5))
        time.sleep(0.1)

    def wait_for(self, pattern: bytes, times: int = 1, within: float = 60.0) -> None:
        """Wait until something was heard so often."""
        self.wait(lambda: self.count(pattern) >= times, f"{times} of {pattern!r}", within)

    def close(self) -> None:
        """End."""
        self.ended = True
        self.listener.close()
        if self.stream is not None:
            self.stream.close()

    def mark(self) -> int:
        """The streams so far, for `wait_for_component`."""
        return self.streams

    def wait_for_component(self, mark: int, program: object, patience: float = 30.0) -> None:
        """Wait for a stream after `mark`."""
        self.wait(lambda: self.streams > mark, "the gateway", patience)
