"""What every store must do.  A test class mixes this in and gives `make_store`, which starts one."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase
from zope.interface.verify import verifyObject

from transport.store.interface import (
    AccountRow,
    ArchiveRow,
    ContactRow,
    IStore,
    KeptRoom,
    OwnerState,
    SeatRow,
    StoreError,
)

ROMEO, JULIET = "romeo@example.org", "juliet@example.org"


def row(number: int, owner: str = ROMEO, name: str = "#a", when: float = 0.0) -> ArchiveRow:
    """A message of the archive."""
    return ArchiveRow(f"{number:08}", owner, "net", name, when or float(number), "nick", f"body {number}")


class StoreContract(TestCase):
    """Every store passes these."""

    store: IStore

    def make_store(self) -> Deferred[IStore]:
        """A store, started and empty; the same durable state again when called again after `stop`."""
        raise NotImplementedError

    async def setUp(self) -> None:
        self.store = await self.make_store()

    async def tearDown(self) -> None:
        await self.store.stop()

    async def again(self) -> None:
        """Stop the store, and start it again."""
        await self.store.stop()
        self.store = await self.make_store()

    async def test_provides_the_interface(self) -> None:
        verifyObject(IStore, self.store)

    async def test_somebody_unknown_has_an_empty_state(self) -> None:
        self.assertEqual(await self.store.load(ROMEO), OwnerState(ROMEO))
        self.assertEqual(await self.store.members(), [])

    async def test_all_of_an_owner_is_there_after_a_restart(self) -> None:
        store = self.store
        account = AccountRow("net", {"nick": "romeo"}, {"password": "wherefore \u2665"})
        await store.save_member(ROMEO)
        await store.save_member(ROMEO)
        await store.save_account(ROMEO, account)
        await store.set_preference(ROMEO, "lang", "en")
        await store.save_contact(ROMEO, ContactRow("net", "tybalt", True, False, "Ty"))
        await store.save_room(ROMEO, KeptRoom("net", "#verona", "romeo"))
        await self.again()
        state = await self.store.load(ROMEO)
        self.assertEqual(
            state,
            OwnerState(
                ROMEO,
                True,
                {"lang": "en"},
                {"net": account},
                {("net", "tybalt"): ContactRow("net", "tybalt", True, False, "Ty")},
                {("net", "#verona"): KeptRoom("net", "#verona", "romeo")},
            ),
        )
        self.assertEqual(await self.store.members(), [ROMEO])
        self.assertEqual(await self.store.load(JULIET), OwnerState(JULIET))

    async def test_a_value_given_is_not_watched_afterwards(self) -> None:
        account = AccountRow("net", {"nick": "romeo"})
        contact = ContactRow("net", "tybalt", True)
        done = [self.store.save_account(ROMEO, account), self.store.save_contact(ROMEO, contact)]
        account.settings["nick"] = "other"
        contact.to_contact = False
        for each in done:
            await each
        state = await self.store.load(ROMEO)
        self.assertEqual(state.accounts["net"].settings, {"nick": "romeo"})
        self.assertIn(("net", "tybalt"), state.contacts)

    async def test_a_read_sees_what_was_written_before_it(self) -> None:
        written = [self.store.set_preference(ROMEO, "n", str(n)) for n in range(20)]
        state = await self.store.load(ROMEO)
        self.assertEqual(state.preferences, {"n": "19"})
        for each in written:
            await each

    async def test_an_account_replaces_the_older_one_wholly(self) -> None:
        await self.store.save_account(ROMEO, AccountRow("net", {"a": "1", "b": "2"}, {"p": "x", "q": "y"}))
        await self.store.save_account(ROMEO, AccountRow("net", {"a": "3"}, {"p": "z"}))
        state = await self.store.load(ROMEO)
        self.assertEqual(state.accounts, {"net": AccountRow("net", {"a": "3"}, {"p": "z"})})

    async def test_accounts_of_a_network_are_listed_with_their_secrets(self) -> None:
        await self.store.save_account(ROMEO, AccountRow("net", {}, {"p": "r"}))
        await self.store.save_account(JULIET, AccountRow("net", {"n": "1"}))
        await self.store.save_account(JULIET, AccountRow("other"))
        found = await self.store.accounts("net")
        self.assertEqual(
            sorted(found), [(JULIET, AccountRow("net", {"n": "1"})), (ROMEO, AccountRow("net", {}, {"p": "r"}))]
        )

    async def test_a_removed_account_takes_its_contacts_and_rooms_along(self) -> None:
        for network in ("net", "other"):
            await self.store.save_account(ROMEO, AccountRow(network, {}, {"p": "x"}))
            await self.store.save_contact(ROMEO, ContactRow(network, "tybalt", True))
            await self.store.save_room(ROMEO, KeptRoom(network, "#verona", "r"))
        await self.store.remove_account(ROMEO, "net")
        state = await self.store.load(ROMEO)
        self.assertEqual(set(state.accounts), {"other"})
        self.assertEqual(set(state.contacts), {("other", "tybalt")})
        self.assertEqual(set(state.rooms), {("other", "#verona")})

    async def test_a_removed_member_is_forgotten_wholly_and_nobody_else_is(self) -> None:
        for who in (ROMEO, JULIET):
            await self.store.save_member(who)
            await self.store.save_account(who, AccountRow("net", {}, {"p": "x"}))
            await self.store.set_preference(who, "lang", "en")
            await self.store.save_contact(who, ContactRow("", "", True))
            await self.store.save_room(who, KeptRoom("net", "#verona", "r"))
            await self.store.save_seat(SeatRow(who, "phone", "#a%net", "r"))
            had = await self.store.inbox_put(who, "net", "k", "<message/>")
            assert had is not None
            await self.store.inbox_done([had])
            await self.store.inbox_put(who, "net", "waits", "<message/>")
            self.store.archive(row(1, who))
        await self.store.remove_member(ROMEO)
        self.assertEqual(await self.store.load(ROMEO), OwnerState(ROMEO))
        self.assertEqual(await self.store.history(ROMEO, "net", "#a", 10), [])
        self.assertEqual(await self.store.members(), [JULIET])
        self.assertEqual([seat.owner for seat in await self.store.seats()], [JULIET])
        self.assertEqual([waiting.owner for waiting in await self.store.inbox()], [ROMEO, JULIET])
        self.assertIsNotNone(await self.store.inbox_put(ROMEO, "net", "k", "<message/>"))
        self.assertIsNone(await self.store.inbox_put(JULIET, "net", "k", "<message/>"))
        self.assertEqual(len(await self.store.history(JULIET, "net", "#a", 10)), 1)
        self.assertIn("net", (await self.store.load(JULIET)).accounts)

    async def test_a_preference_can_be_forgotten(self) -> None:
        await self.store.set_preference(ROMEO, "lang", "en")
        await self.store.set_preference(ROMEO, "lang", None)
        self.assertEqual((await self.store.load(ROMEO)).preferences, {})

    async def test_a_contact_without_anything_to_keep_is_forgotten(self) -> None:
        await self.store.save_contact(ROMEO, ContactRow("net", "a", True, True))
        await self.store.save_contact(ROMEO, ContactRow("net", "b", False, False, "B"))
        await self.store.save_contact(ROMEO, ContactRow("net", "a", False, False))
        self.assertEqual(set((await self.store.load(ROMEO)).contacts), {("net", "b")})

    async def test_subscribers_are_those_who_see_presence(self) -> None:
        await self.store.save_contact(ROMEO, ContactRow("", "", True, False))
        await self.store.save_contact(ROMEO, ContactRow("net", "a", True, False))
        await self.store.save_contact(JULIET, ContactRow("net", "a", False, True))
        self.assertEqual(await self.store.subscribers(), [ROMEO])

    async def test_followers_are_those_who_see_a_contacts_presence(self) -> None:
        for owner in (ROMEO, JULIET):
            await self.store.save_contact(owner, ContactRow("net", "a", True, False))
        await self.store.save_contact(ROMEO, ContactRow("net", "b", False, True))
        await self.store.save_contact(ROMEO, ContactRow("other", "b", True, True))
        self.assertEqual(await self.store.followers("net", "a"), sorted([ROMEO, JULIET]))
        self.assertEqual(await self.store.followers("net", "b"), [])

    async def test_a_kept_room_can_be_left(self) -> None:
        await self.store.save_room(ROMEO, KeptRoom("net", "#a", "r"))
        await self.store.save_room(ROMEO, KeptRoom("net", "#a", "romeo"))
        self.assertEqual((await self.store.load(ROMEO)).rooms, {("net", "#a"): KeptRoom("net", "#a", "romeo")})
        await self.store.remove_room(ROMEO, "net", "#a")
        self.assertEqual((await self.store.load(ROMEO)).rooms, {})

    async def test_seats_are_there_after_a_restart_until_cleared(self) -> None:
        seat = SeatRow(ROMEO, "phone", "#a%net@gw", "r")
        await self.store.save_seat(seat)
        await self.store.save_seat(SeatRow(ROMEO, "desk", "#a%net@gw", "r"))
        await self.store.remove_seat(ROMEO, "desk", "#a%net@gw")
        await self.again()
        self.assertEqual(await self.store.seats(), [seat])
        await self.store.clear_seats()
        self.assertEqual(await self.store.seats(), [])

    async def test_history_is_the_last_messages_oldest_first_with_those_not_yet_written(self) -> None:
        for number in (3, 1, 2, 4):
            self.store.archive(row(number))
        self.store.archive(row(9, name="#b"))
        self.store.archive(row(9, JULIET))
        found = await self.store.history(ROMEO, "net", "#a", 3)
        self.assertEqual(found, [row(2), row(3), row(4)])

    async def test_history_can_begin_at_a_time(self) -> None:
        for number in range(1, 5):
            self.store.archive(row(number))
        found = await self.store.history(ROMEO, "net", "#a", 10, since=3.0)
        self.assertEqual([each.id for each in found], ["00000003", "00000004"])

    async def test_a_message_with_a_known_id_is_kept_once(self) -> None:
        self.store.archive(row(1))
        self.store.archive(row(1))
        self.store.archive(row(2))
        self.assertEqual(await self.store.history(ROMEO, "net", "#a", 10), [row(1), row(2)])

    async def test_what_is_archived_is_written_when_the_store_stops(self) -> None:
        self.store.archive(row(1))
        await self.again()
        self.assertEqual(await self.store.history(ROMEO, "net", "#a", 10), [row(1)])

    async def test_old_messages_are_dropped(self) -> None:
        for number in range(1, 4001):
            self.store.archive(row(number))
        await self.store.history(ROMEO, "net", "#a", 1)
        self.assertEqual(await self.store.prune_archive(3990.0), 3989)
        self.assertEqual(len(await self.store.history(ROMEO, "net", "#a", 100)), 11)

    async def test_the_inbox_keeps_stanzas_in_order_until_they_are_done(self) -> None:
        first = await self.store.inbox_put(ROMEO, "sms", "1", "<a/>")
        second = await self.store.inbox_put(JULIET, "sms", "1", "<b/>")
        assert first is not None
        assert second is not None
        await self.again()
        self.assertEqual(
            [(w.id, w.owner, w.xml) for w in await self.store.inbox()],
            [(first, ROMEO, "<a/>"), (second, JULIET, "<b/>")],
        )
        await self.store.inbox_done([first])
        self.assertEqual([w.id for w in await self.store.inbox()], [second])

    async def test_the_inbox_is_read_in_pages(self) -> None:
        ids = [await self.store.inbox_put(ROMEO, "sms", str(n), "<a/>") for n in range(5)]
        assert ids[1] is not None
        self.assertEqual([w.id for w in await self.store.inbox(ids[1], 2)], ids[2:4])

    async def test_what_has_come_back_waits_for_its_owner_until_it_is_done(self) -> None:
        first, second = [await self.store.inbox_put(ROMEO, "sms", n, f"<{n}/>") for n in ("a", "b")]
        other = await self.store.inbox_put(JULIET, "sms", "1", "<c/>")
        assert first is not None
        assert second is not None
        assert other is not None
        await self.store.inbox_done([first, second])
        self.assertEqual(await self.store.inbox_back(ROMEO, [first, second, other]), 0)
        self.assertEqual([w.xml for w in await self.store.inbox_of(ROMEO)], ["<a/>", "<b/>"])
        self.assertEqual(await self.store.inbox_of(JULIET), [])
        self.assertEqual([w.id for w in await self.store.inbox()], [first, second, other])
        await self.store.inbox_done([first])
        self.assertEqual([w.id for w in await self.store.inbox_of(ROMEO)], [second])

    async def test_what_has_come_back_is_bounded(self) -> None:
        ids = [await self.store.inbox_put(ROMEO, "sms", str(n), "<a/>") for n in range(1003)]
        known = [id for id in ids if id is not None]
        self.assertEqual(await self.store.inbox_back(ROMEO, known), 3)
        self.assertEqual([w.id for w in await self.store.inbox_of(ROMEO)], known[3:])

    async def test_a_known_key_is_refused_even_after_delivery(self) -> None:
        first = await self.store.inbox_put(ROMEO, "sms", "1", "<a/>")
        assert first is not None
        self.assertIsNone(await self.store.inbox_put(ROMEO, "sms", "1", "<a/>"))
        await self.store.inbox_done([first])
        self.assertIsNone(await self.store.inbox_put(ROMEO, "sms", "1", "<a/>"))
        self.assertIsNotNone(await self.store.inbox_put(ROMEO, "rss", "1", "<a/>"))

    async def test_facts_are_kept_by_scope(self) -> None:
        await self.store.put("core", "k", "1")
        await self.store.put("core", "k", "2")
        await self.again()
        self.assertEqual(await self.store.get("core", "k"), "2")
        self.assertIsNone(await self.store.get("net", "k"))

    async def test_access_lists_grow_and_shrink(self) -> None:
        await self.store.set_access("deny", "evil.example", True)
        await self.store.set_access("deny", "evil.example", True)
        await self.store.set_access("admins", ROMEO, True)
        self.assertEqual(await self.store.access("deny"), ["evil.example"])
        await self.store.set_access("deny", "evil.example", False)
        self.assertEqual(await self.store.access("deny"), [])
        self.assertEqual(await self.store.access("admins"), [ROMEO])

    async def test_a_plugin_has_its_own_tables_which_it_can_extend(self) -> None:
        first = "-- one; and a half\nCREATE TABLE mine (a TEXT);\nINSERT INTO mine VALUES ('x;y');"
        await self.store.migrate("sms", [first])
        await self.store.migrate("sms", [first])
        await self.again()
        await self.store.migrate("sms", [first, "ALTER TABLE mine ADD COLUMN b TEXT"])
        found = await self.store.run(lambda c: c.execute("SELECT a, b FROM mine").fetchall())
        self.assertEqual([tuple(each) for each in found], [("x;y", None)])

    async def test_tables_of_a_newer_plugin_are_refused(self) -> None:
        await self.store.migrate("sms", ["CREATE TABLE one (a TEXT)", "CREATE TABLE two (a TEXT)"])
        await self.assert_refused(self.store.migrate("sms", ["CREATE TABLE one (a TEXT)"]), "newer")

    async def test_what_fails_in_a_plugin_leaves_nothing_and_spoils_nobody(self) -> None:
        await self.store.migrate("sms", ["CREATE TABLE mine (a TEXT)"])

        def broken(connection: Any) -> None:
            connection.execute("INSERT INTO mine VALUES ('half')")
            raise KeyError("bug")

        before = self.store.put("core", "before", "1")
        failing = self.store.run(broken)
        after = self.store.put("core", "after", "1")
        await before
        with self.assertRaises(KeyError):
            await failing
        await after
        self.assertEqual(await self.store.run(lambda c: c.execute("SELECT a FROM mine").fetchall()), [])
        self.assertEqual(await self.store.get("core", "before"), "1")
        self.assertEqual(await self.store.get("core", "after"), "1")

    async def test_a_plugin_cannot_end_the_transaction_of_all(self) -> None:
        with self.assertRaises(AttributeError):
            await self.store.run(lambda connection: connection.commit())

    async def test_a_stopped_store_says_so(self) -> None:
        await self.store.stop()
        await self.assert_refused(self.store.put("core", "k", "v"), "closed")
        await self.assert_refused(self.store.get("core", "k"), "closed")
        self.store = await self.make_store()

    async def assert_refused(self, result: Deferred[Any], word: str) -> None:
        """The result must fail with a StoreError that has a word in it."""
        with self.assertRaises(StoreError) as caught:
            await result
        self.assertIn(word, str(caught.exception))
