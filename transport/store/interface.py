"""What the gateway keeps, and how it asks for it; every store passes the same tests.

Every row belongs to an owner, a bare address of XMPP.  A Deferred fires once what it did is committed.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from attrs import define, field
from twisted.internet.defer import Deferred
from zope.interface import Interface

T = TypeVar("T")


class StoreError(Exception):
    """A store that cannot be used; the text says what an administrator can do about it."""


@define
class AccountRow:
    """A registration on a network; `secrets` are sealed where they are kept, open here."""

    network: str
    settings: dict[str, str] = field(factory=dict)
    secrets: dict[str, str] = field(factory=dict, repr=False)


@define
class ContactRow:
    """A contact in an owner's roster.

    `to_contact`: the owner is subscribed to the contact's presence; `from_contact`: the contact to the
    owner's.  The gateway itself has network "" and name "", a network name "".
    """

    network: str
    name: str
    to_contact: bool = False
    from_contact: bool = False
    nick: str | None = None


@define
class KeptRoom:
    """A room that stays joined without a client in it."""

    network: str
    room: str
    nick: str


@define
class OwnerState:
    """All that is kept of an owner but archive and inbox."""

    owner: str
    member: bool = False
    preferences: dict[str, str] = field(factory=dict)
    accounts: dict[str, AccountRow] = field(factory=dict)
    contacts: dict[tuple[str, str], ContactRow] = field(factory=dict)
    rooms: dict[tuple[str, str], KeptRoom] = field(factory=dict)


@define
class SeatRow:
    """A client of an owner in a room; `address` is the room's, spelled as that client joined it."""

    owner: str
    resource: str
    address: str
    nick: str


@define
class ArchiveRow:
    """A message of a room, or of a contact, as its owner saw it.

    `id` orders an owner's rows and is the XEP-0359 id; `when` is seconds since the epoch, UTC.  `nick` is
    the occupant's, empty for the room itself; `extra` is XML that belongs inside the stanza, or empty.
    """

    id: str
    owner: str
    network: str
    name: str
    when: float
    nick: str
    body: str
    extra: str = ""


@define
class InboxRow:
    """A stanza that the XMPP server must get; kept until that is proved."""

    id: int
    owner: str
    xml: str


class IStore(Interface):
    """Durable state."""

    def start() -> Deferred[None]:
        """Open, upgrade the schema if it is older.  Fails with StoreError."""

    def stop() -> Deferred[None]:
        """Write what waits, and close."""

    def load(owner: str) -> Deferred[OwnerState]:
        """All of an owner; an empty state for somebody unknown."""

    def members() -> Deferred[Sequence[str]]:
        """Every registered owner."""

    def accounts(network: str) -> Deferred[Sequence[tuple[str, AccountRow]]]:
        """Every (owner, account) on a network."""

    def subscribers() -> Deferred[Sequence[str]]:
        """Every owner who has a contact of ours with `to_contact` in the roster, the gateway included."""

    def followers(network: str, name: str) -> Deferred[Sequence[str]]:
        """Every owner who has a contact with `to_contact` in the roster, sorted."""

    def save_member(owner: str) -> Deferred[None]:
        """Register an owner with the gateway."""

    def remove_member(owner: str) -> Deferred[None]:
        """Forget an owner: accounts, preferences, contacts, rooms, archive, seats; not what waits in the inbox."""

    def save_account(owner: str, row: AccountRow) -> Deferred[None]:
        """Keep an account, in place of an older one."""

    def remove_account(owner: str, network: str) -> Deferred[None]:
        """Forget an account, with its contacts and kept rooms on that network."""

    def set_preference(owner: str, key: str, value: str | None) -> Deferred[None]:
        """Keep a preference; None forgets it."""

    def save_contact(owner: str, row: ContactRow) -> Deferred[None]:
        """Keep a contact; one with neither subscription and no nick is forgotten."""

    def save_room(owner: str, row: KeptRoom) -> Deferred[None]:
        """Keep a room joined."""

    def remove_room(owner: str, network: str, room: str) -> Deferred[None]:
        """Do not keep a room joined any more."""

    def save_seat(row: SeatRow) -> Deferred[None]:
        """A client is in a room."""

    def remove_seat(owner: str, resource: str, address: str) -> Deferred[None]:
        """A client has left a room."""

    def seats() -> Deferred[Sequence[SeatRow]]:
        """Every client that is in a room; what a gateway that died must tell them."""

    def clear_seats() -> Deferred[None]:
        """Forget all of `seats`."""

    def archive(row: ArchiveRow) -> None:
        """Keep a message; durable within 100 ms, in batches of at most 100 rows."""

    def history(
        owner: str, network: str, name: str, limit: int, since: float | None = None
    ) -> Deferred[Sequence[ArchiveRow]]:
        """The last `limit` messages, not older than `since`, oldest first; what waits to be written too."""

    def prune_archive(before: float) -> Deferred[int]:
        """Drop messages older than `before`; returns how many."""

    def inbox_put(owner: str, network: str, key: str, xml: str) -> Deferred[int | None]:
        """Keep a stanza and its dedupe key; its id, or None when the key is known already."""

    def inbox_done(ids: Iterable[int]) -> Deferred[None]:
        """The XMPP server has these; the stanzas are kept for ten minutes more, the keys for 30 days.

        Also called without ids, now and then, so that old ones are forgotten.
        """

    def inbox_back(owner: str, ids: Iterable[int]) -> Deferred[int]:
        """The owner's server has sent these back; the last 1,000 of the last 30 days are kept.

        Returns how many were given up.
        """

    def inbox(after: int = 0, limit: int = 1000) -> Deferred[Sequence[InboxRow]]:
        """What the XMPP server may not have yet, oldest first: those whose id is greater than `after`."""

    def inbox_of(owner: str) -> Deferred[Sequence[InboxRow]]:
        """What an owner's server has sent back, oldest first."""

    def get(scope: str, key: str) -> Deferred[str | None]:
        """A small durable fact; `scope` is `core` or a network's name."""

    def put(scope: str, key: str, value: str) -> Deferred[None]:
        """Keep a small durable fact."""

    def access(list_name: str) -> Deferred[Sequence[str]]:
        """Entries of an access list (`register`, `guests`, `admins`, `deny`) added at run time."""

    def set_access(list_name: str, entry: str, present: bool) -> Deferred[None]:
        """Add an entry to an access list, or take it away."""

    def migrate(plugin: str, scripts: Iterable[str]) -> Deferred[None]:
        """Bring a plugin's own tables up to date."""

    def run(fn: Callable[[Any], T]) -> Deferred[T]:
        """Call `fn(connection)` in the writer thread, inside a transaction."""
