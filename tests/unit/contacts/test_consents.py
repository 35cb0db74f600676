"""The consent log: it only grows, and the last word counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from apes_mailer.contacts import consents, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.errors import LedgerError
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from tests.unit.contacts.stores import KEYRING, NOW, Store

KEY = KEYRING.contact_key("a@exemple.fr")


def _record(store: Store, *states: State, list_id: int = 1, purpose: Purpose = Purpose.LETTER) -> None:
    with store.database.write() as connection:
        for state in states:
            proof = Proof(source="form")
            consents.record(connection, KEY, list_id=list_id, purpose=purpose, state=state, at=NOW, proof=proof)


def _latest(store: Store, list_id: int = 1, purpose: Purpose = Purpose.LETTER) -> State | None:
    with store.database.read() as connection:
        found = consents.latest(connection, KEY, list_id, purpose)
        return found.state if found else None


def test_nothing_recorded_is_neither_yes_nor_no(store: Store) -> None:
    assert _latest(store) is None


def test_last_word_counts(store: Store) -> None:
    _record(store, State.GIVEN, State.WITHDRAWN)
    assert _latest(store) is State.WITHDRAWN
    _record(store, State.GIVEN)
    assert _latest(store) is State.GIVEN


def test_word_about_all_lists_counts_for_each_until_another_is_said(store: Store) -> None:
    _record(store, State.WITHDRAWN, list_id=schema.ALL_LISTS)
    assert _latest(store, 1) is _latest(store, 2) is State.WITHDRAWN
    _record(store, State.GIVEN, list_id=1)
    assert (_latest(store, 1), _latest(store, 2)) == (State.GIVEN, State.WITHDRAWN)


def test_purposes_are_apart(store: Store) -> None:
    _record(store, State.GIVEN, purpose=Purpose.OPENS)
    assert _latest(store, purpose=Purpose.OPENS) is State.GIVEN
    assert _latest(store, purpose=Purpose.CLICKS) is None


CHANGES = [
    sa.update(schema.consent).values(state=State.GIVEN),
    sa.delete(schema.consent),
]


def _try(store: Store, changes: Sequence[sa.Executable]) -> None:
    with store.database.write() as connection:
        for change in changes:
            connection.execute(change)


@pytest.mark.parametrize("change", CHANGES, ids=["update", "delete"])
def test_database_refuses_to_change_or_delete_a_line(store: Store, change: sa.Executable) -> None:
    _record(store, State.WITHDRAWN)
    with pytest.raises(LedgerError, match="a consent is never"):
        _try(store, [change])
    assert _latest(store) is State.WITHDRAWN


def test_who_is_erased_takes_the_consents_along_and_nobody_else_does(store: Store) -> None:
    _record(store, State.GIVEN)
    other = KEYRING.contact_key("b@exemple.fr")
    with store.database.write() as connection:
        consents.record(
            connection,
            other,
            list_id=1,
            purpose=Purpose.LETTER,
            state=State.GIVEN,
            at=NOW,
            proof=Proof(source="form"),
        )
        suppressions.add(connection, KEY, list_id=schema.ALL_LISTS, cause=Cause.ERASED, at=NOW)
        connection.execute(sa.delete(schema.consent).where(schema.consent.c.key == KEY))
    assert _latest(store) is None
    with pytest.raises(LedgerError, match="never deleted"):
        _try(store, [sa.delete(schema.consent)])


def test_log_keeps_when_where_and_which_words(store: Store) -> None:
    proof = Proof(source="form", basis="consent", wording="Je veux la lettre.", origin="192.0.2.7")
    at = NOW - dt.timedelta(days=400)
    with store.database.write() as connection:
        given = State.GIVEN
        consents.record(
            connection, KEY, list_id=schema.ALL_LISTS, purpose=Purpose.LETTER, state=given, at=at, proof=proof
        )
    with store.database.read() as connection:
        (line,) = consents.of_key(connection, KEY)
    assert (line.at, line.proof) == ("2025-12-08T09:30:00.000000Z", proof)


def test_line_of_the_log_is_not_replaced_either(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "2026-03-01")], header=("EMAIL", "OPTIN_TIME"))
    columns = "id, key, list_id, purpose, at, source"
    forged = f"INSERT OR REPLACE INTO consent ({columns}, state) SELECT {columns}, 'refused' FROM consent"
    with pytest.raises(LedgerError, match="never changed"), store.database.write() as connection:
        connection.exec_driver_sql(forged)
