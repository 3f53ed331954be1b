"""Speaking with a modem: one command at a time, prompts, time-outs, and the truth about what was written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from transport.plugins.sms.line.at import Answer, Engine, Unsolicited
from transport.plugins.sms.line.dialogue import ATTEMPTS, Cancelled, Dialogue, NoAnswer, TimedOut, Unplugged
from transport.plugins.sms.line.finals import Final
from transport.plugins.sms.malformed import Malformed

OK = b"\r\nOK\r\n"
PDU = b"0011000B916407998978F70000A709EF35681D76BBCB6C"
ESCAPE = b"\x1b\r"


class Bench:
    """A dialogue, what it wrote, and what came of its commands."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.written: list[bytes] = []
        self.news: list[Unsolicited] = []
        self.deaths = 0
        self.dialogue = Dialogue(Engine(), self.clock, self.written.append, self.heard, self.died)

    def heard(self, news: Unsolicited) -> None:
        self.news.append(news)

    def died(self) -> None:
        self.deaths += 1

    def command(self, line: str, **more: Any) -> tuple[list[Any], Deferred[Any]]:
        return self.watch(Deferred.fromCoroutine(self.dialogue.command(line, **more)))

    def submit(self, line: str = "AT+CMGS=22", **more: Any) -> tuple[list[Any], Deferred[Any]]:
        return self.watch(Deferred.fromCoroutine(self.dialogue.submit(line, PDU, **more)))

    def watch(self, done: Deferred[Any]) -> tuple[list[Any], Deferred[Any]]:
        results: list[Any] = []
        done.addCallbacks(results.append, lambda failure: results.append(failure.value))
        return results, done

    def says(self, data: bytes) -> None:
        self.dialogue.receive(data)

    def recovers(self) -> None:
        """The modem answers as one that has its senses."""
        self.clock.advance(0.3)
        assert self.written[-1] == b"AT\r"
        self.says(OK)
        self.clock.advance(0.3)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_command_is_written_and_answered(bench: Bench) -> None:
    results, _ = bench.command("AT+CSQ", expects=("+CSQ",))
    assert bench.written == [b"AT+CSQ\r"]
    bench.says(b"\r\n+CSQ: 21,99\r\n" + OK)
    assert results == [Answer(("+CSQ: 21,99",), Final("OK"))]
    assert bench.clock.getDelayedCalls() == []


def test_an_error_is_an_answer_too(bench: Bench) -> None:
    results, _ = bench.command("AT+X")
    bench.says(b"+CME ERROR: 4\r\n")
    assert results == [Answer((), Final("CME", 4))]


def test_commands_wait_for_their_turn(bench: Bench) -> None:
    results = [bench.command(line)[0] for line in ("AT+A", "AT+B", "AT+C")]
    assert bench.written == [b"AT+A\r"]
    bench.says(OK)
    assert bench.written == [b"AT+A\r", b"AT+B\r"]
    bench.says(b"ERROR\r\n")
    bench.says(OK)
    assert [one[0].final.kind for one in results] == ["OK", "ERROR", "OK"]


def test_a_final_that_came_with_the_last_one_is_not_for_the_next_command(bench: Bench) -> None:
    first, _ = bench.command("AT+A")
    second, _ = bench.command("AT+B")
    bench.says(OK + b"+CME ERROR: 30\r\n")
    assert len(first) == 1
    assert second == []
    assert bench.news == [Unsolicited("+CME ERROR: 30")]
    bench.says(OK)
    assert len(second) == 1


def test_a_command_that_is_no_line_is_refused_and_the_next_goes_on(bench: Bench) -> None:
    bad, _ = bench.command("AT\rATD1;")
    good, _ = bench.command("AT")
    assert isinstance(bad[0], Malformed)
    bench.says(OK)
    assert bench.written == [b"AT\r"]
    assert len(good) == 1


def test_news_are_told_and_a_bug_in_who_hears_them_stops_nothing(bench: Bench) -> None:
    def broken(news: Unsolicited) -> None:
        raise ValueError("a bug")

    logged: list[str] = []

    class Log:
        def failure(self, text: str) -> None:
            logged.append(text)

    bench.dialogue.log = Log()  # type: ignore[assignment]
    bench.dialogue.on_unsolicited = broken
    results, _ = bench.command("AT")
    bench.says(b"RING\r\n" + OK)
    assert len(results) == 1
    assert len(logged) == 1


def test_a_payload_is_written_at_the_prompt_in_one_piece(bench: Bench) -> None:
    results, _ = bench.submit()
    assert bench.written == [b"AT+CMGS=22\r"]
    bench.says(b"\r\n>")
    assert bench.written == [b"AT+CMGS=22\r", PDU + b"\x1a"]
    bench.says(b" \r\n+CMGS: 3\r\n" + OK)
    assert results == [Answer(("+CMGS: 3",), Final("OK"), submitted=True)]


@pytest.mark.parametrize(
    "said", [b"+CMS ERROR: 304\r\n", b"+CMS ERROR: 304\r\n> ", b"OK\r\n> ", b"\r\n> \r\n+CMS ERROR: 500\r\n"]
)
def test_without_a_prompt_that_stands_nothing_is_written(bench: Bench, said: bytes) -> None:
    results, _ = bench.submit()
    bench.says(said)
    assert bench.written == [b"AT+CMGS=22\r"]
    assert results[0].submitted is False


def test_an_error_after_the_payload_says_that_it_was_written(bench: Bench) -> None:
    results, _ = bench.submit()
    bench.says(b"> ")
    bench.says(b"+CMS ERROR: 38\r\n")
    assert results == [Answer((), Final("CMS", 38), submitted=True)]


def test_no_prompt_in_time_is_a_time_out_with_nothing_written(bench: Bench) -> None:
    results, _ = bench.submit(prompt_timeout=10.0)
    bench.clock.advance(9.9)
    assert results == []
    bench.clock.advance(0.1)
    assert isinstance(results[0], TimedOut)
    assert results[0].submitted is False
    assert bench.written[-1] == ESCAPE
    bench.says(b"> ")
    assert PDU + b"\x1a" not in bench.written


def test_no_answer_to_the_payload_is_a_time_out_with_it_written(bench: Bench) -> None:
    results, _ = bench.submit(prompt_timeout=10.0, timeout=120.0)
    bench.clock.advance(9)
    bench.says(b"> ")
    bench.clock.advance(119)
    assert results == []
    bench.clock.advance(1)
    assert isinstance(results[0], TimedOut)
    assert results[0].submitted is True


def test_after_a_time_out_the_next_command_waits_for_a_clean_answer(bench: Bench) -> None:
    first, _ = bench.command("AT+A", timeout=5.0)
    second, _ = bench.command("AT+B")
    bench.clock.advance(5)
    assert isinstance(first[0], TimedOut)
    assert bench.written == [b"AT+A\r", ESCAPE]
    bench.clock.advance(0.3)
    assert bench.written == [b"AT+A\r", ESCAPE, b"AT\r"]
    bench.says(OK)
    assert bench.written[-1] == b"AT\r"
    bench.clock.advance(0.3)
    assert bench.written[-1] == b"AT+B\r"
    bench.says(OK)
    assert len(second) == 1
    assert bench.deaths == 0


@pytest.mark.parametrize("late", [b"+A: 1\r\nOK\r\n", b"ERROR\r\n", b"OK\r\nOK\r\n", b"late text\r\nOK\r\n"])
def test_a_late_answer_is_not_taken_for_that_of_the_next_command(bench: Bench, late: bytes) -> None:
    bench.command("AT+A", timeout=5.0)
    second, _ = bench.command("AT+B")
    bench.clock.advance(5)
    bench.clock.advance(0.3)
    bench.says(late)
    if b"+A" in late:
        bench.says(OK)
    bench.clock.advance(0.3)
    assert bench.written[-1] == ESCAPE
    bench.recovers()
    assert bench.written[-1] == b"AT+B\r"
    bench.says(b"+CME ERROR: 4\r\n")
    assert second == [Answer((), Final("CME", 4))]


def test_a_modem_that_stays_silent_is_dead_and_all_who_wait_are_told(bench: Bench) -> None:
    bench.command("AT+A", timeout=5.0)
    second, _ = bench.command("AT+B")
    bench.clock.advance(5)
    for _ in range(ATTEMPTS):
        assert bench.deaths == 0
        bench.clock.advance(0.3)
        bench.clock.advance(2)
    assert bench.deaths == 1
    assert isinstance(second[0], Unplugged)
    assert second[0].submitted is False
    assert bench.written.count(b"AT\r") == ATTEMPTS
    after, _ = bench.command("AT")
    assert isinstance(after[0], Unplugged)
    assert bench.clock.getDelayedCalls() == []


def test_closing_tells_who_waits_whether_the_payload_was_written(bench: Bench) -> None:
    for say, submitted in ((b"", False), (b"> ", True)):
        one = Bench()
        flying, _ = one.submit()
        waiting, _ = one.submit()
        one.says(say)
        one.dialogue.close()
        one.dialogue.close()
        assert isinstance(flying[0], Unplugged)
        assert flying[0].submitted is submitted
        assert isinstance(waiting[0], Unplugged)
        assert waiting[0].submitted is False
        one.says(OK)
        assert one.clock.getDelayedCalls() == []


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.5])
def test_closing_during_recovery_leaves_nothing_behind(bench: Bench, seconds: float) -> None:
    bench.command("AT+A", timeout=5.0)
    second, _ = bench.command("AT+B")
    bench.clock.advance(5)
    bench.clock.advance(seconds)
    if seconds == 0.5:
        bench.says(OK)
    bench.dialogue.close()
    assert isinstance(second[0], Unplugged)
    assert bench.clock.getDelayedCalls() == []
    assert bench.deaths == 0


def test_a_command_that_waits_can_be_cancelled(bench: Bench) -> None:
    bench.command("AT+A")
    results, done = bench.submit()
    done.cancel()
    assert isinstance(results[0], Cancelled)
    assert isinstance(results[0], CancelledError)
    assert results[0].submitted is False
    bench.says(OK)
    assert bench.written == [b"AT+A\r"]


def test_a_command_in_flight_that_is_cancelled_still_has_its_answer_before_the_next(bench: Bench) -> None:
    results, done = bench.command("AT+A")
    second, _ = bench.command("AT+B")
    done.cancel()
    assert isinstance(results[0], CancelledError)
    assert bench.written == [b"AT+A\r"]
    bench.says(b"ERROR\r\n")
    assert bench.written[-1] == b"AT+B\r"
    bench.says(OK)
    assert second[0].final.ok
    assert len(results) == 1


def test_a_payload_that_is_cancelled_before_the_prompt_is_never_written(bench: Bench) -> None:
    results, done = bench.submit()
    done.cancel()
    assert results[0].submitted is False
    second, _ = bench.command("AT+B")
    bench.says(b"> ")
    assert bench.written == [b"AT+CMGS=22\r", ESCAPE]
    bench.says(OK)
    bench.recovers()
    bench.says(OK)
    assert bench.written[-1] == b"AT+B\r"
    assert len(second) == 1


def test_a_payload_that_is_cancelled_after_the_prompt_may_be_sent(bench: Bench) -> None:
    results, done = bench.submit()
    bench.says(b"> ")
    done.cancel()
    assert results[0].submitted is True


def test_a_modem_that_answers_within_the_write_is_heard() -> None:
    answers = {b"AT+A\r": OK, b"AT+CMGS=22\r": b"\r\n> ", PDU + b"\x1a": b"\r\n+CMGS: 1\r\n" + OK}
    bench = Bench()

    def write(data: bytes) -> None:
        bench.written.append(data)
        bench.says(answers[data])

    bench.dialogue.write = write
    first, _ = bench.command("AT+A")
    second, _ = bench.submit()
    assert first == [Answer((), Final("OK"))]
    assert second == [Answer(("+CMGS: 1",), Final("OK"), submitted=True)]


def test_a_command_given_by_whoever_got_an_answer_comes_after_those_that_wait(bench: Bench) -> None:
    async def two() -> None:
        await bench.dialogue.command("AT+A")
        await bench.dialogue.command("AT+C")

    Deferred.fromCoroutine(two())
    bench.command("AT+B")
    for _ in range(3):
        bench.says(OK)
    assert bench.written == [b"AT+A\r", b"AT+B\r", b"AT+C\r"]


def test_the_next_command_waits_until_all_that_came_is_told_even_when_more_comes_meanwhile(bench: Bench) -> None:
    written: list[int] = []

    def heard(news: Unsolicited) -> None:
        written.append(len(bench.written))
        if news.line == "RDY":
            bench.says(b"+CMTI: 0,1\r\n")

    bench.dialogue.on_unsolicited = heard
    bench.command("AT+A")
    bench.command("AT+B")
    bench.says(OK + b"RDY\r\nRING\r\n")
    assert written == [1, 1, 1]
    assert bench.written == [b"AT+A\r", b"AT+B\r"]


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["command", "submit", "cancel", "close"]),
        st.sampled_from([b"OK\r\n", b"> ", b"ERROR\r\n", b"RING\r\n", b"+CMGS: 1\r\n", b"+CMS ERROR: 1\r\n"]),
        st.sampled_from([0.1, 0.3, 2.0, 10.0, 130.0]),
    ),
    max_size=30,
)


@given(STEPS)
def test_every_command_ends_once_and_no_payload_goes_without_a_prompt(steps: list[Any]) -> None:
    bench = Bench()
    given: list[tuple[bool, list[Any], Deferred[Any]]] = []
    prompts = 0
    for step in steps:
        if step == "command":
            given.append((False, *bench.command("AT+X")))
        elif step == "submit":
            given.append((True, *bench.submit()))
        elif step == "cancel" and given:
            given[-1][2].cancel()
        elif step == "close":
            bench.dialogue.close()
        elif isinstance(step, bytes):
            prompts += step == b"> "
            bench.says(step)
        elif isinstance(step, float):
            bench.clock.advance(step)
    payloads = bench.written.count(PDU + b"\x1a")
    assert payloads <= prompts
    bench.dialogue.close()
    assert all(len(results) == 1 for _, results, _ in given)
    told = sum(1 for is_submit, results, _ in given if is_submit and results[0].submitted)
    assert told == payloads
    assert all(isinstance(results[0], Answer | NoAnswer) for _, results, _ in given)
    assert bench.clock.getDelayedCalls() == []
