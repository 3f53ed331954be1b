"""Bringing a modem to work, from the first AT to its indications; what it holds is read by others afterwards."""

from attrs import evolve

from transport.api import Text
from transport.plugins.sms.line.answers import (
    parse_cfun,
    parse_cnmi_ranges,
    parse_cpms_ranges,
    parse_csca,
    parse_csms,
    parse_fact,
)
from transport.plugins.sms.line.dialogue import TimedOut
from transport.plugins.sms.modem.cnmi import candidates, command
from transport.plugins.sms.modem.device import CommandFailed, Device
from transport.plugins.sms.modem.sim import Card, read_iccid
from transport.plugins.sms.modem.trouble import NO_PDU, CannotStart, Trouble, deaf, start_trouble
from transport.plugins.sms.states import Health, ModemSettings, ModemState

GREETINGS = 5
QUIET = 0.5
# +CFUN: nothing works, and no radio.
RADIO_OFF = (0, 4)
# Where messages are kept, the best first: a card goes where its owner goes.
MEMORIES = ("SM", "ME", "MT")
REPORTS = "SR"
# Kinds of number (TON and NPI as one octet).
INTERNATIONAL, NATIONAL = 145, 129


async def start(device: Device, settings: ModemSettings, card: Card, health: Health) -> Health:
    """All of it; CannotStart, TimedOut or Unplugged when it comes to nothing."""
    await greet(device, settings)
    health = await identify(device, health)
    device.packs_codes = "huawei" in health.manufacturer.lower()
    health = evolve(health, iccid=await read_iccid(device) or health.iccid)
    card.name = health.iccid or health.imei or settings.name
    health = evolve(health, imsi=await wake(device, settings, card))
    await device.attempt("AT+CREG=1")
    await device.attempt("AT+CEREG=1")
    return await configure(device, settings, health)


async def greet(device: Device, settings: ModemSettings) -> None:
    """Find the speed, then quiet answers with numbered errors."""
    # What a modem says to an ESC must not be taken for an answer.
    await device.pause(QUIET)
    for left in reversed(range(GREETINGS)):
        try:
            await device.ask("AT", within=2.0)
            break
        except (CommandFailed, TimedOut):
            if not left:
                raise CannotStart(deaf(settings)) from None
    for line in ("ATE0", "ATV1", "AT+CMEE=1", *settings.init):
        await device.attempt(line)


async def identify(device: Device, health: Health) -> Health:
    """Who made it, and which one it is."""
    return evolve(
        health,
        manufacturer=await told(device, "+CGMI"),
        model=await told(device, "+CGMM"),
        revision=await told(device, "+CGMR"),
        imei=await told(device, "+CGSN"),
    )


async def told(device: Device, name: str) -> str:
    """A fact that a modem tells when its name is given as a command; empty when it does not."""
    lines = await device.attempt(f"AT{name}")
    return (parse_fact(lines, name) if lines else None) or ""


async def wake(device: Device, settings: ModemSettings, card: Card) -> str:
    """Have the card open and the radio on: the subscriber's number, empty when the modem does not tell it."""
    try:
        await card.open(device)
    except CannotStart as error:
        # Some modems see no card while the radio is off.
        if error.trouble.state is not ModemState.BROKEN or not await power_on(device):
            raise
        await card.open(device)
    imsi = await told(device, "+CIMI")
    if await power_on(device) or not imsi:
        imsi = await read_imsi(device, settings.name)
    return imsi


async def power_on(device: Device) -> bool:
    """Turn the radio on; tells whether it was off."""
    lines = await device.attempt("AT+CFUN?")
    if not lines or parse_cfun(lines) not in RADIO_OFF:
        return False
    await device.attempt("AT+CFUN=1", within=30.0)
    return True


async def read_imsi(device: Device, modem: str) -> str:
    """The subscriber's number, once the modem has got ready."""
    try:
        return parse_fact(await device.patiently("AT+CIMI"), "+CIMI") or ""
    except TimedOut:
        return ""
    except CommandFailed as error:
        found = start_trouble(error.fault, modem)
        if found is not None:
            raise CannotStart(found) from None
        return ""


async def configure(device: Device, settings: ModemSettings, health: Health) -> Health:
    """What a modem forgets when it is reset."""
    try:
        await device.patiently("AT+CMGF=0")
    except CommandFailed as error:
        found = start_trouble(error.fault, settings.name)
        why = Text(NO_PDU, modem=settings.name)
        raise CannotStart(found or Trouble(ModemState.BROKEN, why)) from None
    # Another program may have left it at UCS2, where numbers and names are hexadecimal.
    await device.attempt('AT+CSCS="GSM"')
    lines = await device.attempt("AT+CSMS?")
    device.acknowledges = bool(lines) and parse_csms(lines or ()) == 1
    await memories(device, settings.name)
    health = await centre(device, settings, health)
    await indications(device)
    await device.attempt("AT+CLIP=1")
    return health


async def memories(device: Device, modem: str) -> None:
    """Find which memories there are, and have new messages kept where they can be read."""
    try:
        ranges = parse_cpms_ranges(await device.patiently("AT+CPMS=?"))
    except TimedOut:
        ranges = None
    except CommandFailed as error:
        found = start_trouble(error.fault, modem)
        if found is not None:
            raise CannotStart(found) from None
        ranges = None
    if ranges is None:
        # It does not say what it has: see what it takes.
        device.reads = tuple([name for name in MEMORIES if await device.select(name)])
        return
    chosen = [next((name for name in MEMORIES if name in offered), "") for offered in ranges[:3]]
    if not chosen or not chosen[0]:
        return
    kept = chosen[: chosen.index("")] if "" in chosen else chosen
    words = ",".join(f'"{name}"' for name in kept)
    lines = await device.attempt(f"AT+CPMS={words}")
    if lines is not None:
        device.current = kept[0]
        device.learn(kept[0], lines)
    offered = ranges[0]
    # MT is SM and ME together.
    device.reads = tuple(name for name in ("SM", "ME") if name in offered) or ("MT",)
    if REPORTS in offered:
        # First: texts that find no room wait in the network, but reports are dropped.
        device.reads = (REPORTS, *device.reads)


async def centre(device: Device, settings: ModemSettings, health: Health) -> Health:
    """The number of the service centre; set only when configured."""
    lines = await device.attempt("AT+CSCA?")
    smsc = (parse_csca(lines) if lines else None) or ""
    if settings.smsc and settings.smsc != smsc and await set_centre(device, settings.smsc):
        smsc = settings.smsc
    return evolve(health, smsc=smsc)


async def set_centre(device: Device, smsc: str) -> bool:
    """Tell the modem its service centre's number."""
    kind = INTERNATIONAL if smsc.startswith("+") else NATIONAL
    return await device.attempt(f'AT+CSCA="{smsc}",{kind}') is not None


async def indications(device: Device) -> None:
    """Have new messages and reports told; what the modem stores is found by draining even without."""
    stored = bool(device.reads)
    if not stored and await device.attempt("AT+CSMS=1") is not None:
        device.acknowledges = True
    lines = await device.attempt("AT+CNMI=?")
    ranges = parse_cnmi_ranges(lines) if lines else None
    for values in candidates(ranges, REPORTS in device.reads, stored):
        if await device.attempt(command(values)) is not None:
            device.cnmi = values
            return
