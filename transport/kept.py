"""Rooms that stay joined when the last client has left them, and over restarts."""

from attrs import define
from twisted.logger import Logger

from transport.api import Ask, Command, CommandContext, Done, Field, FieldKind, Refused, Text
from transport.owners import Owners
from transport.rooms import Room
from transport.sessions import Sessions
from transport.store.interface import IStore, KeptRoom

ROOM = "room"


@define
class Kept:
    """Keeps rooms, until their owner is put out of them or does not want them any more."""

    store: IStore
    owners: Owners
    sessions: Sessions
    log: Logger

    def keep(self, room: Room) -> None:
        """Stay in a room from now on."""
        room.kept = True
        row = KeptRoom(room.session.name, room.name, room.nick)
        self.store.save_room(room.session.owner.jid, row).addErrback(self._unsaved)

    def forsake(self, room: Room) -> None:
        """Do not stay in a room without a client any more."""
        if room.kept:
            room.kept = False
            owner = room.session.owner.jid
            self.store.remove_room(owner, room.session.name, room.name).addErrback(self._unsaved)

    def _unsaved(self, failure: object) -> None:
        self.log.error("a room to keep could not be written down: {failure}", failure=failure)

    # for people

    def command(self) -> Command:
        """The command by which an owner leaves a room for good."""
        help = "For rooms that stay joined while none of your clients is in them: leave #room."
        return Command("leave", "Leave a room that stays joined", self.leave, help=help)

    async def leave(self, context: CommandContext) -> Ask | Done:
        """Leave the room that is named, or ask which."""
        owner = await self.owners.load(context.owner)
        session = owner.sessions.get(context.account.network) if context.account else None
        kept = [room for room in session.rooms.values() if room.kept] if session else []
        if not kept:
            return Done(Text("None of your rooms here stays joined."))
        if context.argument:
            return self._leave(kept, context.argument)
        options = tuple((room.name, room.name) for room in kept)
        field = Field(ROOM, "Room", FieldKind.CHOICE, True, options=options)
        return Ask(Text("Leave a room"), (field,), lambda values: self._leave(kept, values[ROOM]))

    def _leave(self, kept: list[Room], name: str) -> Done:
        room = next((room for room in kept if room.session.network.fold(name) == room.name), None)
        if room is None:
            raise Refused("item-not-found", "{room} is not a room of yours that stays joined.", room=name)
        self.forsake(room)
        session = room.session
        if not room.seats:
            room.depart("")
        self.sessions.settle(session.owner)
        return Done(Text("{room} does not stay joined any more.", room=room.name))
