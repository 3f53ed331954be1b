"""What `transport check` says of whatever listens at the XMPP server's address."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path

import pytest

from transport.check import CheckError, handshake, storage
from transport.config import Config, StorageConfig, XmppConfig
from transport.store.seal import KeyFile

DOMAIN, SECRET = "transport.localhost", "wherefore"
HEAD = b"<?xml version='1.0'?><stream:stream xmlns='%s' xmlns:stream='http://etherx.jabber.org/streams' id='a&amp;b'>"
COMPONENT_HEAD = HEAD % b"jabber:component:accept"
ERROR = b"<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>%s</stream:error></stream:stream>"
Script = Callable[[socket.socket], None]


@contextmanager
def listening(script: Script) -> Iterator[XmppConfig]:
    """Something that listens and follows a script with who connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            sock, _ = server.accept()
            with sock:
                sock.settimeout(5)
                script(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        yield XmppConfig(DOMAIN, "127.0.0.1", server.getsockname()[1], SECRET)
        thread.join()


def says(*parts: bytes) -> Script:
    """Answer each thing that is said with the next part."""

    def script(sock: socket.socket) -> None:
        for part in parts:
            assert sock.recv(4096)
            sock.sendall(part)
        sock.recv(4096)

    return script


def component_server(sock: socket.socket) -> None:
    """As an XMPP server does it, a byte at a time."""
    assert f"to='{DOMAIN}'".encode() in sock.recv(4096)
    for number in COMPONENT_HEAD:
        sock.sendall(bytes([number]))
    proof = sha1(f"a&b{SECRET}".encode()).hexdigest()
    right = sock.recv(4096) == f"<handshake>{proof}</handshake>".encode()
    sock.sendall(b"<handshake/>" if right else ERROR % (b"not-authorized", b""))
    assert sock.recv(4096) == b"</stream:stream>"


def refusal(script: Script, seconds: float = 5) -> str:
    """What is said of something that does not take us."""
    with listening(script) as xmpp, pytest.raises(CheckError) as caught:
        handshake(xmpp, seconds)
    return str(caught.value)


def test_a_server_that_takes_us_is_well() -> None:
    with listening(component_server) as xmpp:
        handshake(xmpp, 5)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (b"not-authorized", "The secret is wrong"),
        (b"host-unknown", f"has no component {DOMAIN}"),
        (b"conflict", "connected already"),
        (b"see-other-host", "refuses the connection: see-other-host"),
    ],
)
@pytest.mark.parametrize("at", ["stream", "handshake"])
def test_each_refusal_has_its_words(condition: bytes, words: str, at: str) -> None:
    error = ERROR % (condition, b"<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>Go away</text>")
    parts = (COMPONENT_HEAD + error,) if at == "stream" else (COMPONENT_HEAD, error)
    said = refusal(says(*parts))
    assert words in said
    assert "It says: Go away" in said


@pytest.mark.parametrize(
    ("space", "who"), [(b"jabber:client", "but for clients"), (b"jabber:server", "but for other servers")]
)
def test_other_ports_of_an_xmpp_server_are_recognised(space: bytes, who: str) -> None:
    said = refusal(says(HEAD % space + ERROR % (b"invalid-namespace", b"")))
    assert f"not a port for components {who}." in said


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46"]
)
def test_what_is_no_xmpp_server_is_told(answer: bytes) -> None:
    assert "is not an XMPP server" in refusal(says(answer))


def test_who_hangs_up_is_told() -> None:
    assert "closed the connection" in refusal(lambda sock: sock.recv(4096) and None)


def test_who_says_nothing_is_told() -> None:
    assert "says nothing" in refusal(lambda sock: sock.recv(4096) and sock.recv(4096) and None, seconds=0.1)


def test_who_never_ends_is_not_listened_to_for_ever() -> None:
    def script(sock: socket.socket) -> None:
        sock.sendall(COMPONENT_HEAD)
        try:
            while True:
                sock.sendall(b"<a>" * 1000)
        except OSError:
            pass

    assert refusal(script)


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(CheckError, match=f"Nothing listens at 127.0.0.1:{port}"):
        handshake(XmppConfig(DOMAIN, "127.0.0.1", port, SECRET), 5)


def test_a_name_that_is_unknown_is_told() -> None:
    with pytest.raises(CheckError, match="is not known"):
        handshake(XmppConfig(DOMAIN, "nobody.invalid", 5347, SECRET), 5)


def of(folder: Path) -> Config:
    """A configuration that stores in a folder."""
    return Config(XmppConfig(DOMAIN), StorageConfig(str(folder / "db"), str(folder / "key")))


def test_a_place_to_store_in_is_well(tmp_path: Path) -> None:
    assert storage(of(tmp_path)) == []
    KeyFile(str(tmp_path / "key"))(True)
    assert storage(of(tmp_path)) == []


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    assert storage(of(tmp_path / "no")) == [f"The folder {tmp_path / 'no'} does not exist."]
    (tmp_path / "key").write_text("x")
    (tmp_path / "key").chmod(0o644)
    [text] = storage(of(tmp_path))
    assert "chmod 600" in text
