"""What an administrator has decided about texts on their way out."""

from collections.abc import Mapping

from attrs import define, field

from transport.plugins.sms.outgoing.faults import FaultClass

DAY = 86400.0


@define
class Policy:
    """Times are in seconds; a limit of 0 means none.

    `resend`: a text of which nobody knows whether it went out is sent once more, unless it is older than
    `resend_age`; otherwise it is reported as doubtful.  `resume_age`: how long a text of several parts may go
    on where it stopped; later all parts go anew.  `report_always` asks for delivery reports that no client
    wanted.  `per_user_day` counts parts, since that is what costs.  `notice_after`: a word to the owner when a
    text has waited so long.  `sticky_waits`: who has written to a number through a modem waits for that modem
    when it has no network.  `sticky_age`: how long that is remembered.  `claim_age`: how long nobody else may
    write to the number through the modem (`refuse`), or is told that answers may go astray (`warn`).
    `overrides`: classes of +CMS ERROR codes that differ from the usual.  `region`: two letters, for short
    numbers.
    """

    resend: bool = True
    resend_age: float = 600.0
    resume_age: float = 600.0
    ttl: float = DAY
    max_parts: int = 10
    per_user_day: int = 100
    queue: int = 10_000
    queue_per_user: int = 200
    report_always: bool = False
    notice_after: float = 0.0
    premium: bool = False
    short_numbers: bool = False
    region: str = ""
    sticky_waits: bool = True
    sticky_age: float = 30 * DAY
    claim: str = "refuse"
    claim_age: float = DAY
    keep_finished: float = 30 * DAY
    overrides: Mapping[int, FaultClass] = field(factory=dict)
