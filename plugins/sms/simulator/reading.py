"""Memories and what is in them: +CPMS, +CMGL, +CMGR, +CMGD (3GPP TS 27.005 sections 3.2.2, 3.4, 3.5.4)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms import tpdu
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.simulator import charset, text_mode
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import (
    CMS,
    CMS_BAD_INDEX,
    CMS_BAD_PDU,
    CMS_NOT_ALLOWED,
    CMS_NOT_SUPPORTED,
    Failure,
)
from transport.plugins.sms.simulator.handler import Handlers
from transport.plugins.sms.simulator.memories import MT, Memories, Slot, Status

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

READ, WRITE, RECEIVE = 0, 1, 2
ALL: Final = 4
# What the flag of +CMGD deletes besides the message at the index.
DELETED: Final = (
    frozenset[Status](),
    frozenset({Status.READ}),
    frozenset({Status.READ, Status.SENT}),
    frozenset({Status.READ, Status.SENT, Status.UNSENT}),
    frozenset(Status),
)


def memory(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CPMS."""
    if call.kind is Kind.TEST:
        return (f"+CPMS: {modem.profile.cpms}",)
    modem.need_sim()
    memories = modem.memories
    if call.kind is Kind.READ:
        used = ",".join('"{}",{},{}'.format(name, *memories.usage(name)) for name in memories.used)
        return (f"+CPMS: {used}",)
    chosen = [named(modem, memories, call.text(place)) for place in range(min(len(call.values), 3))]
    for place, name in enumerate(chosen):
        memories.used[place] = name or memories.used[place]
    counts = ",".join("{},{}".format(*memories.usage(name)) for name in memories.used)
    modem.network.offer(modem.number)
    return (f"+CPMS: {counts}",)


def named(modem: "SimModem", memories: Memories, value: str) -> str:
    """A memory that there is; empty when none is named."""
    name = charset.decode(value, charset.UCS2) if len(value) == 8 else value
    name = name.upper()
    if name and name not in memories.stores and not (name == MT and memories.parts(MT)):
        raise Failure(CMS, CMS_NOT_ALLOWED)
    return name


def length(pdu: bytes) -> int:
    """The length of a PDU as headers tell it."""
    try:
        return tpdu.tpdu_length(pdu)
    except Malformed:
        return len(pdu)


def read(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CMGR."""
    if call.kind is Kind.TEST:
        return ()
    modem.need_sim()
    memories = modem.memories
    place = memories.find(memories.used[READ], call.number(0))
    if place is None:
        raise Failure(CMS, CMS_BAD_INDEX)
    store, index = place
    slot = store.slots.get(index)
    if slot is None:
        if modem.profile.empty_slot_fails:
            raise Failure(CMS, CMS_BAD_INDEX)
        return ()
    status = slot.status
    if status is Status.UNREAD:
        slot.status = Status.READ
    modem.network.note("read", modem=modem.number, memory=store.name, index=index)
    if modem.settings.text_mode:
        fields, text = text_mode.stored(modem, Slot(slot.pdu, status))
        return (f'+CMGR: "{text_mode.STATES[status]}",{fields}', *([text] if text else ()))
    return (f"+CMGR: {status.value},{modem.profile.no_alpha},{length(slot.pdu)}", slot.pdu.hex().upper())


def listing(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CMGL."""
    if call.kind is Kind.TEST:
        states = ",".join(f'"{name}"' for name in (*text_mode.STATES, "ALL")) if modem.settings.text_mode else "0-4"
        return (f"+CMGL: ({states})",)
    modem.need_sim()
    wanted = state(modem, call)
    return tuple(listed(modem, wanted))


def state(modem: "SimModem", call: Call) -> int:
    """Which messages are wanted."""
    if not modem.settings.text_mode:
        wanted = call.number(0, 0)
        if wanted > ALL:
            raise Failure(CMS, CMS_BAD_PDU)
        return wanted
    word = charset.decode(call.text(0), charset.UCS2) if len(call.text(0)) > 12 else call.text(0, "REC UNREAD")
    if word.upper() == "ALL" or word == "4":
        return ALL
    if word.upper() not in text_mode.STATES:
        raise Failure(CMS, 305)
    return text_mode.STATES.index(word.upper())


def listed(modem: "SimModem", wanted: int) -> Iterator[str]:
    """The lines of a list."""
    memories = modem.memories
    for index, _, _, slot in list(memories.all(memories.used[READ])):
        if wanted not in (ALL, slot.status):
            continue
        status = slot.status
        if status is Status.UNREAD:
            slot.status = Status.READ
        if modem.settings.text_mode:
            fields, text = text_mode.stored(modem, Slot(slot.pdu, status))
            yield f'+CMGL: {index},"{text_mode.STATES[status]}",{fields}'
            yield text
        else:
            yield f"+CMGL: {index},{status.value},{modem.profile.no_alpha},{length(slot.pdu)}"
            yield slot.pdu.hex().upper()


def delete(modem: "SimModem", call: Call) -> Sequence[str]:
    """+CMGD, with a flag for many at once."""
    memories = modem.memories
    name = memories.used[READ]
    if call.kind is Kind.TEST:
        taken = ",".join(str(index) for index, *_ in memories.all(name))
        return (f"+CMGD: ({taken}),(0-4)",)
    modem.need_sim()
    if modem.faults.deletes:
        modem.faults.deletes -= 1
        raise Failure(CMS, 500)
    flag = call.number(1, 0)
    if flag >= len(DELETED):
        raise Failure(CMS, CMS_NOT_SUPPORTED)
    if flag == 0:
        delete_one(modem, call.number(0))
    else:
        for _, store, index, slot in list(memories.all(name)):
            if slot.status in DELETED[flag]:
                deleted(modem, store.name, index, store.slots.pop(index))
    modem.network.offer(modem.number)
    return ()


def delete_one(modem: "SimModem", index: int) -> None:
    """Delete what is at an index; nothing being there is no error but for some modems."""
    place = modem.memories.find(modem.memories.used[READ], index)
    if place is None:
        raise Failure(CMS, CMS_BAD_INDEX)
    store, index = place
    slot = store.slots.pop(index, None)
    if slot is not None:
        deleted(modem, store.name, index, slot)
    elif modem.profile.empty_slot_fails:
        raise Failure(CMS, CMS_BAD_INDEX)


def deleted(modem: "SimModem", memory: str, index: int, slot: Slot) -> None:
    """Write into the log what is gone."""
    modem.network.note("deleted", modem=modem.number, memory=memory, index=index, pdu=slot.pdu.hex().upper())


COMMANDS: Final[Handlers] = {"+CPMS": memory, "+CMGR": read, "+CMGL": listing, "+CMGD": delete}
