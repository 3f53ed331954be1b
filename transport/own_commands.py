"""The commands that the gateway itself has, there and at every network; administrators' are elsewhere."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial

from attrs import define

from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, INetwork, Refused, Text, Who
from transport.networks import Networks
from transport.owners import Owner, Owners
from transport.registration import NETWORK, Form, Registration
from transport.session import State
from transport.sessions import Sessions
from transport.store.interface import IStore
from transport.text.translate import Translator

PERSISTENT = "persistent"
STATES = {
    State.ONLINE: Text("signed in"),
    State.CONNECTING: Text("connecting"),
    State.WAITING: Text("waiting to connect again"),
    State.OFFLINE: Text("signed out"),
}


@define
class OwnCommands:
    """Registration, connections and preferences."""

    store: IStore
    owners: Owners
    sessions: Sessions
    networks: Networks
    registration: Registration
    translator: Translator

    def commands(self) -> tuple[Command, ...]:
        """All of them; the same at every place, since the context tells which it is."""
        return (
            Command("register", "Register, or change your registration", self.register, Who.ANYONE,
                    "Asks for what the network needs to know. Send it again to change something."),
            Command("unregister", "Take your registration back", self.unregister, Who.MEMBER,
                    "At the gateway this forgets everything of yours, at a network only what belongs to it."),
            Command("settings", "Your settings", self.settings, Who.MEMBER,
                    "What the gateway does for you while none of your clients is online."),
            Command("status", "What you are connected to", self.status, Who.MEMBER),
            Command("connect", "Sign in to a network", self.connect, Who.MEMBER,
                    "Say which network when you ask the gateway: connect NAME."),
            Command("disconnect", "Sign out of a network", self.disconnect, Who.MEMBER,
                    "Say which network when you ask the gateway: disconnect NAME."),
        )  # fmt: skip

    # registration

    async def register(self, context: CommandContext) -> Ask | Done:
        """Ask for a network where there are several, then for what it needs."""
        place = place_of(context) or self._named(context.argument)
        form = await self.registration.form(context.owner, place)
        if place or len(self.registration.choices()) < 2:
            return await self._asked(form, context.owner, place)
        return Ask(form.title, form.fields, partial(self._chosen, context.owner), form.instructions, more=True)

    async def _asked(self, form: Form, owner: str, *places: str) -> Ask | Done:
        if not form.fields:
            return await self._registered(owner, places, {})
        return Ask(form.title, form.fields, partial(self._registered, owner, places), form.instructions)

    async def _chosen(self, owner: str, values: Mapping[str, str]) -> Ask | Done:
        place = values.get(NETWORK, "")
        if not place:
            return await self._registered(owner, ("",), values)
        return await self._asked(await self.registration.form(owner, place), owner, place, "")

    async def _registered(self, owner: str, places: Sequence[str], values: Mapping[str, str]) -> Done:
        for place in places:
            await self.registration.submit(owner, place, values)
            values = {}
        return Done(Text("You are registered."))

    def unregister(self, context: CommandContext) -> Ask:
        """Ask once more, then forget."""
        place = place_of(context)
        question = Text("Remove your registration with {network}?", network=place)
        everything = Text("Remove your registration, and everything the gateway keeps of you?")
        return confirm(
            Text("Take your registration back"),
            self.translator.render(question if place else everything, context.lang),
            partial(self._unregister, context.owner, place),
        )

    async def _unregister(self, owner: str, place: str) -> Done:
        await self.registration.remove(owner, place)
        return Done(Text("You are not registered any more."))

    # connections

    async def status(self, context: CommandContext) -> Done:
        """The networks of the owner, with their state and the number of rooms."""
        owner = await self.owners.load(context.owner)
        place = place_of(context)
        names = [place] if place else sorted({*owner.state.accounts, *owner.sessions})
        if not names:
            return Done(Text("You are not registered with any network."))
        rows = tuple((name, self._state(owner, name, context.lang)) for name in names)
        return Done(Text("Your connections:"), rows)

    def _state(self, owner: Owner, name: str, lang: str) -> str:
        session = owner.sessions.get(name)
        if session is None:
            return self.translator.render(STATES[State.OFFLINE], lang)
        said = Text("{state}, rooms: {count}", state=STATES[session.state], count=len(session.rooms))
        if session.nick and session.state is State.ONLINE:
            said = Text("signed in as {nick}, rooms: {count}", nick=session.nick, count=len(session.rooms))
        elif session.why is not None:
            said = Text("{state} ({reason})", state=STATES[session.state], reason=session.why.text)
        return self.translator.render(said, lang)

    async def connect(self, context: CommandContext) -> Ask | Done:
        """Sign in to a network of the owner."""
        return await self._pick(context, Text("Sign in"), self._connect)

    async def _connect(self, jid: str, place: str) -> Done:
        owner = await self.owners.load(jid)
        if place not in owner.state.accounts and place not in owner.sessions:
            raise Refused("registration-required", "Register with {network} first.", network=place)
        session = self.sessions.sign_in(owner, self._network(place))
        self.sessions.hurry(session)
        if session.online:
            return Done(Text("You are signed in to {network}.", network=place))
        return Done(Text("Signing in to {network}.", network=place))

    async def disconnect(self, context: CommandContext) -> Ask | Done:
        """Sign out of a network, until the next sign-in."""
        return await self._pick(context, Text("Sign out"), self._disconnect)

    async def _disconnect(self, jid: str, place: str) -> Done:
        session = (await self.owners.load(jid)).sessions.get(place)
        if session is None:
            return Done(Text("You are not signed in to {network}.", network=place))
        self.sessions.sign_out(session, Text("You signed out."))
        return Done(Text("You are signed out of {network}.", network=place))

    async def _pick(self, context: CommandContext, title: Text, then: "Then") -> Ask | Done:
        place = place_of(context) or self._named(context.argument)
        if place:
            return await then(context.owner, place)
        owner = await self.owners.load(context.owner)
        names = sorted({*owner.state.accounts, *owner.sessions})
        networks = [n for n in map(self.networks.get, names) if n is not None]
        if not networks:
            return Done(Text("You are not registered with any network."))
        if len(networks) == 1:
            return await then(context.owner, networks[0].name)
        return Ask(
            title,
            (choice(Text("Network"), networks, self.translator, context.lang),),
            lambda values: then(context.owner, values[NETWORK]),
        )

    # preferences

    async def settings(self, context: CommandContext) -> Ask:
        """Ask for the preferences."""
        owner = await self.owners.load(context.owner)
        return Ask(
            Text("Your settings"),
            (
                Field(
                    PERSISTENT,
                    "Stay signed in while all of your clients are offline",
                    FieldKind.BOOLEAN,
                    default=owner.state.preferences.get(PERSISTENT, "0"),
                ),
            ),
            partial(self._set, context.owner),
        )

    async def _set(self, jid: str, values: Mapping[str, str]) -> Done:
        owner = await self.owners.load(jid)
        if not owner.member:
            raise Refused("registration-required", "You need to register with the gateway first.")
        value = values.get(PERSISTENT, "0")
        await self.store.set_preference(jid, PERSISTENT, value)
        owner.state.preferences[PERSISTENT] = value
        self.sessions.settle(owner)
        return Done(Text("Your settings are kept."))

    def _named(self, argument: str) -> str:
        return self._network(argument.lower()).name if argument else ""

    def _network(self, name: str) -> INetwork:
        network = self.networks.get(name)
        if network is None:
            raise Refused("item-not-found", "There is no network {name} here.", name=name)
        return network


Then = Callable[[str, str], Awaitable[Done]]


def place_of(context: CommandContext) -> str:
    """The network where a command was asked for, or "" for the gateway."""
    return "" if context.account is None else context.account.network


def choice(label: Text, networks: Iterable[INetwork], translator: Translator, lang: str) -> Field:
    """A question for one of some networks; its name is `network`."""
    options = tuple((str(n.name), str(n.name)) for n in networks)
    return Field(NETWORK, translator.render(label, lang), FieldKind.CHOICE, True, options=options)


def confirm(title: Text, question: str, then: Callable[[], Awaitable[Done]]) -> Ask:
    """A question that must be answered with yes before something is done."""

    async def answered(values: Mapping[str, str]) -> Done:
        return await then() if values.get("confirm") == "1" else Done(Text("Nothing was changed."))

    return Ask(title, (Field("confirm", question, FieldKind.BOOLEAN, default="0"),), answered)
