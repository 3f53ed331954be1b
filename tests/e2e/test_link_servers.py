"""The link on real servers: refusals, restarts, and attacks that a stock component does not survive."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from random import Random

import pytest
from cast import PASSWORD, XMPP_SERVERS, versions
from components import Ours, Stock
from reactor_thread import ReactorThread, wait_until
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure
from twisted.words.protocols.jabber import xmlstream
from twisted.words.xish import domish
from xmpp_user import Loop, XmppUser

from demo.partners import XmppServer
from transport.xmpp import stanza
from transport.xmpp.iq import IqTimeout
from transport.xmpp.ns import BODY

NUMBERS = count(1)


@pytest.fixture(scope="module")
def thread() -> Iterator[ReactorThread]:
    """The thread of all components."""
    made = ReactorThread()
    yield made
    made.close()


@pytest.fixture(scope="module", **versions("prosody", "ejabberd"))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[XmppServer]:
    """A server that no gateway but ours in this file connects to."""
    with XMPP_SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture
def ours(thread: ReactorThread, server: XmppServer) -> Iterator[Callable[..., Ours]]:
    """Makes links, and stops them."""
    made: list[Ours] = []

    def make(**options: str) -> Ours:
        made.append(Ours(thread, server, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def stock(thread: ReactorThread, server: XmppServer) -> Callable[..., Stock]:
    """Makes stock components, which a test stops."""
    return lambda early=None: Stock(thread, server, early)


@pytest.fixture
def user(loop: Loop, server: XmppServer) -> Iterator[Callable[[str], XmppUser]]:
    """Makes people with accounts and clients."""
    made: list[XmppUser] = []

    def make(name: str) -> XmppUser:
        jid = server.register(f"{name}{next(NUMBERS)}", PASSWORD)
        made.append(XmppUser(loop, jid, PASSWORD, server.port).connect())
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_wrong_secret_is_told_once_and_not_tried_again_soon(ours: Callable[..., Ours]) -> None:
    wrong = ours(secret="wrong")
    wait_until(wrong.errors, "the refusal to be told")
    time.sleep(3)
    assert len(wrong.errors()) == 1
    assert "refuses the secret" in wrong.errors()[0]
    assert (wrong.attempts, wrong.ups) == (1, 0)


def test_a_second_component_is_told_of_the_conflict_and_takes_over(
    ours: Callable[..., Ours], server: XmppServer
) -> None:
    first = ours().wait_for_up()
    second = ours()
    if server.name == "ejabberd":
        # ejabberd lets several components share a domain
        second.wait_for_up()
    else:
        wait_until(second.errors, "the conflict to be told")
        assert "already has a component" in second.errors()[0]
        assert second.ups == 0
    assert first.link.up
    first.stop()
    second.wait_for_up()
    assert len(second.errors()) <= 1


def numbers(component: Ours) -> list[int]:
    """What has come back of what was sent to our own domain."""
    return [int(e.child_text(BODY)) for e in list(component.got) if e.name == "message"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_server_killed_in_mid_traffic_gets_all_that_was_said_while_it_was_away_in_order(
    seed: int, ours: Callable[..., Ours], server: XmppServer, thread: ReactorThread
) -> None:
    random = Random(seed)
    link = ours().wait_for_up()
    sent = count()

    def send() -> None:
        to = f"echo@{link.domain}"
        link.link.send(stanza.message(link.domain, to, "chat", stanza.body(str(next(sent)))))

    traffic = LoopingCall(send)
    traffic.clock = thread.reactor
    thread.run(lambda: (traffic.start(0.002), None)[1])
    wait_until(lambda: len(numbers(link)) > 50, "traffic")
    time.sleep(random.uniform(0, 0.3))
    server.kill()
    wait_until(lambda: link.downs, "the link to notice")
    first_after = next(sent)
    time.sleep(random.uniform(0.1, 1.5))
    server.start()
    link.wait_for_up(40)
    last = thread.run(lambda: (traffic.stop(), next(sent) - 1)[1])
    wait_until(lambda: last in numbers(link), "the last message", 20)
    got = numbers(link)
    assert got == sorted(set(got)), "in order, none twice"
    away = set(range(first_after + 1, last + 1))
    assert away <= set(got), f"lost although the link was known to be down: {sorted(away - set(got))[:10]}"
    assert link.ups == 2


# The attacks of test_hazards.py, by a user with a client.  Some servers refuse a namespace themselves.


def attack(mallory: XmppUser, domain: str, namespace: str) -> None:
    mallory.send(f"<iq to='{domain}' type='get' id='attack'><q xmlns='{namespace}'/></iq>")


def injection(domain: str, victim: str) -> str:
    raw = (
        f"x'/></iq><message from='bank%sms@{domain}' to='{victim}' type='chat'><body>send-me-money</body></message>"
        f"<iq from='{domain}' to='{victim}' type='error'><q xmlns='y"
    )
    return raw.replace("<", "&lt;").replace("'", "&apos;").replace(" ", "&#13;")


def test_a_namespace_cannot_speak_in_another_s_name(
    ours: Callable[..., Ours], stock: Callable[..., Stock], user: Callable[[str], XmppUser], server: XmppServer
) -> None:
    bob, mallory = user("bob"), user("mallory")
    victim = stock().wait_for_up()
    attack(mallory, victim.domain, injection(victim.domain, bob.bare))
    if server.name == "ejabberd":
        bob.expect("message", frm=f"bank%sms@{victim.domain}", body="send-me-money")
    else:
        wait_until(lambda: victim.ends, "the stock component to lose its stream")
    victim.stop()

    link = ours().wait_for_up()
    attack(mallory, link.domain, injection(link.domain, bob.bare))
    wait_until(lambda: any(e.get("id") == "attack" for e in link.got), "the attack to arrive")
    link.say(bob.bare, "harmless")
    bob.expect("message", frm=link.domain, body="harmless")
    assert not bob.inbox.has(lambda s: "send-me-money" in "".join(s.itertext()))
    assert (link.ups, link.downs) == (1, [])


def test_a_namespace_with_a_space_does_not_cost_the_link(
    ours: Callable[..., Ours], stock: Callable[..., Stock], user: Callable[[str], XmppUser]
) -> None:
    mallory = user("mallory")
    victim = stock().wait_for_up()
    attack(mallory, victim.domain, "a b")
    wait_until(lambda: victim.ends, "the stock component to lose its stream")
    victim.stop()

    link = ours().wait_for_up()
    attack(mallory, link.domain, "a b")
    wait_until(lambda: any(e.get("id") == "attack" for e in link.got), "the attack to arrive")
    link.say(mallory.bare, "still here")
    mallory.expect("message", frm=link.domain, body="still here")
    assert (link.ups, link.downs) == (1, [])


@pytest.mark.parametrize("text", ["\x02bold", "\x0304red", "\ufffe"], ids=ascii)
def test_characters_that_xml_forbids_do_not_cost_the_link(
    text: str, ours: Callable[..., Ours], stock: Callable[..., Stock], user: Callable[[str], XmppUser]
) -> None:
    romeo = user("romeo")
    victim = stock().wait_for_up()
    victim.say(romeo.bare, text)
    wait_until(lambda: victim.ends, "the stock component to lose its stream")
    victim.stop()

    link = ours().wait_for_up()
    link.say(romeo.bare, text)
    romeo.expect("message", frm=link.domain, body="\ufffd" + text[1:])
    assert (link.ups, link.downs) == (1, [])


def test_a_forged_answer_is_not_believed(
    ours: Callable[..., Ours],
    stock: Callable[..., Stock],
    user: Callable[[str], XmppUser],
    thread: ReactorThread,
) -> None:
    silent, mallory = user("silent"), user("mallory")
    silent.client.add_filter("in", lambda _: None)
    victim = stock().wait_for_up()
    question = xmlstream.IQ(victim.manager.xmlstream, "get")
    question["from"] = victim.domain
    answers: list[domish.Element] = []
    thread.run(lambda: (question.send(silent.full).addBoth(answers.append), None)[1])
    mallory.send(f"<iq to='{victim.domain}' type='result' id='{question['id']}'/>")
    wait_until(lambda: answers, "the forged answer to be believed")
    assert answers[0]["from"] == mallory.full
    victim.stop()

    link = ours().wait_for_up()
    outcomes: list[Failure] = []

    def ask() -> None:
        link.tracker.request("get", silent.full, "<q xmlns='urn:x'/>", timeout=2).addBoth(outcomes.append)

    thread.run(ask)
    (id,) = link.tracker.open
    mallory.send(f"<iq to='{link.domain}' type='result' id='{id}'/>")
    wait_until(lambda: any(e.get("from") == mallory.full for e in link.got), "the forged answer to arrive")
    wait_until(lambda: outcomes, "the time-out")
    assert isinstance(outcomes[0].value, IqTimeout)


def test_what_is_said_before_the_handshake_does_not_cost_the_link(
    ours: Callable[..., Ours], stock: Callable[..., Stock], user: Callable[[str], XmppUser]
) -> None:
    romeo = user("romeo")
    early = domish.Element((None, "presence"), attribs={"to": romeo.bare})
    victim = stock(early)
    wait_until(lambda: victim.ends, "the stock component to be refused")
    assert victim.handler.ups == 0

    link = ours()
    link.say(romeo.bare, "early")
    romeo.expect("message", frm=link.domain, body="early")
    assert (link.attempts, link.ups) == (1, 1)


def test_a_ping_proves_that_a_message_has_been_processed(
    ours: Callable[..., Ours], user: Callable[[str], XmppUser], thread: ReactorThread
) -> None:
    romeo = user("romeo")
    link = ours().wait_for_up()

    def say_and_prove() -> object:
        link.link.send(stanza.message(link.domain, romeo.full, "chat", stanza.body("once")))
        return link.tracker.proof("localhost")

    thread.run(say_and_prove)
    romeo.expect("message", frm=link.domain, body="once")
