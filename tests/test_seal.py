"""Secrets sealed, and the file with the key."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.store.interface import StoreError
from transport.store.seal import KEY_BYTES, KeyFile, Seal

SEAL = Seal(bytes(KEY_BYTES))
CONTEXT = st.lists(st.text(max_size=5), max_size=3)


@given(st.text(), CONTEXT)
def test_what_is_sealed_opens_in_its_context(text: str, context: list[str]) -> None:
    assert SEAL.open(SEAL.seal(text, *context), *context) == text


@given(CONTEXT, CONTEXT)
def test_it_opens_in_no_other_context(one: list[str], other: list[str]) -> None:
    if one != other:
        with pytest.raises(StoreError):
            SEAL.open(SEAL.seal("x", *one), *other)


@given(st.binary(max_size=64))
def test_nothing_else_opens(data: bytes) -> None:
    with pytest.raises(StoreError):
        SEAL.open(data, "a")


def test_the_same_text_is_never_sealed_alike() -> None:
    assert SEAL.seal("x", "a") != SEAL.seal("x", "a")


def test_a_key_is_made_once_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    sealed = KeyFile(str(path))(True).seal("x", "a")
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyFile(str(path))(True).open(sealed, "a") == "x"
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize(
    ("content", "mode", "word"),
    [
        (b"A" * 43 + b"=\n", 0o644, "chmod 600"),
        (b"A" * 43 + b"=\n", 0o640, "chmod 600"),
        (b"", 0o600, "does not hold a key"),
        (b"too short\n", 0o600, "does not hold a key"),
        (b"\xff\xfe", 0o600, "does not hold a key"),
    ],
)
def test_a_bad_key_file_is_refused_and_kept(tmp_path: Path, content: bytes, mode: int, word: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    os.chmod(path, mode)
    with pytest.raises(StoreError, match=word):
        KeyFile(str(path))(True)
    assert path.read_bytes() == content


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made: No such file"):
        KeyFile(str(tmp_path / "no" / "key"))(True)
