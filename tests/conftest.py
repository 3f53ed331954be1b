"""Rules for all tests: where TESTS_MAY_NOT_SKIP is set, a skip or an expected failure is a failure."""

import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes says more about what else the machine does.
settings.register_profile("transport", deadline=None)
settings.load_profile("transport")
RULE = "skipping and expecting to fail are not allowed here (TESTS_MAY_NOT_SKIP)"


def forbid(report: Any) -> Any:
    """Turn a report of a skip, an expected failure or an unexpected pass into a failure."""
    if os.environ.get("TESTS_MAY_NOT_SKIP") and (report.outcome == "skipped" or hasattr(report, "wasxfail")):
        report.longrepr = f"{RULE}: {getattr(report, 'wasxfail', '') or report.longrepr}"
        report.outcome = "failed"
        report.__dict__.pop("wasxfail", None)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Look at the outcome of every test."""
    return forbid((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Look at the outcome of collecting every module."""
    return forbid((yield))
