"""The commands of administrators, at the gateway."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial

from attrs import define

from transport import jid
from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, Refused, Text, Who
from transport.networks import Networks
from transport.own_commands import confirm
from transport.owners import Owners
from transport.registration import Registration
from transport.store.interface import IStore
from transport.text.translate import Translator

SHOWN = 200


@define
class AdminCommands:
    """Users of the gateway: who they are, telling them something, removing one.

    `tell` sends a message from the gateway to a bare address.
    """

    store: IStore
    owners: Owners
    networks: Networks
    registration: Registration
    translator: Translator
    tell: Callable[[str, str], object]

    def commands(self) -> tuple[Command, ...]:
        """All of them."""
        return (
            Command("users", "Who is registered", self.users, Who.ADMIN,
                    "Add a part of an address to see only those: users example.org."),
            Command("announce", "Send a message to everybody who is registered", self.announce, Who.ADMIN),
            Command("remove-user", "Remove somebody's registration", self.remove_user, Who.ADMIN,
                    "Add the address: remove-user romeo@example.org."),
        )  # fmt: skip

    async def users(self, context: CommandContext) -> Done:
        """The members, with their networks and sessions."""
        members = sorted(await self.store.members())
        accounts: dict[str, list[str]] = defaultdict(list)
        for network in self.networks:
            for owner, _ in await self.store.accounts(network.name):
                accounts[owner].append(network.name)
        found = [owner for owner in members if context.argument.lower() in owner]
        rows = tuple((owner, self._user(owner, accounts[owner], context.lang)) for owner in found[:SHOWN])
        return Done(
            Text("Registered: {count}, found: {found}, shown: {shown}.", count=len(members), found=len(found),
                 shown=len(rows)),
            rows,
        )  # fmt: skip

    def _user(self, jid: str, networks: list[str], lang: str) -> str:
        owner = self.owners.get(jid)
        said = Text(
            "networks: {networks}; signed in to {sessions}, clients: {clients}",
            networks=", ".join(networks) or "-",
            sessions=len(owner.sessions) if owner else 0,
            clients=len(owner.clients) if owner else 0,
        )
        return self.translator.render(said, lang)

    def announce(self, context: CommandContext) -> Ask:
        """Ask for the message, then send it."""
        text = Field("text", "Message", FieldKind.LINES, required=True, default=context.argument)
        return Ask(Text("Message to everybody"), (text,), self._announce)

    async def _announce(self, values: Mapping[str, str]) -> Done:
        members = await self.store.members()
        for owner in members:
            self.tell(owner, values["text"])
        return Done(Text("Sent to {count} people.", count=len(members)))

    def remove_user(self, context: CommandContext) -> Ask:
        """Ask for the address and once more, then remove."""
        if context.argument:
            return self._ask_remove({"jid": context.argument}, context.lang)
        who = Field("jid", "Address", required=True)
        return Ask(Text("Remove somebody"), (who,), partial(self._ask_remove, lang=context.lang), more=True)

    def _ask_remove(self, values: Mapping[str, str], lang: str) -> Ask:
        parsed = jid.parse(values["jid"])
        if parsed is None:
            raise Refused("not-acceptable", "{address} is not an address.", address=values["jid"])
        question = Text("Remove {address}, and everything the gateway keeps of them?", address=parsed.bare)
        return confirm(
            Text("Remove somebody"), self.translator.render(question, lang), partial(self._remove, parsed.bare)
        )

    async def _remove(self, owner: str) -> Done:
        try:
            await self.registration.remove(owner, "")
        except Refused:
            raise Refused("item-not-found", "{address} is not registered.", address=owner) from None
        return Done(Text("{address} is not registered any more.", address=owner))
