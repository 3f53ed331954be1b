"""How long everything takes, in seconds."""

from typing import Final

from attrs import frozen


@frozen
class Pace:
    """`submit` is from Ctrl-Z to +CMGS, `deliver` from there to the recipient, `report` from there to the report."""

    answer: float
    submit: float
    deliver: float
    report: float
    ussd: float
    scan: float
    boot: float


FAST: Final = Pace(0, 0, 0, 0, 0, 0, 0)
REAL: Final = Pace(answer=0.005, submit=0.3, deliver=0.5, report=1.0, ussd=0.5, scan=5.0, boot=3.0)
