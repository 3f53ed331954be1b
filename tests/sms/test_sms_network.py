"""What the network says of itself, what its presence shows, and how it begins and ends."""

from typing import Any

import pytest
from attrs import evolve
from inbox_rig import JULIET, PHONE, ROMEO, deliver, result
from twisted.internet.defer import Deferred, succeed

from transport.api import (
    Account,
    Failed,
    Kind,
    Message,
    MessageIn,
    Presence,
    Refused,
    Status,
    SubscriptionRequest,
    Target,
    Text,
)
from transport.plugins.sms import Sms
from transport.plugins.sms.presence import Signals
from transport.plugins.sms.schema import SCRIPTS
from transport.plugins.sms.session import Session
from transport.plugins.sms.states import Health, Incoming, ModemSettings, ModemState
from transport.testing.host import FakeHost, FakeHubHost

START = 1_780_000_000.0
TABLE = {"device": "/dev/ttyUSB0"}
READY = Health(ModemState.READY, "Telekom", -75)


class FakeModem:
    """A modem that takes every text."""

    def __init__(self, settings: ModemSettings, hub: Any) -> None:
        self.settings = settings
        self.hub = hub
        self.health = Health()
        self.log: list[str] = []
        self.stopped: Deferred[None] = succeed(None)
        self.sent: list[bytes] = []

    def start(self) -> None:
        self.log.append("start")

    def stop(self) -> Deferred[None]:
        self.log.append("stop")
        return self.stopped

    def caught_up(self) -> Deferred[None]:
        return succeed(None)

    def submit(self, pdu: bytes, more: bool) -> Deferred[int]:
        self.sent.append(pdu)
        return succeed(len(self.sent))

    def be(self, health: Health) -> None:
        """Its state is another one."""
        self.health = health
        self.hub.changed(self.settings.name, health)
        self.hub.host.reactor.advance(0)


class World:
    """A network whose modems are fakes."""

    def __init__(self, modems: dict[str, Any] | None = None, begin: bool = True, **options: Any) -> None:
        self.network = Sms("sms", {"region": "DE", "modems": modems or {"stick": TABLE}, **options})
        self.network.make_modem = FakeModem  # type: ignore[assignment]
        self.host = FakeHubHost(accounts=[Account(ROMEO, "sms"), Account(JULIET, "sms")])
        self.host.reactor.advance(START)
        self.network.start(self.host)
        if begin:
            self.network.start_hub(self.host)
        self.hub = self.network.running()

    @property
    def stick(self) -> Any:
        return self.hub.modems["stick"]

    def session(self, owner: str = ROMEO, **settings: str) -> tuple[Session, FakeHost]:
        """A session, with all that it was told so far forgotten."""
        host = self.host.account(owner)
        session = self.network.session(Account(owner, "sms", settings), host)
        session.connect()
        host.take()
        return session, host


def presences(host: FakeHost) -> list[tuple[str, str, str]]:
    """(name, show, status) since the last look."""
    return [(e.name, e.show, e.status) for e in host.take() if isinstance(e, Presence)]


# names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("0151 12345678", PHONE), (PHONE, PHONE), ("tel:+49-151-12345678", PHONE), ("sms:015112345678", PHONE),
        ("hello", None), ("71120", None), ("meet at 8", None), ("", None), ("12345678;alpha", None), ("2026-11-20 12:00", None),
    ],
)  # fmt: skip
def test_only_what_is_plainly_a_number_is_claimed(text: str, name: str | None) -> None:
    assert World().network.claims(text) == name


def test_local_names_are_those_of_the_owners_country() -> None:
    network = World().network
    assert network.localise("0171 1234567", {}) == "+491711234567"
    assert network.localise("202-555-0123", {"region": "US"}) == "+12025550123"
    assert network.localise("juliet", {"region": "US"}) == "juliet"
    assert network.check("0171 1234567") == "+491711234567"
    assert network.fold("0171/1234567") == "+491711234567"
    assert network.address_type("anything") is Kind.CONTACT


def test_the_greeting_names_the_numbers_that_serve_the_owner() -> None:
    world = World({"stick": {**TABLE, "number": "+491711234567"}, "other": {"device": "/dev/b", "users": (JULIET,)}})
    assert "+49 171 1234567;" in str(world.network.greeting(ROMEO))
    assert "+49 171 1234567, other;" in str(world.network.greeting(JULIET))
    assert "No modem" in str(World({"stick": {**TABLE, "users": (JULIET,)}}).network.greeting(ROMEO))


def test_users_and_administrators_have_their_commands() -> None:
    names = {command.name for command in World().network.commands}
    assert {"signal", "quota", "cost", "flash", "ussd", "block", "modems", "queue", "unowned", "reassign"} <= names
    assert "at" not in names
    assert "at" in {command.name for command in World({"stick": {**TABLE, "raw": True}}).network.commands}


def test_the_program_has_subcommands_that_need_no_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(Sms.cli) == {"decode", "simulator"}
    assert Sms.cli["decode"]([deliver("hello").hex()]) == 0
    assert "hello" in capsys.readouterr().out


# life


def test_modems_start_when_all_that_was_kept_is_read_and_the_end_is_bounded() -> None:
    world = World(begin=False)
    held: Deferred[None] = Deferred()
    migrate, world.host.store.migrate = world.host.store.migrate, lambda scripts: held  # type: ignore[method-assign]
    world.network.start_hub(world.host)
    assert world.stick.log == []
    migrate(SCRIPTS)
    held.callback(None)
    assert world.stick.log == ["start"]
    world.stick.stopped = Deferred()
    ended: list[object] = []
    world.network.stop_hub().addCallback(ended.append)
    assert ended == []
    world.host.reactor.advance(30)
    assert ended == [None]
    assert world.stick.log == ["start", "stop"]
    assert world.host.reactor.getDelayedCalls() == []


def test_a_network_that_is_stopped_while_it_starts_opens_no_modem() -> None:
    world = World(begin=False)
    held: Deferred[None] = Deferred()
    migrate, world.host.store.migrate = world.host.store.migrate, lambda scripts: held  # type: ignore[method-assign]
    world.network.start_hub(world.host)
    world.network.stop_hub()
    migrate(SCRIPTS)
    held.callback(None)
    assert "start" not in world.stick.log


def test_two_networks_keep_their_texts_in_one_database() -> None:
    world = World()
    other = Sms("sms2", {"modems": {"second": {"device": "/dev/b"}}})
    other.make_modem = FakeModem  # type: ignore[assignment]
    # The gateway counts the tables of each network by itself.
    world.host.store.applied = 0
    other.start(world.host)
    other.start_hub(world.host)
    assert other.running().modems["second"].log == ["start"]  # type: ignore[attr-defined]
    assert world.host.told == []


def test_administrators_see_modems_and_the_queue() -> None:
    world = World()
    world.stick.be(READY)
    assert world.network.status() == {"stick": "ready, Telekom, -75 dBm", "waiting": "0", "blocked": "0"}


def test_what_waits_of_one_who_is_not_registered_any_more_is_dropped() -> None:
    world = World()
    session, host = world.session()
    session.send(Target(Kind.CONTACT, PHONE), Message("hello", "m1"))
    result(world.hub.blocked.block(ROMEO, PHONE))
    world.host.reactor.advance(301)
    assert world.network.status()["waiting"] == "1"
    world.host.registered = (Account(JULIET, "sms"),)
    world.host.reactor.advance(301)
    assert world.network.status()["waiting"] == "0"
    assert [event.reason.condition for event in host.of(Failed)] == ["not-allowed"]
    assert result(world.hub.blocked.numbers(ROMEO)) == []


# sessions


def test_a_session_is_online_at_once_and_a_text_is_taken_when_it_is_kept() -> None:
    world = World()
    session, _ = world.session()
    sent = result(session.send(Target(Kind.CONTACT, PHONE), Message("hello", "m1")))
    assert sent.native_id == "out:1"
    world.host.reactor.advance(1)
    assert world.stick.sent == []
    world.stick.be(READY)
    world.host.reactor.advance(1)
    assert len(world.stick.sent) == 1


def test_a_text_of_one_who_is_faster_than_the_start_is_taken_after_it() -> None:
    world = World(begin=False)
    session, _ = world.session()
    taken: list[object] = []
    session.send(Target(Kind.CONTACT, PHONE), Message("hello", "m1")).addCallback(taken.append)
    assert taken == []
    world.network.start_hub(world.host)
    assert len(taken) == 1


@pytest.mark.parametrize("text", ["", " \n ", "a\x00b", "\ud800"])
def test_what_is_no_text_is_refused(text: str) -> None:
    session, _ = World().session()
    with pytest.raises(Refused) as refused:
        session.send(Target(Kind.CONTACT, PHONE), Message(text))
    assert refused.value.condition == "not-acceptable"


def test_a_keyword_of_another_user_is_told_to_be_taken() -> None:
    world = World()
    world.host.registered = (Account(ROMEO, "sms", {"keyword": "x"}), Account(JULIET, "sms", {"keyword": "x"}))
    world.session(keyword="x")
    host = world.host.account(JULIET)
    world.network.session(Account(JULIET, "sms", {"keyword": "x"}), host).connect()
    assert ["keyword" in str(event.text) for event in host.of(Status)] == [True]


# presence


def test_a_number_is_shown_as_its_modem_is_and_only_when_that_changes() -> None:
    world = World()
    session, host = world.session()
    session.add(PHONE)
    assert presences(host) == [(PHONE, "offline", "The modem is gone.")]
    for state, show in (
        (ModemState.STARTING, "away"), (ModemState.SEARCHING, "away"), (ModemState.READY, ""), (ModemState.PAUSED, "xa"),
        (ModemState.LOCKED, "offline"), (ModemState.BROKEN, "offline"), (ModemState.READY, ""),
    ):  # fmt: skip
        world.stick.be(evolve(READY, state=state))
        assert [each[1] for each in presences(host) if each[0] == PHONE] == [show]
    world.stick.be(evolve(READY, signal=-74))
    assert presences(host) == []
    session.remove(PHONE)
    world.stick.be(Health())
    assert [each[0] for each in presences(host)] == [""]
    session.disconnect("bye")
    world.stick.be(READY)
    assert presences(host) == []


def test_the_best_modem_of_those_that_serve_the_owner_is_shown() -> None:
    world = World({"stick": TABLE, "other": {"device": "/dev/b", "users": (JULIET,)}})
    romeo, juliet = world.session(), world.session(JULIET)
    for session, host in (romeo, juliet):
        session.add(PHONE)
        host.take()
    other: Any = world.hub.modems["other"]
    other.be(READY)
    assert presences(romeo[1]) == []
    assert presences(juliet[1]) == [("", "", "stick: The modem is gone; other: Telekom, good signal"), (PHONE, "", "")]


def test_a_limit_that_is_reached_is_shown_and_so_is_its_end() -> None:
    world = World(per_user_day=1)
    world.stick.be(READY)
    session, host = world.session()
    session.add(PHONE)
    host.take()
    session.send(Target(Kind.CONTACT, PHONE), Message("hello", "m1"))
    assert presences(host) == [(PHONE, "dnd", "The limit of texts is reached.")]
    world.host.reactor.advance(86400)
    world.host.reactor.advance(300)
    assert presences(host) == [(PHONE, "", "")]


def test_a_number_that_no_modem_serves_is_not_there() -> None:
    world = World({"stick": {**TABLE, "prefixes": ("+43",)}})
    session, host = world.session()
    session.add(PHONE)
    assert presences(host)[0][:2] == (PHONE, "offline")


def test_a_sender_without_a_number_is_shown_with_its_spelling() -> None:
    world = World(catch_all=(ROMEO,))
    session, host = world.session()
    world.hub.received(Incoming("stick", "sim", deliver("Your bill", sender="MegaFon"), ("SM", 1)))
    assert [event.sender.name for event in host.of(MessageIn)] == ["megafon;alpha"]
    assert host.of(SubscriptionRequest) == [SubscriptionRequest("megafon;alpha", nick="MegaFon")]
    host.take()
    session.add("megafon;alpha")
    assert [(e.show, e.nick) for e in host.of(Presence)][-1] == ("xa", "MegaFon")
    assert result(session.profile("megafon;alpha"))["FN"] == "MegaFon"
    assert result(session.profile("0151 12345678")) == {
        "FN": "+49 1511 2345678", "TEL": PHONE, "NOTE": "A phone number of DE.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("signals", "words"),
    [
        ((-75, -85, -82, -88), ("good", "good", "good", "fair")),
        ((-100, -96, -93), ("weak", "weak", "fair")),
        ((-51, -113), ("very good", "weak")),
        ((-113, -51), ("weak", "very good")),
    ],
)
def test_the_signal_is_told_in_words_that_do_not_flutter(signals: tuple[int, ...], words: tuple[str, ...]) -> None:
    known = Signals()
    assert [known.word("stick", each) for each in signals] == [f"{word} signal" for word in words]


# what comes


def test_new_numbers_are_offered_as_contacts_after_their_text_and_not_too_many() -> None:
    world = World(catch_all=(ROMEO,), subscribe=2)
    world.host.rosters[ROMEO] = ("+4930000001",)
    _, host = world.session()
    for n in range(1, 6):
        for again in range(2):
            pdu = deliver(f"{n} {again}", sender=f"+493000000{n}")
            world.hub.received(Incoming("stick", "sim", pdu, ("SM", 2 * n + again)))
    told = [type(event).__name__ for event in host.events]
    assert len(host.of(MessageIn)) == 10
    assert [event.name for event in host.of(SubscriptionRequest)] == ["+4930000002", "+4930000003"]
    assert told.index("SubscriptionRequest") > told.index("MessageIn")
    host.take()
    world.host.reactor.advance(86400)
    world.hub.introductions.known.said.clear()
    for number in ("+4930000002", "+4930000009"):
        world.hub.received(Incoming("stick", "sim", deliver("new", sender=number), ("SM", int(number[-1]) + 90)))
    assert [event.name for event in host.of(SubscriptionRequest)] == ["+4930000009"]


def test_no_number_is_offered_where_that_is_off() -> None:
    world = World(catch_all=(ROMEO,), subscribe=0)
    _, host = world.session()
    world.hub.received(Incoming("stick", "sim", deliver(), ("SM", 1)))
    assert host.of(SubscriptionRequest) == []


@pytest.mark.parametrize(("number", "name"), [(PHONE, PHONE), ("015112345678", PHONE), ("", "")])
def test_a_call_is_told_to_whom_it_is_for(number: str, name: str) -> None:
    world = World({"stick": {**TABLE, "owner": ROMEO}})
    world.hub.called("stick", number)
    (event,) = world.host.account(ROMEO).of(MessageIn)
    assert event.sender == Target(Kind.CONTACT, name) if name else event.sender.kind is Kind.NETWORK
    assert event.message.text.startswith("Missed call on 20")


def test_calls_are_not_told_where_that_is_off_or_nobody_is_called() -> None:
    world = World({"stick": {**TABLE, "owner": ROMEO}}, missed_calls=False)
    world.hub.called("stick", PHONE)
    assert world.host.account(ROMEO).of(MessageIn) == []
    world = World({"stick": {**TABLE, "owner": ROMEO}})
    world.session(calls="0")
    world.hub.called("stick", PHONE)
    assert world.host.account(ROMEO).of(MessageIn) == []
    world = World()
    world.hub.called("stick", PHONE)
    assert all(host.of(MessageIn) == [] for host in world.host.hosts.values())


def test_what_a_modem_tells_administrators_reaches_them() -> None:
    world = World()
    world.hub.tell_admins(Text("The SIM is locked."))
    assert [str(text) for text in world.host.told] == ["The SIM is locked."]
