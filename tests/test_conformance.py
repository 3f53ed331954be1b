"""Every plugin here keeps the contract."""

from collections.abc import Callable

import pytest
from unlike_network import Post

from transport.api import Account
from transport.plugins.echo import Echo
from transport.plugins.irc import IRC
from transport.testing import conformance

PLUGINS = {
    "echo": (lambda: Echo("echo", {}), {"greeting": "hello"}),
    "irc": (lambda: IRC("fake", {"servers": ("irc://irc.fake",)}), {"nick": "romeo", "password": "secret"}),
    "post": (lambda: opened(Post("post", {})), {"box": "Romeo"}),
}


def opened(network: Post) -> Post:
    """The post with its link; a session needs its tables."""
    start = network.start

    def start_both(hub_host: object) -> None:
        start(hub_host)
        network.start_hub(hub_host)

    network.start = start_both  # type: ignore[method-assign]
    return network


@pytest.mark.parametrize("check", conformance.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("plugin", PLUGINS)
def test_plugin_conforms(plugin: str, check: Callable[..., None]) -> None:
    make, settings = PLUGINS[plugin]
    check(make, Account("romeo@example.org", plugin, settings))
