"""Fixtures of the IRC tests."""

import pytest
from irc_world import World


@pytest.fixture
def world() -> World:
    """Signed in and in #garden as romeo, who is its operator."""
    return World().up()
