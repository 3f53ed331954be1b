"""One attempt to be signed on: the servers in turn, each with its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define
from twisted.internet import defer
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectError, DNSLookupError, TimeoutError
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from transport.api import Disconnected, Refused, RoomRefused, Text
from transport.plugins.irc.connection import Connection
from transport.plugins.irc.line import format_line
from transport.plugins.irc.options import Server
from transport.plugins.irc.registration import BANNED, Registration, SignIn

if TYPE_CHECKING:
    from transport.plugins.irc.link import Link

REGISTRATION_TIMEOUT = 60.0
OTHER_NICKS = 4


@define
class TurnedAway(Exception):
    """A server did not let us in; `final` means that another one would not either."""

    reason: Refused
    retry: bool
    final: bool


class Connections(Factory):
    """Makes the protocol of one attempt; quietly, since there are thousands."""

    __slots__ = ("session",)
    noisy = False

    def __init__(self, session: Link) -> None:
        self.session = session

    def buildProtocol(self, addr: object) -> Connection:
        """The protocol of the connection that was made."""
        return Connection(self.session)


class Attempt:
    """Tries the servers of a network until one welcomes the session, or all have failed."""

    def __init__(self, session: Link) -> None:
        self.session = session
        self.dialogue: Deferred[None] | None = None
        self.outcome: Deferred[None] | None = None
        self.verifier: Any = None
        self.waiting_for_nick = False
        self.tries = 0
        self.cancelled = False
        self.timer: Any = None

    def start(self) -> None:
        """Begin."""
        self.dialogue = Deferred.fromCoroutine(self.run())
        self.dialogue.addErrback(self.broken)

    def broken(self, failure: Failure) -> None:
        """Cancelled by the owner; anything else is a fault of ours."""
        if failure.check(CancelledError):
            return
        self.session.host.log.failure("Signing in failed", failure)
        self.end(TurnedAway(Refused("internal-server-error", "Signing in failed."), True, True))

    def cancel(self) -> None:
        """The owner does not want it any more."""
        self.cancelled = True
        self.stop_timer()
        if self.dialogue is not None:
            self.dialogue.cancel()

    async def run(self) -> None:
        """Each server in turn."""
        away = TurnedAway(Refused("remote-server-not-found", "The network has no server."), False, True)
        for server in self.session.network.servers:
            try:
                await self.try_server(server)
                return
            except TurnedAway as failed:
                away = failed
            if away.final:
                break
            self.session.tell(Text("{server}: {reason}", server=str(server), reason=str(away.reason.text)))
        self.end(away)

    def end(self, away: TurnedAway) -> None:
        """No server let us in."""
        session = self.session
        session.attempt = None
        session.clear(away.reason)
        session.forget_nick()
        session.deliver(Disconnected(away.reason, away.retry))

    async def try_server(self, server: Server) -> None:
        """Connect and sign on to one server; TurnedAway when that fails."""
        session = self.session
        session.tell(
            Text("Connecting to {server} ({how}).", server=str(server), how="TLS" if server.tls else "not encrypted")
        )
        settings = session.network.settings
        self.verifier = None
        if server.tls:
            certificate = session.account.settings.get("certificate", "")
            self.verifier = session.network.verifier(server.host, certificate)
        self.outcome = outcome = Deferred[None]()
        try:
            endpoint = session.host.endpoint(
                server.host, server.port, tls=self.verifier, public_only=session.network.wildcard
            )
            made: Deferred[Any] = endpoint.connect(Connections(session))
            made.addTimeout(settings["connect_timeout"], session.host.reactor)
            await made
        except Refused as refused:
            raise TurnedAway(refused, refused.retry_after is not None, False) from None
        except Exception as error:
            if self.cancelled:
                raise CancelledError from None
            raise TurnedAway(unreachable(error), True, False) from None
        self.timer = session.host.reactor.callLater(REGISTRATION_TIMEOUT, self.timed_out)
        await outcome

    # What the session tells

    def opened(self) -> None:
        """Connected: sign on as soon as there is a nick."""
        settings = self.session.account.settings
        options = self.session.network.settings
        self.session.registration = Registration(
            self.session,
            SignIn(
                settings.get("username", ""),
                settings.get("password", ""),
                settings.get("realname", "") or options["realname"],
                settings.get("server_password", "") or options["password"],
                bool(settings.get("certificate")) and self.verifier is not None,
            ),
        )
        if self.session.wanted_nick:
            self.session.registration.begin(self.session.wanted_nick)

    def nick_given(self, nick: str) -> None:
        """Somebody joins under a nick; it may be what was missing."""
        registration = self.session.registration
        if not self.session.wanted_nick:
            self.session.wanted_nick = nick
            if registration is not None and not registration.nick:
                registration.begin(nick)
        elif self.waiting_for_nick and registration is not None:
            self.waiting_for_nick = False
            self.session.wanted_nick = nick
            if self.timer is not None and self.timer.active():
                self.timer.reset(REGISTRATION_TIMEOUT)
            registration.retry(nick)

    def other_nick(self, nick: str, reason: Refused) -> str | None:
        """A nick that cannot be had: who just joined under it is told, else another like it is taken."""
        session = self.session
        ours_before = nick == session.held_nick or session.host.restarting or self.tries
        if ours_before or (not session.joining and session.account.settings.get("nick")):
            self.tries += 1
            if self.tries > OTHER_NICKS:
                self.failed(reason, True)
                return None
            most = max(session.support.nicklen, 9)
            other = session.wanted_nick[: most - self.tries] + "_" * self.tries
            session.tell(Text("{reason} Trying {nick}.", reason=str(reason.text), nick=other))
            return other
        self.waiting_for_nick = True
        if self.timer is not None and self.timer.active():
            self.timer.reset(REGISTRATION_TIMEOUT)
        rooms, session.joining = session.joining, {}
        for room in rooms:
            session.deliver(RoomRefused(room, reason))
        return None

    def succeeded(self) -> None:
        """001 has come."""
        self.stop_timer()
        if self.outcome is not None and not self.outcome.called:
            self.outcome.callback(None)

    def failed(self, reason: Refused, retry: bool) -> None:
        """The server does not let us in, and said so."""
        self.give_up(TurnedAway(reason, retry, not retry))

    def lost(self, failure: Failure) -> None:
        """The connection ended before 001."""
        refusal = getattr(self.verifier, "refusal", None)
        if refusal is not None:
            self.give_up(TurnedAway(refusal, False, False))
        else:
            self.give_up(TurnedAway(reason_of(failure), True, False))

    def timed_out(self) -> None:
        """No 001 in time."""
        if self.waiting_for_nick or not self.session.wanted_nick:
            reason = Refused("conflict", "No nickname was chosen in time.")
            self.give_up(TurnedAway(reason, False, True))
        else:
            reason = Refused("remote-server-timeout", "The server has not answered in time.")
            self.give_up(TurnedAway(reason, True, False))

    def give_up(self, away: TurnedAway) -> None:
        """Leave this server."""
        self.stop_timer()
        session = self.session
        connection, session.connection = session.connection, None
        session.outbox = session.registration = None
        if connection is not None:
            connection.write(format_line("QUIT", "Not signed in"))
            connection.close()
            session.host.reactor.callLater(5.0, connection.abort)
        if self.outcome is not None and not self.outcome.called:
            self.outcome.errback(Failure(away))

    def stop_timer(self) -> None:
        """Nothing is waited for any more."""
        if self.timer is not None and self.timer.active():
            self.timer.cancel()
        self.timer = None


def unreachable(error: Exception) -> Refused:
    """Why there is no connection, in words."""
    if isinstance(error, DNSLookupError):
        return Refused("remote-server-not-found", "There is no server of this name.")
    if isinstance(error, (TimeoutError, defer.TimeoutError)):
        return Refused("remote-server-timeout", "The server does not answer.")
    if isinstance(error, ConnectError):
        return Refused("remote-server-not-found", "The server cannot be reached: {why}", why=words(error))
    return Refused("remote-server-not-found", "The server cannot be reached ({why}).", why=type(error).__name__)


def reason_of(failure: Failure) -> Refused:
    """Why a connection ended, in words."""
    error = failure.value
    if error is not None and type(error).__module__.startswith("OpenSSL"):
        return Refused("remote-server-not-found", "No secure connection to the server: {why}", why=words(error))
    return Refused("remote-server-not-found", "The connection to the server was lost.")


def farewell(failure: Failure, said: str) -> tuple[Refused, bool]:
    """Why a session ended, and whether trying again can help; `said` is the server's ERROR."""
    if not said:
        return reason_of(failure), True
    reason = Refused("remote-server-not-found", "The network has ended the connection: {said}", said=said)
    return reason, not BANNED.search(said)


def words(error: BaseException) -> str:
    """The text of an error, without the numbers of the system's library."""
    for arg in error.args:
        if isinstance(arg, list) and arg and isinstance(arg[0], tuple):
            return "; ".join(str(item[-1]) for item in arg)[:300]
    return str(error)[:300]
