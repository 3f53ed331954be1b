"""The network itself: options, names, registration, what it remembers."""

import pytest
from irc_world import OPTIONS, World

from transport.api import Kind, Refused, Target
from transport.plugins.irc import IRC
from transport.plugins.irc.options import OPTIONS as DECLARED
from transport.plugins.irc.options import Server, read_server
from transport.testing.host import FakeHubHost

CHECKS = {option.key: option.check for option in DECLARED}


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("ircs://irc.example.org", Server("irc.example.org", 6697, True)),
        ("irc://irc.example.org", Server("irc.example.org", 6667, False)),
        ("ircs://[::1]:7000", Server("::1", 7000, True)),
    ],
)
def test_servers_are_read(text: str, server: Server) -> None:
    assert read_server(text) == server


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("servers", (), "at least one"),
        ("servers", ("irc.example.org",), "must be written"),
        ("servers", ("http://irc.example.org",), "must be written"),
        ("servers", ("irc://x:99999",), "port"),
        ("servers", ("ircs://a", "irc://b"), "mixed"),
        ("fingerprints", ("sha1:abc",), "hexadecimal"),
        ("encoding", "klingon", "encoding"),
        ("encoding", "utf-16", "encoding"),
        ("encoding", "base64", "cannot"),
        ("flood_burst", 0, "at least"),
        ("flood_rate", -1.0, "at least"),
    ],
)
def test_wrong_options_are_told_in_words(key: str, value: object, word: str) -> None:
    check = CHECKS[key]
    assert check is not None
    assert word in str(check(value))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("servers", ("ircs://a", "ircs://b:7000")),
        ("fingerprints", ("sha256:" + "aB" * 32, "sha256:" + ":".join(["0f"] * 32))),
        ("encoding", "latin-1"),
        ("flood_rate", 0),
    ],
)
def test_good_options_pass(key: str, value: object) -> None:
    check = CHECKS[key]
    assert check is not None
    assert check(value) is None


def test_a_network_needs_servers_unless_it_is_the_wildcard() -> None:
    with pytest.raises(ValueError, match=r"networks\.x\.servers"):
        IRC("x", {"servers": ()})
    assert IRC("*", {"servers": ()}).servers == ()
    assert IRC("irc.example.org", {"servers": (), "wildcard": True}).servers == (Server("irc.example.org", 6697, True),)


def test_names_are_told_apart_by_chantypes_and_remembered() -> None:
    world = World()
    hub_host = FakeHubHost()
    world.network.start(hub_host)
    assert [world.network.address_type(n) for n in ("#a", "&a", "+a", "a", "")] == [
        Kind.ROOM, Kind.ROOM, Kind.CONTACT, Kind.CONTACT, Kind.CONTACT,
    ]  # fmt: skip
    assert world.network.fold("A[") == "a{"
    world.ircd.isupport = "CHANTYPES=#+ CASEMAPPING=ascii PREFIX=(ov)@+"
    world.up()
    assert world.network.address_type("&a") is Kind.CONTACT
    assert world.network.fold("A[") == "a["
    again = IRC("fake", OPTIONS)
    again.start(hub_host)
    assert again.address_type("+a") is Kind.ROOM
    assert again.fold("A[") == "a["


def test_sessions_that_were_told_the_same_share_it(world: World) -> None:
    second = world.network.session(world.account, world.host)
    second.connect()
    second.join("#garden", "juliet", None)
    world.host.pump()
    assert second.support is world.session.support is world.network.shared.support
    assert world.network.status()["sessions"] == "2"


@pytest.mark.parametrize("name", ["#a b", "#a,b", "a b", "", "a\r\nb", ":a", "9a", "#\x07", "x" * 300])
def test_names_nobody_can_have_are_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        IRC("fake", OPTIONS).check(name)
    assert refused.value.condition == "jid-malformed"


def test_channels_are_claimed_and_nothing_else() -> None:
    network = IRC("fake", OPTIONS)
    assert network.claims(" #garden ") == "#garden"
    assert [network.claims(text) for text in ("hello", "#a b", "https://x", "")] == [None] * 4


def test_a_registration_is_kept_without_what_is_empty() -> None:
    network = IRC("fake", OPTIONS)
    kept = network.check_registration({"nick": " romeo ", "username": "", "password": " secret ", "unknown": "x"})
    assert kept == {"nick": "romeo", "password": " secret "}
    for wrong in ({}, {"nick": "a b"}, {"nick": "r", "username": "a b"}, {"nick": "r", "realname": ":x"}):
        with pytest.raises(Refused):
            network.check_registration(wrong)


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    import subprocess
    import sys

    code = "import sys, transport.plugins.irc; assert not {'OpenSSL', 'twisted.words'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_target_of_the_network_is_a_raw_line(world: World) -> None:
    from transport.api import SENT, Message

    assert world.session.send(Target(Kind.NETWORK, ""), Message("WHOIS juliet")) is SENT
