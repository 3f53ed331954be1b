"""Commands about the network: texts that come, reports, USSD, phones, the log."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from transport.plugins.sms.simulator import fault_words, special
from transport.plugins.sms.simulator.fault_words import NoSuchWords
from transport.plugins.sms.simulator.network import ReportRule, SimNetwork, number_of
from transport.plugins.sms.simulator.orders import Answer, Order, Orders, find, unescaped
from transport.plugins.sms.simulator.ussd_menus import Menu

MOST_ENTRIES: Final = 10_000


def recipient(network: SimNetwork, word: str) -> str:
    """A number, or that of the modem with such a link."""
    if word.startswith("+"):
        return word
    try:
        return find(network, word).number
    except NoSuchWords:
        return word


def text(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`text`."""
    return {"ids": network.text(words[0], recipient(network, words[1]), unescaped(words[2]))}


def parts(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`parts`."""
    try:
        order = [int(word) for word in words[2].split(",")]
    except ValueError:
        raise NoSuchWords("the order is like 3,1,1") from None
    return {"ids": network.text(words[0], recipient(network, words[1]), unescaped(words[3]), order=order)}


def flash(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`flash`."""
    return {"ids": network.text(words[0], recipient(network, words[1]), unescaped(words[2]), message_class=0)}


def silent(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`silent`."""
    return {"id": network.bring(recipient(network, words[1]), special.silent(number_of(words[0]), network.now()))}


def voicemail(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`voicemail`."""
    note = words[3] if len(words) > 3 else ""
    return {
        "id": network.bring(
            recipient(network, words[1]), special.voicemail(number_of(words[0]), network.now(), words[2] != "off", note)
        )
    }


def mms(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`mms`."""
    name = words[2] if len(words) > 2 else f"T{network.count + 1}"
    return {"id": network.bring(recipient(network, words[1]), special.mms(number_of(words[0]), network.now(), name))}


def report(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`report`."""
    kind, rest = words[1], words[2].split() if len(words) > 2 else []
    delay = fault_words.number(rest, 0) if rest else None
    rules = {
        "delivered": ReportRule(delay=delay),
        "early": ReportRule(early=True),
        "none": ReportRule(None),
        "trying": ReportRule(first=0x30, delay=5.0 if delay is None else delay),
        "failed": ReportRule(0x46, delay),
    }
    if kind.isdecimal() and int(kind) < 256:
        rules[kind] = ReportRule(int(kind), delay)
    if kind not in rules:
        raise NoSuchWords("say delivered, early, none, trying, failed or a TP-ST number")
    network.rules[words[0]] = rules[kind]
    return {}


def ussd(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`ussd`."""
    network.menus[words[0]] = menu(words[1])
    return {}


def menu(written: str) -> Menu:
    """A text, or JSON: `{"text": "...", "choices": {"1": {"text": ...}}}`."""
    if not written.startswith("{"):
        return Menu(unescaped(written))
    try:
        return menu_of(json.loads(written))
    except (ValueError, KeyError, AttributeError, RecursionError):
        raise NoSuchWords('a menu is {"text": "...", "choices": {"1": {"text": "..."}}}') from None


def menu_of(tree: Mapping[str, Any]) -> Menu:
    """A menu with all below it."""
    return Menu(str(tree["text"]), {key: menu_of(value) for key, value in tree.get("choices", {}).items()})


def answering(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`answer`."""
    if len(words) > 1 and words[1] == "off":
        network.phones.answering.discard(words[0])
    else:
        network.phones.answering.add(words[0])
    return {}


def log(network: SimNetwork, words: Sequence[str]) -> Answer:
    """`log`."""
    since = int(fault_words.number(words, 0, 0))
    entries = network.log
    return {"entries": entries[since : since + MOST_ENTRIES], "next": min(since + MOST_ENTRIES, len(entries))}


ORDERS: Final[Orders] = {
    "text": Order("FROM TO TEXT", "text a modem; FROM may be a name", text),
    "parts": Order("FROM TO ORDER TEXT", "text a modem with the parts in an order like 3,1,1", parts),
    "flash": Order("FROM TO TEXT", "text of class 0", flash),
    "silent": Order("FROM TO", "text of type 0", silent),
    "voicemail": Order("FROM TO ON [TEXT]", "turn the lamp on or off, with a text or without", voicemail),
    "mms": Order("FROM TO [TRANSACTION]", "notice of a multimedia message", mms),
    "report": Order(
        "NUMBER KIND [SECONDS]",
        "how texts to a number (or *) fare: delivered, early, none, trying, failed, a TP-ST",
        report,
    ),
    "ussd": Order("CODE MENU", "what a code answers: a text, or menus in JSON", ussd),
    "answer": Order("NUMBER [off]", "a phone that says back what it is told", answering),
    "log": Order("[SINCE]", "what has happened, from an entry on", log),
}
