"""Numbers that are never texted: emergency numbers, and premium and short ones unless allowed."""

import re
from enum import Enum
from functools import lru_cache

import phonenumbers
from phonenumbers import shortnumberinfo

from transport.api import Refused
from transport.plugins.sms.outgoing.policy import Policy

# E.164 section 6.2.1: at most 15 digits.
NUMBER = re.compile(r"\+[1-9][0-9]{2,14}|[0-9]{2,15}")
PREMIUM = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE})
# 3GPP TS 22.101 section 10.1.1: what phones take for a call for help whatever the country.
HELP = frozenset({"000", "08", "110", "112", "118", "119", "911", "999"})


class Kind(Enum):
    """What a number in E.164 is; NONE is one of no country."""

    NONE = "none"
    EMERGENCY = "emergency"
    PREMIUM = "premium"
    USUAL = "usual"


def check(number: str, policy: Policy) -> None:
    """Refused (`not-acceptable`, `not-allowed`) when a number, E.164 or short, must not be texted."""
    if not NUMBER.fullmatch(number):
        raise Refused("not-acceptable", "{number} is not a number that can be texted.", number=number)
    region = policy.region
    if number.startswith("+"):
        return check_international(number, policy)
    # A modem calls for help whatever digits follow.
    if is_emergency(number, region) or shortnumberinfo.connects_to_emergency_number(number, region):
        raise emergency(number)
    if not policy.short_numbers:
        raise Refused("not-allowed", "This gateway sends no texts to short numbers such as {number}.", number=number)
    if not policy.premium and costs_more(number, region):
        raise premium(number)


def check_international(number: str, policy: Policy) -> None:
    """Refuse as `check` does for a number in E.164."""
    kind = kind_of(number)
    if kind is Kind.NONE:
        raise Refused("not-acceptable", "{number} is not a number of any country.", number=number)
    if kind is Kind.EMERGENCY:
        raise emergency(number)
    if kind is Kind.PREMIUM and not policy.premium:
        raise premium(number)


# People write to the same numbers again and again, and to look at one takes longer than to send a text.
@lru_cache(maxsize=1024)
def kind_of(number: str) -> Kind:
    """What a number in E.164 is; one that calls for help is nothing else."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return Kind.NONE
    if is_emergency(str(parsed.national_number), phonenumbers.region_code_for_number(parsed) or ""):
        return Kind.EMERGENCY
    return Kind.PREMIUM if is_premium(parsed) else Kind.USUAL


def is_premium(parsed: phonenumbers.PhoneNumber) -> bool:
    """Whether a number costs extra, also with digits behind it, which a network may not look at."""
    number = phonenumbers.PhoneNumber()
    number.merge_from(parsed)
    phonenumbers.truncate_too_long_number(number)
    return phonenumbers.number_type(number) in PREMIUM


def is_emergency(number: str, region: str) -> bool:
    """Whether a number calls for help, in the region or anywhere."""
    return number in HELP or shortnumberinfo.is_emergency_number(number, region)


def costs_more(number: str, region: str) -> bool:
    """Whether a short number is known to cost more than a usual text."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    cost = shortnumberinfo.expected_cost_for_region(parsed, region)
    return cost == shortnumberinfo.ShortNumberCost.PREMIUM_RATE


def emergency(number: str) -> Refused:
    """Help is never called by a text that may wait in a queue."""
    return Refused("not-allowed", "Emergency numbers such as {number} cannot be texted from here.", number=number)


def premium(number: str) -> Refused:
    """A number that costs more, where the administrator does not allow that."""
    return Refused(
        "not-allowed", "This gateway sends no texts to numbers that cost extra, such as {number}.", number=number
    )
