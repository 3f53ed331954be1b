"""What it means to be registered: membership at the gateway, an account at each network (XEP-0077).

The order of what is sent follows XEP-0100 section 4: the answer first, subscriptions after it.
"""

from collections.abc import Callable, Mapping

from attrs import define, evolve
from twisted.logger import Logger

from transport.access import Access
from transport.api import Field, FieldKind, IGreeting, INetwork, Refused, Text
from transport.contacts import Contacts
from transport.networks import Networks
from transport.owners import Owner, Owners
from transport.sessions import Sessions
from transport.store.interface import AccountRow, IStore, OwnerState
from transport.xmpp import forms

NETWORK = "network"
KEEP_SECRET = "Leave this empty to keep the one you have given before."


@define
class Form:
    """What a registration asks for; the fields' defaults are the current values, secrets left out."""

    title: Text
    instructions: Text
    fields: tuple[Field, ...]
    registered: bool


@define
class Registration:
    """Registers owners; `place` is "" for the gateway, or a network's name.

    `later` calls a function once the answer to the user is on its way.
    """

    store: IStore
    owners: Owners
    sessions: Sessions
    contacts: Contacts
    access: Access
    networks: Networks
    later: Callable[[Callable[[], object]], object]
    log = Logger()

    async def form(self, jid: str, place: str) -> Form:
        """The form as it stands for an owner; Refused (`forbidden`) when the owner may not register."""
        state = (await self.owners.load(jid)).state
        self._check_access(state)
        network = self._network(place, state.owner)
        return self._gateway_form(state) if network is None else network_form(network, state)

    async def submit(self, jid: str, place: str, values: Mapping[str, str]) -> None:
        """Register, or change a registration; fields that are not given keep their value."""
        owner = await self.owners.load(jid)
        state = owner.state
        self._check_access(state)
        network = self._network(place, jid)
        form = self._gateway_form(state) if network is None else network_form(network, state)
        values = forms.check(form.fields, {f.name: f.default for f in form.fields} | dict(values))
        if network is None:
            name = values.get(NETWORK, "")
            network = self._network(name, jid) if name else None
        row = None if network is None else account_row(network, state.accounts.get(network.name), values)
        if not state.member:
            await self.store.save_member(jid)
        if row is not None:
            await self.store.save_account(jid, row)
            owner.state.accounts[row.network] = row
        owner.state.member = True
        self.later(lambda: self._welcome(owner, place, network))

    async def remove(self, jid: str, place: str) -> None:
        """Take a registration back; at the gateway all that is kept of the owner goes."""
        owner = await self.owners.load(jid)
        network = self._network(place, "")
        known = owner.member if network is None else network.name in owner.state.accounts
        if not known:
            raise Refused("registration-required", "You are not registered here.")
        self._sign_out(owner, network)
        if network is None:
            await self.store.remove_member(jid)
        else:
            await self.store.remove_account(jid, network.name)
        self.later(lambda: self._farewell(owner, network))

    # after the answer

    def _welcome(self, owner: Owner, place: str, network: INetwork | None) -> None:
        # Loading brings the owner to life again if nothing else was.
        self.owners.load(owner.jid).addCallback(self._registered, place, network).addErrback(
            lambda failure: self.log.failure("{owner} could not be signed in", failure, owner=owner.jid)
        )

    def _registered(self, owner: Owner, place: str, network: INetwork | None) -> None:
        self.contacts.register(owner, "" if not place or network is None else network.name)
        if network is not None:
            self._sign_in(owner, network)
        self.owners.release(owner)

    def _sign_in(self, owner: Owner, network: INetwork) -> None:
        session = owner.sessions.get(network.name)
        row = owner.state.accounts.get(network.name)
        if session is not None and row is not None and session.account.settings != {**row.settings, **row.secrets}:
            self.sessions.sign_out(session, Text("Your registration has changed."))
        if owner.clients or owner.state.preferences.get("persistent") == "1":
            self.sessions.sign_in(owner, network)

    def _farewell(self, owner: Owner, network: INetwork | None) -> None:
        # Their contacts must hear of it although they are forgotten by now.
        for name in owner.state.accounts if network is None else (network.name,):
            self.contacts.unregister(owner, name)
        if network is None:
            self.contacts.unregister(owner, None)
        # Something of theirs may have begun while the store was busy.
        self._sign_out(owner, network)
        owner.state = without(owner.state, network)
        self.owners.release(owner)

    def _sign_out(self, owner: Owner, network: INetwork | None) -> None:
        for session in list(owner.sessions.values()):
            if network is None or session.name == network.name:
                self.sessions.sign_out(session, Text("You are not registered any more."))

    # what is asked

    def choices(self) -> list[INetwork]:
        """The networks that somebody can register with; some ask for nothing."""
        return list(self.networks)

    def _gateway_form(self, state: OwnerState) -> Form:
        choices = self.choices()
        fields: tuple[Field, ...] = ()
        only = choices[0] if len(choices) == 1 else None
        if choices:
            options = ((("", "none yet")), *((str(n.name), str(n.name)) for n in choices))
            chosen = only.name if only is not None else ""
            fields = (Field(NETWORK, "Network", FieldKind.CHOICE, default=chosen, options=options),)
        if only is not None:
            # Who chooses no network need not fill in what it wants.
            own = current_fields(only, state.accounts.get(only.name))
            fields += tuple(evolve(f, required=False) for f in own)
        words = Text("Register here to use the networks behind this gateway. You can add networks later.")
        if only is not None and IGreeting(only, None) is not None:
            words = Text("{words} {greeting}", words=words, greeting=instructions_of(only, state.owner))
        return Form(
            Text("Registration"),
            words,
            fields,
            state.member,
        )

    def _network(self, place: str, jid: str) -> INetwork | None:
        network = self.networks.get(place) if place else None
        if place and network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=place)
        if jid and network is not None and not self.access.may_use(jid, network.name):
            raise Refused("forbidden", "You may not use {network}.", network=network.name)
        return network

    def _check_access(self, state: OwnerState) -> None:
        if self.access.denied(state.owner) or not (state.member or self.access.may_register(state.owner)):
            raise Refused("forbidden", "You may not register with this gateway.")


def network_form(network: INetwork, state: OwnerState) -> Form:
    """The registration form of a network."""
    row = state.accounts.get(network.name)
    return Form(
        Text("Registration with {network}", network=network.name),
        instructions_of(network, state.owner),
        current_fields(network, row),
        row is not None,
    )


def instructions_of(network: INetwork, owner: str) -> Text:
    """What a network tells an owner above its form."""
    greeting = IGreeting(network, None)
    words: Text = network.instructions if greeting is None else greeting.greeting(owner)
    return words


def current_fields(network: INetwork, row: AccountRow | None) -> tuple[Field, ...]:
    """A network's fields with what an account has as defaults; a secret is never shown."""
    if row is None:
        return tuple(network.registration)
    return tuple(
        evolve(f, default="", required=f.required and not row.secrets.get(f.name), help=f.help or KEEP_SECRET)
        if f.kind is FieldKind.SECRET
        else evolve(f, default=row.settings.get(f.name, f.default))
        for f in network.registration
    )


def account_row(network: INetwork, old: AccountRow | None, values: Mapping[str, str]) -> AccountRow:
    """What to keep of a filled-in form; Refused (`not-acceptable`) when it cannot work."""
    secret = {f.name for f in network.registration if f.kind is FieldKind.SECRET}
    given: dict[str, str] = {}
    for f in current_fields(network, old):
        if f.kind is FieldKind.NOTE:
            continue
        value = values.get(f.name, f.default)
        if not value and f.name in secret and old is not None:
            value = old.secrets.get(f.name, "")
        if not value and f.required:
            raise Refused("not-acceptable", "{network} needs this: {field}.", network=network.name, field=Text(f.label))
        given[f.name] = value
    checked = network.check_registration(given)
    return AccountRow(
        network.name,
        {k: v for k, v in checked.items() if k not in secret},
        {k: v for k, v in checked.items() if k in secret and v},
    )


def without(state: OwnerState, network: INetwork | None) -> OwnerState:
    """What is left of an owner without a network, or without all."""
    if network is None:
        return OwnerState(state.owner)
    name = network.name
    return evolve(
        state,
        accounts={k: row for k, row in state.accounts.items() if k != name},
        contacts={k: row for k, row in state.contacts.items() if k[0] != name},
        rooms={k: row for k, row in state.rooms.items() if k[0] != name},
    )
