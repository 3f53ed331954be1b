"""Lines, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.api import Refused
from transport.plugins.irc.line import check_raw, decode, format_line, parse, parse_tags, word

WORD = st.text(min_size=1, max_size=20).filter(
    lambda t: t[0] != ":" and not set(t) & set(" \r\n\0") and t.isprintable()
)


@pytest.mark.parametrize(
    ("text", "source", "command", "params"),
    [
        ("PING :a b", "", "PING", ["a b"]),
        ("PING a", "", "PING", ["a"]),
        (":n!u@h PRIVMSG #c :hi there", "n!u@h", "PRIVMSG", ["#c", "hi there"]),
        (":n!u@h PRIVMSG #c hi", "n!u@h", "PRIVMSG", ["#c", "hi"]),
        (":n!u@h privmsg   #c   :  x", "n!u@h", "PRIVMSG", ["#c", "  x"]),
        (":srv 353 me = #c :@a +b ", "srv", "353", ["me", "=", "#c", "@a +b "]),
        ("TOPIC #c :", "", "TOPIC", ["#c", ""]),
        ("AWAY :", "", "AWAY", [""]),
        (":a!b@c PRIVMSG x ::-)", "a!b@c", "PRIVMSG", ["x", ":-)"]),
        ("@a=b;c :n PING :x", "n", "PING", ["x"]),
    ],
)
def test_lines_are_read(text: str, source: str, command: str, params: list[str]) -> None:
    line = parse(text)
    assert line is not None
    assert (line.source, line.command, line.params) == (source, command, params)


@pytest.mark.parametrize("text", ["", " ", ":prefix-only", "@tag", "@tag :src", ":", "@", "   "])
def test_lines_without_a_command_are_nothing(text: str) -> None:
    assert parse(text) is None


def test_tags_are_unescaped() -> None:
    assert parse_tags(r"a=x\:y\sz\\;b;+c/d=\n\q\ ") == {"a": "x;y z\\", "b": "", "+c/d": "\nq "}
    assert parse_tags("a=x\\") == {"a": "x"}


def test_control_characters_stay_only_in_the_text() -> None:
    line = parse(":a\x02b!u@h PRIVMSG #c\x03 :\x02bold")
    assert line is not None
    assert (line.nick, line.params) == ("a\ufffdb", ["#c\ufffd", "\x02bold"])


def test_bytes_that_are_not_utf8_are_read_by_the_fallback() -> None:
    assert decode("caf\u00e9".encode(), "cp1252") == "caf\u00e9"
    assert decode(b"caf\xe9", "cp1252") == "caf\u00e9"
    assert decode(b"\x81\xe9", "cp1252") == "\ufffd\u00e9"


@given(st.text(max_size=200))
def test_reading_never_raises(text: str) -> None:
    parse(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read(raw: bytes) -> None:
    parse(decode(raw, "cp1252"))


@given(st.sampled_from(["PRIVMSG", "MODE", "JOIN"]), st.lists(WORD, max_size=4), st.text(max_size=50))
def test_what_is_written_is_one_line_and_reads_the_same(command: str, params: list[str], last: str) -> None:
    try:
        data = format_line(command, *params, last)
    except Refused as refused:
        assert refused.condition == "not-acceptable"
        assert set(last) & set("\r\n\0") or len(" ".join([command, *params, last]).encode("utf-8", "replace")) > 400
        return
    assert data.count(b"\n") == data.count(b"\r") == 1
    assert data.endswith(b"\r\n")
    line = parse(data[:-2].decode())
    assert line is not None
    assert line.params == [*params, last.encode("utf-8", "replace").decode()]


@pytest.mark.parametrize("hostile", ["", ":a", "a b", "a\rb", "a\nb", "a\0b", " ", "a\r\nQUIT"])
def test_a_word_that_is_none_is_refused(hostile: str) -> None:
    with pytest.raises(Refused):
        word(hostile)
    with pytest.raises(Refused):
        format_line("PRIVMSG", hostile, "text")


def test_a_command_must_be_one_word_of_letters() -> None:
    for hostile in ("", "A B", "A\r\nB", ":x", "PRIVMSG #c"):
        with pytest.raises(Refused):
            format_line(hostile, "x")


def test_a_line_has_its_limit() -> None:
    assert len(format_line("PRIVMSG", "#c", "x" * 498)) == 512
    with pytest.raises(Refused):
        format_line("PRIVMSG", "#c", "\u20ac" * 200)


@pytest.mark.parametrize("hostile", ["", "   ", "a\nb", "a\r", "\0", "x" * 600])
def test_a_raw_line_is_one_line(hostile: str) -> None:
    with pytest.raises(Refused):
        check_raw(hostile)


def test_a_raw_line_goes_out_as_it_is() -> None:
    assert check_raw("WHOIS romeo :x  y") == b"WHOIS romeo :x  y\r\n"
