"""The one exception of all pure parts of SMS."""


class Malformed(ValueError):
    """Octets or a text that cannot be read, or a value that cannot be written; the text says why."""
