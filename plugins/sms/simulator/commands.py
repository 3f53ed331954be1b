"""All commands that simulated modems know."""

from typing import Final

from transport.plugins.sms.simulator.basic import COMMANDS as BASIC
from transport.plugins.sms.simulator.calling import COMMANDS as CALLING
from transport.plugins.sms.simulator.handler import Handlers
from transport.plugins.sms.simulator.identity import COMMANDS as IDENTITY
from transport.plugins.sms.simulator.indications import COMMANDS as INDICATIONS
from transport.plugins.sms.simulator.radio import COMMANDS as RADIO
from transport.plugins.sms.simulator.reading import COMMANDS as READING
from transport.plugins.sms.simulator.security import COMMANDS as SECURITY
from transport.plugins.sms.simulator.sending import COMMANDS as SENDING
from transport.plugins.sms.simulator.ussd import COMMANDS as USSD

COMMANDS: Final[Handlers] = (
    {**BASIC, **IDENTITY, **SECURITY, **RADIO} | {**READING, **SENDING, **INDICATIONS} | {**USSD, **CALLING}
)
