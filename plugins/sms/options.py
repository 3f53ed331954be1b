"""What the configuration and a registration ask for, and what is made of the answers."""

import re
from collections.abc import Mapping
from typing import Any

from attrs import define

from transport.api import Field, FieldKind, Option, Refused
from transport.plugins.sms import checks, numbers
from transport.plugins.sms.outgoing.faults import FaultClass
from transport.plugins.sms.outgoing.policy import DAY, Policy
from transport.plugins.sms.states import ModemSettings

# Neither forwards calls nor changes a PIN nor gives credit away; for those an administrator has to allow a code.
BALANCE = r"\*[1-9][0-9]{2,3}#"
MODEM = (
    Option("device", "string", "Where the modem is: a device, best by its id, or tcp:host:port.", "", True,
           checks.device),
    Option("baud", "integer", "Speed of the serial line.", 115200, check=checks.at_least(300)),
    Option("pin", "secret", "The PIN of the SIM; or pin_file, the path of a file that holds it.", "", check=checks.pin),
    Option("owner", "string", "The user who gets all texts that come to this SIM, answers to others too.", "",
           check=checks.owner),
    Option("users", "strings", "Who may send with it: addresses, domains; everybody when empty.", (),
           check=checks.users),
    Option("number", "string", "The SIM's own number, shown to users.", "", check=checks.number),
    Option("prefixes", "strings", "Numbers that it sends to, by their beginning; all when empty.", (),
           check=checks.prefixes),
    Option("cost", "number", "What a text costs; the cheapest of several modems is used.", 1.0),
    Option("weight", "integer", "Its share of the texts among modems of the same cost.", 1),
    Option("per_hour", "integer", "Texts that it may send an hour; 0 means no limit.", 0),
    Option("per_day", "integer", "Texts that it may send a day; 0 means no limit.", 0),
    Option("gap", "duration", "How long it rests between two texts.", 1.0),
    Option("smsc", "string", "The operator's service centre, if the SIM does not know it.", "", check=checks.smsc),
    Option("init", "strings", "Commands to give it at each start.", (), check=checks.commands),
    Option("hang_up", "boolean", "Reject calls.", False),
    Option("raw", "boolean", "Let administrators send it any command.", False),
)  # fmt: skip
OPTIONS = (
    Option("region", "string", "The country of numbers that are written without one, as two letters: DE.", "",
           check=checks.region),
    Option("modems", "tables", "The modems, a table for each.", {}, True, checks.modems, MODEM),
    Option("in_doubt", "string", "When nobody knows whether a text went out: resend (it may come twice) or report.",
           "resend", check=checks.one_of("resend", "report")),
    Option("ttl", "duration", "How long a text may wait, here and in the network.", DAY, check=checks.ttl),
    Option("max_parts", "integer", "The longest text, in parts of about 150 characters.", 10, check=checks.parts),
    Option("per_user_day", "integer", "Parts that one user may send a day; 0 means no limit.", 100),
    Option("queue_per_user", "integer", "Texts of one user that may wait.", 200, check=checks.at_least(1)),
    Option("queue", "integer", "Texts that may wait altogether.", 10_000, check=checks.at_least(1)),
    Option("catch_all", "strings", "Users who get what nobody owns: the first of them who is registered.", (),
           check=checks.owners),
    Option("always_report", "boolean", "Ask for a delivery report for each text; some operators charge for them.",
           False),
    Option("notice_after", "duration", "Tell the sender when a text has waited so long; 0s means never.", 0.0),
    Option("sticky_waits", "boolean", "Wait for the modem that a user has written to a number with before.", True),
    Option("claims", "string", "When two users write to one number: refuse the second for a day, or warn.", "refuse",
           check=checks.one_of("refuse", "warn")),
    Option("fallbacks", "boolean", "Send corrections, reactions and replies as plain texts, not refuse them.", False),
    Option("premium", "boolean", "Allow numbers that cost extra.", False),
    Option("short_numbers", "boolean", "Allow short numbers, such as 71120.", False),
    Option("subscribe", "integer", "New numbers a day that a user is offered as contacts; 0 means none.", 10),
    Option("ussd", "strings", "Codes that users may send to the operator, as regular expressions.",
           (BALANCE,), check=checks.codes),
    Option("waiting_notice", "boolean", "Tell of messages in a voicemail box.", True),
    Option("missed_calls", "boolean", "Tell of calls.", True),
    Option("errors", "strings", "Other meanings of error codes (+CMS ERROR): 512=permanent.", (),
           check=checks.errors),
)  # fmt: skip

REGISTRATION = (
    Field("region", "Country", help="Two letters, for numbers that you write without a country, such as DE."),
    Field("keyword", "Keyword", help="A text that begins with @ and this word is yours."),
    Field("reports", "Always ask whether a text has arrived", FieldKind.BOOLEAN, default="0"),
    Field("calls", "Tell me of missed calls", FieldKind.BOOLEAN, default="1"),
)
KEYWORD = re.compile(r"[\w.-]{1,32}")
TRUE = frozenset({"1", "true"})


@define
class Settings:
    """A network's table in the configuration, read."""

    modems: Mapping[str, ModemSettings]
    policy: Policy
    region: str
    catch_all: tuple[str, ...]
    fallbacks: bool
    subscribe: int
    ussd: re.Pattern[str]
    waiting_notice: bool
    missed_calls: bool


def read(name: str, options: Mapping[str, Any]) -> Settings:
    """The options with defaults filled in; ValueError when there is no modem, or two cannot be told apart."""
    given = {option.key: option.default for option in OPTIONS} | dict(options)
    wrong = checks.modems(given["modems"])
    if wrong:
        raise ValueError(f"networks.{name}.modems: {wrong.replace('NAME', name, 1)}")
    return Settings(
        {key: modem(key, table) for key, table in given["modems"].items()},
        policy(given),
        given["region"],
        tuple(each.lower() for each in given["catch_all"]),
        given["fallbacks"],
        given["subscribe"],
        checks.any_of(given["ussd"]),
        given["waiting_notice"],
        given["missed_calls"],
    )


def modem(name: str, table: Mapping[str, Any]) -> ModemSettings:
    """A modem's table."""
    given = {option.key: option.default for option in MODEM} | dict(table)
    given["owner"] = given["owner"].lower()
    given["users"] = tuple(entry.lower() for entry in given["users"])
    return ModemSettings(name=name, **given)


def policy(given: Mapping[str, Any]) -> Policy:
    """What the outbox is to know."""
    found = [checks.ERROR.fullmatch(value) for value in given["errors"]]
    return Policy(
        resend=given["in_doubt"] == "resend",
        ttl=given["ttl"],
        max_parts=given["max_parts"],
        per_user_day=given["per_user_day"],
        queue=given["queue"],
        queue_per_user=given["queue_per_user"],
        report_always=given["always_report"],
        notice_after=given["notice_after"],
        premium=given["premium"],
        short_numbers=given["short_numbers"],
        region=given["region"],
        sticky_waits=given["sticky_waits"],
        claim=given["claims"],
        overrides={int(each[1]): FaultClass(each[2]) for each in found if each},
    )


def check_registration(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings as they shall be kept; Refused (`not-acceptable`) when they cannot work."""
    region = settings.get("region", "").strip().upper()
    if region and not numbers.is_region(region):
        raise Refused(
            "not-acceptable", "“{region}” is not a country; write two letters, such as DE.", region=region[:10]
        )
    keyword = settings.get("keyword", "").strip().removeprefix("@").lower()
    if keyword and not KEYWORD.fullmatch(keyword):
        raise Refused("not-acceptable", "A keyword is one word of at most 32 letters and digits.")
    kept = {"region": region, "keyword": keyword}
    for name, default in (("reports", "0"), ("calls", "1")):
        kept[name] = "1" if settings.get(name, default).strip().lower() in TRUE else "0"
    return {key: value for key, value in kept.items() if value}


def is_on(settings: Mapping[str, str], name: str) -> bool:
    """Whether a switch of an account is on."""
    default = next(field.default for field in REGISTRATION if field.name == name)
    return settings.get(name, default) in TRUE
