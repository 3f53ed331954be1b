"""What becomes of sessions, as messages from the network's address and as changes of rooms and presence."""

from collections.abc import Callable

from transport.api import Refused, Status, Text
from transport.contacts import Contacts
from transport.render_rooms import RenderRooms
from transport.session import Session
from transport.text.translate import Translator
from transport.xmpp import stanza as build
from transport.xmpp.element import text
from transport.xmpp.ns import CARBONS, HINTS

_QUIET = f"<private xmlns='{CARBONS}'/><no-copy xmlns='{HINTS}'/>"


class RenderSessions:
    """Tells an owner about a session."""

    def __init__(
        self,
        domain: str,
        send: Callable[[str], object],
        new_id: Callable[[], str],
        translator: Translator,
        rooms: RenderRooms,
        contacts: Contacts,
    ) -> None:
        self._domain = domain
        self._send = send
        self._new_id = new_id
        self._translator = translator
        self._rooms = rooms
        self._contacts = contacts

    def say(self, session: Session, words: str, kind: str = "chat") -> None:
        """A message from the network's address."""
        body = f"<body>{text(words)}</body>{_QUIET}"
        self._send(build.message(f"{session.name}@{self._domain}", session.owner.jid, kind, body, id=self._new_id()))

    def status(self, session: Session, event: Status) -> None:
        """Progress, as a headline: shown, but not kept and not counted as unread."""
        self.say(session, self._translator.render(event.text, session.owner.lang), "headline")

    def tell(self, session: Session, words: Text) -> None:
        """News that the owner should not miss."""
        self.say(session, self._translator.render(words, session.owner.lang))

    def connecting(self, session: Session) -> None:
        """The network is asked for every room that somebody wants."""
        self._rooms.enter_all(session)

    def signed_in(self, session: Session, again: bool) -> None:
        """The owner is signed in: contacts are followed, presence is shown."""
        self._contacts.session_changed(session)
        if again:
            self.tell(session, Text("Connected to {network} again.", network=session.name))

    def signed_out(self, session: Session, reason: Refused, final: bool) -> None:
        """The network has gone, for now or for good."""
        self._rooms.network_gone(session, reason, final)
        if final:
            self._contacts.session_failed(session, reason)
            if session.announced or session.name in session.owner.state.accounts:
                self.tell(session, Text("Disconnected from {network}: {reason}", network=session.name,
                                        reason=reason.text))  # fmt: skip
        else:
            first = session.retries is None
            self._contacts.session_changed(session)
            if first:
                self.tell(session, Text("The connection to {network} was lost: {reason} Trying again.",
                                        network=session.name, reason=reason.text))  # fmt: skip

    def gone(self, session: Session, reason: Text) -> None:
        """The session was ended by its owner, an administrator or the end of the gateway."""
        self._rooms.session_gone(session, reason)
        self._contacts.session_changed(session)
