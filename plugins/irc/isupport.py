"""What a server tells of itself in 005 (draft-hardy-irc-isupport): one value for all who hear the same."""

import re
from sys import intern

from transport.api import Standing
from transport.plugins.irc import casemap
from transport.plugins.irc.modes import standing
from transport.text.clean import clean

MEMO_SIZE = 256
MAX_TOKENS = 200
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")
_PREFIX = re.compile(r"\(([^()]*)\)(.*)\Z", re.DOTALL)

Names = tuple[dict[str, str], dict[str, Standing]]


class ISupport:
    """Tokens of 005 and what follows from them; never changed once made.

    Networks keep one for all connections that were told the same.
    """

    __slots__ = (
        "casemapping",
        "chanmodes",
        "chantypes",
        "line_bytes",
        "memo",
        "monitor",
        "nicklen",
        "prefixes",
        "statusmsg",
        "symbols",
        "tokens",
    )

    def __init__(self, tokens: dict[str, str]) -> None:
        self.tokens = tokens
        self.chantypes = tokens.get("CHANTYPES", "#&")
        mapping = tokens.get("CASEMAPPING", casemap.DEFAULT)
        self.casemapping = mapping if mapping in casemap.TABLES else "ascii"
        self.prefixes, self.symbols = self.read_prefix(tokens.get("PREFIX"))
        kinds = (tokens.get("CHANMODES", "beI,k,l,imnpst").split(",") + [""] * 4)[:4]
        self.chanmodes = (kinds[0], kinds[1], kinds[2], kinds[3])
        self.nicklen = self.number("NICKLEN", 9)
        self.line_bytes = max(512, min(self.number("LINELEN", 512), 16384))
        self.statusmsg = tokens.get("STATUSMSG", "")
        self.monitor = self.number("MONITOR", 100) if "MONITOR" in tokens else 0
        self.memo: dict[str, Names] = {}

    @staticmethod
    def read_prefix(value: str | None) -> tuple[str, dict[str, str]]:
        """Modes of people, highest first, and the mode of each symbol; an empty value means none."""
        if value is None:
            value = "(ov)@+"
        match = _PREFIX.match(value)
        if match is None:
            return "", {}
        modes, symbols = match[1], match[2]
        return modes, dict(zip(symbols, modes, strict=False))

    def number(self, key: str, default: int) -> int:
        """A token's value as a number."""
        value = self.tokens.get(key, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else default

    def limit(self, command: str, default: int) -> int:
        """How many targets a command takes at once (TARGMAX)."""
        for item in self.tokens.get("TARGMAX", "").split(","):
            name, _, value = item.partition(":")
            if name == command:
                return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 1000
        return default

    def updated(self, tokens: list[str]) -> "ISupport":
        """What is known after another 005."""
        known = dict(self.tokens)
        for token in tokens[:MAX_TOKENS]:
            key, _, value = token.partition("=")
            if key.startswith("-"):
                known.pop(key[1:], None)
            elif key and len(known) < MAX_TOKENS:
                known[key] = _HEX.sub(lambda m: chr(int(m[1], 16)), value)
        return ISupport(known)

    def names(self, text: str) -> Names:
        """Nicks with their modes, and with their standing, of one 353 line; the same values for the same text."""
        found = self.memo.get(text)
        if found is None:
            if len(self.memo) >= MEMO_SIZE:
                self.memo.clear()
            members = dict(self.name(item) for item in clean(text).split())
            members.pop("", None)
            found = self.memo[text] = members, {nick: standing(modes) for nick, modes in members.items()}
        return found

    def name(self, item: str) -> tuple[str, str]:
        """A nick of a 353 line and its modes, highest first; `!user@host` is cut off."""
        rest = item.lstrip("".join(self.symbols)) if self.symbols else item
        modes = {self.symbols[c] for c in item[: len(item) - len(rest)]}
        nick = rest.partition("!")[0]
        return intern(nick), intern("".join(m for m in self.prefixes if m in modes))
