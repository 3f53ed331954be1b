"""The workloads by name, and the aims set for them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.crowd import hold
from bench.gateways import Biboumi, GammuSmsd
from bench.messages import from_irc, to_irc
from bench.pace import latency
from bench.pdus import read_pdus
from bench.requests import requests
from bench.rig import Figures
from bench.texts import texts_idle, texts_in, texts_out, texts_queued


@dataclass(frozen=True, slots=True)
class Workload:
    """What to run, with the parameters of a whole run and those that a quick run changes; `beside` runs it too."""

    run: Callable[..., Awaitable[Figures]]
    full: Mapping[str, Any]
    quick: Mapping[str, Any]
    beside: str = Biboumi.name


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure of a workload, and how it shall compare to that of the program beside; less is better."""

    what: str
    workload: str
    figure: str
    unit: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Floor:
    """A figure of a workload, and how much it shall be at least; more is better."""

    what: str
    workload: str
    figure: str
    unit: str
    least: float


SMSD, ALONE = GammuSmsd.name, ""

WORKLOADS: Mapping[str, Workload] = {
    "w3": Workload(from_irc, {"users": 100, "messages": 1000}, {"users": 10, "messages": 50}),
    "w3wide": Workload(from_irc, {"users": 1000, "messages": 100}, {"users": 50, "messages": 5}),
    "w2": Workload(to_irc, {"users": 100, "messages": 50000}, {"users": 10, "messages": 500}),
    "w2pm": Workload(to_irc, {"users": 100, "messages": 50000, "private": True}, {"users": 10, "messages": 500}),
    "w3archive": Workload(from_irc, {"users": 100, "messages": 100, "archive": True}, {"users": 10, "messages": 5}),
    "w2archive": Workload(to_irc, {"users": 100, "messages": 10000, "archive": True}, {"users": 10, "messages": 50}),
    "hold1000": Workload(hold, {"users": 1000, "members": 50, "idle_seconds": 10}, {"users": 50, "idle_seconds": 2}),
    "storm": Workload(hold, {"users": 100, "members": 1000, "idle_seconds": 1}, {"users": 5, "idle_seconds": 0.5}),
    "disco": Workload(requests, {"kind": "disco", "count": 50000}, {"count": 500}),
    "ping": Workload(requests, {"kind": "ping", "count": 100000}, {"count": 500}),
    "w4": Workload(latency, {"users": 20, "rate": 20, "seconds": 8}, {"users": 5, "seconds": 2}),
    "pdus": Workload(read_pdus, {"count": 200000}, {"count": 2000}, ALONE),
    "texts": Workload(texts_out, {"texts": 20}, {"texts": 5}, SMSD),
    "textslong": Workload(texts_out, {"texts": 6, "long": True}, {"texts": 2}, SMSD),
    "textsreported": Workload(texts_out, {"texts": 20, "report": True, "window": 8}, {"texts": 5}, SMSD),
    "textsin": Workload(texts_in, {"texts": 200}, {"texts": 20}, SMSD),
    "textsidle": Workload(texts_idle, {"seconds": 30}, {"seconds": 2}, SMSD),
    "textsidle2": Workload(texts_idle, {"seconds": 30, "modems": 2}, {"seconds": 2}, ALONE),
    "textsmany": Workload(texts_out, {"texts": 1000}, {"texts": 50}, ALONE),
    "textsqueued": Workload(texts_queued, {"texts": 5000}, {"texts": 100}, ALONE),
}

AIMS = (
    Aim("Channel message to 100 users", "w3", "cpu_us", "us CPU a stanza", 0.85),
    Aim("Channel message to 1,000 users", "w3wide", "cpu_us", "us CPU a stanza", 0.75),
    Aim("Room message to IRC, 100 users", "w2", "cpu_us", "us CPU", 1.0),
    Aim("Private message to IRC", "w2pm", "cpu_us", "us CPU", 1.3),
    Aim("Archive on: to 100 users", "w3archive", "cpu_us", "us CPU a stanza", 0.15),
    Aim("Archive on: to IRC, 100 users", "w2archive", "cpu_us", "us CPU", 0.15),
    Aim("Join, 1,000 users", "hold1000", "cpu_us", "us CPU", 0.35),
    Aim("Join of a 1,000-member channel", "storm", "cpu_us", "us CPU", 0.15),
    Aim("Service discovery", "disco", "cpu_us", "us CPU", 0.6),
    Aim("Ping", "ping", "cpu_us", "us CPU", 0.6),
    Aim("Idle, 1,000 users", "hold1000", "idle_ms_per_s", "ms CPU/s", 0.02),
    Aim("Latency to XMPP, median", "w4", "to_xmpp_p50_ms", "ms", 0.05),
    Aim("Private memory a user, 1,000 users", "hold1000", "kib_per_user", "KiB", 0.6),
    Aim("Text to a phone", "texts", "wall_us", "us", 1.0),
    Aim("Text to a phone", "texts", "cpu_us", "us CPU", 1.0),
    Aim("Text in three parts", "textslong", "wall_us", "us", 1.0),
    Aim("Text in three parts", "textslong", "cpu_us", "us CPU", 1.0),
    Aim("Text until it is reported", "textsreported", "wall_us", "us", 1.0),
    Aim("Text until it is reported", "textsreported", "cpu_us", "us CPU", 1.0),
    Aim("Text from a phone", "textsin", "wall_us", "us", 1.0),
    Aim("Text from a phone", "textsin", "cpu_us", "us CPU", 1.0),
    Aim("Idle, one modem", "textsidle", "idle_ms_per_s", "ms CPU/s", 1.0),
)

FLOORS = (
    Floor("PDUs of texts read on one core", "pdus", "per_second", "a second", 20000),
    Floor("Texts to phones", "textsmany", "rate", "a second", 50),
    Floor("Texts to phones from a long queue", "textsqueued", "rate", "a second", 50),
)
