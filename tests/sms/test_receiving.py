"""Messages are kept first and deleted afterwards, wherever the modem has them and however it tells."""

import pytest
from modem_rig import NUMBER, PHONE, Outcome, Rig, refuse
from twisted.internet.defer import Deferred, succeed

from transport.plugins.sms import tpdu
from transport.plugins.sms.simulator.memories import ME, SM, Slot, Status
from transport.plugins.sms.states import Incoming, ModemState


def deliver(text: str) -> bytes:
    rig = Rig()
    rig.network.text(PHONE, "+4900000", text)
    part = tpdu.segments(text, tpdu.Number.of(NUMBER))[0]
    return tpdu.encode(rig.network.as_deliver(PHONE, part))


def full(rig: Rig, memory: str = SM) -> None:
    store = rig.sim.memories.stores[memory]
    for number in range(store.size):
        store.put(Slot(deliver(f"{memory} {number}")))


@pytest.mark.parametrize("profile", ["generic", "huawei", "zte", "wavecom", "telit"])
def test_a_full_card_is_emptied_at_the_start(profile: str) -> None:
    rig = Rig(profile)
    full(rig)
    rig.network.text(PHONE, NUMBER, "waits in the network")
    rig.start(30)
    assert rig.state() is ModemState.READY
    assert rig.stored() == 0
    assert rig.news.texts == [*(f"SM {number}" for number in range(20)), "waits in the network"]


def test_both_memories_are_read() -> None:
    rig = Rig()
    full(rig, ME)
    rig.sim.memories.stores[SM].put(Slot(deliver("one")))
    rig.start()
    assert sorted(rig.news.texts) == sorted(["one", *(f"ME {number}" for number in range(100))])
    assert rig.stored() == 0
    assert {incoming.place[0] for incoming in rig.news.incoming if incoming.place} == {SM, ME}
    assert {incoming.sim for incoming in rig.news.incoming} == {"240080000000001"}


def test_nothing_is_deleted_before_it_is_kept() -> None:
    rig = Rig().start()
    kept: list[Deferred[None]] = []

    def keep(incoming: Incoming) -> Deferred[None]:
        kept.append(Deferred())
        return kept[-1]

    rig.news.keep = keep
    rig.network.text(PHONE, NUMBER, "one")
    rig.network.text(PHONE, NUMBER, "two")
    rig.run(100)
    assert rig.stored() == 2
    assert len(kept) == 1
    kept[0].callback(None)
    assert rig.stored() == 1
    kept[1].callback(None)
    assert rig.stored() == 0


def test_what_cannot_be_kept_stays_and_stops_nothing() -> None:
    rig = Rig().start()
    rig.news.keep = lambda incoming: refuse(incoming) if len(rig.news.incoming) == 1 else succeed(None)
    rig.network.text(PHONE, NUMBER, "one")
    rig.network.text(PHONE, NUMBER, "two")
    rig.run(1)
    assert rig.stored() == 1
    rig.run(310)
    assert rig.stored() == 0
    assert rig.news.texts == ["one", "two", "one"]


def test_news_that_raise_at_once_stop_nothing() -> None:
    rig = Rig().start()

    def keep(incoming: Incoming) -> Deferred[None]:
        raise ValueError("a bug")

    rig.news.keep = keep
    rig.network.text(PHONE, NUMBER, "one")
    rig.run(1)
    assert rig.stored() == 1
    rig.news.keep = lambda incoming: succeed(None)
    drained = Outcome(rig.modem.drain())
    rig.run(1)
    assert drained.value == 1
    assert rig.stored() == 0


def test_what_cannot_be_deleted_is_not_handed_over_again() -> None:
    rig = Rig().start()
    rig.sim.faults.deletes = 2
    rig.network.text(PHONE, NUMBER, "one")
    rig.run(1)
    assert rig.stored() == 1
    rig.run(310)
    assert rig.stored() == 1
    rig.run(310)
    assert rig.stored() == 0
    assert rig.news.texts == ["one"]


def test_the_same_again_at_the_place_of_what_was_deleted_is_another_text_when_it_is_announced() -> None:
    rig = Rig().start()
    pdu = deliver("ping")
    for _ in range(3):
        rig.network.inject(NUMBER, pdu)
        rig.run(1)
    assert [(incoming.place, incoming.fresh) for incoming in rig.news.incoming] == [
        ((SM, 1), False), ((SM, 1), True), ((SM, 1), True),
    ]  # fmt: skip


def test_what_a_modem_only_claims_to_have_deleted_is_not_another_text() -> None:
    rig = Rig().start()
    pdu = deliver("ping")
    rig.network.inject(NUMBER, pdu)
    rig.run(1)
    rig.sim.memories.stores[SM].put(Slot(pdu))
    rig.run(310)
    assert [incoming.fresh for incoming in rig.news.incoming] == [False, False]


def test_what_is_stored_while_nothing_is_told_is_found_in_time() -> None:
    rig = Rig().start()
    rig.sim.faults.silent = True
    rig.network.text(PHONE, NUMBER, "one")
    rig.run(320)
    assert rig.news.texts == ["one"]


@pytest.mark.parametrize(
    "line",
    [
        '+CMTI: "ME",{index}',
        '+CMTI: "SM",{index},"MMS PUSH",2,1',
        "+CMTI: 0,111",
        "+CMTI: ",
        "+CMTI:",
        '+CMTI: "XY",3',
        '^SMMEMFULL: "SM"',
    ],
)
def test_every_way_to_tell_of_a_message_leads_to_it(line: str) -> None:
    rig = Rig().start()
    memory = ME if "ME" in line.split(",")[0] else SM
    index = rig.sim.memories.stores[memory].put(Slot(deliver("found")))
    rig.said(f"\r\n{line.format(index=index)}\r\n".encode())
    rig.run(1)
    assert rig.news.texts == ["found"]
    assert rig.stored() == 0


def test_who_sends_waits_until_few_messages_are_left_to_read_but_not_for_ever() -> None:
    rig = Rig().start()
    assert Outcome(rig.modem.caught_up()).done
    rig.sim.faults.mute = True
    for number in range(4):
        rig.sim.memories.stores[SM].put(Slot(deliver(f"{number}")))
        rig.port.hear(f'\r\n+CMTI: "SM",{number + 1}\r\n'.encode())
    waiting = rig.modem.caught_up()
    rig.run(1)
    assert not waiting.called
    rig.run(6)
    assert waiting.called


def test_who_waits_for_the_reading_is_let_go_when_it_is_done_or_the_port_is_lost() -> None:
    for end in (lambda rig, kept: [each.callback(None) for each in kept], lambda rig, kept: rig.port.lose()):
        rig = Rig().start()
        kept: list[Deferred[None]] = []
        rig.news.keep = lambda incoming, kept=kept: kept.append(Deferred()) or kept[-1]
        for number in range(4):
            rig.sim.memories.stores[SM].put(Slot(deliver(f"{number}")))
            rig.port.hear(f'\r\n+CMTI: "SM",{number + 1}\r\n'.encode())
        rig.run(1)
        waiting = rig.modem.caught_up()
        assert not waiting.called
        for _ in range(4):
            end(rig, [each for each in kept if not each.called])
            rig.run(0.5)
        assert waiting.called


def test_an_indication_without_a_message_is_nothing() -> None:
    for profile in ("generic", "huawei"):
        rig = Rig(profile).start()
        rig.said(b'\r\n+CMTI: "SM",7\r\n')
        rig.run(1)
        assert rig.news.incoming == []
        assert rig.state() is ModemState.READY


def test_a_flood_of_indications_is_bounded() -> None:
    rig = Rig().start()
    stuck: Deferred[None] = Deferred()
    rig.news.keep = lambda incoming: stuck
    rig.network.text(PHONE, NUMBER, "stuck")
    for index in range(1000):
        rig.said(f'\r\n+CMTI: "SM",{index}\r\n'.encode())
    receiver = rig.modem.keeper.opening.receiver  # type: ignore[union-attr]
    assert len(receiver.wanted) <= 64
    assert receiver.drains == []
    stuck.callback(None)
    rig.run(1)
    assert rig.news.texts == ["stuck"]
    assert rig.stored() == 0
    assert receiver.wanted == {}


def test_messages_that_people_wrote_are_left_alone() -> None:
    rig = Rig()
    store = rig.sim.memories.stores[SM]
    store.put(Slot(tpdu.encode(tpdu.segments("a draft", PHONE)[0]), Status.UNSENT))
    store.put(Slot(deliver("one")))
    rig.start()
    assert rig.news.texts == ["one"]
    assert rig.stored() == 1


def test_what_cannot_be_listed_is_read_one_by_one() -> None:
    rig = Rig()
    full(rig)

    def other(data: bytes) -> None:
        if data.startswith(b"AT+CMGL"):
            rig.said(b"\r\n+CMS ERROR: 303\r\n")
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.start(10)
    assert len(rig.news.texts) == 20
    assert rig.stored() == 0


def test_a_list_whose_last_message_is_cut_is_read_again() -> None:
    rig = Rig()
    pdu = deliver("the whole of it").hex().upper()
    gone: list[bytes] = []

    def other(data: bytes) -> None:
        if data.startswith(b"AT+CMGL") and not gone:
            rig.said(
                f"\r\n+CMGL: 17,3,{len(pdu) // 2 - 8}\r\n{pdu[:-7]}\r\n\r\nOK\r\n".replace("17,3", "17,1").encode()
            )
        elif data == b"AT+CMGR=17\r":
            rig.said(f"\r\n+CMGR: 1,,{len(pdu) // 2 - 8}\r\n{pdu}\r\n\r\nOK\r\n".encode())
        elif data == b"AT+CMGD=17\r":
            gone.append(data)
            rig.said(b"\r\nOK\r\n")
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.start(5)
    assert rig.news.texts == ["the whole of it"]
    assert gone


def test_what_is_no_pdu_is_kept_told_and_deleted() -> None:
    rig = Rig()
    gone: list[bytes] = []

    def other(data: bytes) -> None:
        if data.startswith(b"AT+CMGL") and not gone:
            rig.said(b"\r\n+CMGL: 3,1,,20\r\nNOT A PDU\r\n+CMGL: 4,1,,9\r\n123\r\n\r\nOK\r\n")
        elif data.startswith(b"AT+CMGR"):
            rig.said(b"\r\n+CMGR: 1,,20\r\nNOT A PDU\r\n\r\nOK\r\n")
        elif data.startswith(b"AT+CMGD="):
            gone.append(data)
            rig.said(b"\r\nOK\r\n")
        else:
            rig.sim.receive(data)

    rig.other = other
    rig.start(5)
    assert [place for text, place in rig.news.bad] == [("SR", 3), ("SR", 4)]
    assert gone == [b"AT+CMGD=3\r", b"AT+CMGD=4\r"]


def test_a_pdu_that_cannot_be_read_is_handed_over_as_it_is() -> None:
    rig = Rig().start()
    rig.network.inject(NUMBER, bytes.fromhex("00FFFF"))
    rig.run(1)
    assert [incoming.pdu.hex() for incoming in rig.news.incoming] == ["00ffff"]
    assert rig.stored() == 0


def test_reports_come_from_their_memory_or_directly() -> None:
    for profile in ("generic", "huawei", "zte"):
        rig = Rig(profile).start()
        sent = rig.submit("hello", report=True)
        rig.run(2)
        assert len(rig.news.incoming) == 1, profile
        read = tpdu.decode(rig.news.incoming[0].pdu, "in")
        assert isinstance(read, tpdu.StatusReport)
        assert read.reference == sent.value
        assert rig.stored() == 0


def test_an_error_of_full_memory_drains() -> None:
    rig = Rig().start(60)
    full(rig)
    rig.sim.faults.full = True
    refused = rig.submit("hello")
    rig.run(1)
    assert refused.error.fault.code == 322
    assert rig.stored() == 0
    assert len(rig.news.texts) == 20


def test_everything_in_the_middle_of_everything() -> None:
    rig = Rig("huawei")
    rig.sim.faults.chunk = 64
    full(rig)
    rig.sim.faults.noise = ("^RSSI: 12", "+CREG: 1")
    rig.start(30)
    for number in range(30):
        rig.network.text(PHONE, NUMBER, f"in {number}")
        rig.submit(f"out {number}")
        rig.said(b"\r\n^BOOT:1,0,0,0,6\r\n")
        rig.run(1)
    rig.run(20)
    assert [text for text in rig.news.texts if text.startswith("in")] == [f"in {number}" for number in range(30)]
    assert [entry["text"] for entry in rig.events("submitted")] == [f"out {number}" for number in range(30)]
    assert rig.stored() == 0


def test_a_lost_port_while_a_message_is_kept_loses_and_raises_nothing() -> None:
    rig = Rig().start()
    kept: Deferred[None] = Deferred()
    rig.news.keep = lambda incoming: kept
    rig.network.text(PHONE, NUMBER, "one")
    rig.run(1)
    rig.sim.unplug()
    rig.run(1)
    kept.callback(None)
    rig.news.keep = lambda incoming: succeed(None)
    rig.sim.plug()
    rig.run(10)
    assert rig.stored() == 0
    # Kept, but not deleted: it is enough to delete it now.
    assert rig.news.texts == ["one"]
