"""Presence and subscriptions of what has an address of ours: gateway, networks, contacts (XEP-0100, RFC 6121).

A contact is known by its network and its native name; the gateway is ("", ""), a network (its name, "").
"""

from collections.abc import Callable

from attrs import evolve
from twisted.logger import Logger

from transport.address import local_part
from transport.api import Case, INetwork, Presence, Refused, RosterItem, RosterReset, Show, SubscriptionRequest, Text
from transport.networks import Networks
from transport.owners import Owner
from transport.session import Session, State
from transport.store.interface import ContactRow, IStore
from transport.text.translate import Translator
from transport.xmpp import stanza as build
from transport.xmpp.element import text
from transport.xmpp.ns import NICK

Key = tuple[str, str]
GATEWAY: Key = ("", "")
SHOWN = 5000
MOST = 5000


class Contacts:
    """Tells owners who is there, and keeps who is subscribed to whom."""

    log = Logger()

    def __init__(
        self,
        domain: str,
        networks: Networks,
        send: Callable[[str], object],
        store: IStore,
        translator: Translator,
    ) -> None:
        self._domain = domain
        self._networks = networks
        self._send = send
        self._store = store
        self._translator = translator
        self.caps: Callable[[], str] = str

    # addresses

    def jid(self, key: Key) -> str:
        """The address of the gateway, a network or a contact."""
        network, name = key
        if not network:
            return self._domain
        found = self._networks.get(network)
        # A network that is not configured any more may still have contacts to take back.
        local = local_part(network, name, found.case if found else Case.FOLD)
        return f"{local or network}@{self._domain}"

    # subscriptions that the owner changes

    def subscribe(self, owner: Owner, key: Key) -> None:
        """The owner wants presence: granted, shown, and asked for in return (XEP-0100 section 5.1)."""
        row = self._row(owner, key)
        if not row.to_contact and len(owner.state.contacts) >= MOST:
            raise Refused("resource-constraint", "You have as many contacts as this gateway keeps.")
        jid = self.jid(key)
        self._send(build.presence(jid, owner.jid, "subscribed"))
        if not row.to_contact:
            self._save(owner, evolve(row, to_contact=True))
        session = owner.sessions.get(key[0])
        if key[1] and session is not None and session.online and session.roster is not None:
            session.guarded(session.roster.add, key[1])
        self.show(owner, key, owner.jid)
        if not row.from_contact:
            self._send(build.presence(jid, owner.jid, "subscribe", self._nick(key, row)))

    def deny(self, owner: Owner, key: Key) -> None:
        """The owner may not have this contact."""
        self._send(build.presence(self.jid(key), owner.jid, "unsubscribed"))

    def unknown(self, owner: Owner, address: str) -> None:
        """Nobody is known by this address."""
        self._send(build.presence(address, owner.jid, "unsubscribed"))

    def refuse_probe(self, owner: Owner, key: Key) -> None:
        """Somebody asks for presence without a subscription (RFC 6121 section 4.3.2)."""
        self._send(build.presence(self.jid(key), owner.jid, "unsubscribed"))

    def subscribed(self, owner: Owner, key: Key) -> None:
        """The owner grants presence."""
        row = self._row(owner, key)
        if not row.from_contact and (key in owner.state.contacts or (owner.member and not key[1])):
            self._save(owner, evolve(row, from_contact=True))

    def unsubscribe(self, owner: Owner, key: Key) -> None:
        """The owner does not want presence any more."""
        row = self._row(owner, key)
        jid = self.jid(key)
        if row.to_contact:
            self._save(owner, evolve(row, to_contact=False))
            self._send(build.presence(jid, owner.jid, "unsubscribed"))
            self._send(build.presence(jid, owner.jid, "unavailable"))
        session = owner.sessions.get(key[0])
        if key[1] and session is not None and session.roster is not None:
            session.guarded(session.roster.remove, key[1])

    def unsubscribed(self, owner: Owner, key: Key) -> None:
        """The owner does not grant presence any more."""
        row = self._row(owner, key)
        if row.from_contact:
            self._save(owner, evolve(row, from_contact=False))

    def register(self, owner: Owner, network: str = "") -> None:
        """Ask for the owner's presence after a registration (XEP-0100 section 4.1)."""
        key = (network, "")
        if not self._row(owner, key).from_contact:
            self._send(build.presence(self.jid(key), owner.jid, "subscribe"))
        self.show(owner, key, owner.jid)

    def unregister(self, owner: Owner, network: str | None) -> None:
        """Withdraw everything from the owner's roster: a network, or all with None (XEP-0100 section 4.3)."""
        keys = {key for key in owner.state.contacts if network in (None, key[0])}
        keys.add((network or "", ""))
        for key in sorted(keys, reverse=True):
            jid = self.jid(key)
            for kind in ("unsubscribe", "unsubscribed", "unavailable"):
                self._send(build.presence(jid, owner.jid, kind))
            owner.state.contacts.pop(key, None)

    # presence

    def show(self, owner: Owner, key: Key, to: str) -> None:
        """Send the presence of something of ours to an address of its owner."""
        self._send(self._presence(owner, key, to))

    def _presence(self, owner: Owner, key: Key, to: str) -> str:
        jid = self.jid(key)
        if key == GATEWAY:
            kind = "" if owner.member or owner.sessions else "unavailable"
            return build.presence(jid, to, kind, "" if kind else self.caps())
        session = owner.sessions.get(key[0])
        if not key[1]:
            return self._network_presence(owner, jid, to, session)
        show, status = session.shown.get(key[1], (Show.OFFLINE, "")) if session else (Show.OFFLINE, "")
        if show == Show.OFFLINE:
            return build.presence(jid, to, "unavailable", _inside("", status))
        return build.presence(jid, to, "", _inside(show, status))

    def _network_presence(self, owner: Owner, jid: str, to: str, session: Session | None) -> str:
        if session is None or session.state is State.OFFLINE:
            return build.presence(jid, to, "unavailable")
        if session.online:
            show, status = session.shown.get("", (Show.ONLINE, ""))
            if show == Show.OFFLINE:
                return build.presence(jid, to, "unavailable", _inside("", status))
            return build.presence(jid, to, "", _inside(show, status) + self.caps())
        words = Text("Connecting to {network}.", network=session.name)
        return build.presence(jid, to, "", _inside(Show.XA, self._translator.render(words, owner.lang)) + self.caps())

    def arrived(self, owner: Owner, full: str) -> None:
        """A client has become available: show it the gateway and what is signed in."""
        self._send(self._presence(owner, GATEWAY, full))
        for session in owner.sessions.values():
            if owner.state.contacts.get((session.name, "")) or session.name in owner.state.accounts:
                self._send(self._presence(owner, (session.name, ""), full))

    def leaving(self, owner: Owner) -> None:
        """The gateway is going down."""
        for key, row in owner.state.contacts.items():
            if row.to_contact:
                self._send(build.presence(self.jid(key), owner.jid, "unavailable"))

    # what sessions and networks say

    def session_changed(self, session: Session) -> None:
        """A session came, went or tries again."""
        owner = session.owner
        network = (session.name, "")
        if network in owner.state.contacts or session.name in owner.state.accounts:
            self.show(owner, network, owner.jid)
        if session.online:
            self._follow(session)
            return
        session.shown.pop("", None)
        for name in session.shown:
            self._send(build.presence(self.jid((session.name, name)), owner.jid, "unavailable"))
        session.shown.clear()

    def _follow(self, session: Session) -> None:
        if session.roster is None:
            return
        for (network, name), row in session.owner.state.contacts.items():
            if network == session.name and name and row.to_contact:
                session.guarded(session.roster.add, name)

    def session_failed(self, session: Session, reason: Refused) -> None:
        """Signing in failed: told by an error of presence, never by silence (XEP-0100 section 4.4.2)."""
        self.session_changed(session)
        if session.name in session.owner.state.accounts:
            self.failed(session.owner, session.name, reason)

    def failed(self, owner: Owner, network: str, reason: Refused) -> None:
        """An owner cannot be signed in."""
        error = build.error(reason.condition, self._translator.render(reason.text, owner.lang))
        self._send(build.presence(self.jid((network, "")), owner.jid, "error", error))

    def network_presence(self, session: Session, event: Presence) -> None:
        """A contact is there, or away, or gone; kept only for contacts that the owner follows."""
        if not event.name:
            self._own_presence(session, event)
            return
        key = (session.name, event.name)
        row = session.owner.state.contacts.get(key)
        if row is None or not row.to_contact:
            return
        if event.show == Show.OFFLINE and not event.status:
            session.shown.pop(event.name, None)
        elif event.name in session.shown or len(session.shown) < SHOWN:
            session.shown[event.name] = (event.show, event.status)
        if event.nick and event.nick != row.nick:
            self._save(session.owner, evolve(row, nick=event.nick))
        self.show(session.owner, key, session.owner.jid)

    def _own_presence(self, session: Session, event: Presence) -> None:
        """How the network itself is, as long as the session lasts."""
        session.shown[""] = (event.show, event.status)
        key = (session.name, "")
        if key in session.owner.state.contacts or session.name in session.owner.state.accounts:
            self.show(session.owner, key, session.owner.jid)

    def network_item(self, session: Session, event: RosterItem) -> None:
        """The account's own list has a contact: offer it (RFC 6121 section 3.1)."""
        key = (session.name, event.name)
        row = self._row(session.owner, key)
        if event.nick and event.nick != row.nick:
            row = evolve(row, nick=event.nick)
            self._save(session.owner, row)
        if not row.from_contact:
            self._send(build.presence(self.jid(key), session.owner.jid, "subscribe", self._nick(key, row)))

    def network_roster(self, session: Session, event: RosterReset) -> None:
        """The account's whole list."""
        for item in event.items:
            self.network_item(session, item)

    def network_request(self, session: Session, event: SubscriptionRequest) -> None:
        """A contact asks for the owner's presence; only `subscribe` goes out, never `subscribed`."""
        inside = f"<status>{text(event.reason)}</status>" if event.reason else ""
        inside += f"<nick xmlns='{NICK}'>{text(event.nick)}</nick>" if event.nick else ""
        key = (session.name, event.name)
        self._send(build.presence(self.jid(key), session.owner.jid, "subscribe", inside))

    # rows

    def _row(self, owner: Owner, key: Key) -> ContactRow:
        return owner.state.contacts.get(key) or ContactRow(*key)

    def _save(self, owner: Owner, row: ContactRow) -> None:
        key = (row.network, row.name)
        if row.to_contact or row.from_contact or row.nick:
            owner.state.contacts[key] = row
        else:
            owner.state.contacts.pop(key, None)
        self._store.save_contact(owner.jid, row).addErrback(
            lambda failure: self.log.failure("a contact of {owner} could not be kept", failure, owner=owner.jid)
        )

    def _nick(self, key: Key, row: ContactRow) -> str:
        nick = row.nick or key[1]
        return f"<nick xmlns='{NICK}'>{text(nick)}</nick>" if nick else ""


def _inside(show: str, status: str) -> str:
    shown = f"<show>{text(show)}</show>" if show else ""
    return shown + (f"<status>{text(status)}</status>" if status else "")


def accepts(network: INetwork, owner: Owner) -> bool:
    """Whether an owner may have contacts on a network at all."""
    return owner.member or network.name in owner.sessions
