"""Suppressions: for one list or for all, with or without an end."""

from __future__ import annotations

import datetime as dt

import pytest

from apes_mailer.contacts import suppressions
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.store import schema
from tests.unit.contacts.stores import KEYRING, NOW, Store

KEY = KEYRING.contact_key("a@exemple.fr")
DAY = dt.timedelta(days=1)


def _remove(store: Store, name: str | None = None) -> bool:
    list_id = store.list_id(name) if name else schema.ALL_LISTS
    with store.database.write() as connection:
        return suppressions.remove(connection, KEY, list_id=list_id)


def _holding(store: Store, at: dt.datetime = NOW) -> list[str]:
    with store.database.read() as connection:
        return [each.list_name for each in suppressions.holding(connection, KEY, at=at)]


def _every(store: Store) -> list[Suppression]:
    with store.database.read() as connection:
        return list(suppressions.every(connection))


@pytest.mark.parametrize("name", [None, "tous"])
def test_suppression_is_made_once_and_removed_once(store: Store, name: str | None) -> None:
    assert store.suppress("a@exemple.fr", name)
    assert not store.suppress("a@exemple.fr", name)
    assert _holding(store) == [name or ""]
    assert _remove(store, name)
    assert not _remove(store, name)
    assert _holding(store) == []


def test_scopes_are_apart(store: Store) -> None:
    store.suppress("a@exemple.fr")
    store.suppress("a@exemple.fr", "tous")
    assert not _remove(store, "autres")
    assert _remove(store)
    assert _holding(store) == ["tous"]


def test_suppression_with_an_end_holds_until_then(store: Store) -> None:
    store.suppress("a@exemple.fr", until=NOW + DAY)
    assert _holding(store) == [""]
    assert _holding(store, NOW + 2 * DAY) == []


def test_suppression_without_end_replaces_one_with_an_end(store: Store) -> None:
    store.suppress("a@exemple.fr", until=NOW + DAY)
    assert store.suppress("a@exemple.fr")
    assert [each.until for each in _every(store)] == [""]
    assert not store.suppress("a@exemple.fr", until=NOW + DAY), "an end was put to a suppression that had none"


def test_suppression_that_comes_back_is_newer_than_all_others(store: Store) -> None:
    """A campaign under way asks only for suppressions newer than its preparation."""
    store.suppress("a@exemple.fr")
    store.suppress("b@exemple.fr")
    _remove(store)
    store.suppress("a@exemple.fr")
    assert [each.address for each in _every(store)] == ["b@exemple.fr", "a@exemple.fr"]


def test_the_newest_one_removed_and_made_again_gets_a_number_of_its_own(store: Store) -> None:
    store.suppress("a@exemple.fr")
    with store.database.read() as connection:
        before = connection.exec_driver_sql("SELECT max(id) FROM suppression").scalar_one()
    _remove(store)
    store.suppress("a@exemple.fr")
    with store.database.read() as connection:
        assert connection.exec_driver_sql("SELECT max(id) FROM suppression").scalar_one() > before


def test_every_suppression_is_told_with_its_scope_cause_and_time(store: Store) -> None:
    store.suppress("a@exemple.fr", "tous", until=NOW + DAY)
    assert _every(store) == [
        Suppression(
            address="a@exemple.fr",
            list_name="tous",
            cause="manual",
            at="2027-01-12T09:30:00.000000Z",
            until="2027-01-13T09:30:00.000000Z",
        )
    ]


def test_suppression_of_a_key_without_a_contact_is_kept(store: Store) -> None:
    with store.database.write() as connection:
        suppressions.add(connection, KEY, list_id=schema.ALL_LISTS, cause="unsubscribed", at=NOW)
    assert [each.address for each in _every(store)] == [""]
    assert _holding(store) == [""]
