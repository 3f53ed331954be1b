"""Namespaces, and the tags of elements as the parser gives them: namespace, U+0001, name."""

SEPARATOR = "\x01"

COMPONENT = "jabber:component:accept"
STREAM = "http://etherx.jabber.org/streams"
STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams"
STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"
XML = "http://www.w3.org/XML/1998/namespace"

ADDRESS = "http://jabber.org/protocol/address"
ADHOC = "http://jabber.org/protocol/commands"
CAPS = "http://jabber.org/protocol/caps"
CARBONS = "urn:xmpp:carbons:2"
CHATSTATES = "http://jabber.org/protocol/chatstates"
DATA_FORMS = "jabber:x:data"
DELAY = "urn:xmpp:delay"
DISCO_INFO = "http://jabber.org/protocol/disco#info"
DISCO_ITEMS = "http://jabber.org/protocol/disco#items"
EME = "urn:xmpp:eme:0"
GATEWAY = "jabber:iq:gateway"
HINTS = "urn:xmpp:hints"
LAST = "jabber:iq:last"
MARKERS = "urn:xmpp:chat-markers:0"
MUC = "http://jabber.org/protocol/muc"
MUC_ADMIN = "http://jabber.org/protocol/muc#admin"
MUC_OWNER = "http://jabber.org/protocol/muc#owner"
MUC_ROOMINFO = "http://jabber.org/protocol/muc#roominfo"
MUC_STABLE_ID = "http://jabber.org/protocol/muc#stable_id"
MUC_SELF_PING = "http://jabber.org/protocol/muc#self-ping-optimization"
MUC_USER = "http://jabber.org/protocol/muc#user"
NICK = "http://jabber.org/protocol/nick"
OOB = "jabber:x:oob"
OMEMO = "eu.siacs.conversations.axolotl"
OMEMO_2 = "urn:xmpp:omemo:2"
OPENPGP = "urn:xmpp:openpgp:0"
OPENPGP_LEGACY = "jabber:x:encrypted"
PING = "urn:xmpp:ping"
RECEIPTS = "urn:xmpp:receipts"
REGISTER = "jabber:iq:register"
RSM = "http://jabber.org/protocol/rsm"
STANZA_ID = "urn:xmpp:sid:0"
TIME = "urn:xmpp:time"
VCARD = "vcard-temp"
VCARD4 = "urn:ietf:params:xml:ns:vcard-4.0"
VERSION = "jabber:iq:version"


def tag(uri: str, name: str) -> str:
    """The tag of an element, as `Element.tag` has it."""
    return f"{uri}{SEPARATOR}{name}"


MESSAGE = tag(COMPONENT, "message")
PRESENCE = tag(COMPONENT, "presence")
IQ = tag(COMPONENT, "iq")
BODY = tag(COMPONENT, "body")
SUBJECT = tag(COMPONENT, "subject")
ERROR = tag(COMPONENT, "error")
