"""Lists kept in the store."""

from __future__ import annotations

from apes_mailer.contacts import lists
from apes_mailer.contacts.lists import StoredList
from tests.unit.contacts.stores import KEYRING, NOW, Store


def test_list_is_made_known_once(store: Store) -> None:
    with store.database.write() as connection:
        first = lists.find_or_add(connection, "tous", KEYRING, NOW)
        assert lists.find_or_add(connection, "tous", KEYRING, NOW) == first
        assert lists.find(connection, "tous") == first
        assert lists.find(connection, "Tous") is None


def test_list_is_found_by_the_tag_of_a_token(store: Store) -> None:
    list_id = store.list_id("tous")
    with store.database.read() as connection:
        assert lists.find_by_tag(connection, KEYRING.list_tag("tous")) == list_id
        assert lists.find_by_tag(connection, KEYRING.list_tag("autres")) is None


def test_only_lists_with_members_are_stored_lists(store: Store) -> None:
    store.list_id("vide")
    store.import_rows([("b@exemple.fr", ""), ("a@exemple.fr", "")], "tous")
    store.import_rows([("a@exemple.fr", "")], "amis")
    with store.database.read() as connection:
        assert lists.stored(connection) == [StoredList(name="amis", members=1), StoredList(name="tous", members=2)]
        assert not lists.has_members(connection, store.list_id("vide"))


def test_contacts_come_in_the_order_they_came_as_many_as_asked_for(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    store.import_rows([(f"{name}@exemple.fr", "") for name in "cba"])
    list_id = store.list_id("tous")
    with store.database.read() as connection:
        assert [each.address for each in lists.contacts(connection, list_id)] == [
            f"{name}@exemple.fr" for name in "acb"
        ]
        assert [each.address for each in lists.contacts(connection, list_id, limit=1)] == ["a@exemple.fr"]


def test_more_contacts_than_are_fetched_at_a_time_all_come(store: Store) -> None:
    store.import_rows([(f"p{number}@exemple.fr", "") for number in range(2_500)])
    assert len(store.contacts()) == 2_500


def test_contact_is_known_by_its_address_alone(store: Store) -> None:
    key = KEYRING.contact_key("a@exemple.fr")
    with store.database.write() as connection:
        assert lists.contact_id(connection, key) is None
        known = lists.know(connection, key, "a@exemple.fr")
        assert lists.know(connection, key, "a@exemple.fr") == known
        assert lists.contact_id(connection, key) == known
