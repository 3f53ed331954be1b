"""Who takes part in the end-to-end tests, and on which servers."""

from collections.abc import Iterator
from typing import Any

from attrs import define, field
from irc_user import IrcUser
from xmpp_user import Loop, XmppUser

from demo.partners import Ejabberd, Prosody, XmppServer, debian_version

XMPP_SERVERS = {"prosody": Prosody, "ejabberd": Ejabberd}
PASSWORD = "secret"


def versions(*packages: str) -> dict[str, Any]:
    """Parameters of a fixture, with ids that name what runs."""
    return {"params": packages, "ids": [f"{package}-{debian_version(package)}" for package in packages]}


@define
class Network:
    """An IRC network of the gateway and the server behind it."""

    name: str
    server: Any


@define
class People:
    """Makes people with accounts and nicks of their own, and sends them home after the test."""

    loop: Loop
    xmpp: XmppServer
    numbers: Iterator[int]
    present: list[XmppUser | IrcUser] = field(factory=list)

    def account(self, name: str) -> str:
        """A new account on the XMPP server; its bare JID."""
        return self.xmpp.register(f"{name}{next(self.numbers)}", PASSWORD)

    def client(self, jid: str, resource: str = "laptop", presence: bool = True) -> XmppUser:
        """A client of an account, signed in."""
        user = XmppUser(self.loop, jid, PASSWORD, self.xmpp.port, resource)
        self.present.append(user)
        return user.connect(presence)

    def romeo(self) -> XmppUser:
        """Somebody new on XMPP; `nick` in tests is the local part."""
        return self.client(self.account("romeo"))

    def on_irc(self, network: Network, name: str = "ann", **more: Any) -> IrcUser:
        """Somebody new on IRC, signed in."""
        user = IrcUser(f"{name}{next(self.numbers)}", network.server.port, **more)
        self.present.append(user)
        return user.connect()

    def go_home(self) -> None:
        """Sign everybody out."""
        for user in self.present:
            user.close()
