"""A person with an XMPP client: slixmpp on an event loop of its own thread, asked in plain calls."""

import asyncio
import itertools
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import slixmpp
from stanzas import ANY, MUC, Stanza, condition, is_room_end, matcher, show
from waiting import PATIENCE, Inbox

T = TypeVar("T")
# Loopback only, and no certificate that a client would know.
IN_THE_CLEAR = {"feature_mechanisms": {"unencrypted_scram": True}}
PLUGINS = ("xep_0004", "xep_0030", "xep_0045", "xep_0050", "xep_0077", "xep_0092", "xep_0199")


class Loop:
    """An asyncio event loop in a thread, shared by all clients of a test run."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="xmpp", daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, T], within: float = PATIENCE) -> T:
        """Run a coroutine there and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within)

    def close(self) -> None:
        """Stop the thread, and what slixmpp left running there."""
        self.run(self.cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)

    @staticmethod
    async def cancel() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class XmppUser:
    """One client of one account; `inbox` holds all that came and was not asked for."""

    def __init__(self, loop: Loop, jid: str, password: str, port: int, resource: str = "laptop") -> None:
        self.loop = loop
        self.bare = jid
        self.full = f"{jid}/{resource}"
        self.nick = jid.partition("@")[0]
        self.password = password
        self.port = port
        self.inbox: Inbox[Stanza] = Inbox(self.full, show)
        self.ids = itertools.count(1)
        self.said: dict[str, str] = {}
        self.client: Any = None

    def connect(self, presence: bool = True) -> "XmppUser":
        """Sign in."""
        self.loop.run(self.sign_in(presence))
        return self

    async def sign_in(self, presence: bool) -> None:
        client: Any = slixmpp.ClientXMPP(self.full, self.password, plugin_config=IN_THE_CLEAR)
        client.enable_starttls = client.enable_direct_tls = False
        client.enable_plaintext = True
        client.auto_authorize = client.auto_subscribe = None
        for plugin in PLUGINS:
            client.register_plugin(plugin)
        client.add_filter("in", self.receive)
        self.client = client
        started = asyncio.get_running_loop().create_future()
        client.add_event_handler("session_start", lambda _: started.done() or started.set_result(None))
        client.add_event_handler(
            "failed_all_auth", lambda e: started.done() or started.set_exception(Exception(str(e)))
        )
        client.connect("127.0.0.1", self.port)
        await started
        await client.get_roster()
        if presence:
            client.send_presence()

    def receive(self, stanza: Any) -> Any:
        """Keep a copy of each stanza; slixmpp goes on with it."""
        if isinstance(stanza, slixmpp.stanza.rootstanza.RootStanza):
            self.inbox.put(ET.fromstring(ET.tostring(stanza.xml)))
        return stanza

    def close(self) -> None:
        """Sign out."""
        if self.client is not None:
            self.loop.run(self.sign_out())
            self.client = None

    async def sign_out(self) -> None:
        await self.client.disconnect(wait=1.0)

    def cut(self) -> None:
        """Lose the connection without a word."""
        self.loop.loop.call_soon_threadsafe(self.client.abort)

    def send(self, xml: str) -> None:
        """Send a stanza as written."""
        self.loop.loop.call_soon_threadsafe(self.client.send_raw, xml)

    def new_id(self, kind: str = "t") -> str:
        """An id that this client has not used yet."""
        return f"{kind}{next(self.ids)}-{id(self)}"

    def expect(self, kind: str, within: float = PATIENCE, **like: Any) -> Stanza:
        """The next stanza of this kind that fits (see `stanzas.matcher`)."""
        return self.inbox.take(matcher(kind, **like), within, f"{kind} {like}")

    def iq(self, to: str, payload: str, type: str = "get", within: float = PATIENCE) -> Stanza:
        """Ask, and wait for the answer, whichever it is."""
        id = self.new_id("q")
        self.send(f"<iq type='{type}' id='{id}' to={quoteattr(to)}>{payload}</iq>")
        return self.inbox.take(
            lambda s: s.tag.endswith("}iq") and s.get("id") == id and s.get("type") in ("result", "error"),
            within,
            f"the answer to {payload}",
        )

    def query(self, to: str, namespace: str, name: str = "query") -> Stanza:
        """Ask with an empty payload."""
        return self.iq(to, f"<{name} xmlns='{namespace}'/>")

    def say(self, to: str, text: str, type: str = "chat", extra: str = "") -> str:
        """Send a message; its id."""
        id = self.new_id("m")
        self.said[id] = text
        inner = f"<body>{escape(text)}</body>{extra}"
        self.send(f"<message type='{type}' id='{id}' to={quoteattr(to)}>{inner}</message>")
        return id

    def presence(self, to: str, inner: str = "", type: str = "") -> None:
        """Send a directed presence."""
        kind = f" type='{type}'" if type else ""
        self.send(f"<presence to={quoteattr(to)}{kind}>{inner}</presence>")

    def ask_to_join(self, room: str, nick: str, inner: str = "") -> None:
        """Ask for a room without waiting for it; `inner` goes into the MUC element."""
        self.presence(f"{room}/{nick}", f"<x xmlns='{MUC[1:-1]}'>{inner}</x>")

    def join(self, room: str, nick: str, inner: str = "", within: float = PATIENCE) -> Stanza:
        """Join a room and wait for its subject; the own presence (110)."""
        self.ask_to_join(room, nick, inner)
        own = self.inbox.take(
            lambda s: (
                (matcher("presence", code="110")(s) and str(s.get("from")).startswith(f"{room}/"))
                or matcher("presence", type="error")(s)
            ),
            within,
            f"own presence in {room}",
        )
        assert condition(own) is None, show(own)
        self.expect("message", frm=ANY, where=lambda s: is_room_end(s) and str(s.get("from")).startswith(room))
        return own

    def settle(self, gateway: str) -> None:
        """Wait until all that the gateway had sent to this client so far is here."""
        self.iq(gateway, "<ping xmlns='urn:xmpp:ping'/>")

    def slixmpp(self, work: Coroutine[Any, Any, T], within: float = PATIENCE) -> T:
        """Run one of slixmpp's own dialogues."""
        return self.loop.run(work, within)
