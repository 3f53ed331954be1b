"""PINs that a SIM was given: each only once, since the third wrong one locks it."""

import hmac
import secrets
import sqlite3
from typing import Protocol

from twisted.internet.defer import DeferredLock

from transport.api import IPluginStore

KEY = "sms-pin-key"


class IPins(Protocol):
    """Which PINs must not be tried again.

    A PIN is remembered before it is given, and forgotten when the SIM takes it: so a crash in between costs
    one attempt at most.
    """

    async def known(self, sim: str, pin: str) -> bool:
        """Whether a SIM was given this PIN, and did not take it."""

    async def remember(self, sim: str, pin: str) -> None:
        """Never give this PIN again; durable when it returns."""

    async def forget(self, sim: str, pin: str) -> None:
        """The SIM took it after all."""


class Pins:
    """Keeps a keyed digest of each PIN in the table `sms_refused_pin`, never the PIN."""

    def __init__(self, store: IPluginStore) -> None:
        self.store = store
        self.key = b""
        self.lock = DeferredLock()

    async def digest(self, sim: str, pin: str) -> str:
        """What is kept of a PIN; useless without the key, and for another SIM."""
        # Two modems must not make two keys.
        async with self.lock:
            if not self.key:
                kept = await self.store.get(KEY)
                if kept is None:
                    kept = secrets.token_hex(32)
                    await self.store.put(KEY, kept)
                self.key = bytes.fromhex(kept)
        return hmac.digest(self.key, f"{sim}\n{pin}".encode(), "sha256").hex()

    async def known(self, sim: str, pin: str) -> bool:
        """As for IPins."""
        digest = await self.digest(sim, pin)

        def find(connection: sqlite3.Connection) -> bool:
            query = "SELECT 1 FROM sms_refused_pin WHERE sim = ? AND pin = ?"
            return connection.execute(query, (sim, digest)).fetchone() is not None

        return await self.store.run(find)

    async def remember(self, sim: str, pin: str) -> None:
        """As for IPins."""
        digest = await self.digest(sim, pin)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR IGNORE INTO sms_refused_pin (sim, pin) VALUES (?, ?)", (sim, digest))

        await self.store.run(insert)

    async def forget(self, sim: str, pin: str) -> None:
        """As for IPins."""
        digest = await self.digest(sim, pin)

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM sms_refused_pin WHERE sim = ? AND pin = ?", (sim, digest))

        await self.store.run(delete)
