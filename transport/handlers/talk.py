"""Talking with the gateway or a network itself: commands, raw lines, and names that a network knows."""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from transport.api import Refused, Text
from transport.handlers.chat_commands import Dialogues
from transport.networks import Networks, jid_of
from transport.owners import Owner
from transport.session import Session
from transport.text.translate import Translator
from transport.xmpp import stanza as build
from transport.xmpp.element import Element, text
from transport.xmpp.ns import BODY


class Talk:
    """Answers what is said to `domain` and to `net@domain`."""

    log = Logger()

    def __init__(
        self,
        domain: str,
        networks: Networks,
        dialogues: Dialogues,
        translator: Translator,
        send: Callable[[str], object],
        refuse: Callable[[Element, Refused], None],
        new_id: Callable[[], str],
    ) -> None:
        self._domain = domain
        self._networks = networks
        self._dialogues = dialogues
        self._translator = translator
        self._send = send
        self._refuse = refuse
        self._new_id = new_id

    def hear(self, owner: Owner, place: str, session: Session | None, element: Element, from_: str) -> None:
        """Take a message to a place: "" is the gateway, else a network's name."""
        words = element.child_text(BODY).strip()
        if not words:
            return
        answering = self._dialogues.waits(from_, place)
        if session is not None and session.raw is not None and words.split()[0].isupper() and not answering:
            # Commands of ours are written small; an IRC command in capitals is meant as it is.
            self._raw(session, words)
            return
        self._answer(owner, place, session, element, from_, words)

    def _answer(
        self, owner: Owner, place: str, session: Session | None, element: Element, from_: str, words: str
    ) -> None:
        async def wait() -> None:
            answer = await self._dialogues.answer(from_, place, words, element.lang)
            if answer is None and session is not None and session.raw is not None:
                self._raw(session, words)
                return
            if answer is None and place and session is None:
                raise Refused(
                    "recipient-unavailable",
                    "You are not connected to {network}, and this is no command of the gateway; send help.",
                    network=place,
                )
            if answer is None:
                answer = self._claimed(words, element.lang) or self._dialogues.hint(element.lang)
            to = element.attrs["to"]
            kind = element.attrs.get("type", "chat")
            self._send(build.message(to, from_, kind, f"<body>{text(answer)}</body>", id=self._new_id()))

        Deferred.fromCoroutine(wait()).addErrback(self._failed, element)

    def _raw(self, session: Session, line: str) -> None:
        if not session.online:
            raise Refused("recipient-unavailable", "You are not connected to {network}.", network=session.name)
        if session.raw is not None:
            session.raw.raw(line)

    def _claimed(self, words: str, lang: str) -> str | None:
        """What a text means to the first network that knows such names."""
        for network in self._networks:
            name = network.claims(words)
            if name is not None:
                address = jid_of(network, network.fold(name), self._domain)
                told = Text("You can reach this at {address}", address=address)
                return self._translator.render(told, lang)
        return None

    def _failed(self, failure: object, element: Element) -> None:
        value = getattr(failure, "value", None)
        if isinstance(value, Refused):
            self._refuse(element, value)
            return
        self.log.error("a chat with the gateway failed: {failure}", failure=failure)
        self._refuse(element, Refused("internal-server-error", "The gateway failed to handle this."))
