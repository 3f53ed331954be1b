"""The demo's page with converse.js in Chromium: signing in, registering, joining and talking.

Each screenshot goes to `tests/e2e/shots` and belongs to an assertion on what the page shows.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from cast import PASSWORD
from stanzas import REGISTER

from demo.page import lay_out
from demo.partners import Program, free_port

SHOTS = Path(__file__).parent / "shots"
CHAT = "#chat"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser of the test's own."""
    made = Browser(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page(gateway: Any, people: Any, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The page's address and the user that it signs in."""
    user = people.account("webromeo").partition("@")[0]
    folder = tmp_path / "web"
    lay_out(folder, gateway.xmpp.websocket, user, PASSWORD, gateway.domain, "ngircd")
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    server = Program(command, log=tmp_path / "web.log", folder=tmp_path, ports=(port,))
    server.start()
    yield f"http://localhost:{port}/", user
    server.stop()


def shot(browser: Browser, gateway: Any, name: str) -> None:
    """Save what the page shows now."""
    SHOTS.mkdir(exist_ok=True)
    browser("shot", path=str(SHOTS / f"{name}-{gateway.xmpp.name}.png"))


def test_a_day_in_the_browser(gateway: Any, people: Any, ngircd: Any, browser: Browser, page: tuple[str, str]) -> None:
    url, user = page
    ann = people.on_irc(type("Irc", (), {"server": ngircd}), "ann")
    ann.join("#welcome")
    ann.raw("TOPIC #welcome :Welcome to IRC & XMPP")
    print("chromium", browser("version"), "against", gateway.xmpp.version, "and", ngircd.version)

    browser("goto", url=url)
    browser("wait", selector="#sign-in:enabled")
    browser("click", selector="#sign-in")
    browser("wait", selector="#status", text=f"Signed in as {user}@localhost")
    browser("wait", frame=CHAT, selector="converse-user-profile")
    assert user in browser("text", frame=CHAT, selector="converse-user-profile")
    shot(browser, gateway, "signed-in")

    register(browser, gateway, user)
    talk(browser, gateway, ann, user)
    assert browser("problems") == []


def register(browser: Browser, gateway: Any, user: str) -> None:
    """Register with the gateway by its ad-hoc command, and see that it says so."""
    commands = "converse-adhoc-commands"
    browser("click", selector="#register")
    browser("wait", frame=CHAT, selector=f"{commands} select[name=network]")
    assert "Registration" in browser("text", frame=CHAT, selector=commands)
    shot(browser, gateway, "register")
    browser("select", frame=CHAT, selector=f"{commands} select[name=network]", value="ngircd")
    browser("click", frame=CHAT, selector=f"{commands} [data-action=next]")
    browser("fill", frame=CHAT, selector=f"{commands} input[name=nick]", value=user)
    assert "Nickname" in browser("text", frame=CHAT, selector=commands)
    shot(browser, gateway, "register-nickname")
    browser("click", frame=CHAT, selector=f"{commands} [data-action=complete], {commands} [data-action=next]")
    browser("wait", frame=CHAT, selector=commands, text="egistered")
    shot(browser, gateway, "registered")
    asked = browser(
        "evaluate",
        code=f"""(async () => {{
            const chat = document.querySelector('{CHAT}').contentWindow;
            const {{ $iq }} = chat.converse.env;
            const answer = await chat.api.sendIQ(
                $iq({{ type: 'get', to: '{gateway.domain}' }}).c('query', {{ xmlns: '{REGISTER[1:-1]}' }}));
            return answer.querySelectorAll('registered').length;
        }})()""",
    )
    assert asked == 1
    browser("click", frame=CHAT, selector="converse-user-settings-modal .modal-footer button")


def talk(browser: Browser, gateway: Any, ann: Any, user: str) -> None:
    """Join #welcome and talk with ann."""
    browser("click", selector="#join")
    browser("wait", frame=CHAT, selector="converse-muc textarea.chat-textarea")
    ann.expect("join", nick=user)
    browser("wait", frame=CHAT, selector="converse-muc-sidebar", text=ann.nick)
    browser("wait", frame=CHAT, selector="converse-muc-heading", text="Welcome to IRC & XMPP")
    ann.say("#welcome", f"Hello {user}, this is IRC <here> 🦄")
    browser("wait", frame=CHAT, selector="converse-chat-message", text=f"Hello {user}, this is IRC <here> 🦄")
    browser("fill", frame=CHAT, selector="converse-muc textarea.chat-textarea", value="Hello from a browser & <XMPP>")
    browser("press", frame=CHAT, selector="converse-muc textarea.chat-textarea", key="Enter")
    assert ann.expect("pubmsg", nick=user).text == "Hello from a browser & <XMPP>"
    browser("wait", frame=CHAT, selector="converse-chat-message", text="Hello from a browser & <XMPP>")
    shown = browser("texts", frame=CHAT, selector="converse-chat-message .chat-msg__text")
    assert shown[-2:] == [f"Hello {user}, this is IRC <here> 🦄", "Hello from a browser & <XMPP>"]
    shot(browser, gateway, "talking")
