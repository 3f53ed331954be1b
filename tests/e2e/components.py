"""Two components to compare on a real server: our link, and one of twisted.words."""

from typing import Any

from reactor_thread import ReactorThread, wait_until
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.logger import Logger
from twisted.words.protocols.jabber import component, error, xmlstream
from twisted.words.xish import domish

from demo.partners import XmppServer
from transport.xmpp import stanza
from transport.xmpp.element import Element
from transport.xmpp.iq import Tracker
from transport.xmpp.link import Link


class Ours:
    """Our link; answers every question with service-unavailable."""

    def __init__(self, thread: ReactorThread, server: XmppServer, secret: str | None = None) -> None:
        self.thread = thread
        self.domain = server.component_domain
        self.ups = 0
        self.downs: list[str] = []
        self.got: list[Element] = []
        self.logged: list[dict[str, Any]] = []
        self.attempts = 0
        self.target = TCP4ClientEndpoint(thread.reactor, "127.0.0.1", server.component_port, timeout=5)
        self.link = Link(
            thread.reactor,
            self,  # type: ignore[arg-type]
            self.domain,
            server.secret if secret is None else secret,
            self.stanza,
            self.came_up,
            self.downs.append,
            log=Logger(observer=self.logged.append),
        )
        self.tracker = Tracker(thread.reactor, self.link.send, self.domain)
        thread.run(self.link.startService)

    def connect(self, factory: Any) -> Any:
        """As an endpoint: count, and go on to the server."""
        self.attempts += 1
        return self.target.connect(factory)

    def came_up(self) -> None:
        self.ups += 1

    def stanza(self, element: Element) -> None:
        self.got.append(element)
        if element.get("type") in ("result", "error"):
            self.tracker.answered(element)
        elif element.name == "iq" and (answer := stanza.error_reply(element, "service-unavailable")):
            self.link.send(answer)

    def wait_for_up(self, within: float = 20.0) -> "Ours":
        wait_until(lambda: self.link.up, f"the link to come up ({self.link.problem})", within)
        return self

    def say(self, to: str, text: str) -> None:
        self.thread.run(self.link.send, stanza.message(self.domain, to, "chat", stanza.body(text)))

    def errors(self) -> list[str]:
        return [str(e.get("problem")) for e in self.logged if e["log_level"].name == "error"]

    def stop(self) -> None:
        self.thread.run(self.link.stopService)


class Stock:
    """A component as the documentation of twisted.words has it, that does the same."""

    def __init__(self, thread: ReactorThread, server: XmppServer, early: domish.Element | None = None) -> None:
        self.thread = thread
        self.domain = server.component_domain
        self.manager = component.ServiceManager(self.domain, server.secret)
        self.handler = StockHandler()
        self.handler.setServiceParent(self.manager)
        self.factory = self.manager.getFactory()
        self.factory.clock = thread.reactor
        self.factory.addBootstrap(xmlstream.STREAM_END_EVENT, self.ended)
        if early is not None:
            self.factory.addBootstrap(xmlstream.STREAM_CONNECTED_EVENT, lambda _: self.manager.send(early))
        self.ends = 0
        self.connector = thread.run(thread.reactor.connectTCP, "127.0.0.1", server.component_port, self.factory)

    def ended(self, _: object) -> None:
        # one life is enough to see it end
        self.factory.stopTrying()
        self.ends += 1

    def wait_for_up(self) -> "Stock":
        wait_until(lambda: self.handler.ups, "the stock component to come up")
        return self

    def say(self, to: str, text: str) -> None:
        said = domish.Element((None, "message"), attribs={"from": self.domain, "to": to, "type": "chat"})
        said.addElement("body", content=text)
        self.thread.run(self.manager.send, said)

    def stop(self) -> None:
        def end() -> None:
            self.factory.stopTrying()
            self.connector.disconnect()

        self.thread.run(end)
        wait_until(lambda: self.ends, "the stock component to end")


class StockHandler(component.Service):
    """Answers every IQ that asks with service-unavailable."""

    ups = 0

    def componentConnected(self, stream: Any) -> None:
        self.ups += 1
        stream.addObserver("/iq[@type='get']", self.refuse)

    def refuse(self, iq: domish.Element) -> None:
        self.send(error.StanzaError("service-unavailable").toResponse(iq))
