"""Contacts of whom nothing was heard for three years."""

from __future__ import annotations

import datetime as dt

import pytest

from apes_mailer.contacts import consents, retention, undoing
from apes_mailer.contacts.consents import Proof
from apes_mailer.model.consent import Purpose, State
from tests.unit.contacts.stores import KEYRING, NOW, Store

LATER = NOW.replace(year=NOW.year + 3) + dt.timedelta(days=1)


def _stale(store: Store, at: dt.datetime = LATER) -> list[str]:
    list_id = store.list_id("tous")
    with store.database.read() as connection:
        found = [each.address for each in retention.stale(connection, list_id, at)]
        assert retention.count(connection, list_id, at) == len(found)
    return found


def test_contacts_are_stale_three_years_after_the_last_import_that_names_them(store: Store) -> None:
    store.import_rows([("a@exemple.fr", ""), ("b@exemple.fr", "")])
    assert _stale(store, LATER - dt.timedelta(days=2)) == []
    assert _stale(store) == ["a@exemple.fr", "b@exemple.fr"]
    store.import_rows([("b@exemple.fr", "")], "autres", at=LATER - dt.timedelta(days=5))
    assert _stale(store) == ["a@exemple.fr"]


def test_import_that_was_undone_names_nobody_and_proves_no_consent(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "")])
    agreed = (LATER - dt.timedelta(days=9)).date().isoformat()
    store.import_rows([("a@exemple.fr", agreed)], header=("EMAIL", "CONFIRM_TIME"), at=LATER - dt.timedelta(days=5))
    assert _stale(store) == []
    with store.database.bulk(cache_mb=1) as bulk, bulk.write() as connection:
        undoing.undo(connection, 2, at=LATER)
    assert _stale(store) == ["a@exemple.fr"]


@pytest.mark.parametrize("state", State)
def test_whoever_spoke_about_consent_since_is_not_stale(store: Store, state: State) -> None:
    store.import_rows([("a@exemple.fr", "")])
    with store.database.write() as connection:
        consents.record(
            connection,
            KEYRING.contact_key("a@exemple.fr"),
            list_id=1,
            purpose=Purpose.LETTER,
            state=state,
            at=LATER - dt.timedelta(days=1),
            proof=Proof(source="page"),
        )
    assert _stale(store) == []


def test_leap_day_has_a_day_three_years_before() -> None:
    assert retention.limit(dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC)) == dt.datetime(2025, 2, 28, 12, tzinfo=dt.UTC)
