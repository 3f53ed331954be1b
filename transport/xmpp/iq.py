"""Questions of ours and their answers (RFC 6120 section 8.2.3).

Nobody can guess an id, and an answer counts only when it comes from whom we asked.
"""

import secrets
from collections.abc import Callable

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from transport.xmpp import stanza
from transport.xmpp.element import Element
from transport.xmpp.ns import ERROR, PING, STANZA_ERRORS, tag

MOST_QUESTIONS = 10_000
_TEXT = tag(STANZA_ERRORS, "text")
_UNREACHED = ("remote-server-not-found", "remote-server-timeout", "internal-server-error")


class IqError(Exception):
    """The answer was an error: its condition (RFC 6120 section 8.3.3), and its text if it had one."""

    def __init__(self, condition: str, text: str = "") -> None:
        super().__init__(condition, text)
        self.condition = condition
        self.text = text


class IqTimeout(IqError):
    """There was no answer in time."""


@define
class Question:
    """What we asked, and who may answer."""

    asked: str
    asker: str
    answer: Deferred[Element]


class Tracker:
    """Sends our questions by `send` and knows their answers; `domain` asks when nobody else is named."""

    def __init__(self, clock: IReactorTime, send: Callable[[str], None], domain: str) -> None:
        self.clock = clock
        self.send = send
        self.domain = domain
        self.open: dict[str, Question] = {}

    def request(
        self, kind: str, to: str, payload: str, from_: str | None = None, timeout: float = 30
    ) -> Deferred[Element]:
        """Ask; fires with the whole result.

        `kind` is get or set, `timeout` in seconds.  Fails with IqError or IqTimeout; may be cancelled.
        """
        id = secrets.token_hex(16)
        asker = from_ or self.domain
        answer: Deferred[Element] = Deferred(lambda _: self._forget(id))
        if len(self.open) >= MOST_QUESTIONS:
            answer.errback(IqError("resource-constraint", "too many questions are open"))
            return answer
        self.open[id] = Question(to, asker, answer)
        answer.addTimeout(timeout, self.clock, _timed_out)
        self.send(stanza.iq(kind, asker, to, id, payload))
        return answer

    def answered(self, iq: Element) -> bool:
        """Take an IQ of type result or error; false when it answers no question of ours."""
        attrs = iq.attrs
        id = attrs.get("id", "")
        question = self.open.get(id)
        if question is None or not _may_answer(question, attrs.get("from", ""), attrs.get("to", "")):
            return False
        del self.open[id]
        if attrs.get("type") == "result":
            question.answer.callback(iq)
        else:
            question.answer.errback(error_of(iq))
        return True

    def proof(self, peer: str, timeout: float = 30) -> Deferred[None]:
        """Fires when the server `peer` has processed all that we have sent before to its users.

        A ping (XEP-0199) that `peer` answers, by an error too, since a stream keeps its order (RFC 6120
        section 10.1).  Fails with IqError when nothing is proved.
        """
        ping = self.request("get", peer, stanza.child(PING, "ping"), timeout=timeout)
        proved: Deferred[None] = ping.addCallbacks(lambda _: None, _proves)
        return proved

    def _forget(self, id: str) -> None:
        self.open.pop(id, None)

    def fail_all(self, reason: str) -> None:
        """The link is down: no answer will come."""
        questions, self.open = self.open, {}
        for question in questions.values():
            question.answer.errback(IqError("remote-server-timeout", reason))


def error_of(iq: Element) -> IqError:
    """What an error stanza says."""
    error = iq.child(ERROR)
    if error is None:
        return IqError("undefined-condition")
    conditions = [c.name for c in error.elements() if c.uri == STANZA_ERRORS and c.name != "text"]
    return IqError(conditions[0] if conditions else "undefined-condition", error.child_text(_TEXT))


def _may_answer(question: Question, sender: str, receiver: str) -> bool:
    if receiver and _fold(receiver) != _fold(question.asker):
        return False
    asked = _fold(question.asked)
    if _fold(sender) == asked:
        return True
    # A server answers for its users' bare addresses, and may say so (RFC 6120 section 10.3.3).
    return "/" not in asked and _fold(sender) == asked.rpartition("@")[2]


def _fold(jid: str) -> str:
    bare, slash, resource = jid.partition("/")
    return f"{bare.lower()}{slash}{resource}"


def _timed_out(_: object, timeout: float) -> Element:
    raise IqTimeout("remote-server-timeout", f"no answer within {timeout:g} seconds")


def _proves(failure: Failure) -> None:
    error = failure.value
    if not isinstance(error, IqError) or isinstance(error, IqTimeout) or error.condition in _UNREACHED:
        failure.raiseException()
