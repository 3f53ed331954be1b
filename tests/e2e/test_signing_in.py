"""How the gateway signs in to IRC: TLS, accounts, certificates, and saying why not."""

from typing import Any

import pytest
from attrs import define
from cast import PASSWORD, Network
from cryptography.hazmat.primitives.hashes import SHA1
from stanzas import condition, error_text, show
from test_registration import register, submit


@define
class Account:
    """An account with the services of the IRC network."""

    name: str
    owner: Any


@pytest.fixture
def modern(inspircd: Any) -> Network:
    """The network with services."""
    return Network("inspircd", inspircd)


@pytest.fixture
def account(gateway: Any, people: Any, modern: Network) -> Account:
    """A new account, its owner signed in to the services."""
    owner = people.on_irc(modern, "accountowner")
    owner.say("NickServ", f"REGISTER {PASSWORD} {owner.nick}@example.org")
    owner.expect("privnotice", nick="NickServ", where=lambda line: "registered" in line.text)
    return Account(owner.nick, owner)


def joined_account(people: Any, network: Network, nick: str) -> str:
    """The account that the IRC server sees behind a nick."""
    bob = people.on_irc(network, "bob")
    bob.raw(f"WHOIS {nick}")
    bob.expect("endofwhois")
    lines = [line for _, line in bob.inbox.everything if any("logged in" in argument for argument in line.arguments)]
    return lines[0].arguments[1] if lines else ""


def test_with_an_account_by_sasl_plain(gateway: Any, people: Any, modern: Network, account: Account) -> None:
    romeo = people.romeo()
    network = gateway.address("inspircd")
    answer = register(romeo, network, submit(nick=romeo.nick, username=account.name, password=PASSWORD))
    assert answer.get("type") == "result", show(answer)
    romeo.join(gateway.address("inspircd", f"#sasl{romeo.nick}"), romeo.nick)
    assert joined_account(people, modern, romeo.nick) == account.name


def test_a_wrong_password_is_told(gateway: Any, people: Any, account: Account) -> None:
    romeo = people.romeo()
    network = gateway.address("inspircd")
    register(romeo, network, submit(nick=romeo.nick, username=account.name, password="wrong"))
    romeo.ask_to_join(gateway.address("inspircd", f"#sasl{romeo.nick}"), romeo.nick)
    error = romeo.expect("presence", type="error", where=lambda s: "%" in s.get("from"))
    assert condition(error) == "not-authorized", show(error)
    assert error_text(error)
    assert "wrong" not in gateway.log().split("password")[-1][:40]


def test_by_client_certificate(gateway: Any, people: Any, authority: Any, modern: Network, account: Account) -> None:
    issued = authority.issue(f"client-{account.name}")
    account.owner.say("NickServ", f"CERT ADD {issued.fingerprint(SHA1())}")
    account.owner.expect("privnotice", nick="NickServ", where=lambda line: "added" in line.text.lower())
    romeo = people.romeo()
    pem = issued.both.read_text()
    answer = register(
        romeo,
        gateway.address("inspircd"),
        "<x xmlns='jabber:x:data' type='submit'>"
        f"<field var='nick'><value>{romeo.nick}</value></field>"
        f"<field var='username'><value>{account.name}</value></field>"
        "<field var='certificate'>" + "".join(f"<value>{line}</value>" for line in pem.splitlines()) + "</field></x>",
    )
    assert answer.get("type") == "result", show(answer)
    romeo.join(gateway.address("inspircd", f"#cert{romeo.nick}"), romeo.nick)
    assert joined_account(people, modern, romeo.nick) == account.name


def test_the_password_is_never_shown_again(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    network = gateway.address("ngircd")
    register(romeo, network, submit(nick=romeo.nick, password="quitesecret", username="someone"))
    assert "quitesecret" not in show(romeo.query(network, "jabber:iq:register"))
    assert "quitesecret" not in gateway.log()
    stored = b"".join(path.read_bytes() for path in gateway.folder.glob("transport.db*"))
    assert b"quitesecret" not in stored


@pytest.mark.parametrize(
    ("network", "words"),
    [("unknownca", ("authority", "unknown", "trust", "signed")), ("wrongname", ("name", "another", "localhost"))],
)
def test_a_server_that_is_not_who_it_should_be_is_refused(
    gateway: Any, people: Any, network: str, words: tuple[str, ...]
) -> None:
    romeo = people.romeo()
    romeo.ask_to_join(gateway.address(network, "#tls"), romeo.nick)
    error = romeo.expect("presence", type="error", within=20)
    assert condition(error)
    assert any(word in error_text(error).lower() for word in words), show(error)


def test_a_pinned_certificate_is_enough(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    romeo.join(gateway.address("pinned", "#tls"), romeo.nick)


def test_the_second_server_is_tried(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    romeo.join(gateway.address("second", "#failover"), romeo.nick, within=20)


def test_a_network_that_is_down_is_told(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    romeo.ask_to_join(gateway.address("down", "#x"), romeo.nick)
    error = romeo.expect("presence", type="error", within=30)
    assert condition(error) in ("remote-server-timeout", "remote-server-not-found", "service-unavailable")


def test_a_bad_nick_is_an_error_and_a_good_one_works_after_it(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    room = gateway.address("ngircd", f"#nick{romeo.nick}")
    romeo.ask_to_join(room, "1 bad nick!")
    assert condition(romeo.expect("presence", type="error")) in ("not-acceptable", "jid-malformed", "bad-request")
    romeo.join(room, romeo.nick)
