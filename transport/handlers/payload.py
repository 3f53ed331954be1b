"""What is in a message that an owner sends, cut down to what its network can carry."""

from collections.abc import Set
from typing import Any

from attrs import define, evolve

from transport.api import Attachment, Details, Feature, Refused
from transport.text.clean import one_line
from transport.xmpp.element import Element
from transport.xmpp.ns import (
    BODY,
    CHATSTATES,
    EME,
    OMEMO,
    OMEMO_2,
    OOB,
    OPENPGP,
    OPENPGP_LEGACY,
    RECEIPTS,
    SEPARATOR,
    SUBJECT,
    tag,
)

_ENCRYPTED = frozenset(
    {
        tag(OMEMO, "encrypted"),
        tag(OMEMO_2, "encrypted"),
        tag(OPENPGP, "openpgp"),
        tag(OPENPGP_LEGACY, "x"),
        tag(EME, "encryption"),
    }
)
_REQUEST = tag(RECEIPTS, "request")
_REPLACE = tag("urn:xmpp:message-correct:0", "replace")
_RETRACT = frozenset({tag("urn:xmpp:message-retract:0", "retract"), tag("urn:xmpp:message-retract:1", "retract")})
_APPLY = tag("urn:xmpp:fasten:0", "apply-to")
_REACTIONS = tag("urn:xmpp:reactions:0", "reactions")
_REPLY = tag("urn:xmpp:reply:0", "reply")
OOB_X = tag(OOB, "x")
_URL = tag(OOB, "url")
_DESC = tag(OOB, "desc")
SHARED = 20
_STATE = CHATSTATES + SEPARATOR


@define
class Payload:
    """A message's text and what came with it.

    `state` is a chat state (XEP-0085), `shared` what is out of band (XEP-0066), `replaces` the id of a message
    that is corrected (XEP-0308).
    """

    text: str = ""
    subject: str | None = None
    receipt: bool = False
    state: str | None = None
    details: Details | None = None
    shared: tuple[Attachment, ...] = ()
    replaces: str = ""

    def detail(self, **more: Any) -> None:
        """Add what few messages have to what is known already."""
        self.details = evolve(self.details or Details(), **more)


def read_payload(element: Element, features: Set[Feature]) -> Payload:
    """Read a message; Refused for what the network cannot carry in any form.

    An encrypted message is refused, and its fallback text never sent on (XEP-0380).
    """
    children = element.children
    if len(children) == 1:
        only = children[0]
        if isinstance(only, Element) and only.tag == BODY:
            return Payload(only.text)
    payload = Payload()
    for child in children:
        if isinstance(child, Element):
            _take(payload, child, features)
    if payload.shared:
        _share(payload, features)
    if payload.replaces and Feature.CORRECTION not in features:
        # The reader must see that this is no new thought.
        payload.text = f"(corrected) {payload.text}" if payload.text else ""
    elif payload.replaces:
        payload.detail(replaces=payload.replaces)
    return payload


def _share(payload: Payload, features: Set[Feature]) -> None:
    """Files on the web (XEP-0066): as they are where the network has them, else by their address in the text."""
    shared = payload.shared
    if Feature.ATTACHMENTS in features:
        payload.detail(attachments=shared)
        if payload.text.strip() in {attachment.url for attachment in shared}:
            payload.text = ""
        return
    missing = [attachment.url for attachment in shared if attachment.url not in payload.text]
    if missing:
        between = "\n" if Feature.NEWLINES in features else " "
        payload.text = between.join([payload.text, *missing] if payload.text else missing)


def _take(payload: Payload, child: Element, features: Set[Feature]) -> None:
    name = child.tag
    if name == BODY:
        payload.text = payload.text or child.text
    elif name == SUBJECT:
        payload.subject = child.text
    elif name in _ENCRYPTED:
        raise Refused(
            "not-acceptable",
            "This message is encrypted, and nobody beyond this gateway can read it. "
            "Turn encryption off for this conversation and send it again.",
        )
    elif name == _REQUEST:
        payload.receipt = True
    elif name.startswith(_STATE):
        payload.state = child.name
    elif name == _REPLACE:
        payload.replaces = child.get("id")
    elif name == OOB_X:
        url = one_line(child.child_text(_URL))
        if url and len(payload.shared) < SHARED:
            payload.shared += (Attachment(url, child.child_text(_DESC) or None),)
    elif name in _RETRACT or name == _APPLY:
        _need(Feature.RETRACTION, features, "This network cannot take a message back.")
        payload.detail(retracts=child.get("id"))
    elif name == _REACTIONS:
        _need(Feature.REACTIONS, features, "This network knows no reactions.")
        given = tuple(e.text for e in child.elements())
        payload.detail(reactions={child.get("id"): given})
    elif name == _REPLY and Feature.REPLIES in features:
        payload.detail(reply_to=child.get("id"))


def _need(feature: Feature, features: Set[Feature], why: str) -> None:
    if feature not in features:
        raise Refused("feature-not-implemented", why)
