"""Registration, signing in and out, and subscriptions (XEP-0100; RFC 6121 sections 3 and 4)."""

from tests.world import DOMAIN, HOME, ROMEO, World, condition
from transport.api import Presence, RosterItem, Show, SubscriptionRequest
from transport.xmpp.element import Element

NET = f"net@{DOMAIN}"
JULIET = f"juliet%net@{DOMAIN}"
REGISTER = "<query xmlns='jabber:iq:register'>"


def kinds(stanzas: list[Element]) -> list[tuple[str, str]]:
    return [(s.get("from"), s.get("type")) for s in stanzas if s.name == "presence"]


def presence(to: str = DOMAIN, kind: str = "", inside: str = "", jid: str = HOME) -> str:
    return f"<presence from='{jid}' to='{to}'{f' type={kind!r}' if kind else ''}>{inside}</presence>"


def member() -> World:
    """Romeo is registered with the network, and his client is there."""
    world = World()
    world.register()
    world.turn(0.01)
    world.say(presence())
    return world


def test_registering_answers_first_and_then_asks_for_a_subscription() -> None:
    world = World()
    out = world.say(f"<iq type='set' id='r' from='{HOME}' to='{NET}'>{REGISTER}<nick>romeo</nick></query></iq>")
    assert out[0].name == "iq"
    assert (NET, "subscribe") in kinds(out)


def test_a_member_is_signed_in_by_the_first_presence_and_told_so_by_presence() -> None:
    world = member()
    assert ("connect",) in world.session.calls
    out = world.got(world.session.online)
    assert (NET, "") in kinds(out)


def test_presence_to_a_contact_signs_in_too() -> None:
    world = World()
    world.register()
    world.say(presence(JULIET))
    assert ("connect",) in world.session.calls


def test_a_failed_sign_in_is_an_error_of_presence_never_silence() -> None:
    world = member()
    out = world.got(lambda: world.session.lost(retry=False, condition="not-authorized"))
    assert [condition(s) for s in out if s.get("type") == "error"] == ["not-authorized"]
    assert any(s.name == "message" for s in out)


def test_the_last_client_signs_out_and_not_an_earlier_one() -> None:
    world = member()
    world.session.online()
    world.say(presence(jid=f"{ROMEO}/phone"))
    world.say(presence(kind="unavailable"))
    assert world.session.calls[-1][0] != "disconnect"
    world.say(presence(kind="unavailable", jid=f"{ROMEO}/phone"))
    assert world.session.calls[-1][0] == "disconnect"


def test_who_wishes_to_stay_signed_in_does() -> None:
    world = member()
    world.session.online()
    owner = world.assembly.owners.get(ROMEO)
    assert owner is not None
    owner.state.preferences["persistent"] = "1"
    world.say(presence(kind="unavailable"))
    assert world.session.calls[-1][0] != "disconnect"


def test_the_gateway_is_subscribed_to_both_ways_and_shown() -> None:
    world = member()
    out = world.say(presence(kind="subscribe"))
    assert kinds(out) == [(DOMAIN, "subscribed"), (DOMAIN, ""), (DOMAIN, "subscribe")]
    assert kinds(world.say(presence(kind="subscribe"))) == [(DOMAIN, "subscribed"), (DOMAIN, ""), (DOMAIN, "subscribe")]
    world.say(presence(kind="subscribed"))
    assert kinds(world.say(presence(kind="subscribe"))) == [(DOMAIN, "subscribed"), (DOMAIN, "")]


def test_a_contact_is_approved_then_shown_then_asked_in_return() -> None:
    world = member()
    world.session.online()
    out = world.say(presence(JULIET, "subscribe"))
    assert [k for j, k in kinds(out) if j == JULIET] == ["subscribed", "unavailable", "subscribe"]
    assert ("add", "juliet") in world.session.calls
    out = world.got(lambda: world.session.host.deliver(Presence("juliet", Show.AWAY, "tea")))
    assert kinds(out) == [(JULIET, "")]
    assert [c.text for c in out[0].elements()] == ["away", "tea"]


def test_a_contact_that_is_away_for_a_reason_says_it() -> None:
    world = member()
    world.session.online()
    world.say(presence(JULIET, "subscribe"))
    out = world.got(lambda: world.session.host.deliver(Presence("juliet", Show.OFFLINE, "no modem")))
    assert kinds(out) == [(JULIET, "unavailable")]
    assert [c.text for c in out[0].elements()] == ["no modem"]
    assert [c.text for c in world.say(presence(JULIET, "probe"))[0].elements()] == ["no modem"]


def test_presence_comes_from_the_bare_address_and_to_the_bare_address() -> None:
    world = member()
    world.session.online()
    world.say(presence(JULIET, "subscribe"))
    out = world.got(lambda: world.session.host.deliver(Presence("juliet", Show.ONLINE)))
    assert (out[0].get("from"), out[0].get("to")) == (JULIET, ROMEO)


def test_a_probe_is_answered_from_what_is_known() -> None:
    world = member()
    world.session.online()
    world.say(presence(JULIET, "subscribe"))
    world.session.host.deliver(Presence("juliet", Show.DND))
    assert kinds(world.say(presence(JULIET, "probe"))) == [(JULIET, "")]
    assert kinds(world.say(presence(f"nurse%{NET}", "probe"))) == [(f"nurse%{NET}", "unsubscribed")]


def test_a_lost_network_clears_its_contacts() -> None:
    world = member()
    world.session.online()
    world.say(presence(JULIET, "subscribe"))
    world.session.host.deliver(Presence("juliet", Show.ONLINE))
    out = world.got(world.session.lost)
    assert (JULIET, "unavailable") in kinds(out)
    assert any("lost" in b.text for s in out for b in s.elements() if b.name == "body")


def test_a_subscription_from_the_network_is_only_asked_never_granted() -> None:
    world = member()
    world.session.online()
    out = world.got(lambda: world.session.host.deliver(SubscriptionRequest("juliet")))
    assert kinds(out) == [(JULIET, "subscribe")]
    out = world.got(lambda: world.session.host.deliver(SubscriptionRequest("juliet", "hello", "Ju & Liet")))
    assert [each.text for each in out[0].elements()] == ["hello", "Ju & Liet"]
    out = world.got(lambda: world.session.host.deliver(RosterItem("nurse", "The Nurse")))
    assert kinds(out) == [(f"nurse%{NET}", "subscribe")]


def test_unregistering_withdraws_the_gateway_and_every_contact() -> None:
    world = member()
    world.session.online()
    for jid in (DOMAIN, NET, JULIET):
        world.say(presence(jid, "subscribe"))
    out = world.say(f"<iq type='set' id='u' from='{HOME}' to='{DOMAIN}'>{REGISTER}<remove/></query></iq>")
    out += world.got(lambda: world.turn(1))
    answer = next(i for i, s in enumerate(out) if s.name == "iq")
    for jid in (DOMAIN, NET, JULIET):
        for kind in ("unsubscribe", "unsubscribed", "unavailable"):
            assert (jid, kind) in kinds(out[answer:]), (jid, kind)
    assert world.session.calls[-1][0] == "disconnect"
    out = world.say(presence())
    assert kinds(out) == [(DOMAIN, "unavailable")]


def test_removing_the_gateway_from_the_roster_unregisters() -> None:
    world = member()
    world.say(presence(kind="subscribe"))
    world.say(presence(kind="unsubscribe"))
    world.turn(1)
    assert kinds(world.say(presence())) == [(DOMAIN, "unavailable")]


def test_a_stranger_may_not_have_contacts() -> None:
    world = World(register=("*",), guests=())
    out = world.say(presence(JULIET, "subscribe"))
    assert (JULIET, "unsubscribed") in kinds(out)
    assert [condition(s) for s in out if s.get("type") == "error"] == ["registration-required"]


def test_who_is_denied_gets_an_error_for_everything() -> None:
    world = World(register=("*",), deny=("example.org",))
    assert [condition(s) for s in world.say(presence())] == ["forbidden"]
    answer = world.ask(f"<iq type='get' id='1' from='{HOME}' to='{DOMAIN}'>{REGISTER}</query></iq>")
    assert condition(answer) == "forbidden"


def test_a_stop_tells_contacts_and_signs_out() -> None:
    world = member()
    world.session.online()
    world.say(presence(kind="subscribe"))
    world.say(presence(JULIET, "subscribe"))
    out = world.got(lambda: world.gateway.stopService())
    assert (DOMAIN, "unavailable") in kinds(out)
    assert (JULIET, "unavailable") in kinds(out)
    assert world.session.calls[-1][0] == "disconnect"


def test_a_start_probes_who_is_subscribed_and_signs_them_in() -> None:
    world = member()
    world.say(presence(kind="subscribe"))
    out = world.got(world.start)
    assert (DOMAIN, "probe") in kinds(out)
    world.say(presence())
    assert ("connect",) in world.session.calls


def test_clients_in_rooms_are_told_of_a_crash_by_332() -> None:
    world = World()
    world.in_room()
    out = world.got(world.start)
    told = [s for s in out if s.get("type") == "unavailable" and s.get("to") == HOME]
    assert [c.get("code") for x in told[0].elements() for c in x.elements() if c.name == "status"] == ["332", "110"]
    assert [s for s in world.got(world.start) if s.get("to") == HOME] == []


def test_news_come_in_the_language_of_the_last_presence() -> None:
    class Shouting:
        def gettext(self, text: str) -> str:
            return text.upper().replace("{NETWORK}", "{network}").replace("{REASON}", "{reason}")

    world = member()
    world.assembly.translator._catalogues = {"de": Shouting()}  # type: ignore[dict-item, assignment]
    world.say(f"<presence from='{ROMEO}/phone' to='{DOMAIN}' xml:lang='de-AT'/>")
    world.session.online()
    out = world.got(world.session.lost)
    assert any("WAS LOST" in b.text for s in out for b in s.elements() if b.name == "body")
