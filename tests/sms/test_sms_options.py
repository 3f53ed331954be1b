"""Every key of the configuration is read and checked, and all that is wrong is told at once."""

from pathlib import Path
from typing import Any

import pytest

from transport.api import Option, Refused
from transport.options import TableReader
from transport.plugins.sms.network import Sms
from transport.plugins.sms.options import MODEM, OPTIONS, check_registration, is_on, read
from transport.plugins.sms.outgoing.faults import FaultClass
from transport.plugins.sms.states import ModemSettings

STICK = {"device": "/dev/ttyUSB0"}
FULL: dict[str, Any] = {
    "region": "DE", "in_doubt": "report", "ttl": "12h", "max_parts": 5, "per_user_day": 50, "queue_per_user": 20,
    "queue": 500, "catch_all": ["Admin@example.org"], "always_report": True, "notice_after": "5m",
    "sticky_waits": False, "claims": "warn", "fallbacks": True, "premium": True, "short_numbers": True, "subscribe": 3,
    "ussd": ["\\*100#", "\\*101#"], "waiting_notice": False, "missed_calls": False,
    "errors": ["512=permanent", "38 = modem"],
    "modems": {
        "e220": {
            "device": "/dev/serial/by-id/usb-HUAWEI_E220-if00", "baud": 9600, "pin": "0000",
            "owner": "Family@example.org", "users": ["*.example.org", "romeo@example.org"], "number": "+491711234567",
            "prefixes": ["+49", "+43"], "cost": 0.09, "weight": 2, "per_hour": 30, "per_day": 300, "gap": "2s",
            "smsc": "+491710760000", "init": ["AT^CURC=0"], "hang_up": True, "raw": True,
        },
        "remote": {"device": "tcp:ser2net.example.org:3001"},
    },
}  # fmt: skip


def problems(table: dict[str, Any], folder: Path = Path()) -> tuple[dict[str, Any], list[str]]:
    reader = TableReader(folder)
    found = reader.read(table, OPTIONS, "networks.sms")
    return found, [str(problem) for problem in reader.problems]


def test_everything_that_can_be_configured_is_read() -> None:
    options, wrong = problems(FULL)
    assert wrong == []
    settings = Sms("sms", options).settings
    assert settings.modems["e220"] == ModemSettings(
        "e220", "/dev/serial/by-id/usb-HUAWEI_E220-if00", 9600, "0000", "family@example.org",
        ("*.example.org", "romeo@example.org"), "+491711234567", ("+49", "+43"), 0.09, 2, 30, 300, 2.0, "+491710760000",
        ("AT^CURC=0",), True, True,
    )  # fmt: skip
    assert settings.modems["remote"] == ModemSettings("remote", "tcp:ser2net.example.org:3001")
    policy = settings.policy
    assert (policy.resend, policy.ttl, policy.max_parts, policy.per_user_day) == (False, 43200.0, 5, 50)
    assert (policy.queue, policy.queue_per_user, policy.report_always, policy.notice_after) == (500, 20, True, 300.0)
    assert (policy.premium, policy.short_numbers, policy.region, policy.claim) == (True, True, "DE", "warn")
    assert policy.sticky_waits is False
    assert policy.overrides == {512: FaultClass.PERMANENT, 38: FaultClass.MODEM}
    assert (settings.catch_all, settings.fallbacks, settings.subscribe) == (("admin@example.org",), True, 3)
    assert (settings.waiting_notice, settings.missed_calls) == (False, False)
    assert settings.ussd.fullmatch("*101#")
    assert not settings.ussd.fullmatch("*102#")


def test_six_lines_are_enough() -> None:
    options, wrong = problems({"region": "DE", "modems": {"e220": STICK}})
    assert wrong == []
    settings = read("sms", options)
    assert settings.policy.resend
    assert (settings.policy.ttl, settings.policy.max_parts, settings.policy.per_user_day) == (86400.0, 10, 100)
    assert settings.modems["e220"] == ModemSettings("e220", "/dev/ttyUSB0")
    assert settings.ussd.fullmatch("*100#")
    assert not settings.ussd.fullmatch("**21*0900123456#x")


def test_a_pin_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("1234\n")
    options, wrong = problems({"modems": {"e220": {**STICK, "pin_file": "pin"}}}, tmp_path)
    assert wrong == []
    assert read("sms", options).modems["e220"].pin == "1234"


def test_the_defaults_of_modems_are_those_of_the_settings() -> None:
    fresh = ModemSettings("x", "/dev/x")
    for option in MODEM:
        if option.key != "device":
            assert option.default == getattr(fresh, option.key), option.key
    assert {option.key for option in MODEM} == set(ModemSettings.__slots__) - {"name", "__weakref__"}


def test_every_key_says_what_it_is() -> None:
    def all_options() -> list[Option]:
        return [*OPTIONS, *MODEM]

    for option in all_options():
        assert option.doc.endswith(".")
        assert "TODO" not in option.doc


def test_all_that_is_wrong_is_told_at_once() -> None:
    _, wrong = problems({
        "region": "Germany", "in_doubt": "maybe", "ttl": "1s", "max_parts": 0, "catch_all": ["nobody"], "claims": "x",
        "ussd": ["("], "errors": ["many"], "regoin": "DE",
        "modems": {"e220": {
            "device": "COM3", "pin": "12", "owner": "family", "users": ["a b"], "number": "0171", "prefixes": ["49x"],
            "smsc": "none", "init": ["rm -rf"], "baud": 1, "gap": 5, "speed": 1,
        }},
    })  # fmt: skip
    keys = [line.partition(":")[0].removeprefix("networks.sms.") for line in wrong]
    assert sorted(keys) == sorted([
        "region", "in_doubt", "ttl", "max_parts", "catch_all", "claims", "ussd", "errors", "regoin",
        *(f"modems.e220.{key}" for key in (
            "device", "pin", "owner", "users", "number", "prefixes", "smsc", "init", "baud", "gap", "speed",
        )),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("table", "about"),
    [
        ({}, "modems: is missing"),
        ({"modems": {}}, "at least one modem"),
        ({"modems": {"e220": {}}}, "device: is missing"),
        ({"modems": {"my modem": STICK}}, "cannot be a modem's name"),
        ({"modems": {"a": STICK, "b": STICK}}, "same device"),
        ({"modems": {"a": {"device": "tcp:host:99999"}}}, "tcp:host:port"),
        ({"region": "de", "modems": {"a": STICK}}, '"DE"'),
    ],
)
def test_what_cannot_work_is_refused_in_words(table: dict[str, Any], about: str) -> None:
    _, wrong = problems(table)
    assert any(about in line for line in wrong), wrong


def test_a_network_without_modems_cannot_be_made() -> None:
    with pytest.raises(
        ValueError, match=r"networks\.sms\.modems: needs at least one modem: write \[networks\.sms\.modems"
    ):
        Sms("sms", {})


def test_a_registration_is_kept_as_it_will_be_used() -> None:
    kept = check_registration({"region": " de ", "keyword": "@Romeo", "reports": "true", "calls": "0"})
    assert kept == {"region": "DE", "keyword": "romeo", "reports": "1", "calls": "0"}
    assert check_registration({}) == {"reports": "0", "calls": "1"}
    assert is_on(kept, "reports")
    assert not is_on(kept, "calls")
    assert is_on({}, "calls")
    assert not is_on({}, "reports")


@pytest.mark.parametrize(
    "settings", [{"region": "Germany"}, {"keyword": "two words"}, {"keyword": "x" * 33}, {"keyword": "@" * 2}]
)
def test_what_cannot_be_used_in_a_registration_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        check_registration(settings)
    assert refused.value.condition == "not-acceptable"


def test_patterns_that_do_not_go_together_are_told_and_end_nothing() -> None:
    for codes in (["\\*100#", "(?i)a"], ["(?P<a>1)", "(?P<a>2)"]):
        _, wrong = problems({"modems": {"e220": STICK}, "ussd": codes})
        assert len(wrong) == 1, wrong
        assert wrong[0].startswith("networks.sms.ussd"), wrong


def test_a_pin_is_never_written_out() -> None:
    options, _ = problems({"modems": {"e220": {**STICK, "pin": "4821"}}})
    assert "4821" not in repr(read("sms", options))
