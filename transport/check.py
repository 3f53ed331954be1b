"""Whether the XMPP server takes us (XEP-0114), asked without the daemon, and answered in words."""

import os
import socket
from hashlib import sha1
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from attrs import define, field

from transport.config import Config, XmppConfig
from transport.store.interface import StoreError
from transport.store.seal import KeyFile

SECONDS = 10.0
LONGEST = 65536
STREAM = "{http://etherx.jabber.org/streams}"
ERRORS = "{urn:ietf:params:xml:ns:xmpp-streams}"
COMPONENT = "jabber:component:accept"
OTHER_PORTS = {"jabber:client": "clients", "jabber:server": "other servers"}


class CheckError(Exception):
    """What is wrong, and what can be done about it."""


def storage(config: Config) -> list[str]:
    """What is wrong with the place where the database and its key lie."""
    wrong = []
    for path in (config.storage.path, config.storage.key):
        folder = Path(path).parent
        if not folder.is_dir():
            wrong.append(f"The folder {folder} does not exist.")
        elif not os.access(path if os.path.exists(path) else folder, os.W_OK):
            wrong.append(f"{path} cannot be written by this user.")
    if os.path.exists(config.storage.key):
        try:
            KeyFile(config.storage.key)(False)
        except StoreError as error:
            wrong.append(str(error))
    return list(dict.fromkeys(wrong))


def handshake(xmpp: XmppConfig, seconds: float = SECONDS) -> None:
    """Sign in as the component, and out again; CheckError when that does not work."""
    where = f"{xmpp.host}:{xmpp.port}"
    try:
        with socket.create_connection((xmpp.host, xmpp.port), seconds) as sock:
            sock.settimeout(seconds)
            Dialogue(sock, xmpp, where).run()
    except TimeoutError as error:
        raise CheckError(f"{where} does not answer. Is the address right, and no firewall between?") from error
    except ConnectionRefusedError as error:
        raise CheckError(
            f"Nothing listens at {where}. Is the XMPP server running, and is this its port for components?"
        ) from error
    except socket.gaierror as error:
        raise CheckError(f"The name {xmpp.host} of the XMPP server is not known: {error.strerror}.") from error
    except OSError as error:
        raise CheckError(f"The connection to {where} failed: {error.strerror or error}.") from error


@define
class Dialogue:
    """The handshake on a connection; `space` is the namespace that the server speaks in."""

    sock: socket.socket
    xmpp: XmppConfig
    where: str
    parser: Any = field(factory=lambda: XMLPullParser(("start", "end", "start-ns")))
    events: list[tuple[str, Any]] = field(factory=list)
    took: int = 0
    space: str = ""

    def run(self) -> None:
        """Go through it; CheckError when the server says no, or something else."""
        self.sock.sendall(
            f"<?xml version='1.0'?><stream:stream xmlns='{COMPONENT}' to='{self.xmpp.domain}' "
            "xmlns:stream='http://etherx.jabber.org/streams'>".encode()
        )
        stream = self.until(f"{STREAM}stream", "start")
        proof = sha1((stream.get("id", "") + self.xmpp.secret).encode(), usedforsecurity=False).hexdigest()
        self.sock.sendall(f"<handshake>{proof}</handshake>".encode())
        self.until(f"{{{COMPONENT}}}handshake", "end")
        self.sock.sendall(b"</stream:stream>")

    def until(self, tag: str, when: str) -> Element:
        """Read up to an element."""
        while True:
            while self.events:
                kind, what = self.events.pop(0)
                if kind == "start-ns":
                    self.space = self.space or ("" if what[0] else what[1])
                elif what.tag == tag and kind == when:
                    found: Element = what
                    return found
                elif what.tag == f"{STREAM}error" and kind == "end":
                    raise CheckError(self.refusal(what))
            self.read()

    def read(self) -> None:
        """Feed the parser with what comes next."""
        try:
            data = self.sock.recv(4096)
        except TimeoutError as error:
            raise CheckError(
                f"{self.where} accepts connections and then says nothing that a component understands. "
                "Is it a port for components, without TLS?"
            ) from error
        self.took += len(data)
        if not data or self.took > LONGEST:
            raise CheckError(f"{self.where} closed the connection without a reason. Is it a port for components?")
        try:
            self.parser.feed(data)
            self.events.extend(self.parser.read_events())
        except ParseError as error:
            raise CheckError(f"{self.where} is not an XMPP server: it answers {data[:40]!r}.") from error

    def refusal(self, error: Element) -> str:
        """A stream error (RFC 6120 section 4.9.3) in words."""
        if self.space in OTHER_PORTS:
            return f"{self.where} is not a port for components but for {OTHER_PORTS[self.space]}."
        conditions = [e.tag.removeprefix(ERRORS) for e in error if e.tag.startswith(ERRORS)]
        texts = [e.text or "" for e in error if e.tag == f"{ERRORS}text"]
        condition = next((c for c in conditions if c != "text"), "no condition")
        domain = self.xmpp.domain
        known = {
            "not-authorized": f"The secret is wrong: the XMPP server has another for {domain}, or no such component.",
            "host-unknown": f"The XMPP server has no component {domain}. Add it to the server's configuration.",
            "conflict": f"The component {domain} is connected already. Is the gateway running?",
            "invalid-namespace": f"{self.where} is not a port for components{OTHER_PORTS.get(self.space, '')}.",
        }
        words = known.get(condition)
        said = f" It says: {' '.join(texts)}" if any(texts) else ""
        return (words or f"The XMPP server refuses the connection: {condition}.") + said
