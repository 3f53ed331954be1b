"""Commands about one modem: faults, calls, power, what it holds."""

from collections.abc import Sequence
from typing import Final

from transport.plugins.sms.simulator import fault_words, identity
from transport.plugins.sms.simulator.fault_words import NoSuchWords
from transport.plugins.sms.simulator.network import SimNetwork
from transport.plugins.sms.simulator.orders import Answer, Order, Orders, find, unescaped


def modems(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`modems`."""
    return {
        "modems": [
            {
                "number": modem.number,
                "link": modem.name,
                "profile": modem.profile.name,
                "imei": identity.imei(modem),
                "imsi": modem.sim.imsi,
                "plugged": modem.plugged,
                "registration": modem.told_registration,
                "signal": modem.signal,
                "sim": modem.sim.wants,
                "stored": {name: modem.memories.usage(name) for name in modem.memories.stores},
                "waiting": len(network.waiting[modem.number]),
            }
            for modem in network.modems.values()
        ]
    }


def raw(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`raw`."""
    try:
        pdu = bytes.fromhex(words[1])
    except ValueError:
        raise NoSuchWords("a PDU is hexadecimal") from None
    return {"id": network.inject(find(network, words[0]).number, pdu)}


def call(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`call`."""
    rings = int(fault_words.number(words, 2, 4))
    find(network, words[1]).ringing.begin("" if words[0] == "withheld" else words[0], rings)
    return {}


def hang_up(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`hangup`."""
    find(network, words[0]).ringing.over()
    return {}


def unplug(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`unplug`."""
    find(network, words[0]).unplug()
    return {}


def plug(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`plug`."""
    find(network, words[0]).plug()
    return {}


def reboot(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`reboot`."""
    find(network, words[0]).reboot(fault_words.number(words, 1) if len(words) > 1 else None)
    return {}


def fault(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`fault`."""
    fault_words.cause(find(network, words[0]), words[1].split())
    return {}


def signal(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`signal`."""
    modem = find(network, words[0])
    modem.signal = int(fault_words.number(words, 1))
    if modem.profile.signal_line:
        modem.unsolicited(modem.profile.signal_line.format(signal=modem.signal))
    return {}


def unsolicited(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`urc`."""
    find(network, words[0]).unsolicited(*unescaped(words[1]).split("\n"))
    return {}


def lock(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`pin`."""
    modem = find(network, words[0])
    modem.sim.pin = "" if words[1] == "none" else words[1]
    modem.sim.puk = words[2] if len(words) > 2 else modem.sim.puk
    return {}


def stored(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`stored`."""
    stores = find(network, words[0]).memories.stores
    return {
        "stored": {
            name: {index: [slot.status.name.lower(), slot.pdu.hex().upper()] for index, slot in store.slots.items()}
            for name, store in stores.items()
        }
    }


ORDERS: Final[Orders] = {
    "modems": Order("", "show the modems", modems),
    "raw": Order("MODEM HEX", "a PDU as it is, with the SMSC octets before it", raw),
    "call": Order("FROM MODEM [RINGS]", "let it ring; FROM may be withheld", call),
    "hangup": Order("MODEM", "the caller gives up", hang_up),
    "unplug": Order("MODEM", "pull the modem out", unplug),
    "plug": Order("MODEM", "put it in again", plug),
    "reboot": Order("MODEM [SECONDS]", "it starts again by itself, deaf for a time", reboot),
    "fault": Order("MODEM FAULT...", "cause a fault; see help", fault),
    "signal": Order("MODEM BARS", "0 to 31, 99 unknown", signal),
    "urc": Order("MODEM LINE", "let it say a line; \\n makes two", unsolicited),
    "pin": Order("MODEM PIN [PUK]", "lock the SIM from the next start on; none takes the lock off", lock),
    "stored": Order("MODEM", "show what its memories hold", stored),
}
