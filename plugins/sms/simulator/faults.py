"""What is wrong with a modem at the moment."""

from collections import deque

from attrs import define, field

from transport.plugins.sms.simulator.failure import Failure


@define
class Faults:
    """Everything that can be broken, as it is when nothing is.

    `submits` are the errors of the next submits, one for each; `numbers` those of submits to a number; `answers` says
    for each next submit that no final answer comes, with True when the network has the text all the same.  `noise` are
    lines told in the middle of everything; `chunk` is the largest piece written at once, `chunk_gap` the seconds
    between pieces.
    """

    submits: deque[Failure] = field(factory=deque)
    numbers: dict[str, Failure] = field(factory=dict)
    answers: deque[bool] = field(factory=deque)
    prompt_delay: float = 0.0
    prompts_lost: int = 0
    submit_delay: float = 0.0
    deletes: int = 0
    noise: tuple[str, ...] = ()
    chunk: int = 0
    chunk_gap: float = 0.0
    echo: bool = False
    mute: bool = False
    silent: bool = False
    full: bool = False
    sim_busy_until: float = 0.0
    busy_after_pin: float = 0.0

    def of_submit(self, number: str) -> Failure | None:
        """The error that this submit gets, if any."""
        if self.submits:
            return self.submits.popleft()
        return self.numbers.get(number)
