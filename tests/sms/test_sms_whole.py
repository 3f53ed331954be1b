"""The whole gateway, with real modem dialogues, between an XMPP server and a mobile network in memory."""

import pytest
from sms_world import OURS, PHONE, SECOND, SMS, SmsWorld

from tests.world import DOMAIN, HOME, condition
from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator.network import ReportRule

CONTACT = f"{PHONE}%sms@{DOMAIN}"
JULIET = "juliet@example.org/balcony"
RECEIPTS = "urn:xmpp:receipts"
EMOJI = "Many people wave. 👋🏽 " * 20 + "Bye."


def receipts(messages: list) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    """(from, id) of the receipts among messages."""
    return [(m.get("from"), c.get("id")) for m in messages for c in m.elements() if c.name == "received"]


def shows(world: SmsWorld, address: str) -> list[tuple[str, str, str]]:
    """(type, show, status) of the presences of an address."""
    found = []
    for each in world.out:
        if each.name == "presence" and each.get("from") == address and each.get("type") in ("", "unavailable", None):
            inside = {c.name: "".join(str(t) for t in c.children) for c in each.elements()}
            found.append((each.get("type") or "", inside.get("show", ""), inside.get("status", "")))
    return found


# conversations


def test_a_conversation_goes_both_ways() -> None:
    world = SmsWorld()
    world.member()
    assert world.text("Wherefore art thou?") == []
    assert world.arrived() == [(PHONE, "Wherefore art thou?")]
    world.air.text(PHONE, OURS, "Here 😀")
    world.run(3)
    assert world.bodies() == ["Here 😀"]


def test_long_texts_with_emoji_go_both_ways_whole() -> None:
    world = SmsWorld()
    world.member()
    world.text(EMOJI)
    world.run(5)
    arrived = [e for e in world.air.log if e["event"] == "submitted"]
    assert len(arrived) > 5
    parts = [tpdu.decode(bytes.fromhex(e["pdu"]), "out") for e in arrived]
    assert tpdu.join(parts) == EMOJI
    world.air.text(PHONE, OURS, EMOJI, order=(3, 1, 2, *range(4, len(arrived) + 1)))
    world.run(10)
    assert world.bodies() == [EMOJI]
    assert all(not store.slots for store in world.sims[0].memories.stores.values())


def test_a_local_form_is_the_same_contact_and_answers_from_there() -> None:
    world = SmsWorld()
    world.member(region="DE")
    world.text("hello", to="01511-2345678")
    assert world.arrived() == [(PHONE, "hello")]
    world.air.text(PHONE, OURS, "hello yourself")
    world.run(3)
    (message,) = [m for m in world.messages() if m.get("type") != "error"]
    assert message.get("from").partition("/")[0] in (CONTACT, f"01511-2345678%sms@{DOMAIN}")


# receipts and errors


def test_a_receipt_comes_when_the_phone_has_all_parts_and_not_before() -> None:
    world = SmsWorld()
    world.member()
    world.air.rules[PHONE] = ReportRule(delay=60.0)
    assert receipts(world.text("x" * 400, receipt=True, id="m1")) == []
    world.run(70, step=1)
    assert receipts(world.messages()) == [(CONTACT, "m1")]
    assert all(e["report"] for e in world.air.log if e["event"] == "submitted")


def test_no_report_is_asked_for_that_nobody_wants() -> None:
    world = SmsWorld()
    world.member()
    world.text("hello")
    assert [e["report"] for e in world.air.log if e["event"] == "submitted"] == [False]
    world = SmsWorld()
    world.member(reports="1")
    assert receipts(world.text("hello")) == []
    assert [e["report"] for e in world.air.log if e["event"] == "submitted"] == [True]


def test_a_text_that_the_phone_does_not_get_is_one_error_and_no_receipt() -> None:
    world = SmsWorld()
    world.member()
    world.air.rules[PHONE] = ReportRule(status=0x43)
    messages = world.text("hello", receipt=True)
    assert [(m.get("from"), m.get("type"), m.get("id"), condition(m)) for m in messages] == [
        (CONTACT, "error", "m1", "item-not-found")
    ]


@pytest.mark.parametrize(
    ("to", "body", "told"),
    [
        ("juliet", "hello", "jid-malformed"),
        ("megafon;alpha", "hello", "not-acceptable"),
        ("112", "help", "not-allowed"),
        ("+49112", "help", "jid-malformed"),
        ("71120", "hello", "not-allowed"),
        ("+499001234567", "hello", "not-allowed"),
        (PHONE, "x" * 1600, "not-acceptable"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(to: str, body: str, told: str) -> None:
    world = SmsWorld()
    world.member()
    assert [condition(m) for m in world.text(body, to=to)] == [told]
    assert world.arrived() == []


def test_who_is_no_member_may_not_text() -> None:
    world = SmsWorld()
    assert [condition(m) for m in world.text("hello")] == ["registration-required"]


def test_an_encrypted_text_is_refused_and_its_fallback_never_sent() -> None:
    world = SmsWorld()
    world.member()
    world.say(
        f"<message type='chat' id='m1' from='{HOME}' to='{CONTACT}'><body>I sent you an OMEMO message</body>"
        "<encrypted xmlns='eu.siacs.conversations.axolotl'/></message>"
    )
    world.run(3)
    assert [m.get("type") for m in world.messages()] == ["error"]
    assert world.arrived() == []


@pytest.mark.parametrize(
    ("inside", "sent"),
    [
        ("<body>better</body><replace xmlns='urn:xmpp:message-correct:0' id='m0'/>", "(corrected) better"),
        ("<body>👍</body><reactions xmlns='urn:xmpp:reactions:0' id='m0'><reaction>👍</reaction></reactions>", "👍"),
        (f"<body>yes</body><reply xmlns='urn:xmpp:reply:0' to='{CONTACT}' id='m0'/>", "yes"),
    ],
)
def test_corrections_reactions_and_replies_are_refused_or_sent_as_plain_texts(inside: str, sent: str) -> None:
    for fallbacks in (False, True):
        world = SmsWorld(fallbacks=fallbacks)
        world.member()
        world.say(f"<message type='chat' id='m1' from='{HOME}' to='{CONTACT}'>{inside}</message>")
        world.run(3)
        if fallbacks:
            assert world.arrived() == [(PHONE, sent)]
        else:
            assert [condition(m) for m in world.messages()] == ["feature-not-implemented"]
            assert world.arrived() == []


def test_one_text_goes_to_several_phones_and_each_answers_for_itself() -> None:
    world = SmsWorld(claims="warn")
    world.member()
    other = "+4915155555555"
    world.air.rules[other] = ReportRule(status=0x41)
    messages = world.text("party", to=f"{PHONE},{other}", receipt=True)
    world.run(3)
    assert sorted(world.arrived()) == [(PHONE, "party")]
    sent = [e["to"] for e in world.air.log if e["event"] == "submitted"]
    assert sorted(sent) == sorted([PHONE, other])
    assert len(receipts(messages)) == 1
    assert [condition(m) for m in messages if m.get("type") == "error"] == ["not-allowed"]


# whose it is


def test_a_stranger_reaches_a_user_by_keyword_and_else_the_administrators_hear_of_it() -> None:
    world = SmsWorld()
    world.member(keyword="romeo")
    world.air.text(PHONE, OURS, "@romeo hello")
    world.run(3)
    assert world.bodies() == ["hello"]
    world.air.text("+4930123456", OURS, "anybody there?")
    world.run(3)
    told = world.messages()
    assert [m.get("to") for m in told] == ["admin@example.org"]
    assert "nobody owns it" in str(told[0].to_xml())


def test_a_stranger_reaches_the_only_user_who_has_the_number_in_the_roster() -> None:
    world = SmsWorld(catch_all=["romeo@example.org"])
    world.member()
    world.member(JULIET)
    world.say(f"<presence type='subscribe' from='juliet@example.org' to='{CONTACT}'/>")
    for sender in (PHONE, "+4930123456"):
        world.air.text(sender, OURS, "hello")
    world.run(3)
    told = {m.get("from").partition("%")[0]: m.get("to") for m in world.messages()}
    assert told == {PHONE: "juliet@example.org", "+4930123456": "romeo@example.org"}


def test_each_of_two_users_has_the_answers_to_their_own_texts() -> None:
    world = SmsWorld()
    world.member()
    world.member(JULIET)
    world.text("from Romeo")
    world.text("from Juliet", to="+4930123456", jid=JULIET)
    for phone in (PHONE, "+4930123456"):
        world.air.text(phone, OURS, f"answer of {phone}")
    world.run(5)
    got = {m.get("to").partition("/")[0]: m.get("from").partition("/")[0] for m in world.messages()}
    assert got == {"romeo@example.org": CONTACT, "juliet@example.org": f"+4930123456%sms@{DOMAIN}"}


def test_a_second_user_may_not_take_over_a_number() -> None:
    world = SmsWorld()
    world.member()
    world.member(JULIET)
    world.text("from Romeo")
    assert len([m for m in world.text("from Juliet", jid=JULIET) if m.get("type") == "error"]) == 1
    assert world.arrived() == [(PHONE, "from Romeo")]


def test_two_modems_text_each_other() -> None:
    world = SmsWorld(2, {"owner": "juliet@example.org", "users": ["juliet@example.org"], "cost": 0.5})
    world.member()
    world.member(JULIET)
    world.text("But soft", to=SECOND)
    world.run(3)
    world.out.clear()
    world.text("Ay me", to=OURS, jid=JULIET)
    world.run(3)
    submitted = [(e["from"], e["to"], e["text"]) for e in world.air.log if e["event"] == "submitted"]
    assert submitted == [(OURS, SECOND, "But soft"), (SECOND, OURS, "Ay me")]


# presence and profiles


def test_the_network_shows_operator_and_signal_and_a_number_its_modem() -> None:
    world = SmsWorld()
    world.member()
    world.say(f"<presence type='subscribe' from='romeo@example.org' to='{CONTACT}'/>")
    assert shows(world, CONTACT)[-1] == ("", "", "")
    world.out.clear()
    world.sims[0].unplug()
    world.run(90, step=1)
    assert shows(world, CONTACT)[-1][0] == "unavailable"
    assert shows(world, SMS)[-1] == ("", "xa", "The modem is gone")
    world.out.clear()
    world.sims[0].plug()
    world.run(120, step=1)
    assert shows(world, CONTACT)[-1] == ("", "", "")
    assert shows(world, SMS)[-1] == ("", "", "SimTel, very good signal")
    world.out.clear()
    world.run(600, step=1)
    assert shows(world, CONTACT) == shows(world, SMS) == []


def test_the_profile_of_a_number_is_the_number() -> None:
    world = SmsWorld()
    world.member()
    answer = world.ask(f"<iq type='get' id='v' from='{HOME}' to='{CONTACT}'><vCard xmlns='vcard-temp'/></iq>")
    assert PHONE in answer.to_xml()
    assert "+49 1511 2345678" in answer.to_xml()


def test_a_sender_without_a_number_keeps_its_spelling() -> None:
    world = SmsWorld(catch_all=["romeo@example.org"])
    world.member()
    world.air.text("MegaFon", OURS, "Your bill")
    world.run(3)
    (message,) = [m for m in world.messages() if m.get("type") != "error"]
    assert message.get("from").partition("/")[0] == f"megafon;alpha%sms@{DOMAIN}"
    answer = world.ask(
        f"<iq type='get' id='v' from='{HOME}' to='megafon;alpha%sms@{DOMAIN}'><vCard xmlns='vcard-temp'/></iq>"
    )
    assert "MegaFon" in answer.to_xml()


def test_registration_says_which_numbers_serve_the_user() -> None:
    world = SmsWorld()
    answer = world.ask(f"<iq type='get' id='r' from='{HOME}' to='{SMS}'><query xmlns='jabber:iq:register'/></iq>")
    assert "+49 171 1234567" in answer.to_xml()


@pytest.mark.parametrize("typed", ["01511 2345678", "tel:+4915112345678", "+49 (0)1511 / 234 56 78"])
@pytest.mark.parametrize("to", [SMS, DOMAIN])
def test_a_number_that_is_typed_in_any_form_is_found(typed: str, to: str) -> None:
    world = SmsWorld()
    world.member()
    answer = world.ask(
        f"<iq type='set' id='p' from='{HOME}' to='{to}'><query xmlns='jabber:iq:gateway'><prompt>{typed}</prompt></query></iq>"
    )
    assert CONTACT in answer.to_xml()


# calls, faults, restarts


def test_a_call_is_one_message() -> None:
    world = SmsWorld()
    world.member()
    world.text("call me")
    world.sims[0].ringing.begin(PHONE, 3)
    world.run(60)
    bodies = world.bodies()
    assert len(bodies) == 1
    assert bodies[0].startswith("Missed call")


def test_texts_wait_for_a_modem_that_is_gone() -> None:
    world = SmsWorld()
    world.member()
    world.sims[0].unplug()
    world.run(3)
    assert world.text("one") == []
    world.text("two")
    world.sims[0].plug()
    world.run(120, step=1)
    assert world.arrived() == [(PHONE, "one"), (PHONE, "two")]
    world.air.text(PHONE, OURS, "got both")
    world.run(3)
    assert world.bodies() == ["got both"]


def test_two_hundred_texts_that_came_while_the_gateway_was_away_are_all_told_in_order() -> None:
    world = SmsWorld(catch_all=["romeo@example.org"])
    world.member()
    world.sims[0].unplug()
    world.run(3)
    for n in range(200):
        world.air.text(PHONE, OURS, f"text {n}")
    world.sims[0].plug()
    world.run(600, step=1)
    assert world.bodies(CONTACT) == [f"text {n}" for n in range(200)]
    assert all(not store.slots for store in world.sims[0].memories.stores.values())


def test_two_hundred_texts_that_came_while_the_xmpp_server_was_away_are_all_told_in_order() -> None:
    world = SmsWorld(catch_all=["romeo@example.org"])
    world.member()
    world.assembly.link.up = False
    world.gateway.down("The connection was lost.")
    for n in range(200):
        world.air.text(PHONE, OURS, f"text {n}")
    world.run(600, step=1)
    assert all(not store.slots for store in world.sims[0].memories.stores.values())
    assert world.bodies(CONTACT) == []
    world.assembly.link.up = True
    world.gateway.up()
    world.run(60, step=1)
    assert world.bodies(CONTACT) == [f"text {n}" for n in range(200)]


def test_a_restart_loses_nothing_that_waits_on_either_side() -> None:
    world = SmsWorld(catch_all=["romeo@example.org"])
    world.member()
    long = "Part of a long text. " * 20
    world.air.text(PHONE, OURS, long, order=(1, 2))
    world.run(3)
    world.sims[0].unplug()
    world.run(3)
    world.text("later", receipt=True, id="m7")
    world.restart()
    world.sims[0].plug()
    world.run(60, step=1)
    assert world.arrived() == [(PHONE, "later")]
    assert receipts(world.messages()) == [(CONTACT, "m7")]
    world.air.concat -= 1
    world.air.text(PHONE, OURS, long, order=(3,))
    world.run(3)
    assert world.bodies() == [long]


# commands


def test_users_ask_for_their_quota_and_the_operator_for_the_balance() -> None:
    world = SmsWorld()
    world.member()
    world.text("hello")
    for command, answer in (("quota", "Sent in the last 24 hours: 1 of 100"), ("ussd *100#", "balance")):
        world.say(f"<message type='chat' id='c' from='{HOME}' to='{SMS}'><body>{command}</body></message>")
        world.run(3)
        assert answer.lower() in " ".join(world.bodies(SMS)).lower(), command


def test_a_blocked_number_is_not_heard_of() -> None:
    world = SmsWorld()
    world.member()
    world.say(f"<message type='chat' id='c' from='{HOME}' to='{SMS}'><body>block 01511 2345678</body></message>")
    world.text("I do not listen")
    world.air.text(PHONE, OURS, "hello?")
    world.run(3)
    assert world.bodies(CONTACT) == []


def test_an_administrator_gives_a_number_away() -> None:
    world = SmsWorld()
    world.member()
    admin = "admin@example.org/desk"
    world.member(admin)
    world.air.text(PHONE, OURS, "whose am I?")
    world.run(3)
    world.out.clear()
    for line in ("reassign", PHONE, "romeo@example.org"):
        world.say(f"<message type='chat' id='c' from='{admin}' to='{SMS}'><body>{line}</body></message>")
    world.air.text(PHONE, OURS, "and now?")
    world.run(3)
    assert world.bodies(CONTACT) == ["whose am I?", "and now?"]


@pytest.mark.parametrize(("sender", "written"), [("*123#", "*123#"), ("Fonic", "FONIC"), ("Fonic", "fonic;alpha")])
def test_an_administrator_gives_away_what_nobody_could_dial(sender: str, written: str) -> None:
    world = SmsWorld()
    world.member()
    world.member("admin@example.org/desk")
    world.air.text(sender, OURS, "whose am I?")
    world.run(3)
    world.out.clear()
    for line in ("reassign", written, "romeo@example.org"):
        world.say(f"<message type='chat' id='c' from='admin@example.org/desk' to='{SMS}'><body>{line}</body></message>")
    world.run(3)
    assert "whose am I?" in world.bodies(sender.lower())


def test_the_answer_to_a_short_number_goes_there_and_to_nobody_in_the_owners_country() -> None:
    world = SmsWorld(short_numbers=True, catch_all=["romeo@example.org"])
    world.member(region="AT")
    world.air.text("12345", OURS, "Your parcel is here.")
    world.run(3)
    assert [e.get("from") for e in world.messages()] == ["12345%sms@gw.test"]
    world.text("STOP", to="12345")
    assert world.arrived() == [("12345", "STOP")]


def test_answers_to_one_never_reach_the_owner_of_another_sim() -> None:
    world = SmsWorld(modems=2, second={"owner": "romeo@example.org", "cost": 0.1})
    world.member()
    world.member(JULIET)
    world.text("from romeo")
    world.text("from juliet", to="+4915112345679", jid=JULIET)
    assert [(e["from"], e["text"]) for e in world.air.log if e["event"] == "submitted"] == [
        (SECOND, "from romeo"), (OURS, "from juliet"),
    ]  # fmt: skip


def test_what_waits_of_who_has_left_is_not_sent() -> None:
    world = SmsWorld()
    world.member()
    world.sims[0].unplug()
    world.run(5)
    world.text("never mind")
    query = "<query xmlns='jabber:iq:register'><remove/></query>"
    assert world.ask(f"<iq type='set' id='r' from='{HOME}' to='{SMS}'>{query}</iq>").get("type") == "result"
    world.run(10)
    world.sims[0].plug()
    world.run(120)
    assert world.arrived() == []


def test_a_modem_whose_network_comes_and_goes_does_not_flood_who_follows_numbers() -> None:
    world = SmsWorld()
    world.member()
    world.say(f"<presence type='subscribe' from='romeo@example.org' to='{CONTACT}'/>")
    world.out.clear()
    for n in range(200):
        world.sims[0].line.write(b"\r\n+CREG: %d\r\n\r\n+CEREG: %d\r\n" % ((1 + (n + 1) % 2,) * 2))
        world.reactor.advance(0.05)
    assert 2 <= len(shows(world, CONTACT)) <= 20
    world.run(70)
    assert shows(world, CONTACT)[-1][:2] == ("", "")


@pytest.mark.parametrize(
    "body", ["?OTR:AAMDr1k=.", "?OTRv23? Romeo wants to talk in private", "?OTR|1a2b|3c4d,1,2,AA,"]
)
def test_what_is_encrypted_in_its_text_is_refused(body: str) -> None:
    world = SmsWorld()
    world.member()
    assert [condition(e) for e in world.text(body)] == ["not-acceptable"]
    assert world.arrived() == []


def test_who_has_left_gets_no_texts() -> None:
    world = SmsWorld()
    world.member()
    world.text("hello")
    query = "<query xmlns='jabber:iq:register'><remove/></query>"
    world.ask(f"<iq type='set' id='r' from='{HOME}' to='{SMS}'>{query}</iq>")
    world.run(10)
    world.out.clear()
    world.air.text(PHONE, OURS, "for your eyes only")
    world.run(3)
    assert world.bodies(CONTACT) == []
