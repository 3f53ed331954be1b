"""Attacks that succeed against a stock component of twisted.words, and fail here.

Each test runs the attack against the stock component first, so that it is known to be one.
"""

import pytest
from component_server import DOMAIN, OPEN, SECRET, ComponentServer, Gateway, message
from twisted.internet.testing import MemoryReactorClock
from twisted.words.protocols.jabber import component, error, xmlstream
from twisted.words.protocols.jabber.jid import JID, InvalidFormat
from twisted.words.xish import domish, utility

from transport import jid
from transport.xmpp import stanza
from transport.xmpp.element import Element
from transport.xmpp.iq import IqTimeout, Tracker
from transport.xmpp.stream import Limits

USER = "mallory@localhost/x"


class Stock:
    """A component as the documentation of twisted.words has it: what it does not know it answers with an error."""

    def __init__(self, server: ComponentServer) -> None:
        self.manager = component.ServiceManager(DOMAIN, SECRET)
        self.handler = StockHandler()
        self.handler.setServiceParent(self.manager)
        self.stream = self.manager.getFactory().buildProtocol(None)
        self.session = server.accept(self.stream)

    def send(self, element: domish.Element) -> None:
        self.manager.send(element)


class StockHandler(component.Service):
    """Answers every IQ that asks with service-unavailable."""

    def componentConnected(self, stream: utility.EventDispatcher) -> None:
        stream.addObserver("/iq[@type='get']", self.refuse)

    def refuse(self, iq: domish.Element) -> None:
        self.send(error.StanzaError("service-unavailable").toResponse(iq))


class Ours(Gateway):
    """Our link under a handler that does the same."""

    def stanza(self, element: Element) -> None:
        answer = stanza.error_reply(element, "service-unavailable")
        if element.attrs.get("type") == "get" and answer:
            self.link.send(answer)


@pytest.fixture
def stock() -> Stock:
    return Stock(ComponentServer())


@pytest.fixture
def ours() -> Ours:
    return Ours(ComponentServer(), check=True).start()


# Servers pass a namespace on as they got it.  Spaces are left out, since they would end a stock stream at
# once (the next test).
NAMESPACE = (
    f"x'/></iq><message from='bank%sms@{DOMAIN}' to='bob@localhost' type='chat'><body>send-me-money</body></message>"
    f"<iq from='{DOMAIN}' to='{USER}' type='error'><q xmlns='y"
)
INJECTION = (
    f"<iq from='{USER}' to='{DOMAIN}' type='get' id='1'>"
    f'<q xmlns="{NAMESPACE.replace("<", "&lt;").replace(" ", "&#13;")}"/></iq>'
)


def test_a_namespace_cannot_put_a_stanza_into_the_stream(stock: Stock, ours: Ours) -> None:
    stock.session.deliver(INJECTION)
    server = stock.session.server
    assert server.texts() == ["send-me-money"], "the control: the stock component speaks as the bank"
    assert [m.get("from") for m in server.stanzas if m.tag.endswith("message")] == [f"bank%sms@{DOMAIN}"]

    ours.server.session.deliver(INJECTION)
    ours.turn()
    assert [s.tag.rpartition("}")[2] for s in ours.server.stanzas] == ["iq"]
    assert ours.server.stanzas[0].get("type") == "error"
    assert ours.link.up


def test_even_an_echoed_payload_cannot(ours: Ours) -> None:
    def echo(element: Element) -> None:
        payload = next(element.elements())
        ours.link.send(stanza.iq("result", DOMAIN, USER, "1", payload.to_xml(uri="jabber:component:accept")))

    ours.link.stream.on_stanza = echo
    ours.server.session.deliver(INJECTION)
    ours.turn()
    (answer,) = ours.server.stanzas
    assert len(answer) == 1
    assert "send-me-money" in answer[0].tag


def test_a_namespace_with_a_space_does_not_kill_the_stream(stock: Stock, ours: Ours) -> None:
    attack = f"<iq from='{USER}' to='{DOMAIN}' type='get' id='1'><q xmlns='a b'/></iq>"
    stock.session.deliver(attack)
    assert stock.session.disconnected, "the control: the stock component drops the stream"

    ours.server.session.deliver(attack)
    ours.turn()
    assert ours.link.up
    assert [s.get("id") for s in ours.server.stanzas] == ["1"]


@pytest.mark.parametrize("text", ["\x02bold\x02", "\x0304red", "nul\x00", "\x1f", "\ufffe", "\uffff"])
def test_characters_that_xml_forbids_do_not_reach_the_server(text: str, stock: Stock, ours: Ours) -> None:
    said = domish.Element((None, "message"), attribs={"from": DOMAIN, "to": "romeo@localhost"})
    said.addElement("body", content=text)
    stock.send(said)
    assert stock.session.closed.startswith("not-well-formed"), "the control: the server drops the stock component"

    ours.link.send(message(text))
    ours.link.send(stanza.message(DOMAIN, f"romeo@localhost/{text}", "chat", stanza.body(text)))
    ours.turn()
    assert len(ours.server.texts()) == 2
    assert ours.link.up
    assert "\ufffd" in ours.server.texts()[0]


def test_a_lone_surrogate_does_not_raise(stock: Stock, ours: Ours) -> None:
    said = domish.Element((None, "message"), attribs={"from": DOMAIN, "to": "romeo@localhost"})
    said.addElement("body", content="\ud83e")
    with pytest.raises(UnicodeEncodeError):
        stock.send(said)

    ours.link.send(message("\ud83e"))
    ours.turn()
    assert ours.server.texts() == ["\ufffd"]


def test_nobody_can_answer_a_question_that_was_put_to_somebody_else(stock: Stock, ours: Ours) -> None:
    def forged(id: str | None) -> str:
        return f"<iq from='mallory@evil/x' to='{DOMAIN}' type='result' id='{id}'><q xmlns='forged'/></iq>"

    # the id of the first question, guessed from one that mallory was asked before
    mine = xmlstream.IQ(stock.stream, "get")
    guessed = f"H_{int(mine['id'][2:]) + 1}"
    asked = xmlstream.IQ(stock.stream, "get")
    answers: list[domish.Element] = []
    asked.send("romeo@localhost").addCallback(answers.append)
    stock.session.deliver(forged(guessed))
    assert [a["from"] for a in answers] == ["mallory@evil/x"], "the control: the stock component believes mallory"

    tracker = Tracker(ours.clock, ours.link.send, DOMAIN)
    ours.link.stream.on_stanza = tracker.answered
    believed: list[object] = []
    question = tracker.request("get", "romeo@localhost", "<q xmlns='x'/>").addBoth(believed.append)
    ours.turn()
    id = ours.server.stanzas[-1].get("id")
    assert id is not None
    assert len(id) == 32
    ours.server.session.deliver(forged(guessed))
    ours.server.session.deliver(forged(id))
    assert believed == []
    assert not question.called
    ours.clock.advance(30)
    assert isinstance(believed[0].value, IqTimeout)


@pytest.mark.parametrize("address", ["dave\N{UNICORN FACE}@localhost", "\N{FACE WITH HEAD-BANDAGE}@localhost/r"])
def test_addresses_newer_than_the_program_are_served(address: str, ours: Ours) -> None:
    with pytest.raises(InvalidFormat):
        JID(address)

    assert str(jid.split(address)) == address
    assert str(jid.parse(address)) == address
    ours.server.session.deliver(f"<iq from='{address}' to='{DOMAIN}' type='get' id='1'/>")
    ours.turn()
    assert [s.get("to") for s in ours.server.stanzas] == [address]


def test_nothing_is_written_before_the_head_of_the_stream() -> None:
    server = ComponentServer()
    manager = component.ServiceManager(DOMAIN, SECRET)
    factory = manager.getFactory()
    said = domish.Element((None, "presence"), attribs={"from": DOMAIN, "to": "romeo@localhost"})
    # somebody has something to say while the handshake is under way
    factory.addBootstrap(xmlstream.STREAM_CONNECTED_EVENT, lambda _: manager.send(said))
    stream = factory.buildProtocol(None)
    session = server.accept(stream)
    assert b"".join(session.written).startswith(b"<presence"), "the control: the stock component says it at once"
    assert session.closed

    server = ComponentServer()
    server.polite = False
    ours = Ours(server).start()
    ours.link.send(message("early"))
    ours.turn()
    assert b"<message" not in b"".join(server.session.written)
    server.session.deliver(OPEN.format(id=server.session.id))
    assert b"".join(server.session.written).startswith(b"<?xml")
    assert server.texts() == ["early"]


def test_a_wrong_secret_is_not_tried_every_second() -> None:
    reactor = MemoryReactorClock()
    factory = component.componentFactory(DOMAIN, "wrong")
    factory.clock = reactor
    server = ComponentServer()
    reactor.connectTCP("127.0.0.1", 5347, factory)
    tries = 0
    for _ in range(600):
        for connector in reactor.connectors[tries:]:
            tries += 1
            session = server.accept(factory.buildProtocol(None))
            assert session.closed == "not-authorized"
            connector.connect = lambda: reactor.connectTCP("127.0.0.1", 5347, factory)
            factory.clientConnectionLost(connector, None)
        reactor.advance(1)
    assert tries > 200, "the control: the stock component's delay starts anew with each connection"

    server = ComponentServer()
    ours = Ours(server, secret="wrong").start()
    ours.pass_time(600)
    assert server.attempts < 12
    assert len(ours.errors()) == 1


def test_no_prefix_leaks_from_one_child_to_the_next(stock: Stock, ours: Ours) -> None:
    said = (
        f"<message from='{USER}' to='{DOMAIN}'><a xmlns:stream='jabber:component:accept'/><body>hello</body></message>"
    )

    def stock_relay(element: domish.Element) -> None:
        element["from"], element["to"] = DOMAIN, "romeo@localhost"
        stock.send(element)

    def our_relay(element: Element) -> None:
        payload = "".join(c.to_xml(uri="jabber:component:accept") for c in element.elements())
        ours.link.send(stanza.message(DOMAIN, "romeo@localhost", "", payload))

    stock.stream.addObserver("/message", stock_relay)
    stock.session.deliver(said)
    relayed = [c.tag for c in stock.session.server.stanzas[0]]
    assert relayed[1] == "{http://etherx.jabber.org/streams}body", "the control: the stock component's is no body"

    ours.link.stream.on_stanza = our_relay
    ours.server.session.deliver(said)
    ours.turn()
    assert ours.server.texts() == ["hello"]


def test_a_stanza_nested_too_deeply_or_too_long_costs_that_stanza_only() -> None:
    ours = Ours(ComponentServer(), limits=Limits(stanza_bytes=100_000)).start()
    for n, payload in enumerate(["<q>" * 5000 + "</q>" * 5000, "<q>" + "x" * 300_000 + "</q>"]):
        attack = f"<iq from='{USER}' to='{DOMAIN}' type='get' id='{n}'>{payload}</iq>".encode()
        for i in range(0, len(attack), 65536):
            ours.server.session.deliver(attack[i : i + 65536])
    ours.turn()
    assert ours.link.up
    assert [(s.get("id"), s[0][0].tag.rpartition("}")[2]) for s in ours.server.stanzas] == [
        ("0", "policy-violation"),
        ("1", "policy-violation"),
    ]
