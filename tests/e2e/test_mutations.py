"""Broken input from both sides, thousands of times: the gateway goes on and tells of no bug of its own."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import pytest
from crowd_server import OPEN, CrowdServer
from gateway import Gateway, table
from scripted_ircd import ScriptedIrcd

pytestmark = pytest.mark.soak
SEED = int(os.environ.get("TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
ROUNDS = 100
BATCH = 40
ROOM = "#talk%net@transport.localhost"
STANZAS = [
    f"<presence from='u@localhost/x' to='{ROOM}/u'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='3'/></x></presence>",
    f"<presence from='u@localhost/x' to='{ROOM}/v' id='p1'><show>away</show><status>gone &lt;b></status></presence>",
    "<presence from='u@localhost/x' to='ann%net@transport.localhost' type='subscribe'/>",
    "<presence from='u@localhost' to='net@transport.localhost' type='probe'/>",
    f"<message type='groupchat' from='u@localhost/x' to='{ROOM}' id='m1'><body>hello &amp; good-bye</body></message>",
    f"<message type='groupchat' from='u@localhost/x' to='{ROOM}' id='m2'><subject>about</subject></message>",
    "<message type='chat' from='u@localhost/x' to='ann%net@transport.localhost' id='m3'><body>/me waves</body>"
    "<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>",
    "<message type='chat' from='u@localhost/x' to='transport.localhost' id='m4'><body>register</body></message>",
    "<message type='chat' from='u@localhost/x' to='net@transport.localhost' id='m5'><body>WHOIS ann</body></message>",
    f"<message from='u@localhost/x' to='{ROOM}' id='m6'><x xmlns='http://jabber.org/protocol/muc#user'>"
    "<invite to='ann%net@transport.localhost'><reason>come</reason></invite></x></message>",
    f"<message type='error' from='u@localhost/x' to='{ROOM}/ann' id='m7'><error type='cancel'>"
    "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
    "<iq type='get' from='u@localhost/x' to='transport.localhost' id='q1'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
    "<iq type='set' from='u@localhost/x' to='net@transport.localhost' id='q2'><query xmlns='jabber:iq:register'>"
    "<x xmlns='jabber:x:data' type='submit'><field var='nick'><value>u</value></field></x></query></iq>",
    "<iq type='set' from='u@localhost/x' to='transport.localhost' id='q3'><command "
    "xmlns='http://jabber.org/protocol/commands' node='register' action='execute'/></iq>",
    f"<iq type='set' from='u@localhost/x' to='{ROOM}' id='q4'><query xmlns='http://jabber.org/protocol/muc#admin'>"
    "<item nick='ann' role='none'><reason>so</reason></item></query></iq>",
    "<iq type='get' from='u@localhost/x' to='net@transport.localhost' id='q5'><query "
    "xmlns='http://jabber.org/protocol/disco#items'><set xmlns='http://jabber.org/protocol/rsm'><max>5</max></set></query></iq>",
    "<iq type='result' from='u@localhost/x' to='transport.localhost' id='q6'/>",
    "<iq type='get' from='u@localhost/x' to='ann%net@transport.localhost' id='q7'><vCard xmlns='vcard-temp'/></iq>",
]
LINES = [
    b":ann!u@host PRIVMSG #talk :hello there",
    b":ann!u@host PRIVMSG #talk :\x01ACTION waves\x01",
    b"@time=2026-01-01T00:00:00.000Z;msgid=abc;account=ann :ann!u@host PRIVMSG u :private \x02bold\x02",
    b":bob!u@host JOIN #talk",
    b":bob!u@host PART #talk :bye",
    b":bob!u@host QUIT :gone",
    b":ann!u@host NICK anna",
    b":anna!u@host NICK ann",
    b":ann!u@host MODE #talk +ovk-l u u key",
    b":ann!u@host TOPIC #talk :about this",
    b":ann!u@host KICK #talk bob :enough",
    b":ann!u@host INVITE u #other",
    b":irc.test 005 u CHANTYPES=#& PREFIX=(ohv)@%+ CASEMAPPING=rfc1459 CHANMODES=b,k,l,imnt NICKLEN=30 :are supported",
    b":irc.test 353 u = #talk :@ann u +bob",
    b":irc.test 366 u #talk :End of /NAMES list.",
    b":irc.test 332 u #talk :the topic",
    b":irc.test 333 u #talk ann 1700000000",
    b":irc.test 401 u nobody :No such nick",
    b":irc.test 433 u other :Nickname is already in use",
    b":irc.test 474 u #talk :Cannot join",
    b":irc.test 311 u ann user host * :Real Name",
    b":irc.test NOTICE u :look here",
    b":irc.test CAP u NEW :sasl away-notify",
    b"PING :irc.test",
]


def bent(chance: random.Random, data: bytes, spare: list[bytes]) -> bytes:
    """Data with a few bytes changed, cut, doubled or taken from elsewhere."""
    bytes_ = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(bytes_) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            bytes_[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 6)))
        elif kind == 1:
            del bytes_[at : at + chance.randrange(1, 12)]
        elif kind == 2:
            bytes_[at:at] = bytes_[at : at + chance.randrange(1, 200)] * chance.randrange(1, 4)
        elif kind == 3:
            other = chance.choice(spare)
            bytes_[at : at + chance.randrange(20)] = other[chance.randrange(len(other)) :][: chance.randrange(1, 40)]
        else:
            bytes_[at:at] = chance.choice(
                [b"\x00", b"\r", b" ", b":", b"%", b"@", b"\xff", "🦄".encode(), b"&#x41;", b"/"]
            )
    return bytes(bytes_)


def well_formed(stanza: bytes) -> bool:
    """Whether a server would let this pass: XML with known prefixes, without comments and instructions."""
    if b"<!" in stanza or b"<?" in stanza:
        return False
    parser = expat.ParserCreate(namespace_separator="\x01")
    try:
        parser.Parse(OPEN + stanza + b"</stream:stream>", True)
    except expat.ExpatError:
        return False
    return True


@pytest.fixture
def ircd() -> Iterator[ScriptedIrcd]:
    """The IRC side."""
    made = ScriptedIrcd()
    yield made
    made.close()


@pytest.fixture
def crowd() -> Iterator[CrowdServer]:
    """The XMPP side."""
    made = CrowdServer()
    yield made
    made.close()


@pytest.fixture
def gateway(tmp_path: Path, crowd: CrowdServer, ircd: ScriptedIrcd) -> Iterator[Gateway]:
    """A gateway between the two."""
    made = Gateway(tmp_path / "gateway", crowd, table("net", servers=[ircd.url], flood_rate=0)).start()
    yield made
    made.stop()


def alive(crowd: CrowdServer, mark: str) -> None:
    """Wait until the gateway has answered a ping."""
    crowd.send(
        f"<iq type='get' id='{mark}' from='well@localhost/x' to='transport.localhost'><ping xmlns='urn:xmpp:ping'/></iq>"
    )
    crowd.wait_for(rf"<iq[^>]*id=.{mark}.".encode())


def no_bugs(gateway: Gateway) -> None:
    """The log tells of no exception that nobody expected."""
    assert gateway.program.running
    log = gateway.log()
    at = log.find("Traceback")
    assert at < 0, log[max(0, at - 300) : at + 3000]


def test_bent_stanzas(gateway: Gateway, crowd: CrowdServer) -> None:
    print("seed", SEED)
    chance = random.Random(SEED)
    plain = [stanza.encode() for stanza in STANZAS]
    sent = 0
    for number in range(ROUNDS):
        batch = [bent(chance, chance.choice(plain), plain) for _ in range(BATCH * 4)]
        good = [stanza for stanza in batch if well_formed(stanza)]
        sent += len(good)
        crowd.wait(lambda: crowd.stream is not None, "the gateway")
        assert crowd.stream
        crowd.stream.sendall(STANZAS[0].encode() + b"".join(good))
        alive(crowd, f"alive{number}")
        assert gateway.program.running
        crowd.clear()
    print(sent, "bent stanzas")
    assert crowd.streams == 1, "the stream was given up for a stanza that was well-formed"
    no_bugs(gateway)


def test_a_stream_that_is_no_xml_is_opened_again(gateway: Gateway, crowd: CrowdServer) -> None:
    chance = random.Random(SEED)
    plain = [stanza.encode() for stanza in STANZAS]
    for number in range(5):
        streams = crowd.streams
        bad = next(s for s in iter(lambda: bent(chance, chance.choice(plain), plain), None) if not well_formed(s))
        crowd.send("")
        assert crowd.stream
        crowd.stream.sendall(bad + b"<<</>")
        crowd.wait(lambda streams=streams: crowd.streams > streams and crowd.stream is not None, "a new stream", 90)
        alive(crowd, f"again{number}")
    no_bugs(gateway)


def test_bent_lines(gateway: Gateway, crowd: CrowdServer, ircd: ScriptedIrcd) -> None:
    print("seed", SEED)
    chance = random.Random(SEED)
    for number in range(ROUNDS):
        crowd.send(STANZAS[0])
        deadline = time.monotonic() + 90
        while True:
            batch = [bent(chance, chance.choice(LINES), LINES).replace(b"ERROR", b"") for _ in range(BATCH)]
            ircd.send(b"\r\n".join(batch) + b"\r\n")
            nick = ircd.nick.encode()
            ircd.send(b":well!u@host PRIVMSG " + nick + b" :well %d\r\n" % number)
            try:
                crowd.wait_for(rb"well %d</body>" % number, within=2)
                break
            except AssertionError:
                assert time.monotonic() < deadline, "the user's session did not come back"
                assert gateway.program.running
                crowd.send(STANZAS[0])
        crowd.clear()
    alive(crowd, "end")
    no_bugs(gateway)
