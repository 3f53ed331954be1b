"""The demo starts in seconds once everything is there, works as it says, and leaves nothing behind."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from browser import Browser
from irc_user import IrcUser
from stanzas import REGISTER, body
from xmpp_user import XmppUser

from demo.partners.patience import until
from demo.partners.system import answers, debian_version
from demo.prepare import ROOT, WORK

SERVERS = f"prosody-{debian_version('prosody')}-ngircd-{debian_version('ngircd')}"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Any]:
    """The running demo: its process and what it has printed."""
    out = tmp_path / "out"
    with out.open("w") as file:
        process = subprocess.Popen([sys.executable, "demo/run.py"], cwd=ROOT, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + 60
        while "Ctrl-C stops everything" not in out.read_text():
            assert process.poll() is None, out.read_text()
            assert time.monotonic() < deadline, out.read_text()
            time.sleep(0.1)
        yield process, out.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def left_behind() -> list[str]:
    """Command lines of processes that work in the demo's folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(WORK) in line or "demo.bot" in line:
            found.append(line)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=[f"Ctrl-C-{SERVERS}", f"SIGTERM-{SERVERS}"])
def test_the_demo_runs_and_leaves_nothing_behind(told: Any, loop: Any, number: signal.Signals) -> None:
    process, text = told
    ports = {name: int(re.search(pattern, text)[1]) for name, pattern in PATTERNS.items()}
    romeo = XmppUser(loop, "romeo@localhost", re.search(r"romeo@localhost +password (\S+)", text)[1], ports["xmpp"])
    juliet = IrcUser("juliet", ports["irc"])
    try:
        meet(romeo.connect(), juliet.connect())
    finally:
        romeo.close()
        juliet.close()
    process.send_signal(number)
    assert process.wait(30) == 0
    assert not any(answers(port) for port in ports.values())
    assert left_behind() == []


PATTERNS = {
    "xmpp": r"port (\d+) on 127",
    "irc": r"IRC server +127.0.0.1, port (\d+)",
    "web": r"Web page +http://localhost:(\d+)/",
    "phone": r"A phone +http://localhost:(\d+)/",
}
DOMAIN = "transport.localhost"
RECEIPT = "<request xmlns='urn:xmpp:receipts'/>"
CHAT, PHONE = "#chat", "#phone"
BOX = "converse-chat textarea.chat-textarea"
SHOTS = Path(__file__).parent / "shots"
QUESTION, ANSWER = (
    "My train is late again, it comes at {now} & is full. Can you wait?",
    "{now}? Of course. A coffee & I wait for you.",
)


def meet(romeo: XmppUser, juliet: IrcUser) -> None:
    """Both join #welcome, hear each other and the bot."""
    juliet.join("#welcome")
    juliet.expect("pubmsg", nick="bot", where=lambda line: "Welcome, juliet" in line.text)
    room = f"#welcome%local@{DOMAIN}"
    romeo.join(room, "romeo")
    romeo.expect("message", frm=f"{room}/bot", where=lambda s: "Welcome, romeo" in (body(s) or ""))
    romeo.say(room, "help", "groupchat")
    romeo.expect("message", frm=f"{room}/bot", where=lambda s: "dice" in (body(s) or ""))
    juliet.expect("pubmsg", nick="romeo", text="help")
    juliet.say("#welcome", "good evening, romeo")
    romeo.expect("message", frm=f"{room}/juliet", body="good evening, romeo")


def address(text: str, pattern: str) -> str:
    """The address of a phone, from what the demo has printed."""
    return f"{re.search(pattern, text)[1]}%sms@{DOMAIN}"


@pytest.fixture
def romeo(told: Any, loop: Any) -> Iterator[XmppUser]:
    """Romeo's client, registered for text messages."""
    text = told[1]
    password = re.search(r"romeo@localhost +password (\S+)", text)[1]
    user = XmppUser(loop, "romeo@localhost", password, int(re.search(PATTERNS["xmpp"], text)[1])).connect()
    answer = user.iq(f"sms@{DOMAIN}", f"<query xmlns='{REGISTER[1:-1]}'><region>DE</region></query>", "set")
    assert answer.get("type") == "result"
    yield user
    user.close()


def test_a_text_comes_to_the_phone_and_the_answer_comes_back(told: Any, romeo: XmppUser) -> None:
    text, (question, answer) = told[1], talk()
    page = re.search(r"A phone +(http://localhost:\d+/)", text)[1]
    phone = address(text, r"its number is (\+\d+)")
    id = romeo.say(phone, question, extra=RECEIPT)
    [got] = until(lambda: shown(page), "the text on the phone")
    assert got["text"] == question
    receipt = romeo.expect("message", frm=phone, where=lambda s: s.find("{urn:xmpp:receipts}received") is not None)
    assert receipt.find("{urn:xmpp:receipts}received").get("id") == id
    write(page, got["other"], answer)
    romeo.expect("message", frm=phone, body=answer)


def test_another_phone_answers_by_itself(told: Any, romeo: XmppUser) -> None:
    phone = address(told[1], r"(\+\d+) answers by itself")
    romeo.say(phone, "Is anybody there?")
    romeo.expect("message", frm=phone, body="You said: Is anybody there?")


def talk() -> list[str]:
    """A question and an answer that no talk before this one had: the server keeps those."""
    return [text.format(now=time.strftime("%H:%M:%S")) for text in (QUESTION, ANSWER)]


def shown(page: str) -> list[dict[str, Any]]:
    """The texts on the phone."""
    with urlopen(f"{page}texts", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["texts"]
    return found


def write(page: str, to: str, text: str) -> None:
    """Write with the phone."""
    body = json.dumps({"to": to, "text": text}).encode()
    urlopen(Request(f"{page}texts", body, {"Content-Type": "application/json"}), timeout=10).close()


def test_both_sides_are_seen_in_one_page(told: Any, romeo: XmppUser, tmp_path: Path) -> None:
    romeo.close()
    browser = Browser(tmp_path)
    try:
        browser("goto", url=re.search(r"Web page +(http://localhost:\d+/)", told[1])[1])
        browser("wait", selector="#sign-in:enabled")
        browser("click", selector="#sign-in")
        browser("wait", selector="#status", text="Signed in as romeo@localhost")
        text_with_the_page(browser)
        assert browser("problems") == []
    finally:
        browser.close()


def text_with_the_page(browser: Browser) -> None:
    """Text the phone in the chat, and answer on the phone; the tick says that the phone has the text."""
    question, answer = talk()
    browser("click", selector="#text")
    browser("wait", frame=CHAT, selector=BOX)
    browser("fill", frame=CHAT, selector=BOX, value=question)
    browser("press", frame=CHAT, selector=BOX, key="Enter")
    browser("wait", frame=PHONE, selector="#texts .theirs", text=question)
    browser("wait", frame=CHAT, selector="converse-chat-message:has(.chat-msg__receipt)", text=question)
    browser("fill", frame=PHONE, selector="#words", value=answer)
    browser("press", frame=PHONE, selector="#words", key="Enter")
    browser("wait", frame=PHONE, selector="#texts .mine", text=answer)
    assert browser("value", frame=PHONE, selector="#words") == ""
    browser("wait", frame=CHAT, selector="converse-chat-message", text=answer)
    SHOTS.mkdir(exist_ok=True)
    browser("shot", path=str(SHOTS / "texting.png"))
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert browser("evaluate", code=fits), "the phone does not fit beside the chat"
