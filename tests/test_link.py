"""The link: up, down, up again, and what is sent meanwhile."""

import pytest
from component_server import DOMAIN, ComponentServer, Gateway, message

from transport.xmpp.link import HANDSHAKE_SECONDS, KEEPALIVE_SECONDS, pause


def up(**options: object) -> Gateway:
    gateway = Gateway(ComponentServer(), **options).start()
    assert gateway.link.up
    return gateway


def bodies(gateway: Gateway) -> list[str | None]:
    return gateway.server.texts()


def test_a_link_comes_up_after_the_handshake_only() -> None:
    server = ComponentServer()
    server.polite = False
    gateway = Gateway(server).start()
    assert gateway.events == []
    assert not gateway.link.up
    server.session.deliver(
        "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='session0'>"
    )
    assert gateway.events == ["up"]
    assert gateway.link.up
    assert gateway.link.problem == ""


def test_what_one_turn_says_is_one_write() -> None:
    gateway = up()
    before = len(gateway.server.session.written)
    for n in range(3):
        gateway.link.send(message(str(n)))
    assert bodies(gateway) == []
    gateway.turn()
    assert bodies(gateway) == ["0", "1", "2"]
    assert len(gateway.server.session.written) == before + 1


def test_what_is_sent_before_the_handshake_waits_and_goes_out_in_order() -> None:
    server = ComponentServer()
    server.down = True
    gateway = Gateway(server).start()
    for n in range(3):
        gateway.link.send(message(str(n)))
    server.down = False
    server.polite = False
    gateway.pass_time(2)
    assert server.stanzas == []
    assert b"<message" not in b"".join(server.session.written)
    server.session.deliver(
        "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='session0'>"
    )
    assert bodies(gateway) == ["0", "1", "2"]


def test_stanzas_in_the_same_read_as_the_handshake_are_handled() -> None:
    server = ComponentServer()
    server.with_handshake = "<presence from='a@b' to='c@d'/><iq from='a@b' to='c@d' type='get' id='1'/>"
    gateway = Gateway(server).start()
    assert [e.name for e in gateway.got] == ["presence", "iq"]
    assert gateway.events == ["up"]


def test_a_lost_link_comes_back_and_says_what_was_said_meanwhile() -> None:
    gateway = up()
    gateway.link.send(message("in the same turn as the loss"))
    gateway.server.session.loseConnection()
    assert not gateway.link.up
    assert gateway.events[1].startswith("down: connection-lost")
    gateway.link.send(message("while down"))
    gateway.pass_time(1)
    assert gateway.events[2] == "up"
    assert bodies(gateway) == ["in the same turn as the loss", "while down"]


def test_a_wrong_secret_is_told_once_and_clearly_then_tried_slowly() -> None:
    server = ComponentServer()
    gateway = Gateway(server, secret="wrong").start()
    gateway.pass_time(3600)
    assert gateway.events == []
    assert len(gateway.errors()) == 1
    assert "refuses the secret" in gateway.errors()[0]["problem"]
    assert gateway.link.problem == gateway.errors()[0]["problem"]
    assert 12 <= server.attempts <= 35


def test_a_second_component_is_told_of_the_conflict_and_takes_over_when_the_first_goes() -> None:
    server = ComponentServer()
    first, second = Gateway(server).start(), Gateway(server).start()
    second.pass_time(60)
    assert second.events == []
    assert "already has a component" in second.link.problem
    assert first.link.up
    first.link.stopService()
    second.pass_time(300)
    assert second.link.up
    assert second.link.problem == ""


def test_a_server_that_is_away_is_tried_ever_more_slowly_but_at_least_each_minute() -> None:
    server = ComponentServer()
    server.down = True
    gateway = Gateway(server).start()
    gateway.pass_time(10)
    assert 3 <= server.attempts <= 7
    gateway.pass_time(3600)
    before = server.attempts
    gateway.pass_time(3600)
    assert 60 <= server.attempts - before <= 120
    server.down = False
    gateway.pass_time(60)
    assert gateway.link.up
    server.session.loseConnection()
    gateway.pass_time(1)
    assert gateway.link.up, "after a handshake the first try comes soon again"


@pytest.mark.parametrize("refused", [False, True])
def test_pauses_differ_at_random_within_their_bounds(refused: bool) -> None:
    first, most = (10, 300) if refused else (1, 60)
    firsts = {pause(1, refused) for _ in range(50)}
    assert len(firsts) > 1
    assert all(first / 2 <= p <= first for p in firsts)
    assert all(most / 2 <= pause(attempts, refused) <= most for attempts in (10, 100, 100_000))


def test_a_silent_server_is_given_up_after_the_handshake_time() -> None:
    server = ComponentServer()
    server.polite = False
    gateway = Gateway(server).start()
    gateway.pass_time(HANDSHAKE_SECONDS)
    assert server.session.disconnected
    assert "no handshake" in gateway.link.problem
    server.polite = True
    gateway.pass_time(2)
    assert gateway.link.up


def test_an_error_in_handling_one_stanza_costs_that_stanza_only() -> None:
    gateway = up()
    working = gateway.link.stream.on_stanza
    gateway.link.stream.on_stanza = lambda element: 1 / 0
    gateway.server.session.deliver("<presence from='a@b' to='c@d'/>")
    gateway.link.stream.on_stanza = working
    gateway.server.session.deliver("<message from='a@b' to='c@d'/>")
    assert [e.name for e in gateway.got] == ["message"]
    assert gateway.link.up
    assert len(gateway.errors()) == 1


def test_errors_in_the_callbacks_do_not_stop_the_link() -> None:
    gateway = up()
    gateway.link.on_up = gateway.link.on_down = lambda *_: 1 / 0
    gateway.server.session.loseConnection()
    gateway.pass_time(1)
    assert gateway.link.up
    assert len(gateway.errors()) == 2


def test_a_stanza_longer_than_the_server_takes_is_dropped_counted_and_logged_without_its_text() -> None:
    gateway = up(stanza_bytes=1000)
    gateway.link.send(message("é" * 500))
    gateway.link.send(message("fits" + "x" * 800))
    gateway.turn()
    assert len(bodies(gateway)) == 1
    assert gateway.link.oversized == 1
    warning = [e for e in gateway.logged if e["log_level"].name == "warn"]
    assert len(warning) == 1
    assert "é" not in str(warning)
    assert "romeo@localhost" in str(warning)


def test_a_stanza_beyond_our_limits_is_answered_and_the_link_stays() -> None:
    gateway = up()
    deep = "<q>" * 100 + "</q>" * 100
    gateway.server.session.deliver(f"<iq from='a@b' to='c@{DOMAIN}' type='get' id='7'>{deep}</iq>")
    gateway.server.session.deliver(f"<message from='a@b' to='c@{DOMAIN}' type='error'>{deep}</message>")
    gateway.turn()
    assert gateway.got == []
    assert gateway.link.up
    (answer,) = gateway.server.stanzas
    assert (answer.get("type"), answer.get("to"), answer.get("id")) == ("error", "a@b", "7")


def test_a_broken_stream_is_told_why_and_replaced() -> None:
    gateway = up()
    first = gateway.server.session
    first.deliver("<message></presence>")
    assert b"<not-well-formed" in first.written[-2]
    assert first.disconnected
    gateway.pass_time(1)
    assert gateway.link.up
    assert gateway.server.session is not first


def test_an_idle_link_is_kept_alive_with_a_space() -> None:
    gateway = up()
    gateway.pass_time(2 * KEEPALIVE_SECONDS)
    assert gateway.server.session.written[-1] == b" "
    count = len(gateway.server.session.written)
    gateway.link.send(message("busy"))
    gateway.pass_time(KEEPALIVE_SECONDS)
    assert len(gateway.server.session.written) == count + 1


def test_stopping_says_what_waits_and_ends_the_stream() -> None:
    gateway = up()
    gateway.link.send(message("last words"))
    done: list[object] = []
    gateway.link.stopService().addCallback(done.append)
    assert bodies(gateway) == ["last words"]
    assert gateway.server.session.written[-1] == b"</stream:stream>"
    assert done == [None]
    assert gateway.events[-1].startswith("down")
    assert gateway.clock.getDelayedCalls() == []


def test_stopping_does_not_wait_for_ever_for_a_server_that_keeps_the_connection() -> None:
    gateway = up()
    session = gateway.server.session
    session.loseConnection = lambda: None
    session.abortConnection = lambda: session.protocol.connectionLost(_aborted())
    done: list[object] = []
    gateway.link.stopService().addCallback(done.append)
    assert done == []
    gateway.pass_time(10)
    assert done == [None]
    assert gateway.clock.getDelayedCalls() == []


def _aborted():  # type: ignore[no-untyped-def]
    from twisted.internet.error import ConnectionAborted
    from twisted.python.failure import Failure

    return Failure(ConnectionAborted())


@pytest.mark.parametrize("state", ["waiting", "handshaking"])
def test_stopping_ends_retries_and_attempts(state: str) -> None:
    server = ComponentServer()
    server.down = state == "waiting"
    server.polite = False
    gateway = Gateway(server).start()
    done: list[object] = []
    gateway.link.stopService().addCallback(done.append)
    assert done == [None]
    assert gateway.clock.getDelayedCalls() == []
    attempts = server.attempts
    gateway.pass_time(600)
    assert server.attempts == attempts


@pytest.mark.parametrize(
    "xml",
    [
        message("a") + message("b"),
        message("<b"),
        message("x", sender="nick@elsewhere"),
        message("x", sender=f"{DOMAIN}@elsewhere/{DOMAIN}"),
        "<message to='a@b'/>",
        f"<message from='{DOMAIN}'/>",
        f"<presence from='{DOMAIN}' to='a@b'/></stream:stream>",
        "",
    ],
)
def test_a_checking_link_refuses_what_would_cost_the_stream(xml: str) -> None:
    gateway = up(check=True)
    with pytest.raises(ValueError, match=r"from|stanza|well-formed"):
        gateway.link.send(xml)
    gateway.link.send(message("good"))


def test_what_was_given_up_while_the_link_was_down_is_told_when_it_is_up() -> None:
    server = ComponentServer()
    server.down = True
    gateway = Gateway(server, queue=2).start()
    for n in range(5):
        gateway.link.send(message(str(n)))
    server.down = False
    gateway.pass_time(2)
    assert bodies(gateway) == ["3", "4"]
    assert [e["count"] for e in gateway.logged if e["log_level"].name == "warn"] == [3]


def test_what_is_put_goes_out_at_once_behind_what_was_sent_or_not_at_all() -> None:
    gateway = up()
    gateway.link.send(message("sent"))
    assert gateway.link.put(message("put"))
    assert bodies(gateway) == ["sent", "put"]
    gateway.server.session.loseConnection()
    assert not gateway.link.put(message("while down"))
    gateway.pass_time(1)
    assert bodies(gateway) == ["sent", "put"]


def test_what_fits_is_counted_in_octets() -> None:
    gateway = up(stanza_bytes=1000)
    assert gateway.link.fits("x" * 1000)
    assert not gateway.link.fits("é" * 501)
