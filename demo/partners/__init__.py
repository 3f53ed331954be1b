"""Real XMPP and IRC servers in folders of their own, for the demo and the end-to-end tests."""

from demo.partners.certs import Authority, Issued
from demo.partners.ejabberd import Ejabberd
from demo.partners.gammu_smsd import GammuSmsd
from demo.partners.inspircd import Atheme, Inspircd
from demo.partners.ngircd import Ngircd
from demo.partners.process import NotStarted, Partner, Program
from demo.partners.prosody import Prosody
from demo.partners.system import debian_version, free_port, free_ports
from demo.partners.xmpp_server import XmppServer

__all__ = [
    "Atheme",
    "Authority",
    "Ejabberd",
    "GammuSmsd",
    "Inspircd",
    "Issued",
    "Ngircd",
    "NotStarted",
    "Partner",
    "Program",
    "Prosody",
    "XmppServer",
    "debian_version",
    "free_port",
    "free_ports",
]
