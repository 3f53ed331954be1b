"""Whose a text is that came in: of one owner, or of nobody yet; never of several."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred

from transport.api import Account, IHubHost, Refused
from transport.plugins.sms.outgoing.routing import listed
from transport.plugins.sms.states import ModemSettings

STICKY = 30 * 86400.0
# How long the list of accounts is believed; one who signs in is known at once.
ACCOUNTS = 60.0
KEYWORD = re.compile(r"@([\w.-]{1,32})(?:[:,]\s*|\s+|\Z)")


@define
class Owned:
    """Whose a text is, and the text without the keyword that said so."""

    owner: str
    text: str


@define
class TextOwners:
    """The rules, in their order; `catch_all` are owners that get what is nobody's.

    `appeared` hears when there are new accounts whose owners have not signed in.
    """

    network: str
    host: IHubHost
    modems: Mapping[str, ModemSettings]
    catch_all: Sequence[str] = ()
    accounts: dict[str, Account] = field(factory=dict)
    read: float = float("-inf")
    appeared: Callable[[], object] = lambda: None

    async def whose(self, modem: str, number: str, text: str) -> Owned | None:
        """The owner of a text from a number; None when no rule names one who is registered."""
        accounts = await self.registered()
        settings = self.modems[modem]
        if settings.owner:
            # A SIM that somebody alone uses: nobody else reads its texts, even before that one has registered.
            return Owned(settings.owner, text) if settings.owner in accounts else None
        allowed = [account for account in accounts.values() if listed(settings.users, account.owner)]
        owner = await self._keyword(allowed, text)
        if owner is not None:
            mark = KEYWORD.match(text)
            return Owned(owner, text[mark.end() :] or text if mark else text)
        owner = await self.sticky(modem, number)
        if owner is None or all(account.owner != owner for account in allowed):
            owner = await self._only_one_with(number, allowed)
        if owner is None:
            owner = next((each for each in self.catch_all if each in accounts), None)
        return Owned(owner, text) if owner is not None else None

    async def registered(self) -> Mapping[str, Account]:
        """All accounts by owner, as of not long ago."""
        now = self.host.reactor.seconds()
        if now - self.read >= ACCOUNTS:
            accounts = {account.owner: account for account in await self.host.accounts()}
            known = accounts.keys() <= self.accounts.keys() or self.read == float("-inf")
            self.accounts, self.read = accounts, now
            if not known:
                self.appeared()
        return self.accounts

    def forget(self) -> None:
        """Read the accounts anew when they are wanted next."""
        self.read = float("-inf")

    def came(self, account: Account) -> bool:
        """An owner signs in; tells whether nothing was known of this account."""
        known = self.accounts.get(account.owner)
        if known is not None and known.settings == account.settings:
            return False
        self.accounts[account.owner] = account
        return True

    async def _keyword(self, allowed: Sequence[Account], text: str) -> str | None:
        """The owner whose keyword stands at the start of a text; of several, the one who had it first."""
        mark = KEYWORD.match(text)
        if mark is None:
            return None
        word = mark[1].lower()
        having = [account.owner for account in allowed if account.settings.get("keyword") == word]
        if len(having) < 2:
            return having[0] if having else None
        first = await self.host.store.get(f"keyword.{word}")
        return first if first in having else None

    async def claim_keyword(self, account: Account) -> None:
        """Keep who has a keyword first; Refused (`conflict`) when that is somebody else."""
        word = account.settings.get("keyword", "")
        if not word:
            return
        key = f"keyword.{word}"
        first = await self.host.store.get(key)
        accounts = await self.registered()
        if first not in (None, account.owner) and first in accounts and accounts[first].settings.get("keyword") == word:
            raise Refused("conflict", "The keyword {keyword} is another user's; please choose another.", keyword=word)
        if first != account.owner:
            await self.host.store.put(key, account.owner)

    async def _only_one_with(self, number: str, allowed: Sequence[Account]) -> str | None:
        """The owner who alone has a number in the roster."""
        may = {account.owner for account in allowed}
        having = [owner for owner in await self.host.followers(number) if owner in may]
        return having[0] if len(having) == 1 else None

    def sticky(self, modem: str, number: str) -> Deferred[str | None]:
        """Who last wrote to a number through a modem, if that is not too long ago."""
        values = (self.network, modem, number, self.host.reactor.seconds() - STICKY)
        sql = "SELECT owner FROM sms_sticky WHERE network = ? AND modem = ? AND number = ? AND at > ?"

        def job(c: Any) -> str | None:
            row = c.execute(sql, values).fetchone()
            return row[0] if row else None

        done: Deferred[str | None] = self.host.store.run(job)
        return done

    async def give(self, number: str, owner: str) -> None:
        """A number is an owner's from now on, as if the owner had written to it; Refused (`item-not-found`)."""
        if owner not in await self.registered():
            raise Refused("item-not-found", "{owner} is not registered here.", owner=owner)
        now = self.host.reactor.seconds()
        sql = "INSERT OR REPLACE INTO sms_sticky (network, modem, number, owner, at) VALUES (?, ?, ?, ?, ?)"
        rows = [(self.network, modem, number, owner, now) for modem in self.modems]

        def job(c: Any) -> None:
            c.executemany(sql, rows)

        await self.host.store.run(job)
