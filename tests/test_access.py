"""Who may do what."""

import pytest

from transport.access import CACHED, Access, AccessList
from transport.config import AccessConfig


@pytest.mark.parametrize(
    ("entry", "bare", "on_it"),
    [
        ("*", "romeo@example.org", True),
        ("example.org", "romeo@example.org", True),
        ("example.org", "romeo@sub.example.org", False),
        ("example.org", "romeo@badexample.org", False),
        ("example.org", "example.org", True),
        ("*.example.org", "romeo@a.b.example.org", True),
        ("*.example.org", "romeo@example.org", False),
        ("*.example.org", "romeo@badexample.org", False),
        ("romeo@example.org", "romeo@example.org", True),
        ("romeo@example.org", "juliet@example.org", False),
        ("Romeo@Example.ORG", "romeo@example.org", True),
        ("romeo@example.org", "example.org@romeo", False),
        ("", "romeo@example.org", False),
    ],
)
def test_entries(entry: str, bare: str, on_it: bool) -> None:
    found = AccessList.of([entry])
    assert (bare in found) is on_it
    assert (bare in found) is on_it


def test_lists_are_told_apart_and_added_to() -> None:
    access = Access(
        AccessConfig(register=("example.org",), guests=("*",), admins=("admin@example.org",)),
        {"register": ["example.net"], "deny": ["evil@example.org"]},
    )
    assert access.may_register("romeo@example.org")
    assert access.may_register("romeo@example.net")
    assert not access.may_register("romeo@example.com")
    assert access.may_visit("romeo@example.com")
    assert access.is_admin("admin@example.org")
    assert not access.is_admin("romeo@example.org")
    assert access.denied("evil@example.org")
    assert not access.denied("romeo@example.org")


def test_deny_comes_before_all_others() -> None:
    everything = AccessConfig(register=("*",), guests=("*",), admins=("*",), deny=("evil.example",))
    access = Access(everything)
    for may in (access.may_register, access.may_visit, access.is_admin):
        assert may("a@good.example")
        assert not may("a@evil.example")


def test_what_is_remembered_is_bounded() -> None:
    found = AccessList.of(["example.org"])
    for number in range(CACHED * 2 + 1):
        assert f"{number}@example.org" in found
    assert len(found._answers) <= CACHED


def test_a_network_may_be_for_some_only() -> None:
    access = Access(AccessConfig(register=("*",)), {}, {"costly": ["example.org"], "open": ["*"]})
    assert access.may_use("romeo@example.org", "costly")
    assert not access.may_use("romeo@example.net", "costly")
    assert access.may_use("romeo@example.net", "open")
    assert access.may_use("romeo@example.net", "unnamed")
    access.update(AccessConfig(register=("*",)), {}, {"open": ["*"], "*": ["example.org"]})
    assert not access.may_use("romeo@example.net", "irc.example.com")
    assert access.may_use("romeo@example.org", "irc.example.com")
    assert access.may_use("romeo@example.net", "open")
