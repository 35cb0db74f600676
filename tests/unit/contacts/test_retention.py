"""Contacts of whom nothing was heard for three years."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from apes_mailer.contacts import consents, retention, suppressions, undoing
from apes_mailer.contacts.consents import Proof
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.event import EventKind
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp
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


def test_the_same_file_once_more_is_no_sign_of_anybody(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bo")])
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Béa")], at=LATER - dt.timedelta(days=5))
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


def _contact(store: Store) -> int:
    store.import_rows([("a@exemple.fr", "")])
    with store.database.read() as connection:
        return int(connection.execute(sa.select(schema.contact.c.id)).scalar_one())


OWN = {EventKind.COMPLAINED, EventKind.UNSUBSCRIBED, EventKind.RESUBSCRIBED}


@pytest.mark.parametrize("kind", EventKind)
def test_report_is_a_sign_when_it_is_of_something_that_the_person_did(store: Store, kind: EventKind) -> None:
    contact = _contact(store)
    with store.database.write() as connection:
        at = stamp(LATER - dt.timedelta(days=1))
        told = {"provider": "local", "kind": kind, "at": at, "contact_id": contact}
        connection.execute(sa.insert(schema.event), told)
    assert _stale(store) == ([] if kind in OWN else ["a@exemple.fr"])


@pytest.mark.parametrize(("cause", "sign"), [(Cause.PAUSED, True), (Cause.UNSUBSCRIBED, True), (Cause.BOUNCED, False)])
def test_no_or_a_pause_is_a_sign_and_a_dead_mailbox_is_none(store: Store, cause: Cause, *, sign: bool) -> None:
    _contact(store)
    with store.database.write() as connection:
        at = LATER - dt.timedelta(days=1)
        suppressions.add(connection, KEYRING.contact_key("a@exemple.fr"), list_id=1, cause=cause, at=at)
    assert _stale(store) == ([] if sign else ["a@exemple.fr"])
