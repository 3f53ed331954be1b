"""Text messages keep the contract of all networks."""

from collections.abc import Callable
from typing import Any

import pytest

from transport.api import Account, IGreeting, IHub, ILocalNames
from transport.plugins.sms.network import Sms
from transport.testing import conformance

OPTIONS: dict[str, Any] = {"region": "DE", "modems": {"e220": {"device": "tcp:127.0.0.1:4000"}}}
ACCOUNT = Account("romeo@example.org", "sms", {"region": "DE", "keyword": "romeo"})


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.__name__)
def test_plugin_conforms(check: Callable[..., None]) -> None:
    check(lambda: Sms("sms", OPTIONS), ACCOUNT)


def test_it_has_a_hub_local_names_and_a_greeting() -> None:
    network = Sms("sms", OPTIONS)
    assert all(each.providedBy(network) for each in (IHub, ILocalNames, IGreeting))
