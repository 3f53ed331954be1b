"""IRC: channels as rooms, people as contacts, one connection for each user of a network."""

from transport.plugins.irc.network import IRC

__all__ = ["IRC"]
