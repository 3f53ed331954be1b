"""Registering with the gateway and with a network, in each way that clients have (XEP-0077, 0050, 0100)."""

from typing import Any

from stanzas import COMMANDS, DATA, REGISTER, body, condition, fields, show


def submit(**values: str) -> str:
    """A data form with values."""
    rows = "".join(f"<field var='{name}'><value>{value}</value></field>" for name, value in values.items())
    return f"<x xmlns='jabber:x:data' type='submit'>{rows}</x>"


def register(user: Any, to: str, inner: str) -> Any:
    """Send a registration; the answer."""
    return user.iq(to, f"<query xmlns='jabber:iq:register'>{inner}</query>", "set")


def test_registering_with_a_form(gateway: Any, people: Any, network: Any) -> None:
    romeo = people.romeo()
    nick = romeo.nick
    address = gateway.address(network.name)
    offered = romeo.query(address, "jabber:iq:register").find(f"{REGISTER}query")
    assert offered.find(f"{REGISTER}instructions") is not None
    form = offered.find(f"{DATA}x")
    assert form is not None
    assert form.get("type") == "form"
    assert "nick" in fields(form)
    answer = register(romeo, address, submit(nick=nick))
    assert answer.get("type") == "result", show(answer)
    again = romeo.query(address, "jabber:iq:register").find(f"{REGISTER}query")
    assert again.find(f"{REGISTER}registered") is not None
    assert fields(again.find(f"{DATA}x"))["nick"] == nick


def test_registering_by_slixmpp_with_legacy_fields(gateway: Any, people: Any, network: Any) -> None:
    romeo = people.romeo()
    nick = romeo.nick
    plugin = romeo.client["xep_0077"]
    address = gateway.address(network.name)

    async def dialogue() -> Any:
        offered = await plugin.get_registration(jid=address)
        iq = romeo.client.make_iq_set(ito=address)
        iq["register"]["nick"] = nick
        await iq.send()
        return offered, await plugin.get_registration(jid=address)

    offered, after = romeo.slixmpp(dialogue())
    assert "nick" in offered["register"]["fields"]
    assert not offered["register"]["registered"]
    assert after["register"]["registered"]
    assert after["register"]["nick"] == nick


def test_registering_by_ad_hoc_command(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    listed = romeo.iq(
        gateway.domain,
        "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>",
    )
    assert "register" in {one.get("node") for one in listed.iter("{http://jabber.org/protocol/disco#items}item")}

    async def dialogue() -> Any:
        plugin = romeo.client["xep_0050"]
        first = await plugin.send_command(gateway.domain, "register")
        return first.xml

    first = romeo.slixmpp(dialogue()).find(f"{COMMANDS}command")
    assert first.get("status") == "executing"
    steps = 0
    while first.get("status") == "executing":
        steps += 1
        assert steps < 5
        values = {name: value for name, value in fields(first.find(f"{DATA}x")).items() if name and name != "FORM_TYPE"}
        if "nick" in values:
            values["nick"] = romeo.nick
        session = first.get("sessionid")
        allowed = first.find(f"{COMMANDS}actions")
        names = {one.tag.rpartition("}")[2] for one in allowed} if allowed is not None else set()
        action = "next" if "next" in names else "complete"
        answer = romeo.iq(
            gateway.domain,
            f"<command xmlns='http://jabber.org/protocol/commands' node='register' sessionid='{session}' "
            f"action='{action}'>{submit(**values)}</command>",
            "set",
        )
        assert condition(answer) is None, show(answer)
        first = answer.find(f"{COMMANDS}command")
    assert first.get("status") == "completed"
    assert romeo.query(gateway.domain, "jabber:iq:register").find(f"{REGISTER}query/{REGISTER}registered") is not None


def test_the_gateway_subscribes_after_the_result(gateway: Any, people: Any, network: Any) -> None:
    romeo = people.romeo()
    address = gateway.address(network.name)
    assert register(romeo, address, submit(nick=romeo.nick)).get("type") == "result"
    came = romeo.expect("presence", type="subscribe")
    assert came.get("from") in (gateway.domain, address)
    stanzas = [stanza for _, stanza in romeo.inbox.everything]
    result = next(i for i, s in enumerate(stanzas) if s.get("from") == address and s.get("type") == "result")
    assert result < stanzas.index(came)
    romeo.presence(came.get("from"), type="subscribed")
    romeo.expect("presence", where=lambda s: str(s.get("from")).startswith(came.get("from")) and s.get("type") is None)


def test_removing_a_registration_takes_the_lights_off(gateway: Any, people: Any, network: Any) -> None:
    romeo = people.romeo()
    address = gateway.address(network.name)
    register(romeo, address, submit(nick=romeo.nick))
    came = romeo.expect("presence", type="subscribe")
    romeo.presence(came.get("from"), type="subscribed")
    answer = register(romeo, address, "<remove/>")
    assert answer.get("type") == "result", show(answer)
    after = romeo.query(address, "jabber:iq:register").find(f"{REGISTER}query")
    assert after.find(f"{REGISTER}registered") is None


def test_leaving_the_gateway_ends_every_registration(gateway: Any, people: Any, network: Any) -> None:
    romeo = people.romeo()
    address = gateway.address(network.name)
    register(romeo, address, submit(nick=romeo.nick))
    came = romeo.expect("presence", type="subscribe")
    romeo.presence(came.get("from"), type="subscribed")
    romeo.presence(came.get("from"), type="subscribe")
    romeo.expect("presence", type="subscribed")
    assert register(romeo, gateway.domain, "<remove/>").get("type") == "result"
    for kind in ("unsubscribe", "unsubscribed"):
        romeo.expect("presence", type=kind, where=lambda s: gateway.domain in s.get("from"))
    for place in (gateway.domain, address):
        query = romeo.query(place, "jabber:iq:register").find(f"{REGISTER}query")
        assert query.find(f"{REGISTER}registered") is None


def test_registering_in_a_chat(gateway: Any, people: Any) -> None:
    romeo = people.romeo()
    romeo.say(gateway.domain, "help")
    told = romeo.expect(
        "message", where=lambda s: str(s.get("from")).startswith(gateway.domain) and body(s) is not None
    )
    assert "register" in (body(told) or "")
    romeo.say(gateway.domain, "register")
    asked = romeo.expect(
        "message", where=lambda s: str(s.get("from")).startswith(gateway.domain) and body(s) is not None
    )
    assert body(asked)
