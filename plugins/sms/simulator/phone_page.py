"""A phone for a person: its screen and a box to write in, as a web page of this machine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import asdict
from twisted.web.http import Request
from twisted.web.resource import Resource

from transport.plugins.sms.malformed import Malformed
from transport.plugins.sms.numbers import display
from transport.plugins.sms.simulator.network import SimNetwork

FOLDER: Final = Path(__file__).with_name("page")
PAGE: Final[Mapping[bytes, tuple[str, str]]] = {
    b"/": ("phone.html", "text/html"),
    b"/phone.css": ("phone.css", "text/css"),
    b"/phone.js": ("phone.js", "text/javascript"),
}
JSON: Final = "application/json"
HOSTS: Final = frozenset({b"localhost", b"127.0.0.1"})
# Texts come from anywhere: whatever they hold, the page runs its own script only, and asks nobody else.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors http://localhost:* http://127.0.0.1:*"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
OK, BAD, FORBIDDEN, ABSENT, TOO_LARGE = 200, 400, 403, 404, 413
LONGEST_BODY: Final = 16384
LONGEST_TEXT: Final = 1000


class PhonePage(Resource):
    """One phone of a network; `phones.screens` has its screen."""

    isLeaf = True  # noqa: N815  (twisted.web)

    def __init__(self, network: SimNetwork, number: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.network = network
        self.number = number
        self.screen = network.phones.screens[number]

    def render(self, request: Request) -> bytes:
        """Answer a request of this machine's browser; a page of anybody else must not use the phone."""
        for name, value in HEADERS.items():
            request.setHeader(name, value)
        if request.getRequestHostname() not in HOSTS or not same_origin(request):
            return say(request, FORBIDDEN, {"error": "This page is for this machine only."})
        if request.path == b"/texts":
            return self.write(request) if request.method == b"POST" else say(request, OK, self.state())
        if request.path not in PAGE or request.method not in (b"GET", b"HEAD"):
            return say(request, ABSENT, {"error": "There is no such page."})
        name, kind = PAGE[request.path]
        request.setHeader("Content-Type", f"{kind}; charset=utf-8")
        return (FOLDER / name).read_bytes()

    def state(self) -> dict[str, Any]:
        """All that the screen shows; `others` are the numbers that it can write to."""
        return {
            "number": self.number,
            "operator": self.network.operator,
            "texts": [asdict(text) for text in self.screen.texts],
            "others": list(self.network.modems),
            "names": {number: display(number) for number in (self.number, *self.network.modems)},
        }

    def write(self, request: Request) -> bytes:
        """Send what the person wrote: `{"to": ..., "text": ...}`."""
        if (request.getHeader("Content-Type") or "").partition(";")[0].strip() != JSON:
            return say(request, BAD, {"error": "This must be JSON."})
        body = request.content.read(LONGEST_BODY + 1) if request.content is not None else b""
        if len(body) > LONGEST_BODY:
            return say(request, TOO_LARGE, {"error": "This is too long."})
        try:
            asked = json.loads(body)
            to, text = asked["to"], asked["text"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return say(request, BAD, {"error": "This must be an object with to and text."})
        if to not in list(self.network.modems) or not isinstance(text, str) or not 0 < len(text) <= LONGEST_TEXT:
            return say(request, BAD, {"error": "This cannot be sent."})
        try:
            self.network.phones.write(self.number, to, text)
        except Malformed as wrong:
            return say(request, BAD, {"error": str(wrong)})
        return say(request, OK, self.state())


def same_origin(request: Request) -> bool:
    """Whether a request comes from our page, or from nobody's."""
    origin = request.getHeader(b"Origin")
    return origin is None or origin == b"http://" + (request.getHeader(b"Host") or b"")


def say(request: Request, status: int, what: Mapping[str, Any]) -> bytes:
    """An answer in JSON."""
    request.setResponseCode(status)
    request.setHeader("Content-Type", JSON)
    return json.dumps(what).encode()
