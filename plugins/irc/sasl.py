"""Signing in to an account by SASL (IRCv3 sasl-3.2): PLAIN, EXTERNAL, SCRAM-SHA-256 (RFC 7677)."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Container
from hashlib import pbkdf2_hmac, sha256
from secrets import token_urlsafe
from typing import Protocol
from unicodedata import normalize

CHUNK = 400
# Iterations are computed in the reactor thread; a server must not be able to stop it for long.
MAX_ITERATIONS = 150_000
MAX_CHALLENGE = 8192


class SaslError(Exception):
    """A server that does not keep to the mechanism."""


class Mechanism(Protocol):
    """One exchange: `respond` is asked with each challenge, `complete` tells whether success may be believed."""

    name: str

    def respond(self, challenge: bytes) -> bytes:
        """The answer to a challenge."""

    def complete(self) -> bool:
        """Whether the server has proved what the mechanism has it prove."""


class Plain:
    """RFC 4616."""

    name = "PLAIN"

    def __init__(self, user: str, password: str) -> None:
        self.response = f"\0{user}\0{password}".encode()

    def respond(self, challenge: bytes) -> bytes:
        return self.response

    def complete(self) -> bool:
        return True


class External:
    """RFC 4422 appendix A: the client certificate says whose account it is.

    The account is not named besides: Atheme 7.2 then refuses names of eight bytes or more.
    """

    name = "EXTERNAL"

    def respond(self, challenge: bytes) -> bytes:
        return b""

    def complete(self) -> bool:
        return True


class Scram:
    """SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677)."""

    name = "SCRAM-SHA-256"

    def __init__(self, user: str, password: str, nonce: str | None = None) -> None:
        name = normalize("NFKC", user).replace("=", "=3D").replace(",", "=2C")
        self.password = normalize("NFKC", password).encode()
        self.nonce = nonce or token_urlsafe(24)
        self.first = f"n={name},r={self.nonce}"
        self.step = 0
        self.signature = b""
        self.proved = False

    def respond(self, challenge: bytes) -> bytes:
        self.step += 1
        if self.step == 1:
            return f"n,,{self.first}".encode()
        if self.step == 2:
            return self.final(challenge.decode("ascii", "replace"))
        if self.step == 3 and hmac.compare_digest(
            self.attributes(challenge.decode("ascii", "replace")).get("v", "").encode(), b64encode(self.signature)
        ):
            self.proved = True
            return b""
        raise SaslError("the server does not know the password either")

    @staticmethod
    def attributes(text: str) -> dict[str, str]:
        """`a=b,c=d` as a mapping."""
        return {part[:1]: part[2:] for part in text.split(",") if part[1:2] == "="}

    def final(self, server_first: str) -> bytes:
        """The proof of the password for the server's salt and count."""
        given = self.attributes(server_first)
        try:
            nonce, salt, count = given["r"], b64decode(given["s"], validate=True), int(given["i"])
        except (KeyError, ValueError):
            raise SaslError("the server's challenge is broken") from None
        if not nonce.startswith(self.nonce) or nonce == self.nonce or not 1 <= count <= MAX_ITERATIONS:
            raise SaslError("the server's challenge is not acceptable")
        salted = pbkdf2_hmac("sha256", self.password, salt, count)
        key = hmac.digest(salted, b"Client Key", "sha256")
        without_proof = f"c=biws,r={nonce}"
        told = f"{self.first},{server_first},{without_proof}".encode()
        mask = hmac.digest(sha256(key).digest(), told, "sha256")
        self.signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), told, "sha256")
        proof = bytes(a ^ b for a, b in zip(key, mask, strict=True))
        return f"{without_proof},p={b64encode(proof).decode()}".encode()

    def complete(self) -> bool:
        return self.proved


def mechanisms(
    account: str, nick: str, password: str, certificate: bool, offered: Container[str] | None
) -> list[Mechanism]:
    """What to try, best first; `offered` is None when the server does not say.

    Without a name, an account is called as the nick; a certificate says by itself whose it is.
    """
    found: list[Mechanism] = []
    if certificate:
        found.append(External())
    if password:
        found += [Scram(account or nick, password), Plain(account or nick, password)]
    if offered is None:
        # Servers that do not list mechanisms are old, and know PLAIN.
        return [m for m in found if m.name != Scram.name]
    return [m for m in found if m.name in offered]


def chunks(response: bytes) -> list[str]:
    """An answer as parameters of AUTHENTICATE: base64 by 400, `+` for nothing and after a full last one."""
    text = b64encode(response).decode()
    parts = [text[i : i + CHUNK] for i in range(0, len(text), CHUNK)]
    if len(text) % CHUNK == 0:
        parts.append("+")
    return parts


class Challenge:
    """Puts a challenge together from the parameters of AUTHENTICATE."""

    __slots__ = ("text",)

    def __init__(self) -> None:
        self.text = ""

    def add(self, chunk: str) -> bytes | None:
        """The whole challenge once it is complete, else None."""
        if chunk != "+":
            self.text += chunk
        if len(self.text) > MAX_CHALLENGE:
            raise SaslError("the server's challenge is too long")
        if len(chunk) == CHUNK:
            return None
        text, self.text = self.text, ""
        try:
            return b64decode(text, validate=True)
        except ValueError:
            raise SaslError("the server's challenge is broken") from None
