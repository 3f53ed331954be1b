"""The page on which a person uses a simulated phone."""

import json
from typing import Any

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web.server import Site

from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator.modem import SimModem
from transport.plugins.sms.simulator.network import SimNetwork
from transport.plugins.sms.simulator.phone_page import LONGEST_BODY, LONGEST_TEXT, PhonePage
from transport.plugins.sms.simulator.screen import MOST_TEXTS, Screen

MODEM, PHONE = "+491713920001", "+491713920011"
HOST = "localhost:8000"


class World:
    """A network with a modem and a phone, and a browser of it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.rightNow = 1_780_000_000.0
        self.network = SimNetwork(self.clock)
        self.modem = SimModem(self.network, MODEM, self.clock, write=lambda data: None)
        self.network.phones.screens[PHONE] = Screen(PHONE)
        self.site: Any = Site(PhonePage(self.network, PHONE), reactor=self.clock)

    def ask(self, path: str, body: bytes = b"", method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
        """(status, headers, body) of an answer."""
        here = IPv4Address("TCP", "127.0.0.1", 8000)
        transport = StringTransport(hostAddress=here, peerAddress=here)
        protocol = self.site.buildProtocol(here)
        protocol.makeConnection(transport)
        given = {"Host": HOST, "Connection": "close", "Content-Length": str(len(body)), **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{key.replace('_', '-')}: {value}" for key, value in given.items())]
        protocol.dataReceived("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        head, _, rest = transport.value().partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode(), rest

    def write(self, what: Any, **headers: str) -> tuple[int, Any]:
        """(status, answer) to what the page sends."""
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        status, _, answer = self.ask("/texts", body, "POST", **({"Content_Type": "application/json"} | headers))
        return status, json.loads(answer)

    def texts(self) -> list[dict[str, Any]]:
        """What the screen shows."""
        status, _, body = self.ask("/texts")
        assert status == 200
        found: list[dict[str, Any]] = json.loads(body)["texts"]
        return found

    def send(self, text: str, **options: Any) -> None:
        """The modem texts the phone."""
        for part in tpdu.segments(text, PHONE, reference=7, **options):
            self.network.submit(self.modem, part, tpdu.encode(part))
        self.clock.advance(0)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(("path", "kind"), [("/", "html"), ("/phone.css", "css"), ("/phone.js", "javascript")])
def test_the_page_is_served_and_may_run_nothing_but_its_own(world: World, path: str, kind: str) -> None:
    status, head, body = world.ask(path)
    assert status == 200
    assert f"text/{kind}; charset=utf-8" in head
    assert "default-src 'none'; script-src 'self'" in head
    assert body


@pytest.mark.parametrize("path", ["/page/phone.html", "/../cli.py", "/phone_page.py", "//", "/%2e%2e/cli.py"])
def test_nothing_else_is_served(world: World, path: str) -> None:
    assert world.ask(path)[0] == 404


def test_a_text_is_shown_as_it_is(world: World) -> None:
    world.send("Hello <script>alert(1)</script> 🦄")
    [text] = world.texts()
    assert (text["other"], text["text"], text["mine"]) == (MODEM, "Hello <script>alert(1)</script> 🦄", False)
    assert text["at"] == world.clock.seconds()


def test_a_long_text_is_shown_once_it_is_whole(world: World) -> None:
    world.send("long " * 60)
    [text] = world.texts()
    assert text["text"] == "long " * 60


def test_a_flash_text_is_marked(world: World) -> None:
    world.send("now", message_class=0)
    assert world.texts()[0]["flash"]


def test_an_answer_goes_to_the_modem(world: World) -> None:
    status, state = world.write({"to": MODEM, "text": "Back"})
    assert status == 200
    assert [(text["text"], text["mine"]) for text in state["texts"]] == [("Back", True)]
    assert [entry["text"] for entry in world.network.log if entry["event"] == "incoming"] == ["Back"]


def test_only_the_newest_texts_are_kept(world: World) -> None:
    for number in range(MOST_TEXTS + 5):
        world.send(f"text {number}")
    assert [text["text"] for text in world.texts()][:: MOST_TEXTS - 1] == ["text 5", f"text {MOST_TEXTS + 4}"]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"[" * 5000,
        {"to": MODEM},
        {"to": MODEM, "text": ""},
        {"to": MODEM, "text": 7},
        {"to": MODEM, "text": "a" * (LONGEST_TEXT + 1)},
        {"to": "+491713920099", "text": "a"},
        {"to": [MODEM], "text": "a"},
        {"to": {}, "text": "a"},
    ],
)
def test_what_cannot_be_sent_is_refused(world: World, wrong: Any) -> None:
    status, answer = world.write(wrong)
    assert status == 400
    assert answer["error"]
    assert world.texts() == []


def test_too_much_is_refused(world: World) -> None:
    assert world.write(b" " * (LONGEST_BODY + 1))[0] == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Host": "elsewhere.example"},
        {"Host": "elsewhere.example", "Origin": "http://elsewhere.example"},
    ],
    ids=["another page", "a page without origin", "another name of this machine", "both"],
)
def test_pages_of_others_cannot_use_the_phone(world: World, headers: dict[str, str]) -> None:
    assert world.write({"to": MODEM, "text": "Spam"}, **headers)[0] == 403
    assert world.ask("/texts", **headers)[0] == 403
    assert world.texts() == []


def test_a_form_of_another_page_is_refused(world: World) -> None:
    assert world.write({"to": MODEM, "text": "Spam"}, Content_Type="text/plain")[0] == 400
