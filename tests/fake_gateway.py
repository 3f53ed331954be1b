"""A gateway in memory, as far as commands and registration need one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from transport.access import Access
from transport.admin_commands import AdminCommands
from transport.api import Account, Case, Field, FieldKind, INetwork, Kind, Refused, Text
from transport.commands import Commands, Desk
from transport.config import AccessConfig
from transport.networks import Networks
from transport.own_commands import OwnCommands
from transport.owners import Client, Owner, Owners
from transport.people import People
from transport.registration import Registration
from transport.router import Stanza
from transport.session import State
from transport.store.interface import AccountRow, ContactRow, OwnerState
from transport.text.translate import Translator
from transport.xmpp.element import Element

DOMAIN = "transport.localhost"
ROMEO = "romeo@example.org"
NICK = Field("nick", "Your nickname", required=True, legacy="nick")
SECRET = Field("password", "Password", FieldKind.SECRET, legacy="password")


def result(awaitable: Awaitable[Any]) -> Any:
    """What an awaitable gives at once; raises what it raises."""

    async def wait() -> Any:
        return await awaitable

    out: list[Any] = []
    Deferred.fromCoroutine(wait()).addBoth(out.append)
    assert out, "still waiting"
    if isinstance(out[0], Failure):
        out[0].raiseException()
    return out[0]


def iq(payload: Element, to: str = DOMAIN, type: str = "set", from_: str = f"{ROMEO}/orchard") -> Stanza:
    return Stanza(Element("iq"), type, "1", from_, to)


@implementer(INetwork)
@define
class FakeNetwork:
    name: str
    registration: tuple[Field, ...] = ()
    instructions: Text = field(factory=lambda: Text("Choose a nickname."))
    commands: tuple[Any, ...] = ()
    case: Case = Case.FOLD
    claimed: Mapping[str, str] = field(factory=dict)

    def fold(self, name: str) -> str:
        return name if self.case is Case.KEEP else name.lower()

    def check(self, name: str) -> str:
        if " " in name:
            raise Refused("jid-malformed", "No spaces.")
        return name

    def address_type(self, name: str) -> Kind:
        return Kind.ROOM if name.startswith("#") else Kind.CONTACT

    def claims(self, text: str) -> str | None:
        return self.claimed.get(text)

    def check_registration(self, settings: Mapping[str, str]) -> Mapping[str, str]:
        if settings.get("nick") == "taken":
            raise Refused("not-acceptable", "This nickname cannot be had.")
        return settings


@define
class FakeStore:
    states: dict[str, OwnerState] = field(factory=dict)

    def load(self, owner: str) -> Deferred[OwnerState]:
        s = self.states.get(owner) or OwnerState(owner)
        return succeed(OwnerState(owner, s.member, dict(s.preferences), dict(s.accounts), dict(s.contacts)))

    def _of(self, owner: str) -> OwnerState:
        return self.states.setdefault(owner, OwnerState(owner))

    def save_member(self, owner: str) -> Deferred[None]:
        self._of(owner).member = True
        return succeed(None)

    def remove_member(self, owner: str) -> Deferred[None]:
        self.states.pop(owner, None)
        return succeed(None)

    def save_account(self, owner: str, row: AccountRow) -> Deferred[None]:
        self._of(owner).accounts[row.network] = row
        return succeed(None)

    def remove_account(self, owner: str, network: str) -> Deferred[None]:
        self._of(owner).accounts.pop(network, None)
        return succeed(None)

    def set_preference(self, owner: str, key: str, value: str) -> Deferred[None]:
        self._of(owner).preferences[key] = value
        return succeed(None)

    def members(self) -> Deferred[list[str]]:
        return succeed([s.owner for s in self.states.values() if s.member])

    def accounts(self, network: str) -> Deferred[list[tuple[str, AccountRow]]]:
        return succeed([(o, s.accounts[network]) for o, s in self.states.items() if network in s.accounts])


@define
class FakeSession:
    name: str
    account: Account
    plugin: str = "plugin"
    nick: str | None = "romeo"
    state: State = State.ONLINE
    rooms: dict[str, Any] = field(factory=dict)
    why: Refused | None = None

    @property
    def online(self) -> bool:
        return self.state is State.ONLINE


@define
class FakeSessions:
    said: list[Any]

    def sign_in(self, owner: Owner, network: FakeNetwork) -> FakeSession:
        self.said.append(("sign in", network.name))
        row = owner.state.accounts.get(network.name) or AccountRow(network.name)
        account = Account(owner.jid, network.name, {**row.settings, **row.secrets})
        return owner.sessions.setdefault(network.name, FakeSession(network.name, account))

    def hurry(self, session: FakeSession) -> None:
        """Nothing waits here."""

    def sign_out(self, session: FakeSession, reason: Text) -> None:
        self.said.append(("sign out", session.name))
        for sessions in self.all:
            if sessions.get(session.name) is session:
                del sessions[session.name]

    all: list[dict[str, Any]] = field(factory=list)

    def settle(self, owner: Owner) -> None:
        self.said.append(("settle", owner.jid))


@define
class FakeContacts:
    said: list[Any]

    def register(self, owner: Owner, network: str = "") -> None:
        self.said.append(("subscribe", network))

    def unregister(self, owner: Owner, network: str | None) -> None:
        for key in sorted(owner.state.contacts):
            if network in (None, key[0]):
                self.said.append(("unsubscribe", *key))
                del owner.state.contacts[key]
        self.said.append(("unsubscribe", network or ""))


class FakeGateway:
    """The real commands, registration and owners over fake networks; `said` is what went out, in order."""

    def __init__(self, *networks: FakeNetwork, access: AccessConfig | None = None) -> None:
        self.said: list[Any] = []
        self.clock = Clock()
        self.store: Any = FakeStore()
        self.owners = Owners(self.store)
        self.sessions: Any = FakeSessions(self.said)
        self.networks = Networks({n.name: n for n in networks}, {"alias": networks[0].name} if networks else {})
        self.access = Access(access or AccessConfig(register=("*",), admins=("admin@example.org",)))
        contacts: Any = FakeContacts(self.said)
        self.translator = Translator()
        self.registration = Registration(
            self.store, self.owners, self.sessions, contacts, self.access, self.networks, self.later
        )
        self.commands = Commands()
        own = OwnCommands(self.store, self.owners, self.sessions, self.networks, self.registration, self.translator)
        admin = AdminCommands(self.store, self.owners, self.networks, self.registration, self.translator, self.tell)
        self.commands.replace("", (*own.commands(), *admin.commands()))
        for n in networks:
            self.commands.replace(n.name, (*own.commands(), *n.commands))
        self.desk = Desk(self.commands, People(self.owners, self.access, self.networks), Logger())

    def later(self, call: Callable[[], object]) -> None:
        self.clock.callLater(0, call)

    def tell(self, owner: str, text: str) -> None:
        self.said.append(("tell", owner, text))

    def member(self, jid: str = ROMEO, *accounts: AccountRow, contacts: tuple[ContactRow, ...] = ()) -> None:
        self.store.states[jid] = OwnerState(
            jid, True, {}, {a.network: a for a in accounts}, {(c.network, c.name): c for c in contacts}
        )

    def online(self, jid: str = ROMEO) -> Owner:
        """The owner with a client, so that the owner is alive."""

        released: Owner = result(self.owners.load(jid))
        released.clients["orchard"] = Client()
        owner: Owner = result(self.owners.load(jid))
        self.sessions.all.append(owner.sessions)
        return owner
