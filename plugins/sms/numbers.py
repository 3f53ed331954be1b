"""Numbers as people write them and as phones send them, and the one name each has here.

A name is E.164 (`+4915112345678`), a short number as it is (`71120`), or a text that cannot be answered
(`fonic;alpha`).
"""

import re
import unicodedata

import phonenumbers
from attrs import define
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult, shortnumberinfo

from transport.api import Refused
from transport.plugins.sms.codec.address_field import Number, TypeOfNumber
from transport.text.clean import one_line

ALPHA = ";alpha"
NOBODY = "unknown"
SHOWN = 40
LONGEST = 200
E164 = re.compile(r"\+[1-9][0-9]{2,14}")
TYPED = re.compile(r"\+?[0-9 ().\-/\u2010-\u2015]{2,40}")
DIGITS = re.compile(r"[0-9]{3,8}")
# RFC 3966 section 3, RFC 5724 section 2.2.
URI = re.compile(r"(?:tel|sms):([^;?,]*)", re.IGNORECASE)
# Short numbers that say so.
OF_THE_NETWORK = frozenset({TypeOfNumber.NETWORK_SPECIFIC, TypeOfNumber.ABBREVIATED})
# With more digits than these a number is a whole one, unless its country's plan says otherwise.
SHORT_DIGITS = 6


@define
class Sender:
    """Who a text comes from: the name here, and as the network spells it."""

    name: str
    spelling: str


def native(text: str, region: str) -> str:
    """The name of what a person typed, in any local form of `region` (two letters, or none).

    Refused: `jid-malformed`.
    """
    if len(text) > LONGEST:
        raise malformed(text)
    typed = unicodedata.normalize("NFKC", text).strip()
    if typed.lower().endswith(ALPHA):
        return alphanumeric(typed[: -len(ALPHA)])
    uri = URI.match(typed)
    typed = uri[1].strip() if uri else typed
    if not TYPED.fullmatch(typed):
        raise malformed(text)
    # Shortness comes first: the plans of many countries take a short number for the end of a whole one.
    if is_short(typed, region):
        return typed
    return e164(typed, region) or _refuse(text)


def e164(typed: str, region: str) -> str | None:
    """A number with its country; None when no phone can have it (its length is wrong)."""
    try:
        parsed = phonenumbers.parse(typed, region or None)
    except phonenumbers.NumberParseException:
        return None
    # Whether it is in use is not asked: plans change more often than programs.
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None
    written = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return written if E164.fullmatch(written) else None


def is_short(digits: str, region: str) -> bool:
    """Whether digits are a number of their own, without a country."""
    if not DIGITS.fullmatch(digits):
        return False
    number = PhoneNumber(phonenumbers.country_code_for_region(region), int(digits)) if region else None
    if number is not None and shortnumberinfo.is_valid_short_number_for_region(number, region):
        return True
    if shortnumberinfo.is_emergency_number(digits, region or "DE"):
        return True
    if len(digits) > SHORT_DIGITS or digits.startswith("0"):
        return False
    return number is None or not phonenumbers.is_valid_number_for_region(number, region)


def alphanumeric(spelling: str) -> str:
    """The name of a sender that is a text."""
    return folded(one_line(spelling).strip() or NOBODY) + ALPHA


def folded(text: str) -> str:
    """A text in lower case, in the one way that servers of XMPP know too (RFC 3920 appendix A)."""
    lower = unicodedata.normalize("NFKC", text.lower())
    return unicodedata.normalize("NFKC", lower.lower().replace("ß", "ss").replace("ς", "σ"))


def fold(name: str, region: str) -> str:
    """The one spelling of a name; what is no name is in lower case."""
    if E164.fullmatch(name):
        return name
    try:
        return native(name, region)
    except Refused:
        return folded(name)


def originator(number: Number, region: str) -> Sender:
    """Who a text comes from (3GPP TS 23.040 section 9.1.2.5); `region` is the modem's."""
    if number.ton == TypeOfNumber.ALPHANUMERIC:
        # A sender's text that looks like a number is still no number that could be answered.
        spelling = one_line(number.digits).strip()
        return Sender(alphanumeric(spelling), spelling or NOBODY)
    if number.ton in OF_THE_NETWORK:
        return Sender(folded(number.digits) or heard("", region), number.digits)
    return Sender(heard(str(number), region), str(number))


def heard(number: str, region: str) -> str:
    """The name of a number that the network tells, with `+` or without; as it is when it is not of any country."""
    if not number.strip("+"):
        return NOBODY + ALPHA
    if number.startswith("+"):
        # Short numbers are often sent as if they were international.
        return e164(number, "") or (number if len(number) > SHORT_DIGITS + 1 else number.removeprefix("+"))
    if is_short(number, region) or not region:
        return folded(number)
    return e164(number, region) or folded(number)


def is_alphanumeric(name: str) -> bool:
    """Whether a name is a text, which cannot be answered."""
    return name.endswith(ALPHA)


def display(name: str) -> str:
    """A name for people, with spaces where they are usual."""
    if not E164.fullmatch(name):
        return name.removesuffix(ALPHA)
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(name), PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return name


def region_of(name: str) -> str:
    """The country of a number in E.164, as two letters; empty when unknown."""
    try:
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(name)) or "")
    except phonenumbers.NumberParseException:
        return ""


def is_region(text: str) -> bool:
    """Whether a text is a country that numbers are known of."""
    return text in phonenumbers.SUPPORTED_REGIONS


def malformed(text: str) -> Refused:
    """The refusal of what is no number."""
    shown = one_line(text[:SHOWN])
    return Refused("jid-malformed", "“{number}” is not a phone number.", number=shown)


def _refuse(text: str) -> str:
    raise malformed(text)
