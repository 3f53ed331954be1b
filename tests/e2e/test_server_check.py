"""`transport check` on real servers."""

import attrs
import pytest

from demo.partners import XmppServer
from transport.check import CheckError, handshake
from transport.config import XmppConfig

SECONDS = 5.0


def at(server: XmppServer) -> XmppConfig:
    """The component that a server is configured for."""
    return XmppConfig(server.component_domain, "127.0.0.1", server.component_port, server.secret)


def refusal(xmpp: XmppConfig) -> str:
    """What is said of a server that does not take us."""
    with pytest.raises(CheckError) as caught:
        handshake(xmpp, SECONDS)
    return str(caught.value)


def test_a_wrong_secret_is_told(xmpp: XmppServer) -> None:
    assert "The secret is wrong" in refusal(attrs.evolve(at(xmpp), secret="another"))


def test_a_domain_that_the_server_does_not_know_is_told(xmpp: XmppServer) -> None:
    assert "no " in refusal(attrs.evolve(at(xmpp), domain="other.localhost"))
    assert "component" in refusal(attrs.evolve(at(xmpp), domain="other.localhost"))


def test_the_port_for_clients_is_told(xmpp: XmppServer) -> None:
    assert "not a port for components but for clients" in refusal(attrs.evolve(at(xmpp), port=xmpp.port))


def test_the_right_secret_is_taken_or_the_component_is_there_already(xmpp: XmppServer) -> None:
    try:
        handshake(at(xmpp), SECONDS)
    except CheckError as error:
        assert "connected already" in str(error)
