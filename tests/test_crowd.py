"""Who is in a room: the small form says the same as a dict."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.text.crowd import Crowd

NICK = st.text(alphabet="abAB[]é", min_size=1, max_size=3)
MODES = st.sampled_from(["", "", "o", "v", "ov"])


@given(st.dictionaries(NICK, MODES, max_size=8), st.lists(st.tuples(NICK, st.none() | MODES), max_size=30))
def test_members_are_as_a_dict_has_them(start: dict[str, str], changes: list[tuple[str, str | None]]) -> None:
    members, model = Crowd(start, ""), dict(start)
    for nick, modes in changes:
        if modes is None:
            assert members.pop(nick, None) == model.pop(nick, None)
        else:
            members[nick] = model[nick] = modes
        assert dict(members.items()) == model
        assert len(members) == len(model)
        assert members.get(nick) == model.get(nick)
        assert (nick in members) == (nick in model)


def test_who_is_not_there_is_not_found() -> None:
    members = Crowd({"ab": "", "cd": "o"}, "")
    for nick in ("", "a", "b", "abc", "c"):
        assert nick not in members
        with pytest.raises(KeyError):
            members[nick]
        with pytest.raises(KeyError):
            del members[nick]


def test_members_take_little_memory() -> None:
    nicks = {f"member{n}": "" for n in range(1000)}
    assert sys.getsizeof(Crowd(nicks, "").plain) * 2 < sys.getsizeof(nicks)
