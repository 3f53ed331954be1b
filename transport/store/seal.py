"""Secrets as they lie in the database: encrypted with a key that is kept outside of it."""

import json
import os
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from transport.store.interface import StoreError

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"


class Seal:
    """AES-256-GCM; what is sealed opens in the same context only (owner, network, field)."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: str, *context: str) -> bytes:
        """The text encrypted: a version byte, the nonce, the rest."""
        nonce = os.urandom(NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, text.encode(), _bound(context))

    def open(self, sealed: bytes, *context: str) -> str:
        """What `seal` was given; StoreError when the key or the context is another."""
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if sealed[:1] != _VERSION:
                raise ValueError("made by another version")
            return self._cipher.decrypt(nonce, rest, _bound(context)).decode()
        except (InvalidTag, ValueError) as error:
            raise StoreError("A stored password does not open with this key file.") from error


def _bound(context: tuple[str, ...]) -> bytes:
    return json.dumps(context).encode()


class KeyFile:
    """The file that holds the key, made at the first start."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, may_create: bool) -> Seal:
        """The seal with the file's key; without the file a new one, where that is allowed.

        StoreError when the file cannot be read or made, is open to others, or holds no key.
        """
        try:
            return Seal(self._read())
        except FileNotFoundError as error:
            if not may_create:
                raise StoreError(
                    f"The key file {self.path} is missing, and the database holds passwords that only it opens. "
                    "Put it back from a backup."
                ) from error
        return Seal(self._create())

    def _read(self) -> bytes:
        try:
            with open(self.path, "rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise StoreError(f"The key file {self.path} can be read by others. Run: chmod 600 {self.path}")
                text = file.read(1024).strip()
            key = urlsafe_b64decode(text)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreError(f"The key file {self.path} cannot be read: {error.strerror}.") from error
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise StoreError(f"The key file {self.path} does not hold a key. Put it back from a backup.")
        return key

    def _create(self) -> bytes:
        # Written aside and linked into place, so that nobody ever sees half a key or replaces one.
        key, aside = os.urandom(KEY_BYTES), f"{self.path}.{os.getpid()}"
        try:
            fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with open(fd, "wb") as file:
                    file.write(urlsafe_b64encode(key) + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                os.link(aside, self.path)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(aside)
        except OSError as error:
            raise StoreError(f"The key file {self.path} cannot be made: {error.strerror}.") from error
        return key
