"""USSD in each profile's manner (3GPP TS 27.007 section 7.15)."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from transport.plugins.sms.codec import gsm7
from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.simulator import charset, radio
from transport.plugins.sms.simulator.call import Call, Kind
from transport.plugins.sms.simulator.failure import CME, Failure
from transport.plugins.sms.simulator.handler import Handlers, accept
from transport.plugins.sms.simulator.ussd_menus import Menu

if TYPE_CHECKING:
    from transport.plugins.sms.simulator.modem import SimModem

CODE: Final = re.compile(r"[0-9*#]+")
NO_NETWORK: Final = 30
IN_LETTERS: Final = 15
IN_UCS2: Final = 72
DONE, ASKS, ENDED, UNKNOWN = 0, 1, 2, 4


def ussd(modem: "SimModem", call: Call) -> Sequence[str] | None:
    """+CUSD."""
    if call.kind is Kind.TEST:
        return ("+CUSD: (0-2)",)
    if call.kind is not Kind.SET:
        return (f"+CUSD: {int(modem.settings.ussd)}",)
    mode = call.number(0, 0)
    if mode == 2:
        modem.ussd_menu = None
        return ()
    modem.settings.ussd = mode == 1
    if not call.text(1):
        return ()
    modem.need_sim(CME)
    if radio.registration(modem) not in radio.REGISTERED:
        raise Failure(CME, NO_NETWORK)
    asked = understood(modem, call.text(1))
    modem.network.note("ussd", modem=modem.number, code=asked)
    # It comes after OK even where there is no delay.
    modem.clock.callLater(modem.pace.ussd, modem.if_alive, modem.life, say, (modem, asked))
    return ()


def understood(modem: "SimModem", value: str) -> str:
    """The code that a client meant."""
    if modem.profile.ussd == "packed":
        try:
            code = gsm7.unpack_ussd(bytes.fromhex(value)).rstrip("@\r")
        except ValueError:
            code = ""
        if CODE.fullmatch(code):
            return code
    text = charset.decode(value, modem.settings.charset)
    if modem.profile.ussd == "ucs2" and len(text) % 4 == 0 and len(text) > 3:
        return charset.decode(text, charset.UCS2)
    return text


def say(modem: "SimModem", asked: str) -> None:
    """The network's answer."""
    choices: Mapping[str, Menu] = modem.network.menus if modem.ussd_menu is None else modem.ussd_menu.choices
    menu = choices.get(asked)
    modem.ussd_menu = menu if menu is not None and menu.choices else None
    if not modem.settings.ussd:
        return
    if menu is None:
        modem.unsolicited(f"+CUSD: {UNKNOWN}")
        return
    modem.unsolicited(f"+CUSD: {ASKS if menu.choices else DONE},{written(modem, menu.text)}")


def written(modem: "SimModem", text: str) -> str:
    """A text and its coding as the modem writes them."""
    try:
        gsm7.encode(text)
        coding = IN_LETTERS
    except Malformed:
        coding = IN_UCS2
    if coding == IN_UCS2 or modem.profile.ussd == "ucs2":
        return f'"{charset.encode(text, charset.UCS2)}",{IN_UCS2}'
    if modem.profile.ussd == "packed":
        return f'"{gsm7.pack_ussd(text).hex().upper()}",{coding}'
    return f'"{charset.encode(text, modem.settings.charset)}",{coding}'


COMMANDS: Final[Handlers] = {"+CUSD": ussd, "^USSDMODE": accept}
