"""SASL mechanisms and their framing."""

from base64 import b64decode, b64encode

import pytest

from transport.plugins.irc.sasl import Challenge, Plain, SaslError, Scram, chunks, mechanisms

# The example of RFC 7677 section 3.
FIRST = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def scram() -> Scram:
    mechanism = Scram("user", "pencil", "rOprNGfwEbeRWgbNEkqO")
    assert mechanism.respond(b"") == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    return mechanism


def test_scram_keeps_to_its_example() -> None:
    mechanism = scram()
    assert mechanism.respond(FIRST) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert not mechanism.complete()
    assert mechanism.respond(FINAL) == b""
    assert mechanism.complete()


def test_a_server_that_does_not_know_the_password_is_not_believed() -> None:
    mechanism = scram()
    mechanism.respond(FIRST)
    with pytest.raises(SaslError):
        mechanism.respond(b"v=" + b64encode(b"x" * 32))
    assert not mechanism.complete()


@pytest.mark.parametrize(
    "challenge",
    [
        b"",
        b"r=other,s=W22Z,i=4096",
        b"r=rOprNGfwEbeRWgbNEkqO,s=W22Z,i=4096",
        b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=999999999",
        b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=0",
        b"r=rOprNGfwEbeRWgbNEkqOx,s=!,i=10",
        b"\xff\xfe",
    ],
)
def test_broken_challenges_end_the_exchange(challenge: bytes) -> None:
    with pytest.raises(SaslError):
        scram().respond(challenge)


def test_names_are_escaped_for_scram() -> None:
    assert Scram("a=b,c", "x", "n").first == "n=a=3Db=2Cc,r=n"


def test_mechanisms_are_tried_best_first() -> None:
    names = [m.name for m in mechanisms("u", "n", "p", True, frozenset({"PLAIN", "EXTERNAL", "SCRAM-SHA-256"}))]
    assert names == ["EXTERNAL", "SCRAM-SHA-256", "PLAIN"]
    assert [m.name for m in mechanisms("u", "n", "p", False, None)] == ["PLAIN"]
    assert mechanisms("u", "n", "p", False, frozenset({"EXTERNAL"})) == []


@pytest.mark.parametrize("length", [0, 1, 299, 300, 301, 600, 1000])
def test_answers_travel_by_400_and_arrive_whole(length: int) -> None:
    response = b"x" * length
    parts = chunks(response)
    assert all(len(part) <= 400 for part in parts)
    assert len(parts[-1]) < 400
    challenge = Challenge()
    results = [challenge.add(part) for part in parts]
    assert results[:-1] == [None] * (len(parts) - 1)
    assert results[-1] == response


def test_a_certificate_says_by_itself_whose_account_it_is() -> None:
    external, scram, plain = mechanisms("", "romeo", "p", True, frozenset({"PLAIN", "EXTERNAL", "SCRAM-SHA-256"}))
    assert external.respond(b"") == b""
    assert scram.respond(b"").startswith(b"n,,n=romeo,")
    assert plain.respond(b"") == b"\0romeo\0p"


def test_an_endless_challenge_is_refused() -> None:
    challenge = Challenge()
    for _ in range(20):
        challenge.add("A" * 400)
    with pytest.raises(SaslError):
        challenge.add("A" * 400)


def test_plain_has_its_three_parts() -> None:
    assert Plain("account", "pass word").respond(b"") == b"\0account\0pass word"
    assert b64decode(chunks(Plain("a", "b").respond(b""))[0]) == b"\0a\0b"
