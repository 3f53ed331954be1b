"""What a plugin implements; version 1 of the contract.

Everything optional is an interface of its own, asked for once when a session signs in.  No method may
block.  Where a method says "Refused", it raises that or fails its Deferred with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import Attribute, Interface

from transport.api.hosts import IHost, IHubHost
from transport.api.values import (
    Account,
    Affiliation,
    Kind,
    Message,
    Pending,
    Role,
    Sent,
    Target,
    Text,
)

API_VERSION = 1


class INetworkPlugin(Interface):
    """A kind of network: the class that the entry-point group `transport.networks` names.

    Called as `plugin(name, options)` with the network's name and its checked options.
    """

    options = Attribute("tuple[Option, ...]: the keys of the network's table in the configuration.")

    def __call__(name: str, options: Mapping[str, Any]) -> "INetwork":
        """Make the network; must not do input or output.

        ValueError (`key: what is wrong`) when the options do not go together; also called to find that out.
        """


class INetwork(Interface):
    """A configured network."""

    name = Attribute("str: the network's name in addresses.")
    plugin = Attribute("str: the plugin's name, such as `irc`.")
    identities = Attribute("tuple[Identity, ...]: what the network's address answers as.")
    contact_identity = Attribute("Identity: what a contact's address answers as.")
    registration = Attribute("tuple[Field, ...]: what an account on it needs; may be empty.")
    instructions = Attribute("Text: shown above the registration form.")
    features = Attribute("frozenset[Feature]: what messages on it can carry.")
    case = Attribute("Case: whether case matters in its names.")
    markup = Attribute("Markup: how it writes emphasis.")
    queues = Attribute("bool: it waits and retries by itself; the core then never holds a message back.")
    commands = Attribute("tuple[Command, ...]: what users and administrators may ask of it.")
    cli = Attribute("Mapping[str, Callable[[Sequence[str]], int]]: own subcommands of the program.")

    def start(hub_host: IHubHost) -> None:
        """The daemon runs; called once, before any session."""

    def address_type(name: str) -> Kind:
        """Tell whether a name is a contact or a room."""

    def fold(name: str) -> str:
        """The one spelling under which a name is known; all spellings of a name fold alike."""

    def check(name: str) -> str:
        """The name as it may be used; Refused (`jid-malformed`) when nobody can have it."""

    def claims(text: str) -> str | None:
        """The native name of what a person typed (a number, an address of the web), or None if not ours."""

    def check_registration(settings: Mapping[str, str]) -> Mapping[str, str]:
        """The settings as they shall be kept; Refused (`not-acceptable`) when they cannot work."""

    def status() -> Mapping[str, str]:
        """A few facts on the network's health, for administrators."""

    def session(account: Account, host: IHost) -> "ISession":
        """A session for an account, not yet connected."""


class IHub(Interface):
    """A network whose one link serves all owners; it lives without sessions."""

    def start_hub(hub_host: IHubHost) -> None:
        """Open the link; called once, when the daemon runs."""

    def stop_hub() -> Deferred[None]:
        """Close the link."""


class ILocalNames(Interface):
    """A network whose names people also write in a short or local form, such as a number without its country."""

    def localise(name: str, settings: Mapping[str, str]) -> str:
        """The full form of what an owner wrote; `settings` are the owner's account's, empty when there is none.

        What is no local form is returned as it is; `check` comes after it.
        """


class IGreeting(Interface):
    """A network that has something of its own to tell each owner who registers."""

    def greeting(owner: str) -> Text:
        """Shown above the registration form, instead of `instructions`."""


class ISession(Interface):
    """An account signed in; the mandatory part."""

    def connect() -> None:
        """Begin to sign in; `Connected` or `Disconnected` follows.  May be called again after the latter."""

    def disconnect(reason: str) -> None:
        """Sign out; no event needs to follow.  The core fails what is pending, but for a network that queues."""

    def send(target: Target, message: Message) -> Sent | Pending | Deferred[Sent]:
        """Send a message; Refused when it cannot be.

        `Sent` means that responsibility is taken: it is durable here, or the network has it.  `PENDING`
        means that `Accepted` or `Failed`, naming this message, will follow.
        """


class IRooms(Interface):
    """A session whose network has rooms.  Names of rooms are folded; nicks are as people typed them."""

    def join(room: str, nick: str, password: str | None) -> None:
        """Enter a room; `RoomJoined` or `RoomRefused` follows.

        Called at any time after `connect`, also before `Connected`: the nick may be what signing in
        needs.  After `Disconnected` the session forgets it; the core asks again after the next `connect`.
        """

    def leave(room: str, reason: str) -> None:
        """Leave a room; `OccupantLeft` for the owner follows."""

    def set_nick(room: str, nick: str) -> Deferred[None]:
        """Ask for another nick; `OccupantRenamed` tells that it is had.  Refused: `conflict`, ..."""

    def set_subject(room: str, text: str) -> Deferred[None]:
        """Change the topic.  Refused: `forbidden`."""

    def set_role(room: str, nick: str, role: Role, reason: str) -> Deferred[None]:
        """Change an occupant's role; `Role.NONE` is a kick.  Refused: `forbidden`, `item-not-found`, ..."""

    def set_affiliation(room: str, name: str, affiliation: Affiliation, reason: str) -> Deferred[None]:
        """Change a nick's affiliation; `OUTCAST` is a ban.  Refused as for roles."""

    def affiliated(room: str, affiliation: Affiliation) -> Deferred[Sequence[str]]:
        """The names that have an affiliation in a room.  Refused: `forbidden`."""

    def invite(room: str, name: str, reason: str) -> Deferred[None]:
        """Invite somebody of the network into a room.  Refused: `item-not-found`, `forbidden`, ..."""


class IPresence(Interface):
    """A session that can tell its network whether its owner is there."""

    def set_presence(show: str, status: str) -> None:
        """The owner's availability over all clients; values of `Show`."""


class IRoster(Interface):
    """A session that follows contacts."""

    def add(name: str) -> None:
        """The owner wants a contact's presence; `Presence` follows."""

    def remove(name: str) -> None:
        """The owner does not want it any more."""


class ITyping(Interface):
    """A session that carries "is writing" notices (XEP-0085)."""

    def typing(target: Target, active: bool) -> None:
        """The owner is writing to a target, or has stopped."""


class IMarkers(Interface):
    """A session that carries "has read" marks (XEP-0333)."""

    def read(target: Target, message_id: str) -> None:
        """The owner has read a target's message and all before it."""


class IProfiles(Interface):
    """A session that knows more about people than their name."""

    def profile(name: str) -> Deferred[Mapping[str, str]]:
        """Facts by vCard field (XEP-0054): FN, NICKNAME, DESC, URL, TEL, ...  Refused: `item-not-found`."""


class IClientInfo(Interface):
    """A session that can ask somebody's program something."""

    def ping(target: Target) -> Deferred[None]:
        """Fires when the far end answers.  Refused: `item-not-found`, `remote-server-timeout`."""

    def version(target: Target) -> Deferred[str]:
        """The far end's program.  Refused: as for `ping`."""


class ISearch(Interface):
    """A session that finds people."""

    def search(values: Mapping[str, str]) -> Deferred[Sequence[Mapping[str, str]]]:
        """Rows of what was found; the key `name` is native."""


class IRoomList(Interface):
    """A session that lists the rooms of its network."""

    def rooms(limit: int) -> Deferred[Sequence[tuple[str, str]]]:
        """(name, description) of up to `limit` rooms."""


class IHistory(Interface):
    """A session whose network keeps messages."""

    def history(target: Target, limit: int) -> Deferred[Sequence[Message]]:
        """The last messages, oldest first."""


class IRawLines(Interface):
    """A session that takes commands of its network as they are."""

    def raw(line: str) -> None:
        """Send one line; answers come as `MessageIn` from the network.  Refused: `not-acceptable`."""
