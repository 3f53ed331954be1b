"""What was decided of a text, as it is kept and as its owner is told."""

import json
from typing import Any

from attrs import define

from transport.api import Delivered, Event, Failed, IHost, Kind, Message, MessageIn, Refused, Target, Text
from transport.plugins.sms.outgoing.faults import OUT_OF_SERVICE

DELIVERED = "delivered"
GONE = "{reason} {count} of {parts} parts had gone out."
PERHAPS = "{reason} But it may have been sent before that."
DOUBLED = "The text to {number} may arrive twice: nobody could tell whether it had gone out, and so it is sent again."
ARRIVED = "{reason} {count} of {parts} parts arrived."


@define
class Outcome:
    """A word for an owner that the journal keeps until the core has it; `outcome` is as `written` makes it."""

    id: int
    owner: str
    number: str
    ticket: str
    message_id: str
    state: str
    outcome: str

    @property
    def key(self) -> str:
        """What makes the core take it once only."""
        return f"out:{self.id}:{self.state}"


def written(reason: Refused | None) -> str:
    """An outcome for the journal: why a text failed, None when the phone has it."""
    if reason is None:
        return json.dumps({"condition": DELIVERED})
    kept = {"condition": reason.condition, "text": _kept(reason.text), "retry_after": reason.retry_after}
    return json.dumps(kept)


def read(outcome: str) -> Refused | None:
    """The other way."""
    kept = json.loads(outcome)
    if kept["condition"] == DELIVERED:
        return None
    text = _text(kept["text"])
    return Refused(kept["condition"], text.template, retry_after=kept["retry_after"], **text.params)


def _kept(text: Text) -> dict[str, Any]:
    params = {key: _kept(value) if isinstance(value, Text) else value for key, value in text.params.items()}
    return {"template": text.template, "params": params}


def _text(kept: dict[str, Any]) -> Text:
    params = {key: _text(value) if isinstance(value, dict) else value for key, value in kept["params"].items()}
    return Text(kept["template"], **params)


def partly(reason: Refused, count: int, parts: int, template: str = GONE) -> Refused:
    """The same reason, which says how many parts there were if any."""
    if not count:
        return reason
    return Refused(
        reason.condition, template, retry_after=reason.retry_after, reason=reason.text, count=count, parts=parts
    )


def perhaps(reason: Refused) -> Refused:
    """The same reason, of a text that was sent again because it may have gone out."""
    return Refused(reason.condition, PERHAPS, retry_after=reason.retry_after, reason=reason.text)


def event(outcome: Outcome, host: IHost) -> Event:
    """What the core is told."""
    message = host.recall(outcome.ticket)
    reason = read(outcome.outcome)
    if reason is None:
        return Delivered(outcome.message_id, Target(Kind.CONTACT, outcome.number), message)
    return Failed(message, reason)


def doubled(number: str) -> MessageIn:
    """What the owner is told when a text is sent again that may have gone out."""
    return MessageIn(Target(Kind.NETWORK, ""), Message(str(Text(DOUBLED, number=number)), notice=True))


def doubtful(number: str) -> Refused:
    """Nobody knows whether a text went out, and it is not sent again."""
    return Refused(
        "remote-server-timeout",
        "The text to {number} may have been sent: the modem gave no clear answer. It is not sent again.",
        number=number,
    )


def expired(number: str, fault: str) -> Refused:
    """A text has waited too long: for the modem, or because of an error that did not go away."""
    if fault and fault not in OUT_OF_SERVICE:
        return Refused(
            "remote-server-timeout",
            "The text to {number} could not be sent in time; the last error was {fault}.",
            number=number,
            fault=fault,
        )
    return Refused(
        "recipient-unavailable",
        "The text to {number} was not sent: this gateway had no modem with a connection to the phone network.",
        number=number,
    )
