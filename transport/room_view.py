"""What the clients in a room see: occupants, subject, history, and the end of it (XEP-0045)."""

from collections.abc import Callable, Iterable, Sequence

from twisted.logger import Logger

from transport.address import local_part
from transport.api import INetwork, Leave, OccupantLeft, Refused, Standing, Text
from transport.rooms import PARTICIPANT, Room, Seat
from transport.store.interface import ArchiveRow, IStore, SeatRow
from transport.text.translate import Translator
from transport.xmpp import stanza as build
from transport.xmpp.element import Escaped, attribute, text
from transport.xmpp.ns import MUC, MUC_USER, STANZA_ID

NICKS = 20_000
HISTORY = 20
# So many presences go to the link as one text: a few KiB, far below what a server takes.
TOGETHER = 16
_CODES = {Leave.KICKED: "307", Leave.BANNED: "301"}


class RoomView:
    """Sends rooms to the clients in them."""

    log = Logger()

    def __init__(
        self,
        domain: str,
        send: Callable[[str], object],
        new_id: Callable[[], str],
        store: IStore,
        translator: Translator,
        archive: bool,
    ) -> None:
        self._domain = domain
        self._send = send
        self._new_id = new_id
        self._store = store
        self._translator = translator
        self._archive = archive
        self.nicks = Escaped()
        self._jids: dict[str, dict[str, str]] = {}
        self._known = 0
        self._items: dict[Standing, str] = {}

    # pieces of stanzas

    def contact_attr(self, network: INetwork, nick: str) -> str:
        """The address of a contact as an attribute's value, remembered; empty when it has none."""
        jid = self._jids.get(network.name, {}).get(nick)
        if jid is None:
            if self._known >= NICKS:
                self._known = 0
                self._jids.clear()
            self._known += 1
            jids = self._jids.setdefault(network.name, {})
            local = local_part(network.name, network.fold(nick), network.case)
            jid = jids[nick] = attribute(f"{local}@{self._domain}") if local else ""
        return jid

    def _standing(self, standing: Standing) -> str:
        item = self._items.get(standing)
        if item is None:
            item = self._items[standing] = (
                f"<item affiliation='{standing.affiliation.value}' role='{standing.role.value}'"
            )
        return item

    def _presence(self, seat: Seat, nick: str, inside: str, kind: str = "") -> str:
        return (
            f"<presence from='{seat.address_attr}/{self.nicks[nick]}' to='{seat.full_attr}'{kind}>"
            f"<x xmlns='{MUC_USER}'>{inside}</x></presence>"
        )

    def _item(self, room: Room, nick: str, standing: Standing) -> str:
        return f"{self._standing(standing)} jid='{self.contact_attr(room.session.network, nick)}'/>"

    def to_seat(self, seat: Seat, stanza: str) -> None:
        """Send to a client if it is in the room, after its history; who waits to enter is told all then."""
        if not seat.there:
            return
        if seat.backlog is None:
            self._send(stanza)
        else:
            seat.backlog.append(stanza)

    # entering

    def enter(self, room: Room, seat: Seat) -> None:
        """A client has entered a room we are in: all that XEP-0045 section 7.2 sends, in its order."""
        self._introduce(room, seat)
        self._send(self.self_presence(room, seat))
        if not seat.there:
            seat.there = True
            jid, _, resource = seat.full.partition("/")
            self._store.save_seat(SeatRow(jid, resource, seat.address, room.nick)).addErrback(self._unsaved)
        if self._archive and seat.wish.limit > 0:
            seat.backlog = []
            session = room.session
            self._store.history(
                session.owner.jid, session.name, room.name, min(seat.wish.limit, 200), seat.wish.since
            ).addCallbacks(self._history, self._no_history, callbackArgs=(room, seat), errbackArgs=(room, seat))
        else:
            self._subject_to(room, seat)

    def _introduce(self, room: Room, seat: Seat) -> None:
        """Everybody else who is there; rooms of thousands make this the longest loop there is."""
        send, nicks, items, network = self._send, self.nicks, self._items, room.session.network
        contact_attr, own = self.contact_attr, room.nick
        jids = self._jids.get(network.name) or {}
        head = f"<presence from='{seat.address_attr}/"
        middle = f"' to='{seat.full_attr}'><x xmlns='{MUC_USER}'>"
        out: list[str] = []
        for nick, standing in room.occupants.pairs():
            if nick != own:
                item = items.get(standing) or self._standing(standing)
                jid = jids.get(nick) or contact_attr(network, nick)
                out.append(f"{head}{nicks[nick]}{middle}{item} jid='{jid}'/></x></presence>")
                if len(out) == TOGETHER:
                    send("".join(out))
                    out.clear()
        if out:
            send("".join(out))

    def self_presence(self, room: Room, seat: Seat) -> str:
        """A client's own occupant: 110, 100 (nicks are no secret), 210 when the nick is not the one asked for."""
        standing = room.occupants.get(room.nick, PARTICIPANT)
        changed = "<status code='210'/>" if seat.nick != room.nick else ""
        seat.nick = room.nick
        return self._presence(
            seat,
            room.nick,
            f"{self._standing(standing)} jid='{seat.full_attr}'/><status code='100'/><status code='110'/>{changed}",
        )

    def _history(self, rows: Sequence[ArchiveRow], room: Room, seat: Seat) -> None:
        if room.seats.get(seat.full) is not seat:
            return
        waiting = "".join(seat.backlog or ())
        for row in rows:
            # What was said meanwhile may be in the store already; it comes from the backlog.
            if f" id='{row.id}'/></message>" not in waiting:
                self._send(self._past(seat, row))
        self._subject_to(room, seat)
        backlog, seat.backlog = seat.backlog, None
        for stanza in backlog or ():
            self._send(stanza)

    def _no_history(self, failure: object, room: Room, seat: Seat) -> None:
        self.log.error("history could not be read: {failure}", failure=failure)
        self._history((), room, seat)

    def _past(self, seat: Seat, row: ArchiveRow) -> str:
        nick = f"/{self.nicks[row.nick]}" if row.nick else ""
        return (
            f"<message from='{seat.address_attr}{nick}{seat.tail}{row.id}'>"
            f"<body>{text(row.body)}</body>{row.extra}{build.delay(row.when, seat.address)}"
            f"<stanza-id xmlns='{STANZA_ID}' by='{seat.address_attr}' id='{row.id}'/></message>"
        )

    def _subject_to(self, room: Room, seat: Seat) -> None:
        subject = room.subject
        setter = f"/{self.nicks[subject.setter]}" if subject and subject.setter else ""
        inside = f"<subject>{text(subject.text)}</subject>" if subject and subject.text else "<subject/>"
        self._send(f"<message from='{seat.address_attr}{setter}{seat.tail}{self._new_id()}'>{inside}</message>")

    def refuse_entry(self, room: Room, seat: Seat, reason: Refused) -> None:
        """A client cannot enter (XEP-0045 section 7.2.5 and after)."""
        error = build.error(reason.condition, self._translator.render(reason.text, room.session.owner.lang))
        self._send(build.presence(f"{seat.address}/{seat.nick}", seat.full, "error", f"<x xmlns='{MUC}'/>{error}"))

    # while there

    def occupant(self, room: Room, nick: str, standing: Standing) -> None:
        """Somebody came in, or stands otherwise now."""
        item = self._item(room, nick, standing)
        own = nick == room.nick
        for seat in there(room):
            self.to_seat(seat, self.self_presence(room, seat) if own else self._presence(seat, nick, item))

    def occupants(self, room: Room, gone: Iterable[str], new: Iterable[str]) -> None:
        """What has changed in a room while we were away."""
        for nick in gone:
            self.left(room, OccupantLeft(room.name, nick))
        for nick in new:
            self.occupant(room, nick, room.occupants[nick])

    def left(self, room: Room, event: OccupantLeft) -> None:
        """Somebody else left, of their own will or not (XEP-0045 sections 7.14, 8.2, 9.1)."""
        inside = self._parting(event)
        for seat in room.seats.values():
            self.to_seat(seat, self._gone(seat, event.nick, inside, event))

    def _parting(self, event: OccupantLeft) -> str:
        code = _CODES.get(event.how)
        affiliation = "outcast" if event.how == Leave.BANNED else "none"
        item = f"<item affiliation='{affiliation}' role='none'"
        if code is None:
            return f"{item}/>"
        actor = f"<actor nick='{attribute(event.actor)}'/>" if event.actor else ""
        reason = f"<reason>{text(event.reason)}</reason>" if event.reason else ""
        return f"{item}>{actor}{reason}</item><status code='{code}'/>"

    def _gone(self, seat: Seat, nick: str, inside: str, event: OccupantLeft) -> str:
        status = f"<status>{text(event.reason)}</status>" if event.reason and event.how not in _CODES else ""
        return (
            f"<presence from='{seat.address_attr}/{self.nicks[nick]}' to='{seat.full_attr}' type='unavailable'>"
            f"{status}<x xmlns='{MUC_USER}'>{inside}</x></presence>"
        )

    def renamed(self, room: Room, old: str, new: str) -> None:
        """Somebody has another nick (XEP-0045 section 7.6); `room` knows the new one already."""
        standing = room.occupants.get(new, PARTICIPANT)
        own = new == room.nick
        self110 = "<status code='110'/>" if own else ""
        inside = (
            f"{self._standing(standing)} nick='{attribute(new)}' "
            f"jid='{self.contact_attr(room.session.network, new)}'/><status code='303'/>{self110}"
        )
        for seat in there(room):
            self.to_seat(seat, self._presence(seat, old, inside, " type='unavailable'"))
            if own:
                seat.nick = new
                self.to_seat(seat, self.self_presence(room, seat))
            else:
                self.to_seat(seat, self._presence(seat, new, self._item(room, new, standing)))

    def subject(self, room: Room) -> None:
        """The topic is another one."""
        for seat in there(room):
            if seat.backlog is None:
                self._subject_to(room, seat)

    def notice(self, room: Room, words: Text) -> None:
        """The room itself says something to the owner's clients."""
        body = text(self._translator.render(words, room.session.owner.lang))
        for seat in room.seats.values():
            self.to_seat(seat, f"<message from='{seat.address_attr}{seat.tail}{self._new_id()}'>"
                               f"<body>{body}</body></message>")  # fmt: skip

    def config_changed(self, room: Room) -> None:
        """The room's configuration is another one (XEP-0045 section 10.2.1)."""
        for seat in room.seats.values():
            self.to_seat(seat, f"<message from='{seat.address_attr}{seat.tail}{self._new_id()}'>"
                               f"<x xmlns='{MUC_USER}'><status code='104'/></x></message>")  # fmt: skip

    # the end

    def leave(self, room: Room, seat: Seat, inside: str = "", status: str = "") -> None:
        """A client is out of the room, and knows it by 110; `inside` may hold other codes."""
        self.forget(seat)
        said = f"<status>{text(status)}</status>" if status else ""
        self._send(
            f"<presence from='{seat.address_attr}/{self.nicks[room.nick]}' to='{seat.full_attr}' "
            f"type='unavailable'>{said}<x xmlns='{MUC_USER}'>"
            f"{inside or self._parting(OccupantLeft(room.name, room.nick))}<status code='110'/></x></presence>"
        )

    def expelled(self, room: Room, event: OccupantLeft) -> None:
        """The owner was thrown out: every client is out."""
        for full in list(room.seats):
            seat = room.free_seat(full)
            if seat is not None:
                status = event.reason if event.how not in _CODES else ""
                self.leave(room, seat, self._parting(event), status)

    def closed(self, room: Room, why: Text) -> None:
        """The gateway or the network ends: every client is out, with 332 (XEP-0045 section 17)."""
        inside = "<item affiliation='none' role='none'/><status code='332'/>"
        for full in list(room.seats):
            seat = room.free_seat(full)
            if seat is not None:
                self.leave(room, seat, inside, self._translator.render(why, room.session.owner.lang))

    def forget(self, seat: Seat) -> None:
        """A client need not be told any more when the gateway dies."""
        if seat.there:
            seat.there = False
            jid, _, resource = seat.full.partition("/")
            self._store.remove_seat(jid, resource, seat.address).addErrback(self._unsaved)

    def lost_by_crash(self, row: SeatRow) -> None:
        """A client was in a room when the gateway died: tell it that it is out."""
        self._send(
            build.presence(
                f"{row.address}/{row.nick}",
                f"{row.owner}/{row.resource}",
                "unavailable",
                f"<status>{text(self._translator.render(Text('The gateway was restarted; please join again.'), 'en'))}"
                f"</status><x xmlns='{MUC_USER}'><item affiliation='none' role='none'/><status code='332'/>"
                "<status code='110'/></x>",
            )
        )

    def _unsaved(self, failure: object) -> None:
        self.log.error("who is in a room could not be written down: {failure}", failure=failure)


def there(room: Room) -> list[Seat]:
    """The clients that are in a room, without those that wait to enter it."""
    return [seat for seat in room.seats.values() if seat.there]
