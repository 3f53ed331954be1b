"""What each error of a modem means: class, act, and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transport.plugins.sms.outgoing import faults
from transport.plugins.sms.outgoing.faults import Act, Cure, FaultClass, classify, refusal, rule
from transport.plugins.sms.states import Fault

BOB = "+4915112345678"
C = FaultClass


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ("1 8 10 21 28 29 30 50 69 81 95 96 97 98 99", C.PERMANENT),
        ("111", C.CONGESTED),
        ("27 38 41 42 47 127 192 194", C.NETWORK),
        ("128 143 144 159 160 161 175 176 195 196", C.PERMANENT),
        ("198 199", C.NO_VALIDITY),
        ("193", C.UNSUBSCRIBED),
        ("197", C.DUPLICATE),
        ("208 209 210 211 212 213 255", C.MOBILE),
        ("300 301 314 320 500 521 522 532 535 615 616", C.MODEM),
        ("302 303", C.UNSUPPORTED),
        ("304 305 516 517 518 519 520 538 549 550 554", C.BAD_PDU),
        ("310 311 312 313 315 316 317 318", C.SIM),
        ("322", C.FULL),
        ("330", C.CENTRE),
        ("331", C.UNREGISTERED),
        ("332", C.DOUBT),
        ("512 513 514 515", C.VENDOR),
        ("0 2 214 321 340 999 4711", C.MODEM),
    ],
)
def test_codes_have_the_class_that_the_table_says(codes: str, kind: FaultClass) -> None:
    for code in codes.split():
        assert classify(Fault("CMS", int(code)), {}) is kind, code


def test_errors_of_the_equipment_have_classes_too() -> None:
    by_code = {code: classify(Fault("CME", code), {}) for code in (10, 11, 12, 13, 14, 16, 30, 31, 100, 515, 4)}
    assert [by_code[code] for code in (10, 11, 12, 13, 16)] == [C.SIM] * 5
    assert (by_code[30], by_code[31]) == (C.UNREGISTERED, C.NETWORK)
    assert [by_code[code] for code in (14, 100, 515, 4)] == [C.MODEM] * 4
    assert classify(Fault("ERROR"), {}) is C.MODEM


def test_an_administrator_may_know_a_code_better() -> None:
    assert classify(Fault("CMS", 512), {512: C.PERMANENT}) is C.PERMANENT
    assert classify(Fault("CME", 30), {30: C.PERMANENT}) is C.UNREGISTERED


def test_please_wait_is_no_verdict() -> None:
    assert classify(Fault("CMS", 512, "Please wait"), {}) is C.MODEM


@pytest.mark.parametrize(
    ("code", "delays"),
    [(38, [30, 120, 600, 1800, 1800, 1800]), (500, [5, 15, 60, 300, 1800, 1800])],
)
def test_what_passes_is_tried_again_for_ever(code: int, delays: list[float]) -> None:
    fault = Fault("CMS", code)
    kind = classify(fault, {})
    rulings = [rule(kind, fault, attempts, faults.name(fault)) for attempts in range(6)]
    assert [ruling.act for ruling in rulings] == [Act.RETRY] * 6
    assert [ruling.delay for ruling in rulings] == delays


@pytest.mark.parametrize("code", [111, 198, 199, 302, 303, 512, 513, 514, 515])
def test_some_errors_are_final_when_they_come_twice(code: int) -> None:
    fault = Fault("CMS", code)
    kind = classify(fault, {})
    assert rule(kind, fault, 0, "").act is Act.RETRY
    assert rule(kind, fault, 1, f"CMS {code}").act is Act.FAIL


def test_two_different_errors_of_a_vendor_are_not_equal() -> None:
    assert rule(C.VENDOR, Fault("CMS", 512), 1, "CMS 513").act is Act.RETRY


def test_the_mobile_side_is_tried_twice_more_after_emptying_its_memory() -> None:
    fault = Fault("CMS", 208)
    rulings = [rule(C.MOBILE, fault, attempts, "CMS 208") for attempts in range(3)]
    assert [ruling.act for ruling in rulings] == [Act.RETRY, Act.RETRY, Act.FAIL]
    assert [ruling.cure for ruling in rulings[:2]] == [Cure.DRAIN, Cure.DRAIN]


@pytest.mark.parametrize(
    ("code", "act", "counted", "cure", "admins"),
    [
        (1, Act.FAIL, True, Cure.NONE, False),
        (193, Act.FAIL, True, Cure.NONE, True),
        (197, Act.TAKEN, True, Cure.NONE, False),
        (302, Act.RETRY, True, Cure.RESET, False),
        (304, Act.FAIL, True, Cure.NONE, True),
        (310, Act.RETRY, False, Cure.HOLD, True),
        (311, Act.RETRY, False, Cure.RESET, True),
        (322, Act.RETRY, True, Cure.DRAIN, False),
        (330, Act.RETRY, False, Cure.RESET, False),
        (331, Act.RETRY, False, Cure.HOLD, False),
        (332, Act.DOUBT, True, Cure.NONE, False),
    ],
)
def test_the_first_error_of_a_kind(code: int, act: Act, counted: bool, cure: Cure, admins: bool) -> None:
    fault = Fault("CMS", code)
    ruling = rule(classify(fault, {}), fault, 0, "")
    assert (ruling.act, ruling.counted, ruling.cure, ruling.admins) == (act, counted, cure, admins)


def test_a_pin_or_a_centre_that_is_still_missing_holds_the_modem() -> None:
    assert rule(C.SIM, Fault("CMS", 311), 0, "CMS 311").cure is Cure.HOLD
    centre = rule(C.CENTRE, Fault("CMS", 330), 0, "CMS 330")
    assert (centre.cure, centre.admins) == (Cure.HOLD, True)


@pytest.mark.parametrize(
    ("codes", "condition"),
    [
        ("1 28 30 195", "item-not-found"),
        ("8 10 21 29 50 196", "not-allowed"),
        ("69 111 128 175 193 198", "not-allowed"),
        ("208 303 512", "remote-server-timeout"),
        ("304 520", "internal-server-error"),
    ],
)
def test_owners_are_told_the_condition_the_number_and_the_code(codes: str, condition: str) -> None:
    for code in codes.split():
        fault = Fault("CMS", int(code))
        reason = refusal(classify(fault, {}), fault, BOB)
        assert reason.condition == condition, code
        assert BOB in str(reason.text)
        assert f"CMS {code}" in str(reason.text)


@given(st.sampled_from(["CMS", "CME", "ERROR"]), st.none() | st.integers(0, 9999), st.text(), st.integers(0, 99))
def test_any_error_has_a_ruling_and_words(kind: str, code: int | None, text: str, attempts: int) -> None:
    fault = Fault(kind, code, text)
    known = classify(fault, {})
    for previous in ("", faults.name(fault)):
        ruling = rule(known, fault, attempts, previous)
        assert ruling.delay >= 0
    assert BOB in str(refusal(known, fault, BOB).text)
    assert str(faults.for_admins("m", fault))
