"""What every plugin must do, as checks that a plugin's author runs.

    def test_conforms() -> None:
        for check in conformance.CHECKS:
            check(lambda: MyNetwork("net", {...}), Account("me@example.org", "net", {...}))

Each check gets a function that makes a fresh network, and an account that could be registered on it.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from zope.interface.verify import verifyClass, verifyObject

from transport.api import (
    Account,
    Case,
    Command,
    Feature,
    Field,
    Identity,
    IGreeting,
    IHub,
    ILocalNames,
    INetwork,
    INetworkPlugin,
    IRawLines,
    IRooms,
    ISession,
    Kind,
    Markup,
    Message,
    Option,
    Refused,
    Sent,
    Target,
    Text,
)
from transport.testing.host import FakeHost, FakeHubHost

Make = Callable[[], INetwork]

HOSTILE = (
    "",
    " ",
    ":",
    "#",
    "a b",
    "a,b",
    "a\r\nQUIT",
    "a\nb",
    "a\0b",
    "\x01\x02\x03",
    "\ud800",
    "\ufffe",
    "x" * 5000,
    "É😀",
    "%",
    "a%b",
    "\\20",
    "^x",
    "../../etc/passwd",
    "'; drop table x; --",
)
# Conditions of stanza errors (RFC 6120 section 8.3.3).
_RFC_6120 = """
bad-request conflict feature-not-implemented forbidden gone internal-server-error item-not-found
jid-malformed not-acceptable not-allowed not-authorized policy-violation recipient-unavailable redirect
registration-required remote-server-not-found remote-server-timeout resource-constraint
service-unavailable subscription-required undefined-condition unexpected-request
"""
CONDITIONS = frozenset(_RFC_6120.split())


def refusal_is_sound(refused: Refused) -> None:
    """A refusal has a condition that exists, and a text for people."""
    assert refused.condition in CONDITIONS, f"{refused.condition} is no condition of RFC 6120"
    assert str(refused.text).strip(), "a refusal needs words"


def started(make: Make) -> INetwork:
    """A network whose daemon runs, without its link."""
    network = make()
    network.start(FakeHubHost())
    return network


def declares_itself(make: Make, account: Account) -> None:
    """The network has all that INetwork names, with the right types, and its class the options."""
    network = make()
    verifyObject(INetwork, network)
    verifyClass(INetwork, type(network))
    plugin = type(network)
    assert INetworkPlugin.providedBy(plugin), "the class must provide INetworkPlugin"
    assert all(isinstance(option, Option) and option.doc for option in plugin.options)
    assert all(isinstance(identity, Identity) for identity in (*network.identities, network.contact_identity))
    assert all(isinstance(field, Field) and field.label for field in network.registration)
    assert all(isinstance(command, Command) for command in network.commands)
    assert all(isinstance(feature, Feature) for feature in network.features)
    assert isinstance(network.case, Case)
    assert isinstance(network.markup, Markup)
    assert isinstance(network.queues, bool)
    assert isinstance(network.instructions, Text)
    assert all(isinstance(value, str) for value in network.status().values())
    keys = [option.key for option in plugin.options]
    assert len(keys) == len(set(keys)), "an option is declared twice"


def folds_names(make: Make, account: Account) -> None:
    """Folding is done once and for all, and never raises."""
    network = started(make)
    for name in (*HOSTILE, "Juliet", "JULIET", "#Chan", "[x]\\^"):
        folded = network.fold(name)
        assert network.fold(folded) == folded, f"fold of {name!r} is not stable"
        if network.case is Case.FOLD:
            assert folded == folded.lower(), f"{folded!r} could not be an address: it must be in lower case"


def judges_names(make: Make, account: Account) -> None:
    """Any text gets a kind; what cannot be a name is refused in words."""
    network = started(make)
    for name in HOSTILE:
        assert network.address_type(name) in (Kind.CONTACT, Kind.ROOM)
        network.claims(name)
        try:
            checked = network.check(name)
        except Refused as refused:
            refusal_is_sound(refused)
        else:
            assert not any(ord(c) < 32 for c in checked), f"{name!r} was let pass with control characters"


def judges_registrations(make: Make, account: Account) -> None:
    """Good settings are kept and can be given again; hostile ones are kept or refused, never an error."""
    network = started(make)
    kept = network.check_registration(account.settings)
    assert dict(network.check_registration(kept)) == dict(kept), "kept settings must be acceptable themselves"
    for field in network.registration:
        for value in HOSTILE:
            try:
                network.check_registration({**account.settings, field.name: value})
            except Refused as refused:
                refusal_is_sound(refused)


def session_declares_itself(make: Make, account: Account) -> None:
    """The session has all that the interfaces it claims name."""
    session = started(make).session(account, FakeHost())
    verifyObject(ISession, session)
    for interface in (IRooms, IRawLines):
        if interface.providedBy(session):
            verifyObject(interface, session)


def refuses_without_connection(make: Make, account: Account) -> None:
    """Sending before `connect` and after `disconnect` is refused or taken durably, never lost in silence."""
    network = started(make)
    if network.queues:
        return
    session = network.session(account, FakeHost())
    for _ in range(2):
        for target in (Target(Kind.CONTACT, "somebody"), Target(Kind.ROOM, "#room")):
            try:
                answer = session.send(target, Message("hello"))
            except Refused as refused:
                refusal_is_sound(refused)
            else:
                assert isinstance(answer, Deferred), "nothing can have been sent"
                failures: list[object] = []
                answer.addErrback(failures.append)
                assert failures, "nothing can have been sent"
        session.disconnect("over")


def survives_hostile_targets(make: Make, account: Account) -> None:
    """No name and no text makes a session raise anything but Refused."""
    network = started(make)
    session = network.session(account, FakeHost())
    session.connect()
    for hostile in HOSTILE:
        for target, text in (
            (Target(Kind.CONTACT, hostile), "hello"),
            (Target(Kind.ROOM, hostile), "hello"),
            (Target(Kind.ROOM, "#room", hostile), "hello"),
            (Target(Kind.CONTACT, "somebody"), hostile),
        ):
            try:
                answer = session.send(target, Message(text))
            except Refused as refused:
                refusal_is_sound(refused)
            else:
                if isinstance(answer, Deferred):
                    answer.addErrback(lambda failure: failure.trap(Refused))
                elif isinstance(answer, Sent):
                    assert all(isinstance(piece, str) for piece in answer.pieces)
    session.disconnect("over")
    session.disconnect("twice")


def hub_declares_itself(make: Make, account: Account) -> None:
    """A network with a link for all can be told to open and close it."""
    network = started(make)
    if IHub.providedBy(network):
        verifyObject(IHub, network)


def understands_local_names(make: Make, account: Account) -> None:
    """Any text has a full form, which is its own full form."""
    network = started(make)
    if not ILocalNames.providedBy(network):
        return
    verifyObject(ILocalNames, network)
    for settings in ({}, account.settings):
        for name in (*HOSTILE, "0151 23456", "Juliet"):
            full = ILocalNames(network).localise(name, settings)
            assert ILocalNames(network).localise(full, settings) == full, f"the full form of {name!r} is not stable"


def greets(make: Make, account: Account) -> None:
    """Who registers is told something in words."""
    network = started(make)
    if IGreeting.providedBy(network):
        verifyObject(IGreeting, network)
        assert str(IGreeting(network).greeting(account.owner)).strip(), "a greeting needs words"


CHECKS: tuple[Callable[[Make, Account], None], ...] = (
    declares_itself,
    folds_names,
    judges_names,
    judges_registrations,
    session_declares_itself,
    refuses_without_connection,
    survives_hostile_targets,
    hub_declares_itself,
    understands_local_names,
    greets,
)
