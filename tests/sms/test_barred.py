"""Numbers that are never texted, in every form in which they can be written."""

import pytest

from transport.api import Refused
from transport.plugins.sms import numbers
from transport.plugins.sms.outgoing import barred
from transport.plugins.sms.outgoing.policy import Policy


def allowed(typed: str, region: str, **policy: bool) -> bool:
    """Whether what a person typed may be texted."""
    try:
        barred.check(numbers.native(typed, region), Policy(region=region, **policy))
    except Refused:
        return False
    return True


@pytest.mark.parametrize("region", ["DE", "GB", "US", "AU", "SE", ""])
@pytest.mark.parametrize("typed", ["110", "112", "911", "999", "000", "118", "１１２", "tel:112", " 112 ", "1-1-2"])
def test_help_is_never_called_by_a_text_wherever_the_modem_is(typed: str, region: str) -> None:
    assert not allowed(typed, region, short_numbers=True, premium=True)


@pytest.mark.parametrize("typed", ["+49110", "+49 112", "+44999", "+1911", "0049110", "+61000"])
def test_a_country_before_it_is_no_way_to_call_for_help(typed: str) -> None:
    assert not allowed(typed, "DE", short_numbers=True, premium=True)


@pytest.mark.parametrize(
    ("typed", "region"),
    [("0900 1234567", "DE"), ("+49 900 1234567", "DE"), ("0049 900-1234567", "DE"), ("tel:+499001234567", "DE"),
     ("09061 234567", "GB"), ("(900) 555-1234", "US"), ("+49900123456789", "GB"), ("0900 1234567 8", "DE")],
)  # fmt: skip
def test_numbers_that_cost_extra_are_refused_also_with_digits_behind_them(typed: str, region: str) -> None:
    assert not allowed(typed, region)
    if numbers.e164(typed.removeprefix("tel:"), region):
        assert allowed(typed, region, premium=True)


@pytest.mark.parametrize("typed", ["0151 12345678", "+4915112345678", "+15555550100", "+49 30 123456"])
def test_usual_numbers_may_be_texted(typed: str) -> None:
    assert allowed(typed, "DE")


def test_short_numbers_are_for_administrators_to_allow() -> None:
    assert not allowed("71120", "DE")
    assert allowed("71120", "DE", short_numbers=True)
