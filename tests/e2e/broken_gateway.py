"""Faults that the gateway does not have: each breaks one promise, so that tests show that their books would tell."""

import itertools
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, succeed

from transport.plugins.sms.modem import receiving
from transport.plugins.sms.modem.receiving import Receiver
from transport.plugins.sms.outgoing.journal import Journal
from transport.plugins.sms.outgoing.teller import Teller
from transport.safe import Safe
from transport.store.sqlite import SqliteStore


def forget_submitting() -> None:
    """A modem is given a part before that is written down."""

    def begin(journal: Journal, s: Any) -> Deferred[Any]:
        sql = "SELECT text, flash, report FROM sms_out WHERE id = ?"
        return journal.run(lambda c: c.execute(sql, (s.id,)).fetchone())

    Journal.begin = begin  # type: ignore[method-assign]


def delete_first() -> None:
    """The SIM is emptied before what was in it is kept."""

    async def too_late(receiver: Receiver, place: receiving.Place, pdu: str) -> bool:
        await receiver.delete(place)
        await receiver.hand_over(pdu, place)
        return False

    def keep(receiver: Receiver, place: receiving.Place, stored: Any, *_: object) -> receiving.Keeping:
        return receiving.Keeping(place, Deferred.fromCoroutine(too_late(receiver, place, stored.pdu)), True)

    Receiver.keep = keep  # type: ignore[method-assign]


def tell_nobody() -> None:
    """What became of a text is noted as told, and nobody hears of it."""
    Teller._deliver = lambda teller, outcome: succeed(None)  # type: ignore[method-assign]


def resend_silently() -> None:
    """What may have gone out is sent again without a word."""
    Teller.tell_doubled = lambda teller, entry: succeed(None)  # type: ignore[method-assign]


def keep_nothing() -> None:
    """What must not be lost is only in memory until the XMPP server has it."""
    numbers = itertools.count(10**6)
    SqliteStore.inbox_put = lambda *row: succeed(next(numbers))  # type: ignore[method-assign]


def forget_keys() -> None:
    """What was given to the core before is not known again."""
    deliver, numbers = Safe.deliver, itertools.count()
    Safe.deliver = lambda safe, owner, network, parcel, key: deliver(  # type: ignore[method-assign]
        safe, owner, network, parcel, f"{key} {id(numbers)} {next(numbers)}"
    )


BROKEN: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (forget_submitting, delete_first, tell_nobody, resend_silently, keep_nothing, forget_keys)
}
