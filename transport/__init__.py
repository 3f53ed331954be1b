"""A gateway that lets people on XMPP talk to people on other networks."""

__version__ = "0.1.0"
