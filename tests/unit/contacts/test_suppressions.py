"""Suppressions: for one list or for all, with or without an end."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from apes_mailer.contacts import suppressions
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.model.suppression import Cause
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
    assert [each.until for each in store.every()] == [""]
    assert not store.suppress("a@exemple.fr", until=NOW + DAY), "an end was put to a suppression that had none"


def test_suppression_that_comes_back_is_newer_than_all_others(store: Store) -> None:
    """A campaign under way asks only for suppressions newer than its preparation."""
    store.suppress("a@exemple.fr")
    store.suppress("b@exemple.fr")
    _remove(store)
    store.suppress("a@exemple.fr")
    assert [each.address for each in store.every()] == ["b@exemple.fr", "a@exemple.fr"]


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
    assert store.every() == [
        Suppression(
            address="a@exemple.fr",
            list_name="tous",
            cause=Cause.MANUAL,
            at="2027-01-12T09:30:00.000000Z",
            until="2027-01-13T09:30:00.000000Z",
        )
    ]


def test_suppression_of_a_key_without_a_contact_is_kept(store: Store) -> None:
    with store.database.write() as connection:
        suppressions.add(connection, KEY, list_id=schema.ALL_LISTS, cause=Cause.UNSUBSCRIBED, at=NOW)
    assert [each.address for each in store.every()] == [""]
    assert _holding(store) == [""]


def _add(store: Store, cause: Cause, **more: Any) -> bool:
    with store.database.write() as connection:
        return suppressions.add(connection, KEY, list_id=schema.ALL_LISTS, cause=cause, at=NOW, **more)


def test_causes_stand_beside_each_other_and_end_one_by_one(store: Store) -> None:
    assert _add(store, Cause.UNSUBSCRIBED)
    assert _add(store, Cause.COMPLAINED)
    with store.database.write() as connection:
        assert suppressions.remove(connection, KEY, list_id=schema.ALL_LISTS, cause=Cause.UNSUBSCRIBED)
    assert [each.cause for each in store.every()] == [Cause.COMPLAINED]
    assert _remove(store)
    assert store.every() == []


def test_end_of_a_pause_is_not_that_of_what_the_person_said_before(store: Store) -> None:
    _add(store, Cause.UNSUBSCRIBED)
    _add(store, Cause.PAUSED, until=NOW + DAY)
    with store.database.read() as connection:
        held = suppressions.holding(connection, KEY, at=NOW + 2 * DAY)
    assert [each.cause for each in held] == [Cause.UNSUBSCRIBED]


def test_where_it_came_from_and_what_was_seen_there_is_kept(store: Store) -> None:
    _add(store, Cause.BOUNCED, source="sendgrid", evidence="550 no such user")
    (kept,) = store.every()
    assert (kept.source, kept.evidence) == ("sendgrid", "550 no such user")
