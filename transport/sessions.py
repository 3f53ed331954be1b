"""Accounts signed in: when a session begins, ends and begins again."""

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime

from transport.api import (
    Disconnected,
    Feature,
    IHost,
    INetwork,
    Refused,
    Text,
)
from transport.backoff import Backoff, Pace
from transport.delivery import Delivery
from transport.owners import Owner, Owners
from transport.session import News, Session, State, account_of


class Sessions:
    """All sessions: signing in and out, reconnecting, and the messages in between."""

    def __init__(
        self,
        reactor: IReactorTime,
        owners: Owners,
        delivery: Delivery,
        news: News,
        make_host: Callable[[Session], IHost],
        limits: Any,
        jitter: Callable[[], float],
        may_use: Callable[[str, str], bool],
    ) -> None:
        self._reactor = reactor
        self._owners = owners
        self.delivery = delivery
        self._news = news
        self._make_host = make_host
        self._limits = limits
        self._jitter = jitter
        self._may_use = may_use
        self._paces: dict[str, Pace] = {}
        self.closing = False
        self.goodbyes = 0
        self.count = 0

    # signing in and out

    def sign_in(self, owner: Owner, network: INetwork, paced: bool = False) -> Session:
        """The owner's session on a network, begun if there is none; Refused when there can be none.

        `paced` is for sessions that begin by themselves, hundreds at once after a restart.
        """
        session = owner.sessions.get(network.name)
        if session is not None:
            if session.state is State.OFFLINE:
                self._connect(session, paced)
            return session
        if self.closing:
            raise Refused("recipient-unavailable", "The gateway is being stopped.", retry_after=30)
        if not self._may_use(owner.jid, network.name):
            raise Refused("forbidden", "You may not use {network}.", network=network.name)
        if network.name not in owner.state.accounts and Feature.GUESTS not in network.features:
            raise Refused(
                "registration-required", "Register with {network} first: send the word register to it.",
                network=network.name,
            )  # fmt: skip
        if len(owner.sessions) >= self._limits.sessions_per_user:
            raise Refused("resource-constraint", "You are signed in to as many networks as this gateway allows.")
        if self.count >= self._limits.sessions:
            raise Refused("resource-constraint", "The gateway has no room for more connections.", retry_after=300)
        session = Session(owner, network, account_of(owner, network))
        session.attach(network.session(session.account, self._make_host(session)))
        owner.sessions[network.name] = session
        self.count += 1
        self._owners.release(owner)
        self._connect(session, paced)
        if owner.sessions.get(network.name) is not session:
            # The plugin has given up before `connect` returned.
            raise session.why or Refused("recipient-unavailable", "You are not connected to {network}.",
                                         network=network.name)  # fmt: skip
        return session

    def hurry(self, session: Session) -> None:
        """Do not wait any longer before the next attempt."""
        if session.state is State.WAITING:
            self._cancel(session)
            self._connect(session, False)

    def sign_out(self, session: Session, reason: Text) -> None:
        """End a session; what it has not delivered comes back to its senders."""
        if session.owner.sessions.get(session.name) is not session:
            return
        self._forget(session)
        self._cancel(session)
        state, session.state = session.state, State.OFFLINE
        if state in (State.CONNECTING, State.ONLINE):
            self.goodbyes += 1
            session.guarded(session.plugin.disconnect, str(reason))
        self.delivery.fail_all(session, Refused("recipient-unavailable", "You are signed out of {network}.",
                                        network=session.name))  # fmt: skip
        self._news.gone(session, reason)
        self._owners.release(session.owner)

    def _forget(self, session: Session) -> None:
        del session.owner.sessions[session.name]
        session.owner.peers.clear()
        self.count -= 1

    def sweep(self) -> None:
        """Sign out whom nobody needs and nobody has used since the last sweep."""
        for owner in self._owners.all():
            for session in list(owner.sessions.values()):
                if session.used or session.pending or session.held or self.needed(session):
                    session.used = False
                else:
                    self.sign_out(session, Text("Nobody is using the connection any more."))

    def settle(self, owner: Owner) -> None:
        """Sign out of every network that nothing of the owner needs any more."""
        for session in list(owner.sessions.values()):
            if not self.needed(session):
                self.sign_out(session, Text("Nobody is using the connection any more."))
        self._owners.release(owner)

    def needed(self, session: Session) -> bool:
        """Whether a client, a room or the owner's wish keeps a session."""
        if any(room.seats or room.kept for room in session.rooms.values()):
            return True
        state = session.owner.state
        if session.name not in state.accounts:
            return False
        return bool(session.owner.clients) or state.preferences.get("persistent") == "1"

    # what the network says of the session

    def connected(self, session: Session, nick: str | None) -> None:
        """The network has signed the owner in; rooms are entered again, and what waited is sent."""
        if session.owner.sessions.get(session.name) is not session:
            return
        again, session.announced = session.announced, True
        session.state, session.nick, session.retries, session.why = State.ONLINE, nick, None, None
        self._news.signed_in(session, again)
        self.delivery.flush(session)

    def disconnected(self, session: Session, event: Disconnected) -> None:
        """The network has gone; wait and try again, or tell the owner that it is over."""
        if session.owner.sessions.get(session.name) is not session:
            return
        self._cancel(session)
        session.why = event.reason
        self.delivery.fail_pending(session, Refused(
            "remote-server-timeout", "The connection to {network} was lost; this may not have arrived.",
            network=session.name))  # fmt: skip
        if event.retry and not self.closing and (session.announced or self._keeps_trying(session)):
            session.state = State.WAITING
            self._news.signed_out(session, event.reason, False)
            if session.retries is None:
                session.retries = Backoff(self._jitter)
            self._connect_in(session, session.retries.next())
            return
        session.state = State.OFFLINE
        self.delivery.fail_held(session, event.reason)
        self._news.signed_out(session, event.reason, True)
        self._forget(session)
        self._owners.release(session.owner)

    def _keeps_trying(self, session: Session) -> bool:
        # A guest's first attempt that fails is told at once; a member's account is tried until it works.
        return session.name in session.owner.state.accounts

    # connecting

    def _connect(self, session: Session, paced: bool) -> None:
        """Connect; who does it by hand need not wait, but then others wait longer."""
        session.state = State.WAITING
        pace = self._paces.get(session.name)
        if pace is None:
            pace = self._paces[session.name] = Pace(self._limits.connects_per_second)
        wait = pace.wait(self._reactor.seconds())
        if wait > 0 and paced:
            session.timer = self._reactor.callLater(wait, self._connect_now, session)
        else:
            self._connect_now(session)

    def _connect_in(self, session: Session, delay: float) -> None:
        session.timer = self._reactor.callLater(delay, self._connect, session, True)

    def _connect_now(self, session: Session) -> None:
        session.timer = None
        session.state = State.CONNECTING
        if not session.guarded(session.plugin.connect):
            self.disconnected(
                session,
                Disconnected(Refused("internal-server-error", "The gateway failed to connect."), True),
            )
        elif session.reachable:
            self._news.connecting(session)

    def _cancel(self, session: Session) -> None:
        if session.timer is not None and session.timer.active():
            session.timer.cancel()
        session.timer = None
