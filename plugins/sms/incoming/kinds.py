"""What a text that came in says to a person (3GPP TS 23.040 section 9.2.3.9, TS 23.038 section 4)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby

from attrs import define

from transport.plugins.sms import tpdu
from transport.plugins.sms.tpdu import Alphabet, Deliver, Waiting, Waits
from transport.text.clean import clean

# Type 0 is acknowledged and never shown.
SILENT_PID = 0x40
REPLACING_PIDS = range(0x41, 0x48)
FLASH = 0
PUSH_PORT = 2948
# An MMS notification: its type, then its transaction (OMA MMS-ENC section 6.2), and the sender anywhere behind.
TRANSACTION = re.compile(rb"\x8c\x82\x98([^\0]{1,200})\0")
MMS_SENDER = re.compile(rb"(\+?[0-9]{3,15})/TYPE=PLMN")

FLASH_MARK = "[flash] "
REPLACING_MARK = "[replaces an earlier text] "
MISSING = "[part {number} of {total} missing]"
MISSING_RUN = "[parts {first} to {last} of {total} missing]"
LATE = "[part {number} of {total}] "
DATA = "[{size} bytes of data, which this gateway cannot show]"
MMS = "An MMS message has come; this gateway cannot show those."
MMS_FROM = "An MMS message from {sender} has come; this gateway cannot show those."
PUSH = "[a WAP push of {size} bytes, which this gateway cannot show]"
WAITS = {
    Waits.VOICE: "There is a new message in the voicemail box.",
    Waits.FAX: "A fax is waiting.",
    Waits.EMAIL: "An email is waiting.",
    Waits.OTHER: "A message is waiting.",
}
WAIT_COUNTED = "{text} ({count})"


@define
class Words:
    """What the owner is told; what has an `about` already told is not told again."""

    text: str
    about: str = ""


def words(there: Mapping[int, Deliver], total: int, alone: bool = False, notices: bool = True) -> Words | None:
    """What the parts of a text that are there say, by number; None when there is nothing to tell.

    `alone` is a part that came too late for its set; `notices` tells of what waits in mailboxes.
    """
    first = there[min(there)]
    if first.pid == SILENT_PID:
        return None
    if first.ports is not None and first.ports[0] == PUSH_PORT and first.alphabet is Alphabet.DATA8:
        return pushed(b"".join(there[number].data for number in sorted(there)))
    text = joined(there, total, alone)
    waiting = first.waiting
    if waiting is not None and not (text and waiting.store):
        return Words(waits(waiting)) if waiting.active and notices else None
    if first.message_class == FLASH:
        text = FLASH_MARK + text
    if first.pid in REPLACING_PIDS:
        text = REPLACING_MARK + text
    return Words(text)


def joined(there: Mapping[int, Deliver], total: int, alone: bool) -> str:
    """The text of parts, with marks where some are missing; a part by itself has its number before it."""
    if not alone:
        return " ".join(runs(there, total))
    (number,) = there
    mark = LATE.format(number=number, total=total) if 0 < number <= total else ""
    return mark + plain(list(there.values()))


def runs(there: Mapping[int, Deliver], total: int) -> Iterator[str]:
    """The texts of parts that follow each other, and a mark for those between that are missing."""
    for is_there, numbers in groupby(range(1, total + 1), there.__contains__):
        run = list(numbers)
        if is_there:
            yield plain([there[number] for number in run])
        elif len(run) == 1:
            yield MISSING.format(number=run[0], total=total)
        else:
            yield MISSING_RUN.format(first=run[0], last=run[-1], total=total)


def plain(parts: Sequence[Deliver]) -> str:
    """The text of parts that follow each other; for data, how much it is."""
    if any(part.alphabet is Alphabet.DATA8 for part in parts):
        return DATA.format(size=sum(len(part.data) for part in parts))
    return clean(tpdu.join(parts))


def pushed(data: bytes) -> Words:
    """What a WAP push says: mostly that an MMS waits; the network repeats it until the MMS is fetched."""
    transaction = TRANSACTION.search(data)
    if transaction is None:
        return Words(PUSH.format(size=len(data)))
    sender = MMS_SENDER.search(data)
    text = MMS_FROM.format(sender=sender[1].decode()) if sender else MMS
    return Words(text, f"mms:{sha256(transaction[1]).hexdigest()[:32]}")


def waits(waiting: Waiting) -> str:
    """The notice of what waits in a mailbox."""
    text = WAITS[waiting.kind]
    return WAIT_COUNTED.format(text=text, count=waiting.count) if waiting.count else text
