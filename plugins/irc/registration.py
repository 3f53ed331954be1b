"""Signing on to a server: capabilities, SASL, nick and user, up to 001 (modern.ircdocs.horse)."""

import re
from typing import Protocol

from attrs import define

from transport.api import Refused, Text
from transport.plugins.irc import numerics
from transport.plugins.irc.caps import Capabilities
from transport.plugins.irc.formatting import plain
from transport.plugins.irc.line import Line
from transport.plugins.irc.sasl import Challenge, Mechanism, SaslError, chunks, mechanisms

BANNED = re.compile(r"\b([kgdz]-?lined?|banned|bad password|access denied|not welcome)\b", re.IGNORECASE)
_USER = re.compile(r"[^A-Za-z0-9._-]")


@define
class SignIn:
    """Who signs on, and what proves it; `user` is the account's name, apart from the nick."""

    user: str = ""
    password: str = ""
    realname: str = ""
    server_password: str = ""
    certificate: bool = False


class Owner(Protocol):
    """Who wants to be signed on."""

    def command(self, *params: str) -> None:
        """Write a line at once."""

    def commands(self, *lines: tuple[str, ...]) -> None:
        """Write some lines at once, together."""

    def tell(self, text: Text) -> None:
        """Say how it goes."""

    def nick_refused(self, nick: str, reason: Refused) -> str | None:
        """A nick cannot be had; another to try, or None to wait for one."""

    def welcomed(self, nick: str) -> None:
        """Signed on."""

    def turned_away(self, reason: Refused, retry: bool) -> None:
        """It came to nothing."""


class Registration:
    """One attempt; `handle` takes every line until 001."""

    def __init__(self, owner: Owner, sign_in: SignIn) -> None:
        self.owner = owner
        self.sign_in = sign_in
        self.nick = ""
        self.wants_sasl = bool(sign_in.password or sign_in.certificate)
        self.caps = Capabilities(self.wants_sasl)
        self.mechanisms: list[Mechanism] | None = None
        self.challenge = Challenge()
        self.proved = False
        self.ended = False

    def begin(self, nick: str) -> None:
        """Send what does not depend on answers."""
        self.nick = nick
        user = _USER.sub("", self.sign_in.user or nick)[:10] or "user"
        password = self.sign_in.server_password
        self.owner.commands(
            ("CAP", "LS", "302"),
            *([("PASS", password)] if password else []),
            ("NICK", nick),
            ("USER", user, "0", "*", self.sign_in.realname or nick),
        )

    def retry(self, nick: str) -> None:
        """Go on with another nick."""
        self.nick = nick
        self.owner.command("NICK", nick)

    def handle(self, line: Line) -> bool:
        """Take a line, if it belongs to signing on."""
        command = line.command
        if command == "CAP":
            self.negotiate(line)
        elif command == "AUTHENTICATE":
            self.authenticate(line)
        elif command == "903":
            self.succeeded()
        elif command in ("902", "904", "905", "906", "908"):
            self.next_mechanism(line)
        elif command == "001":
            self.welcome(line)
        elif command in numerics.NICK:
            self.nick_trouble(line)
        elif command in ("464", "465", "466", "ERROR"):
            self.turned_away(line)
        elif command not in ("421", "451", "410"):
            return False
        return True

    def negotiate(self, line: Line) -> None:
        """CAP: list, ask, then SASL or the end."""
        lines = self.caps.handle(line)
        if self.caps.listed and not self.wants_sasl and not self.ended:
            # The server reads in order; nothing here depends on what it grants.
            self.ended = True
            lines.append(("CAP", "END"))
        if lines:
            self.owner.commands(*lines)
        if self.wants_sasl and self.caps.settled and self.mechanisms is None:
            self.start_sasl()

    def end(self) -> None:
        """Capabilities are settled, and we are who we say; the server may welcome us."""
        self.ended = True
        self.owner.command("CAP", "END")

    def start_sasl(self) -> None:
        """Choose mechanisms and begin with the best."""
        if "sasl" not in self.caps.enabled:
            self.without_sasl()
            return
        sign_in = self.sign_in
        offered = self.caps.mechanisms()
        self.mechanisms = mechanisms(sign_in.user, self.nick, sign_in.password, sign_in.certificate, offered)
        self.try_mechanism()

    def without_sasl(self) -> None:
        """The server does not let us prove who we are; to be somebody else would be worse than waiting."""
        self.owner.turned_away(
            Refused(
                "not-authorized",
                "The server does not offer signing in to an account (SASL). "
                "Remove the account's password from your registration, or try later.",
            ),
            True,
        )

    def try_mechanism(self) -> None:
        """Begin the first mechanism that is left."""
        if self.mechanisms:
            self.challenge = Challenge()
            self.owner.command("AUTHENTICATE", self.mechanisms[0].name)
        else:
            self.refused("no way to sign in that both sides know")

    def refused(self, said: str) -> None:
        """The account or its password is wrong."""
        self.owner.turned_away(
            Refused(
                "not-authorized",
                "The network does not accept your account's name and password ({said}).",
                said=plain(said)[0][:300],
            ),
            False,
        )

    def authenticate(self, line: Line) -> None:
        """A challenge, or a part of one."""
        if not self.mechanisms or not line.params:
            return
        try:
            challenge = self.challenge.add(line.params[0])
            if challenge is None:
                return
            response = self.mechanisms[0].respond(challenge)
        except SaslError as error:
            self.owner.command("AUTHENTICATE", "*")
            self.mechanisms = []
            self.refused(str(error))
            return
        for chunk in chunks(response):
            self.owner.command("AUTHENTICATE", chunk)

    def next_mechanism(self, line: Line) -> None:
        """A mechanism failed; some accounts can do only some of them."""
        if not self.mechanisms:
            return
        del self.mechanisms[0]
        if self.mechanisms:
            self.try_mechanism()
        else:
            self.refused(line.last)

    def succeeded(self) -> None:
        """903: signed in, if the server has proved itself too."""
        if self.mechanisms and self.mechanisms[0].complete():
            self.proved = True
            self.end()
        elif self.mechanisms:
            self.refused("the server has not proved that it knows the password")

    def welcome(self, line: Line) -> None:
        """001: on."""
        if self.wants_sasl and not self.proved:
            self.without_sasl()
        else:
            self.owner.welcomed(line.params[0] if line.params else self.nick)

    def nick_trouble(self, line: Line) -> None:
        """The nick cannot be had."""
        reason = numerics.refusal(numerics.REQUEST, line)
        nick = self.owner.nick_refused(self.nick, reason)
        if nick is not None:
            self.retry(nick)

    def turned_away(self, line: Line) -> None:
        """The server does not want us."""
        said = plain(line.last)[0][:300]
        if line.command == "464":
            self.owner.turned_away(
                Refused("not-authorized", "The password of the server is wrong ({said}).", said=said), False
            )
        elif line.command in ("465", "466") or BANNED.search(said):
            reason = Refused("forbidden", "The server does not let you in: {said}", said=said)
            self.owner.turned_away(reason, False)
        else:
            reason = Refused("remote-server-not-found", "The server ended the connection: {said}", said=said)
            self.owner.turned_away(reason, True)
