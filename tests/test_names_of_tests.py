"""Test modules are imported by their bare names: two of one name would hide each other."""

from collections import Counter
from pathlib import Path


def test_no_two_test_modules_have_one_name() -> None:
    names = Counter(p.name for p in Path(__file__).parent.rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
