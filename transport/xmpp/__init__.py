"""The XMPP wire: the component link and what travels on it."""
