"""Entity capabilities, by the examples of XEP-0115."""

from transport.api import Identity
from transport.xmpp import caps
from transport.xmpp.element import Element
from transport.xmpp.ns import DATA_FORMS, tag

FEATURES = [
    "http://jabber.org/protocol/muc",
    "http://jabber.org/protocol/disco#info",
    "http://jabber.org/protocol/caps",
    "http://jabber.org/protocol/disco#items",
]


def form(**fields: list[str]) -> Element:
    x = Element(tag(DATA_FORMS, "x"), {"type": "result"})
    for name, values in fields.items():
        x.add(
            Element(
                tag(DATA_FORMS, "field"), {"var": name}, *[Element(tag(DATA_FORMS, "value"), {}, v) for v in values]
            )
        )
    return x


def test_the_simple_example() -> None:
    assert caps.ver([Identity("client", "pc", "Exodus 0.9.1")], FEATURES, []) == "QgayPKawpkPSDYmwT/WM94uAlu0="


def test_the_complex_example() -> None:
    about = form(
        os=["Mac"],
        FORM_TYPE=["urn:xmpp:dataforms:softwareinfo"],
        ip_version=["ipv6", "ipv4"],
        os_version=["10.5.1"],
        software=["Psi"],
        software_version=["0.11"],
    )
    identities = [("client", "pc", "en", "Psi 0.11"), ("client", "pc", "el", "\u03a8 0.11")]
    assert caps.hash_of(identities, FEATURES, [about]) == "q07IKJEyjvHSyhy//CH0CxmKi8w="


def test_the_order_in_which_things_are_said_does_not_matter() -> None:
    identities = [Identity("gateway", "irc"), Identity("conference", "irc", "x")]
    one, two = form(FORM_TYPE=["urn:a"], a=["1", "2"]), form(FORM_TYPE=["urn:b"])
    assert caps.ver(identities, FEATURES, [one, two]) == caps.ver(identities[::-1], FEATURES[::-1], [two, one])
    assert caps.ver(identities, FEATURES, [one]) != caps.ver(identities, FEATURES, [two])


def test_the_element_of_a_presence() -> None:
    assert caps.caps_element("https://x/?'", "v=") == (
        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://x/?&#39;' ver='v='/>"
    )
