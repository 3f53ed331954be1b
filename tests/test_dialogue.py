"""Commands as a dialogue in a chat: one question at a time, answers in words and numbers."""

from collections.abc import Mapping
from typing import Any

import pytest
from fake_gateway import NICK, ROMEO, SECRET, FakeGateway, FakeNetwork, result
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, Refused, Text, Who
from transport.handlers.chat_commands import ANSWER_LENGTH, EXPIRY, Dialogues, read, read_choice

FULL = f"{ROMEO}/orchard"
COLOUR = Field("colour", "Colour", FieldKind.CHOICE, options=(("r", "Red"), ("g", "Green"), ("10", "Ten")))
LOUD = Field("loud", "Loud?", FieldKind.BOOLEAN, default="1")


class Chat:
    """A gateway with one command, `paint`, and somebody who talks with it."""

    def __init__(self, *fields: Field) -> None:
        self.gateway = FakeGateway(FakeNetwork("irc", (NICK, SECRET)))
        self.given: list[dict[str, str]] = []
        self.outcomes: list[Any] = []
        self.gateway.commands.add("", Command("paint", "Paint it", self.paint, Who.ANYONE, "With a brush."))
        self.fields = fields
        self.dialogues = Dialogues(self.gateway.desk, self.gateway.clock, self.gateway.translator)

    def paint(self, context: CommandContext) -> Ask:
        return Ask(Text("Painting"), self.fields, self.answered, Text("Choose well."))

    def answered(self, values: Mapping[str, str]) -> Any:
        self.given.append(dict(values))
        outcome = self.outcomes.pop(0) if self.outcomes else Done(Text("Painted."))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def say(self, text: str, full: str = FULL, place: str = "") -> str | None:
        said: str | None = result(self.dialogues.answer(full, place, text))
        return said

    def hear(self, text: str) -> str:
        said = self.say(text)
        assert said is not None
        return said


def test_help_lists_what_one_may_use() -> None:
    chat = Chat()
    said = chat.hear("help")
    assert "paint - Paint it" in said.splitlines()
    assert "users" not in said
    assert "settings" not in said
    chat.gateway.member()
    assert "settings - Your settings" in chat.hear("Help").splitlines()


def test_help_with_a_name_tells_more() -> None:
    assert Chat().hear("help paint") == "Paint it\nWith a brush."
    assert Chat().hear("help nonsense") == "There is no command nonsense here."
    assert Chat().hear("help users") == "There is no command users here."


def test_other_text_is_left_to_somebody_else() -> None:
    chat = Chat()
    assert chat.say("hello there") is None
    assert chat.say("") is None
    assert chat.say("paint", place="irc") is None
    assert "help" in chat.dialogues.hint()


def test_every_field_is_asked_in_turn() -> None:
    chat = Chat(NICK, COLOUR, LOUD)
    first = chat.hear("paint").splitlines()
    assert first[:2] == ["Painting", "Choose well."]
    assert first[-1] == "1/3 Your nickname:"
    assert chat.hear("romeo").splitlines() == ["2/3 Colour [-]:", "1. Red", "2. Green", "3. Ten"]
    assert chat.hear("2") == "3/3 Loud? (yes/no) [yes]:"
    assert chat.hear("no") == "Painted."
    assert chat.given == [{"nick": "romeo", "colour": "g", "loud": "0"}]
    assert chat.say("romeo") is None


def test_a_dash_keeps_the_default() -> None:
    chat = Chat(Field("nick", "Nick", default="juliet"), LOUD)
    assert chat.hear("paint").endswith("1/2 Nick [juliet]:")
    chat.hear("-")
    chat.hear("")
    assert chat.given == [{"nick": "juliet", "loud": "1"}]


@pytest.mark.parametrize(
    ("field", "wrong", "why"),
    [
        (NICK, "-", "Please fill in: Your nickname."),
        (COLOUR, "4", "Please answer with one of the numbers."),
        (COLOUR, "0", "Please answer with one of the numbers."),
        (COLOUR, "blue", "Please answer with one of the numbers."),
        (LOUD, "perhaps", "Please answer yes or no."),
        (NICK, "x" * (ANSWER_LENGTH + 1), "That is too long."),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(field: Field, wrong: str, why: str) -> None:
    chat = Chat(field)
    question = chat.hear("paint").splitlines()[3:]
    assert chat.hear(wrong).splitlines() == [why, *question]
    assert chat.given == []


@pytest.mark.parametrize(
    ("typed", "value"), [("1", "r"), ("2.", "g"), ("RED", "r"), ("g", "g"), ("3)", "10"), ("10", "10"), ("²", None)]
)
def test_a_choice_is_made_by_number_label_or_value(typed: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(Refused):
            read_choice(COLOUR, typed)
    else:
        assert read_choice(COLOUR, typed) == value


def test_a_secret_is_asked_with_a_warning_and_never_shown_again() -> None:
    chat = Chat(SECRET, NICK)
    chat.outcomes = [Refused("conflict", "This nickname is in use.")]
    assert "stays readable" in chat.hear("paint")
    chat.hear("hunter2")
    again = chat.hear("romeo")
    assert again.splitlines()[0] == "This nickname is in use."
    assert "hunter2" not in again
    assert chat.hear("-") == "2/2 Your nickname [romeo]:"
    chat.hear("mercutio")
    assert chat.given == [{"password": "hunter2", "nick": "romeo"}, {"password": "", "nick": "mercutio"}]


def test_cancel_ends_a_dialogue() -> None:
    chat = Chat(NICK)
    chat.hear("paint")
    assert chat.hear("Cancel") == "Cancelled."
    assert chat.say("romeo") is None
    assert chat.hear("cancel") == "There is nothing to cancel."


def test_a_refusal_that_cannot_be_mended_ends_the_dialogue() -> None:
    chat = Chat(NICK)
    chat.outcomes = [Refused("forbidden", "You may not.")]
    chat.hear("paint")
    assert chat.hear("romeo") == "You may not."
    assert chat.say("romeo") is None


def test_one_form_may_lead_to_another() -> None:
    chat = Chat(NICK)
    chat.outcomes = [Ask(Text("More"), (LOUD,), chat.answered)]
    chat.hear("paint")
    assert chat.hear("romeo").splitlines()[0] == "More"
    assert chat.hear("y") == "Painted."
    assert chat.given == [{"nick": "romeo"}, {"loud": "1"}]


def test_notes_are_shown_before_the_question_they_belong_to() -> None:
    note = Field("n", "Mind the wet paint.", FieldKind.NOTE)
    chat = Chat(LOUD, note, NICK)
    assert "wet paint" not in chat.hear("paint")
    assert chat.hear("yes").splitlines() == ["Mind the wet paint.", "2/2 Your nickname:"]


def test_a_form_without_questions_waits_for_any_word() -> None:
    chat = Chat(Field("n", "It will be red.", FieldKind.NOTE))
    assert chat.hear("paint").splitlines()[-2:] == ["It will be red.", "Send ok to go on, or cancel to stop."]
    assert chat.hear("ok") == "Painted."


def test_rows_of_an_answer_are_lines() -> None:
    chat = Chat(NICK)
    chat.outcomes = [Done(Text("Rooms:"), (("#a", "3", "Talk"), ("#b", "1")))]
    chat.hear("paint")
    assert chat.hear("x") == "Rooms:\n#a: 3, Talk\n#b: 1"


def test_clients_and_places_have_dialogues_of_their_own() -> None:
    chat = Chat(NICK, LOUD)
    chat.hear("paint")
    assert chat.say("romeo", full=f"{ROMEO}/balcony") is None
    assert chat.say("romeo", place="irc") is None
    assert chat.hear("romeo").startswith("2/2")


def test_a_dialogue_expires_and_its_late_answer_goes_nowhere_else() -> None:
    chat = Chat(SECRET)
    chat.hear("paint")
    chat.gateway.clock.advance(EXPIRY)
    assert "too long" in chat.hear("hunter2")
    assert chat.given == []
    assert chat.say("hunter2") is None


def test_it_can_be_asked_whether_a_question_is_open() -> None:
    chat = Chat(SECRET)
    assert not chat.dialogues.waits(FULL, "")
    chat.hear("paint")
    assert chat.dialogues.waits(FULL, "")
    assert not chat.dialogues.waits(FULL, "irc")
    chat.gateway.clock.advance(EXPIRY)
    assert chat.dialogues.waits(FULL, "")
    chat.hear("HUNTER2")
    assert not chat.dialogues.waits(FULL, "")


def test_after_expiry_a_command_is_a_command() -> None:
    chat = Chat(NICK)
    chat.hear("paint")
    chat.gateway.clock.advance(EXPIRY)
    assert chat.hear("paint").endswith("Your nickname:")


def test_an_answer_while_the_last_one_is_worked_on_waits() -> None:
    chat = Chat(NICK)
    slow: Deferred[Done] = Deferred()
    chat.outcomes = [slow]
    chat.hear("paint")
    first = Deferred.fromCoroutine(chat.dialogues.answer(FULL, "", "romeo"))
    assert "moment" in chat.hear("juliet")
    slow.callback(Done(Text("Painted.")))
    said: list[object] = []
    first.addCallback(said.append)
    assert said == ["Painted."]
    assert chat.given == [{"nick": "romeo"}]
    assert chat.say("juliet") is None


def test_registering_by_chat() -> None:
    chat = Chat()
    chat.hear("register")
    chat.hear("irc")
    chat.hear("romeo")
    assert chat.hear("hunter2") == "You are registered."
    row = chat.gateway.store.states[ROMEO].accounts["irc"]
    assert (row.settings, row.secrets) == ({"nick": "romeo"}, {"password": "hunter2"})


@given(st.sampled_from([NICK, SECRET, COLOUR, LOUD, Field("t", "Text", FieldKind.LINES)]), st.text())
def test_any_answer_is_a_value_or_a_refusal(field: Field, text: str) -> None:
    try:
        value = read(field, text)
    except Refused:
        return
    assert field.kind is FieldKind.LINES or "\n" not in value


@given(st.lists(st.text(max_size=30), max_size=6))
def test_talk_of_any_kind_never_fails(texts: list[str]) -> None:
    chat = Chat(NICK, COLOUR, LOUD)
    for text in ["paint", *texts]:
        chat.say(text)
