"""A network whose other side is the test: it records what it is asked and says what the test tells it."""

from typing import Any, ClassVar

from twisted.internet.defer import Deferred, succeed
from zope.interface import implementer, provider

from transport.api import (
    PENDING,
    Accepted,
    Affiliation,
    Case,
    Connected,
    Disconnected,
    Feature,
    Field,
    FieldKind,
    IClientInfo,
    Identity,
    INetwork,
    INetworkPlugin,
    IPresence,
    IRawLines,
    IRooms,
    IRoster,
    ISession,
    Kind,
    Markup,
    Refused,
    Role,
    RoomJoined,
    Sent,
    Standing,
    Text,
)

MEMBER = Standing(Affiliation.NONE, Role.PARTICIPANT)
OPERATOR = Standing(Affiliation.ADMIN, Role.MODERATOR)


@implementer(ISession, IRooms, IRawLines, IPresence, IRoster, IClientInfo)
class FakeSession:
    """Records every call as (name, arguments...)."""

    def __init__(self, account: Any, host: Any) -> None:
        self.account, self.host = account, host
        self.calls: list[tuple[Any, ...]] = []
        self.sent: list[Any] = []
        self.answer: Any = PENDING
        self.next: Deferred[Any] | None = None

    def _record(self, *call: Any) -> Deferred[Any]:
        self.calls.append(call)
        answer, self.next = self.next, None
        return answer if answer is not None else succeed(None)

    def connect(self) -> None:
        self._record("connect")

    def disconnect(self, reason: str) -> None:
        self._record("disconnect", reason)

    def send(self, target: Any, message: Any) -> Any:
        self._record("send", target, message.text)
        self.sent.append(message)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def accept(self, *pieces: str) -> None:
        self.host.deliver(Accepted(self.sent[-1], Sent(pieces=pieces)))

    def online(self, nick: str = "romeo") -> None:
        self.host.deliver(Connected(nick))

    def lost(self, retry: bool = True, condition: str = "remote-server-timeout") -> None:
        self.host.deliver(Disconnected(Refused(condition, "The line is dead."), retry))

    def in_room(self, room: str, nick: str = "romeo", **others: Standing) -> None:
        self.host.deliver(RoomJoined(room, nick, {nick: MEMBER, **others}))

    def join(self, room: str, nick: str, password: str | None) -> None:
        self._record("join", room, nick, password)

    def leave(self, room: str, reason: str) -> None:
        self._record("leave", room, reason)

    def set_nick(self, room: str, nick: str) -> Deferred[None]:
        return self._record("set_nick", room, nick)

    def set_subject(self, room: str, text: str) -> Deferred[None]:
        return self._record("set_subject", room, text)

    def set_role(self, room: str, nick: str, role: Role, reason: str) -> Deferred[None]:
        return self._record("set_role", room, nick, role, reason)

    def set_affiliation(self, room: str, name: str, affiliation: Affiliation, reason: str) -> Deferred[None]:
        return self._record("set_affiliation", room, name, affiliation, reason)

    def affiliated(self, room: str, affiliation: Affiliation) -> Deferred[Any]:
        return self._record("affiliated", room, affiliation)

    def invite(self, room: str, name: str, reason: str) -> Deferred[None]:
        return self._record("invite", room, name, reason)

    def raw(self, line: str) -> None:
        self._record("raw", line)

    def set_presence(self, show: str, status: str) -> None:
        self._record("set_presence", show, status)

    def add(self, name: str) -> None:
        self._record("add", name)

    def remove(self, name: str) -> None:
        self._record("remove", name)

    def ping(self, target: Any) -> Deferred[None]:
        return self._record("ping", target)

    def version(self, target: Any) -> Deferred[str]:
        return self._record("version", target)


@provider(INetworkPlugin)
@implementer(INetwork)
class FakeNetwork:
    """Rooms begin with `#`; everything else is a contact; names fold to lower case."""

    options = ()
    plugin = "fake"
    identities = (Identity("gateway", "irc", "A network of the tests"),)
    contact_identity = Identity("client", "pc")
    registration = (
        Field("nick", "Nick", required=True, legacy="nick"),
        Field("password", "Password", FieldKind.SECRET, legacy="password"),
    )
    instructions = Text("Who are you?")
    features = frozenset({Feature.ROOMS, Feature.GUESTS})
    case = Case.FOLD
    markup = Markup.PLAIN
    queues = False
    commands: tuple[Any, ...] = ()
    cli: ClassVar[dict[str, Any]] = {}

    def __init__(self, name: str, options: Any) -> None:
        self.name, self.given = name, options
        self.sessions: list[FakeSession] = []

    def start(self, hub_host: Any) -> None:
        self.host = hub_host

    def address_type(self, name: str) -> Kind:
        return Kind.ROOM if name.startswith("#") else Kind.CONTACT

    def fold(self, name: str) -> str:
        return name.lower()

    def check(self, name: str) -> str:
        if " " in name:
            raise Refused("jid-malformed", "A name has no spaces.")
        return name

    def claims(self, text: str) -> str | None:
        return text[5:] if text.startswith("fake:") else None

    def check_registration(self, settings: Any) -> Any:
        if settings.get("nick") == "bad":
            raise Refused("not-acceptable", "That nick is bad.")
        return settings

    def status(self) -> dict[str, str]:
        return {}

    def session(self, account: Any, host: Any) -> FakeSession:
        self.sessions.append(FakeSession(account, host))
        return self.sessions[-1]
