"""The manners of modems of several makers."""

from collections.abc import Mapping
from typing import Final

from attrs import evolve, field, frozen

from transport.plugins.sms.simulator.memories import ME, SM, SR

HUAWEI_ONLY: Final = frozenset({"^CPIN", "^ICCID", "^USSDMODE", "^CURC", "^CMGSEX"})


@frozen
class Profile:
    """What differs between modems.

    `cnmi` and `cpms` are the answers to the test commands; `unknown` is the answer to an unknown command where it is
    not an error by +CMEE; `empty_slot_fails` says that +CMGR of an empty place is an error, not OK alone;
    `boot_lines` are told when it starts by itself; `please_wait` is how many commands are put off (CME 515) after
    +CFUN=1; `ussd` is how its USSD texts are written: by +CSCS (empty), "packed" septets or "ucs2".
    """

    name: str
    maker: str
    model: str
    revision: str = "1.0"
    sizes: Mapping[str, int] = field(factory=lambda: {SM: 20, ME: 100, SR: 10})
    cpms: str = '("SM","ME","MT","SR"),("SM","ME"),("SM","ME","MT")'
    cnmi: str = "(0-2),(0-3),(0,2,3),(0-2),(0,1)"
    newline: str = "\r\n"
    unknown: str = ""
    lacks: frozenset[str] = HUAWEI_ONLY
    empty_slot_fails: bool = False
    header: str = "{stat},{alpha},{length}"
    no_alpha: str = ""
    report_header: str = "{length}"
    short_report_address: bool = False
    cfun: str = "(0,1,4),(0,1)"
    cpin_without_ok: bool = False
    please_wait: int = 0
    flash_direct: bool = True
    smsc_in_charset: bool = False
    full_line: str = ""
    signal_line: str = ""
    boot_lines: tuple[str, ...] = ("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready")
    ussd: str = ""


GENERIC: Final = Profile("generic", "ACME", "SimModem")
HUAWEI: Final = evolve(
    GENERIC,
    name="huawei",
    maker="huawei",
    model="E220",
    revision="11.117.09.00.00",
    sizes={SM: 20, ME: 100},
    cpms='("SM","ME"),("SM","ME"),("SM","ME")',
    cnmi="(0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
    newline="\r\r\n",
    unknown="COMMAND NOT SUPPORT",
    lacks=frozenset(),
    empty_slot_fails=True,
    smsc_in_charset=True,
    full_line="^SMMEMFULL: {memory}",
    signal_line="^RSSI: {signal}",
    boot_lines=("^BOOT:29393622,0,0,0,6", "^SRVST:2", "^SIMST:1", "^MODE:3,3"),
    ussd="packed",
)
ZTE: Final = evolve(
    GENERIC,
    name="zte",
    maker="ZTE INCORPORATED",
    model="MF190",
    revision="BD_MF190V1.0.0B02",
    sizes={SM: 20, ME: 100, SR: 10},
    cfun="(0-1,4-7),(0-1)",
    report_header=",{length}",
    short_report_address=True,
    signal_line="+ZUSIMR:2",
    boot_lines=("+ZUSIMR:2", "+ZEND"),
    ussd="ucs2",
)
WAVECOM: Final = evolve(
    GENERIC,
    name="wavecom",
    maker="WAVECOM MODEM",
    model="MULTIBAND  900E  1800",
    revision="641b09gg.Q2403A 1320676 061804 14:38",
    sizes={SM: 20, SR: 10},
    cpms='(("SM","BM","SR"),("SM"))',
    cnmi="(0-3),(0-3),(0-3),(0-2),(0,1)",
    cpin_without_ok=True,
    please_wait=2,
    empty_slot_fails=True,
    boot_lines=("+WIND: 1", "+WIND: 7", "+WIND: 4"),
)
NOKIA: Final = evolve(
    GENERIC,
    name="nokia",
    maker="Nokia",
    model="Nokia N79",
    revision="V ICPR72_08w44.1\r\n20-11-08\r\nRM-348\r\n(c) Nokia",
    sizes={},
    cpms="(),(),()",
    cnmi="(0-3),(0,2),(0),(0,1),(0)",
    lacks=HUAWEI_ONLY | {"+CMGR", "+CMGL", "+CMGD", "+CMGW", "+CMSS"},
    boot_lines=(),
)
TELIT: Final = evolve(
    GENERIC,
    name="telit",
    maker="Telit",
    model="GE910-QUAD",
    revision="13.00.004",
    sizes={SM: 20, SR: 10},
    cpms='("SM","SR"),("SM"),("SM")',
    cnmi="(0-3),(0-3),(0,2,3),(0-2),(0,1)",
    no_alpha='""',
    boot_lines=(),
)
PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile for profile in (GENERIC, HUAWEI, ZTE, WAVECOM, NOKIA, TELIT)
}
