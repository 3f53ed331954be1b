"""Formatting codes, splitting, casemapping, modes, ISUPPORT: all pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.api import Affiliation, Role, Span
from transport.plugins.irc import casemap, ctcp, formatting, split
from transport.plugins.irc.isupport import ISupport
from transport.plugins.irc.modes import Change, features, parse_modes, standing, with_mode

CODES = st.text(alphabet=st.sampled_from("ab 1,9\x00\x01\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f\x7f\ud800\ufffe"))


@pytest.mark.parametrize(
    ("text", "plain", "spans"),
    [
        ("plain", "plain", ()),
        ("\x02bold\x02 x", "bold x", (Span(0, 4, "bold"),)),
        ("a \x1dit\x02both\x0f end", "a itboth end", (Span(2, 8, "italic"), Span(4, 8, "bold"))),
        ("\x0304,12red\x03 1", "red 1", ()),
        ("\x03red", "red", ()),
        ("\x031234", "34", ()),
        ("\x04ff0000,00ff00hex\x04", "hex", ()),
        ("\x1funder", "under", (Span(0, 5, "underline"),)),
        ("\x1es\x1e\x11m\x11", "sm", (Span(0, 1, "strike"), Span(1, 2, "mono"))),
        ("\x02\x02", "", ()),
        ("a\x07b\x01", "ab", ()),
        ("caf\u00e9\u00a0x", "caf\u00e9\u00a0x", ()),
    ],
)
def test_codes_become_spans(text: str, plain: str, spans: tuple[Span, ...]) -> None:
    assert formatting.plain(text) == (plain, spans)


@given(CODES)
def test_no_control_character_comes_through_and_spans_are_inside(text: str) -> None:
    plain, spans = formatting.plain(text)
    assert not any(ord(c) < 32 or c in "\x7f\ufffe\ud800" for c in plain)
    assert all(0 <= span.start < span.end <= len(plain) for span in spans)


@given(st.text(max_size=400), st.integers(4, 200))
def test_pieces_fit_and_lose_nothing_but_spaces(text: str, budget: int) -> None:
    line = formatting.sendable(text)
    pieces = split.split(line, budget)
    assert all(0 < len(piece.encode()) <= budget for piece in pieces)
    assert "".join(pieces).replace(" ", "") == line.encode("utf-8", "replace").decode().replace(" ", "")


def test_cuts_are_between_words_and_never_inside_a_character() -> None:
    assert split.split("one two three", 9) == ["one two", "three"]
    assert split.split("\u20ac" * 5, 7) == ["\u20ac\u20ac", "\u20ac\u20ac", "\u20ac"]
    assert split.split("\U0001f984" * 2, 2) == ["\U0001f984"] * 2


def test_lines_become_messages_of_their_own() -> None:
    assert split.messages("a\r\n\n  \nb\rc", 100) == [("a", "a"), ("b", "b"), ("c", "c")]
    assert split.messages("\n", 100) == []


def test_actions_are_framed_within_the_budget() -> None:
    for payload, shown in split.messages("/me " + "waves far " * 20, 60):
        assert len(payload.encode()) <= 60
        assert payload == f"\x01ACTION {shown[4:]}\x01"


def test_what_is_sent_holds_no_framing_of_the_sender() -> None:
    assert split.messages("\x01VERSION\x01 \x00x", 100) == [("VERSION x", "VERSION x")]


@given(st.text(max_size=30), st.sampled_from([*casemap.TABLES, "unheard-of"]))
def test_folding_is_stable(name: str, mapping: str) -> None:
    folded = casemap.fold(name, mapping)
    assert casemap.fold(folded, mapping) == folded


def test_casemappings_differ_in_the_braces() -> None:
    assert casemap.fold("A[]\\^", "rfc1459") == "a{}|~"
    assert casemap.fold("A[]\\^", "strict-rfc1459") == "a{}|^"
    assert casemap.fold("A[]\\^", "ascii") == casemap.fold("A[]\\^", "rfc7613") == "a[]\\^"


def test_modes_become_standings() -> None:
    assert [(standing(m).affiliation, standing(m).role) for m in ("qo", "a", "ov", "h", "v", "", "Y")] == [
        (Affiliation.OWNER, Role.MODERATOR),
        (Affiliation.ADMIN, Role.MODERATOR),
        (Affiliation.ADMIN, Role.MODERATOR),
        (Affiliation.MEMBER, Role.MODERATOR),
        (Affiliation.NONE, Role.PARTICIPANT),
        (Affiliation.NONE, Role.PARTICIPANT),
        (Affiliation.NONE, Role.PARTICIPANT),
    ]


def test_modes_take_their_own_arguments() -> None:
    changes = parse_modes("+ntk-l+bov", ["key", "*!*@x", "a", "b"], "ov", ("b", "k", "l", "nt"))
    assert changes == [
        Change(True, "n", None),
        Change(True, "t", None),
        Change(True, "k", "key"),
        Change(False, "l", None),
        Change(True, "b", "*!*@x"),
        Change(True, "o", "a"),
        Change(True, "v", "b"),
    ]
    assert parse_modes("+o", [], "ov", ("", "", "", "")) == [Change(True, "o", None)]


def test_modes_of_people_stay_in_order() -> None:
    assert with_mode("v", "o", True, "qaohv") == "ov"
    assert with_mode("ov", "o", False, "qaohv") == "v"
    assert features("ms") == {"moderated": "1", "hidden": "1", "open": "1", "unsecured": "1"}


def test_isupport_is_read() -> None:
    support = ISupport({}).updated(["PREFIX=(ohv)@%+", "CHANTYPES=#", "NICKLEN=30", "NETWORK=A\\x20B", "LINELEN=2048"])
    assert (support.prefixes, support.chantypes, support.nicklen, support.line_bytes) == ("ohv", "#", 30, 2048)
    assert support.tokens["NETWORK"] == "A B"
    assert support.name("@+romeo!u@h") == ("romeo", "ov")
    assert support.updated(["-PREFIX", "CHANTYPES"]).prefixes == "ov"
    assert support.updated(["CHANTYPES="]).chantypes == ""


@pytest.mark.parametrize(
    "token", ["PREFIX=ohv", "PREFIX=", "PREFIX", "CHANMODES=a", "NICKLEN=x", "LINELEN=\u0663", "=", "", "-"]
)
def test_broken_isupport_tokens_do_no_harm(token: str) -> None:
    support = ISupport({}).updated([token])
    support.names("@a +b c")
    assert support.line_bytes == 512


def test_names_are_shared() -> None:
    support = ISupport({})
    assert support.names("@a b") is support.names("@a b")
    assert support.names("@a b")[0] == {"a": "o", "b": ""}


@given(st.lists(st.text(max_size=20), max_size=10), st.text(max_size=60))
def test_isupport_survives_anything(tokens: list[str], names: str) -> None:
    ISupport({}).updated(tokens).names(names)


def test_ctcp_is_read_without_its_end() -> None:
    assert ctcp.read("\x01ACTION waves") == ctcp.Ctcp("ACTION", "waves")
    assert ctcp.read("\x01version\x01junk") == ctcp.Ctcp("VERSION", "")
    assert ctcp.read("hello \x01") is None
    assert ctcp.answer(ctcp.Ctcp("PING", "1\r\nQUIT"), "") == "\x01PING 1QUIT\x01"
