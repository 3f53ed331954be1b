"""A session: an owner's account on a network, signed in or on the way."""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from attrs import define
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from transport.api import (
    Account,
    IClientInfo,
    INetwork,
    IPresence,
    IProfiles,
    IRawLines,
    IRoomList,
    IRooms,
    IRoster,
    ISession,
    ITyping,
    Message,
    Refused,
    Sent,
    Target,
    Text,
)
from transport.backoff import Backoff
from transport.owners import Owner
from transport.rooms import Room

log = Logger()  # stateless


class State(Enum):
    """Where a session is."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    WAITING = "waiting"


@define
class Held:
    """A message that waits for the network, and since when."""

    since: float
    target: Target
    message: Message


class Session:
    """An owner's account on a network, signed in or on the way.

    `pending` are messages whose outcome the plugin owes; `held` wait for the network.  `whispers` remembers
    in which room the owner spoke privately to a nick (folded), so that the answer comes from there; `shown` is
    the show and status of contacts that are there; `spelled` are addresses of contacts that the owner writes
    otherwise than we do.
    """

    __slots__ = (
        "account", "announced", "expiry", "held", "info", "name", "network", "nick", "owner", "pending", "plugin",
        "presence", "profiles", "raw", "retries", "room_list", "rooms", "rooms_of", "roster", "shown", "spelled",
        "state", "timer", "typing", "used", "whispers", "why",
    )  # fmt: skip

    def __init__(self, owner: Owner, network: INetwork, account: Account) -> None:
        self.owner = owner
        self.network = network
        self.name: str = network.name
        self.account = account
        self.state = State.OFFLINE
        self.nick: str | None = None
        self.rooms: dict[str, Room] = {}
        self.pending: dict[Message, None] = {}
        self.held: list[Held] = []
        self.expiry: IDelayedCall | None = None
        self.whispers: dict[str, str] = {}
        self.shown: dict[str, tuple[str, str]] = {}
        self.retries: Backoff | None = None
        self.timer: IDelayedCall | None = None
        self.announced = False
        self.used = True
        self.spelled: dict[str, str] | None = None
        self.why: Refused | None = None

    def attach(self, plugin: ISession) -> None:
        """Take the plugin's session, and ask once what it can do."""
        self.plugin = plugin
        self.rooms_of: IRooms | None = IRooms(plugin, None)
        self.presence: IPresence | None = IPresence(plugin, None)
        self.roster: IRoster | None = IRoster(plugin, None)
        self.typing: ITyping | None = ITyping(plugin, None)
        self.profiles: IProfiles | None = IProfiles(plugin, None)
        self.info: IClientInfo | None = IClientInfo(plugin, None)
        self.raw: IRawLines | None = IRawLines(plugin, None)
        self.room_list: IRoomList | None = IRoomList(plugin, None)

    @property
    def reachable(self) -> bool:
        """Whether the plugin has been told to connect, and may be asked for rooms."""
        return self.state in (State.CONNECTING, State.ONLINE)

    def open_rooms(self) -> IRooms:
        """What the network's rooms may be asked; Refused (`recipient-unavailable`) while it is away."""
        if self.rooms_of is None or not self.online:
            raise Refused("recipient-unavailable", "{network} is not connected now.", network=self.name)
        return self.rooms_of

    @property
    def online(self) -> bool:
        """Whether the network has signed us in."""
        return self.state is State.ONLINE

    def guarded(self, call: Callable[..., object], *args: object) -> bool:
        """Call what the plugin must not raise from; false when it does, which is its own fault and no other's."""
        try:
            call(*args)
        except Exception:
            log_fault(self)
            return False
        return True


def log_fault(session: Session, failure: Failure | None = None) -> None:
    """A plugin raised what it must not."""
    log.failure("the plugin of {network} failed for {owner}", failure, network=session.name, owner=session.owner.jid)


class Outcomes(Protocol):
    """What becomes of messages; wired when the gateway is put together."""

    def accepted(self, session: Session, message: Message, sent: Sent) -> None:
        """A message was taken by the network."""

    def failed(self, session: Session, message: Message, reason: Refused) -> None:
        """A message was not delivered."""


class News(Protocol):
    """What becomes of sessions; wired when the gateway is put together."""

    def connecting(self, session: Session) -> None:
        """The plugin has been told to connect."""

    def signed_in(self, session: Session, again: bool) -> None:
        """The network has signed the owner in."""

    def signed_out(self, session: Session, reason: Refused, final: bool) -> None:
        """The owner is not signed in any more; not final means that we shall try again."""

    def gone(self, session: Session, reason: Text) -> None:
        """The session has ended by the owner's or an administrator's will."""


def account_of(owner: Owner, network: INetwork) -> Account:
    """The owner's account on a network: the registration, or a guest's."""
    row = owner.state.accounts.get(network.name)
    if row is None:
        return Account(owner.jid, network.name, {}, guest=True)
    return Account(owner.jid, network.name, {**row.settings, **row.secrets})
