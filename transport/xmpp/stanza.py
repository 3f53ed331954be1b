"""Stanzas as text (RFC 6120 section 8): whatever a caller gives is escaped here, but for `payload`."""

from collections.abc import Mapping
from datetime import UTC, datetime

from transport.xmpp.element import Element, attribute, text
from transport.xmpp.ns import DELAY, STANZA_ERRORS

# RFC 6120 section 8.3.3: each condition with the type that goes with it, and the code of XEP-0086, which
# old clients read.
ERRORS: Mapping[str, tuple[str, int]] = {
    "bad-request": ("modify", 400),
    "conflict": ("cancel", 409),
    "feature-not-implemented": ("cancel", 501),
    "forbidden": ("auth", 403),
    "gone": ("cancel", 302),
    "internal-server-error": ("cancel", 500),
    "item-not-found": ("cancel", 404),
    "jid-malformed": ("modify", 400),
    "not-acceptable": ("modify", 406),
    "not-allowed": ("cancel", 405),
    "not-authorized": ("auth", 401),
    "payment-required": ("auth", 402),
    "policy-violation": ("modify", 406),
    "recipient-unavailable": ("wait", 404),
    "redirect": ("modify", 302),
    "registration-required": ("auth", 407),
    "remote-server-not-found": ("cancel", 404),
    "remote-server-timeout": ("wait", 504),
    "resource-constraint": ("wait", 500),
    "service-unavailable": ("cancel", 503),
    "subscription-required": ("auth", 407),
    "undefined-condition": ("cancel", 500),
    "unexpected-request": ("wait", 400),
}


def _stanza(name: str, kind: str, from_: str, to: str, id: str, payload: str) -> str:
    head = f"<{name} from='{attribute(from_)}' to='{attribute(to)}'"
    if kind:
        head += f" type='{attribute(kind)}'"
    if id:
        head += f" id='{attribute(id)}'"
    return f"{head}>{payload}</{name}>" if payload else f"{head}/>"


def iq(kind: str, from_: str, to: str, id: str, payload: str = "") -> str:
    """An IQ; `kind` is get, set, result or error."""
    return _stanza("iq", kind, from_, to, id, payload)


def message(from_: str, to: str, kind: str, payload: str, *, id: str = "") -> str:
    """A message; `kind` is chat, groupchat, headline, normal or empty."""
    return _stanza("message", kind, from_, to, id, payload)


def presence(from_: str, to: str, kind: str = "", payload: str = "", *, id: str = "") -> str:
    """A presence; an empty `kind` is available."""
    return _stanza("presence", kind, from_, to, id, payload)


def reply(iq: Element, payload: str = "") -> str:
    """The result of an IQ that somebody asked."""
    attrs = iq.attrs
    return _stanza("iq", "result", attrs.get("to", ""), attrs.get("from", ""), attrs.get("id", ""), payload)


def error_reply(
    stanza: Element,
    condition: str,
    text: str = "",
    *,
    lang: str = "en",
    kind: str | None = None,
    extra: str = "",
    payload: str = "",
) -> str | None:
    """The error that answers a stanza; None when it must not be answered (it is an error or a result).

    Nothing of the stanza is echoed but its addresses and its id.  `kind` overrides the error's type,
    `extra` is XML inside the error, `payload` XML before it, such as MUC's `x` (XEP-0045 section 7.2).
    """
    attrs = stanza.attrs
    if attrs.get("type") in ("error", "result") or not attrs.get("from"):
        return None
    inside = payload + error(condition, text, lang=lang, kind=kind, extra=extra)
    return _stanza(stanza.name, "error", attrs.get("to", ""), attrs["from"], attrs.get("id", ""), inside)


def error(condition: str, text: str = "", *, lang: str = "en", kind: str | None = None, extra: str = "") -> str:
    """The error element of a stanza (RFC 6120 section 8.3); an unknown condition is undefined-condition."""
    if condition not in ERRORS:
        condition = "undefined-condition"
    usual, code = ERRORS[condition]
    said = child(STANZA_ERRORS, "text", {"xml:lang": lang}, text) if text else ""
    return (
        f"<error type='{attribute(kind or usual)}' code='{code}'>"
        f"<{condition} xmlns='{STANZA_ERRORS}'/>{said}{extra}</error>"
    )


def child(uri: str, name: str, attrs: Mapping[str, str] | None = None, content: str = "") -> str:
    """An element of a namespace, holding text; `name` and the names of attributes are ours, not escaped."""
    head = f"<{name} xmlns='{attribute(uri)}'"
    if attrs:
        head += "".join([f" {key}='{attribute(value)}'" for key, value in attrs.items()])
    return f"{head}>{text(content)}</{name}>" if content else f"{head}/>"


def body(content: str) -> str:
    """A message's body."""
    return f"<body>{text(content)}</body>"


def delay(when: datetime | float, from_: str) -> str:
    """When a stanza was first sent (XEP-0203); `when` is in UTC, as a date or in seconds since the epoch."""
    return child(DELAY, "delay", {"from": from_, "stamp": stamp(when)})


def stamp(when: datetime | float) -> str:
    """A moment as XMPP writes it, in milliseconds (XEP-0082 section 3.2); a naive date is in UTC."""
    if not isinstance(when, datetime):
        when = datetime.fromtimestamp(when, UTC)
    elif when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
