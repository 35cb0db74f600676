"""Undoing an import: exactly what it did goes, whatever came later stays."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.contacts import consents, lists, undoing
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.undoing import Undone
from apes_mailer.errors import ContactsError
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from tests.unit.contacts.stores import KEYRING, NOW, Store


def _undo(store: Store, import_id: int | None = None) -> Undone:
    with store.database.bulk(cache_mb=1) as bulk, bulk.write() as connection:
        return undoing.undo(connection, undoing.standing(connection, import_id).id, at=NOW)


def _addresses(store: Store) -> set[str]:
    with store.database.read() as connection:
        return set(connection.execute(sa.select(schema.contact.c.address)).scalars())


def _broken_references(store: Store) -> int:
    with store.database.read() as connection:
        return len(connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall())


def test_contacts_of_an_import_are_unknown_again(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob")])
    assert _undo(store) == Undone(removed=2, deleted=2, restored=0, still_members=0, changed_since=0)
    assert (store.contacts(), _addresses(store)) == ({}, set())


def test_fields_are_what_they_were(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob")])
    store.import_rows([("a@exemple.fr", "Anna"), ("b@exemple.fr", ""), ("c@exemple.fr", "Cléo")])
    assert _undo(store) == Undone(removed=1, deleted=1, restored=1, still_members=0, changed_since=0)
    assert store.contacts() == {"a@exemple.fr": {"PRENOM": "Ana"}, "b@exemple.fr": {"PRENOM": "Bob"}}


def test_contact_of_another_list_leaves_only_this_one(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")], "adherents")
    store.import_rows([("a@exemple.fr", "")], "amis")
    assert (_undo(store).removed, store.contacts("amis")) == (1, {})
    assert store.contacts("adherents") == {"a@exemple.fr": {"PRENOM": "Ana"}}


def test_fields_that_changed_again_are_left_and_told(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    store.import_rows([("a@exemple.fr", "Anna")])
    store.import_rows([("a@exemple.fr", "Hannah")])
    undone = _undo(store, 2)
    assert (undone.restored, undone.changed_since) == (0, 1)
    assert store.contacts() == {"a@exemple.fr": {"PRENOM": "Hannah"}}
    _undo(store, 3)
    assert store.contacts() == {"a@exemple.fr": {"PRENOM": "Ana"}}, "what the undone import had said came back"


def test_fields_that_a_later_import_confirmed_by_a_detour_stay(store: Store) -> None:
    for name in ("Ana", "Anna", "Hannah", "Anna"):
        store.import_rows([("a@exemple.fr", name)])
    assert _undo(store, 2).changed_since == 1
    assert store.contacts()["a@exemple.fr"] == {"PRENOM": "Anna"}


def test_member_whom_a_later_import_names_stays_until_that_one_is_undone_too(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob")])
    store.import_rows([("a@exemple.fr", "Ana")])
    assert _undo(store, 1) == Undone(removed=1, deleted=1, restored=0, still_members=1, changed_since=0)
    assert list(store.contacts()) == ["a@exemple.fr"]
    assert _undo(store, 2).deleted == 1
    assert _addresses(store) == set()


def test_suppressed_contact_is_off_the_list_and_stays_suppressed(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    store.suppress("a@exemple.fr")
    undone = _undo(store)
    assert (undone.removed, undone.deleted) == (1, 0)
    assert not store.suppress("a@exemple.fr"), "undoing ended the suppression"
    assert _addresses(store) == {"a@exemple.fr"}


@pytest.mark.parametrize(("days", "stays"), [(1, True), (-1, False)])
def test_whoever_agreed_to_the_list_after_the_import_stays_on_it(store: Store, days: int, stays: bool) -> None:
    store.import_rows([("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob")])
    with store.database.write() as connection:
        consents.record(
            connection,
            KEYRING.contact_key("a@exemple.fr"),
            list_id=1,
            purpose=Purpose.LETTER,
            state=State.GIVEN,
            at=NOW + dt.timedelta(days=days),
            proof=Proof(source="page"),
        )
    undone = _undo(store)
    assert (undone.still_members, undone.removed) == ((1, 1) if stays else (0, 2))
    assert list(store.contacts()) == (["a@exemple.fr"] if stays else [])
    assert _addresses(store) == {"a@exemple.fr"}, "a consent is never without its contact"


def test_contact_changed_by_hand_is_off_the_list_and_not_forgotten(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    with store.database.write() as connection:
        contact_id = lists.contact_id(connection, KEYRING.contact_key("a@exemple.fr"))
        assert contact_id is not None
        assert lists.change_tags(connection, contact_id, add=["élue"], remove=[], at=NOW) == ["élue"]
    assert (_undo(store).deleted, store.contacts(), _addresses(store)) == (0, {}, {"a@exemple.fr"})


def test_import_is_undone_once(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    _undo(store, 1)
    with pytest.raises(ContactsError, match="Import 1 has been undone already"):
        _undo(store, 1)
    with pytest.raises(ContactsError, match="no import to undo"):
        _undo(store)
    with pytest.raises(ContactsError, match="There is no import 7"):
        _undo(store, 7)


def test_consent_that_an_undone_import_told_of_counts_no_more_until_it_is_told_again(store: Store) -> None:
    def import_it() -> None:
        store.import_rows([("a@exemple.fr", "2024-03-05")], header=("EMAIL", "CONFIRM_TIME"))

    def said() -> State | None:
        with store.database.read() as connection:
            key = KEYRING.contact_key("a@exemple.fr")
            found = consents.latest(connection, key, store.list_id("tous"), Purpose.LETTER)
            return found.state if found else None

    import_it()
    assert said() is State.GIVEN
    _undo(store)
    assert said() is None
    import_it()
    assert said() is State.GIVEN


def test_consent_that_an_undone_import_told_of_keeps_nobody_on_the_list(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    store.import_rows([("a@exemple.fr", "2027-03-05")], header=("EMAIL", "CONFIRM_TIME"))
    _undo(store, 2)
    undone = _undo(store, 1)
    assert (undone.removed, undone.still_members) == (1, 0)
    assert store.contacts() == {}


def test_no_of_a_file_counts_against_a_later_consent_that_an_undone_import_told_of(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "2026-12-01")], header=("EMAIL", "CONFIRM_TIME"))
    left = [("a@exemple.fr", "2026-11-01")]
    store.import_rows(left, header=("EMAIL", "UNSUB_TIME"))
    assert store.every() == []
    _undo(store, 1)
    store.import_rows(left, header=("EMAIL", "UNSUB_TIME"))
    assert [(each.address, each.cause) for each in store.every()] == [("a@exemple.fr", Cause.IMPORTED)]


def test_import_of_an_older_program_is_told_to_be_beyond_undoing(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    with store.database.write() as connection:
        connection.execute(sa.delete(schema.mention))
    with pytest.raises(ContactsError, match="older apes-mailer"):
        _undo(store)
    assert store.contacts() == {"a@exemple.fr": {"PRENOM": "Ana"}}


_ROWS = st.lists(
    st.tuples(st.sampled_from("abcd").map("{}@exemple.fr".format), st.sampled_from(["Ana", "Bob", ""])), max_size=5
)
_IMPORTS = st.lists(st.tuples(st.sampled_from(["tous", "autres"]), _ROWS), min_size=1, max_size=5)


@pytest.mark.slow
@settings(max_examples=80)
@given(imports=_IMPORTS)
def test_undoing_the_last_import_is_as_if_it_had_never_been(
    imports: list[tuple[str, Sequence[tuple[str, str]]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        before: list[object] = []
        for name, rows in imports:
            before.append((store.contacts("tous"), store.contacts("autres"), _addresses(store)))
            store.import_rows(rows, name)
        for expected in reversed(before):
            _undo(store)
            assert (store.contacts("tous"), store.contacts("autres"), _addresses(store)) == expected
            assert _broken_references(store) == 0
        store.close()


@pytest.mark.slow
@settings(max_examples=80)
@given(imports=_IMPORTS, seed=st.integers(0, 1000))
def test_imports_undone_in_any_order_leave_nobody(
    imports: list[tuple[str, Sequence[tuple[str, str]]]], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for name, rows in imports:
            store.import_rows(rows, name)
        numbers = [number for number, (_, rows) in enumerate(imports, start=1) if rows]
        random.Random(seed).shuffle(numbers)
        for number in numbers:
            _undo(store, number)
            assert _broken_references(store) == 0
        assert (store.contacts("tous"), store.contacts("autres"), _addresses(store)) == ({}, {}, set())
        store.close()


@pytest.mark.slow
@settings(max_examples=80)
@given(imports=_IMPORTS, data=st.data())
def test_members_are_those_of_the_imports_that_stand(
    imports: list[tuple[str, Sequence[tuple[str, str]]]], data: st.DataObject
) -> None:
    undone = data.draw(st.sets(st.integers(1, len(imports))))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for name, rows in imports:
            store.import_rows(rows, name)
        for number in data.draw(st.permutations(sorted(undone))):
            _undo(store, number)
        for list_name in ("tous", "autres"):
            expected = {
                address
                for number, (name, rows) in enumerate(imports, start=1)
                if name == list_name and number not in undone
                for address, _ in rows
            }
            assert set(store.contacts(list_name)) == expected
        store.close()
