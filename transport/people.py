"""Who somebody is to the gateway, and what a command is told of them."""

from attrs import define

from transport.access import Access
from transport.api import Account, CommandContext, Refused, Who
from transport.networks import Networks
from transport.owners import Owners
from transport.session import account_of


@define
class People:
    """Knows members and administrators."""

    owners: Owners
    access: Access
    networks: Networks

    def place(self, network: str) -> str | None:
        """The place of a network's name or alias, "" for the gateway; None when there is none."""
        if not network:
            return ""
        found = self.networks.get(network)
        return None if found is None else str(found.name)

    async def who(self, owner: str) -> Who:
        """The highest rank that a bare address has; Refused (`forbidden`) when it may not be here at all."""
        if self.access.denied(owner):
            raise Refused("forbidden", "You may not use this gateway.")
        if self.access.is_admin(owner):
            return Who.ADMIN
        return Who.MEMBER if (await self.owners.load(owner)).member else Who.ANYONE

    async def context(self, owner: str, place: str) -> CommandContext:
        """What a command at a place is told of its user; who may not use the network is a guest there."""
        context = CommandContext(owner, admin=self.access.is_admin(owner))
        if not place:
            return context
        network = self.networks.get(place)
        if network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=place)
        loaded = await self.owners.load(owner)
        allowed = self.access.may_use(owner, network.name)
        context.account = account_of(loaded, network) if allowed else Account(owner, network.name, {}, guest=True)
        session = loaded.sessions.get(place)
        if session is not None:
            context.session = session.plugin
        return context
