"""What the steps of a message's way cost, each alone, in microseconds: `python -m bench.micro`.

Minimum and median of ROUNDS; a step is skipped when its module cannot be imported.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

ROUNDS = 15
REPEATS = 2000
TEXT = "the quick brown fox & <friends> jump over the lazy dog, caf\u00e9 \u263a no"
FROM, TO = "u1@users.bench/r", "#shared%127.0.0.1@gw.bench"
STREAM = b"<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='x'>"
MESSAGE = (
    f"<message from='{FROM}' to='{TO}' type='groupchat' id='m1'>"
    "<body>the quick brown fox &amp; &lt;friends> jump over the lazy dog, caf\u00e9 \u263a no</body></message>"
)
EXTENDED = MESSAGE.replace(
    "</message>",
    "<origin-id xmlns='urn:xmpp:sid:0' id='m1'/><request xmlns='urn:xmpp:receipts'/>"
    "<markable xmlns='urn:xmpp:chat-markers:0'/><active xmlns='http://jabber.org/protocol/chatstates'/></message>",
)
JOIN = (
    f"<presence from='{FROM}' to='{TO}/u1'><x xmlns='http://jabber.org/protocol/muc'>"
    "<history maxstanzas='0'/></x><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='x' ver='y'/></presence>"
)
LINE = f":somebody!user@host.example PRIVMSG #shared :{TEXT}"

Step = tuple[str, Callable[[], object], int]


def steps_of_xml() -> Iterator[Step]:
    """Stanzas in and out."""
    from transport.xmpp.element import Element
    from transport.xmpp.stream import StreamParser

    kept: list[Element] = []
    parser = StreamParser(lambda attrs: None, kept.append)
    parser.feed(STREAM)
    for name, stanza in (("room message", MESSAGE), ("message with extensions", EXTENDED), ("join", JOIN)):
        data = stanza.encode()
        many = data * 32
        yield f"parse a {name}", partial(parser.feed, data), 1
        yield f"parse a {name}, 32 in one read", partial(parser.feed, many), 32
        parser.feed(data)
        element = kept[-1]
        yield f"write a {name} from its tree", element.to_xml, 1
        kept.clear()


def steps_of_irc() -> Iterator[Step]:
    """Lines in and out."""
    from transport.plugins.irc.line import decode, format_line, parse
    from transport.plugins.irc.split import messages

    raw = LINE.encode()
    yield "read a line of IRC", lambda: parse(decode(raw, "cp1252")), 1
    yield "write a line of IRC", lambda: format_line("PRIVMSG", "#shared", TEXT), 1
    yield "split a short message", lambda: messages(TEXT, 400), 1


def steps_of_routing() -> Iterator[Step]:
    """From the link to a handler."""
    from transport.owners import Owner
    from transport.router import Router
    from transport.store.interface import OwnerState
    from transport.xmpp.ns import MESSAGE as MESSAGE_TAG
    from transport.xmpp.stream import StreamParser

    class Alive:
        """The one owner that is there."""

        def __init__(self, owner: Owner) -> None:
            self.get = {owner.jid: owner}.get

    nobody: Any = None
    owners: Any = Alive(Owner(OwnerState(FROM.partition("/")[0])))
    router = Router("gw.bench", owners, nobody, nobody, lambda text: None, lambda element: False)
    router.stanzas(MESSAGE_TAG, lambda owner, element, from_, to: None)
    kept: list[Any] = []
    parser = StreamParser(lambda attrs: None, kept.append)
    parser.feed(STREAM + MESSAGE.encode())
    yield "find the handler of a message", lambda: router.receive(kept[0]), 1


def steps_of_rendering() -> Iterator[Step]:
    """From a network's event to the link."""
    from transport.api import Message
    from transport.ids import make_ids
    from transport.render import Render
    from transport.room_view import RoomView
    from transport.rooms import HistoryWish, Room, Seat

    class Blank:
        """Stands for what a message in a room does not touch."""

        def __getattr__(self, name: str) -> Any:
            return {}

    blank: Any = Blank()
    out: list[str] = []
    new_id = make_ids(0.0)
    view = RoomView("gw.bench", out.append, new_id, blank, blank, False)
    render = Render("gw.bench", blank, out.append, new_id, blank, blank, view, blank, blank, blank, False)
    rooms = []
    for i in range(100):
        room = Room(blank, "#shared", f"u{i}", None)
        seat = room.seats[f"u{i}@users.bench/r"] = Seat(f"u{i}@users.bench/r", TO, f"u{i}", HistoryWish(0))
        seat.there = True
        rooms.append(room)

    def say(count: int) -> None:
        message = Message(TEXT)
        for room in rooms[:count]:
            render.say(room, "somebody", message)
        if len(out) != count:
            raise AssertionError(f"{len(out)} stanzas for {count} clients")
        out.clear()

    yield "show a room message to 1 client", partial(say, 1), 1
    yield "show a room message to 100 clients, each", partial(say, 100), 100


def steps_of_sms() -> Iterator[Step]:
    """PDUs in and out."""
    from bench.pdus import TEXTS, mix
    from transport.plugins.sms import tpdu

    octets = mix()
    pdus = [tpdu.decode(each, "in") for each in octets]
    yield "read a PDU with its text", lambda: [tpdu.decode(each, "in").text for each in octets], len(octets)
    yield "write a PDU", lambda: [tpdu.encode(pdu) for pdu in pdus], len(octets)
    yield "cut a text into parts", lambda: [tpdu.segments(text, "+491") for text in TEXTS], len(TEXTS)


def timed(call: Callable[[], object], pieces: int) -> Sequence[float]:
    """Microseconds a piece, sorted, of each round."""
    repeats = max(1, REPEATS // pieces)
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(repeats):
            call()
        found.append((time.perf_counter() - begun) / repeats / pieces * 1e6)
    return sorted(found)


def main() -> None:
    """Time every step."""
    print(f"{'us':52}{'min':>8}{'median':>8}")
    for group in (steps_of_xml, steps_of_irc, steps_of_sms, steps_of_routing, steps_of_rendering):
        try:
            for name, call, pieces in group():
                found = timed(call, pieces)
                print(f"{name:52}{found[0]:8.2f}{statistics.median(found):8.2f}")
        except ImportError as missing:
            print(f"{group.__doc__} not measured: {missing}")


if __name__ == "__main__":
    main()
