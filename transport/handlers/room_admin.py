"""Roles, affiliations and the configuration of rooms by IQ (XEP-0045 sections 8 to 10)."""

from collections.abc import Sequence

from transport.api import Affiliation, IRooms, Refused, Role, Text
from transport.networks import jid_of
from transport.owners import Owners
from transport.rooms import Room
from transport.router import Router, Stanza
from transport.text.translate import Translator
from transport.xmpp import forms
from transport.xmpp.element import Element, attribute
from transport.xmpp.ns import DATA_FORMS, MUC_ADMIN, MUC_OWNER, tag

_ITEM = tag(MUC_ADMIN, "item")
_REASON = tag(MUC_ADMIN, "reason")
_FORM = tag(DATA_FORMS, "x")
ROOM_CONFIG = "http://jabber.org/protocol/muc#roomconfig"
ITEMS = 50


class RoomAdmin:
    """Answers the IQs by which clients govern a room."""

    def __init__(self, owners: Owners, translator: Translator, router: Router) -> None:
        self._owners = owners
        self._translator = translator
        router.iq("get", tag(MUC_ADMIN, "query"), self.read)
        router.iq("set", tag(MUC_ADMIN, "query"), self.change)
        router.iq("get", tag(MUC_OWNER, "query"), self.configuration)
        router.iq("set", tag(MUC_OWNER, "query"), self.configure)

    def _room(self, stanza: Stanza) -> tuple[Room, IRooms]:
        owner = self._owners.get(stanza.owner)
        room = owner.rooms.get(stanza.to.partition("/")[0]) if owner is not None else None
        if room is None or stanza.from_ not in room.seats:
            raise Refused("not-acceptable", "You are not in this room; join it first.")
        return room, room.session.open_rooms()

    async def read(self, stanza: Stanza, payload: Element) -> str:
        """Who has a role or an affiliation (sections 8.5, 9.5 to 9.8, 10.5)."""
        room, rooms = self._room(stanza)
        item = payload.child(_ITEM)
        if item is None:
            raise Refused("bad-request", "Ask for a role or an affiliation.")
        if item.get("role"):
            role = _role(item.get("role"))
            found = [(nick, s.affiliation, s.role) for nick, s in room.occupants.items() if s.role is role]
            return _items(found)
        affiliation = _affiliation(item.get("affiliation"))
        names: Sequence[str] = await rooms.affiliated(room.name, affiliation)
        jid = stanza.to.partition("/")[0].partition("@")[2]
        inside = "".join(
            f"<item affiliation='{affiliation.value}' nick='{attribute(name)}'"
            f" jid='{attribute(jid_of(room.session.network, room.session.network.fold(name), jid))}'/>"
            for name in names
        )
        return f"<query xmlns='{MUC_ADMIN}'>{inside}</query>"

    async def change(self, stanza: Stanza, payload: Element) -> str:
        """Change roles and affiliations, one after the other."""
        room, rooms = self._room(stanza)
        items = list(payload.elements(_ITEM))
        if not items or len(items) > ITEMS:
            raise Refused("bad-request", "Ask for one to {most} changes at a time.", most=ITEMS)
        for item in items:
            nick = item.get("nick") or self._nick(room, item.get("jid"))
            reason = item.child_text(_REASON)
            if item.get("role"):
                await rooms.set_role(room.name, nick, _role(item.get("role")), reason)
            else:
                await rooms.set_affiliation(room.name, nick, _affiliation(item.get("affiliation")), reason)
        return ""

    def _nick(self, room: Room, jid: str) -> str:
        local, at, _ = jid.partition("/")[0].rpartition("@")
        name = local.rpartition("%")[0] if at else jid
        fold = room.session.network.fold
        if not name:
            raise Refused("bad-request", "Name the person by nick.")
        return next((nick for nick in room.occupants if fold(nick) == fold(name)), name)

    def configuration(self, stanza: Stanza, payload: Element) -> str:
        """There is nothing to configure yet (section 10.2); clients want an empty form."""
        self._room(stanza)
        title = self._translator.render(Text("Configuration"), stanza.lang)
        words = self._translator.render(Text("Nothing can be configured here."), stanza.lang)
        form = forms.form((), {}, title=title, instructions=words, form_type=ROOM_CONFIG)
        return f"<query xmlns='{MUC_OWNER}'>{form.to_xml()}</query>"

    def configure(self, stanza: Stanza, payload: Element) -> str:
        """Take the empty form back, or its cancellation (section 10.2)."""
        self._room(stanza)
        if payload.child(_FORM) is None:
            raise Refused("not-allowed", "A room here cannot be destroyed.")
        return ""


def _items(found: Sequence[tuple[str, Affiliation, Role]]) -> str:
    inside = "".join(
        f"<item affiliation='{affiliation.value}' nick='{attribute(nick)}' role='{role.value}'/>"
        for nick, affiliation, role in found
    )
    return f"<query xmlns='{MUC_ADMIN}'>{inside}</query>"


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError:
        raise Refused("bad-request", "There is no role {role}.", role=value) from None


def _affiliation(value: str) -> Affiliation:
    try:
        return Affiliation(value)
    except ValueError:
        raise Refused("bad-request", "There is no affiliation {affiliation}.", affiliation=value) from None
