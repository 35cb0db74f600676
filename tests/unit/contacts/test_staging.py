"""A list kept as a file: its candidates inside a transaction, and what becomes of rows that are none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.contacts import lists, staging, suppressions
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.errors import ContactsError
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from tests.unit.contacts.stores import KEYRING, NOW, Store, write_csv


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What a staged file gives: fields by address, and (line, reason, detail) of the rejected rows."""

    accepted: dict[str, dict[str, str]]
    rejected: list[tuple[int, str, str]]
    known: list[bool]


def _stage_in(connection: sa.Connection, path: Path) -> Staged:
    list_id = lists.find_or_add(connection, "staff", KEYRING, NOW)
    with open_contacts_file(path) as file:
        accepted, rejected = staging.stage(connection, file, KEYRING, list_id=list_id, at=NOW)
    rows = connection.execute(sa.select(accepted).order_by(accepted.c.contact_id)).all()
    assert [row.key for row in rows] == [KEYRING.contact_key(row.address) for row in rows]
    bad = connection.execute(sa.select(rejected).order_by(rejected.c.line)).all()
    return Staged(
        accepted={row.address: json.loads(row.fields) for row in rows},
        rejected=[(row.line, row.reason, row.detail) for row in bad],
        known=[row.contact_id is not None for row in bad],
    )


def _stage(store: Store, rows: Sequence[Sequence[str]], header: Sequence[str] = ("EMAIL", "PRENOM")) -> Staged:
    path = write_csv(store.folder / "staff.csv", header, rows)
    with store.database.write() as connection:
        return _stage_in(connection, path)


def test_each_row_is_a_candidate_with_its_own_values(store: Store) -> None:
    staged = _stage(store, [("A@exemple.fr", "Ana"), ("b@exemple.fr", "")])
    assert staged.accepted == {"a@exemple.fr": {"PRENOM": "Ana"}, "b@exemple.fr": {}}
    assert staged.rejected == []


def test_of_several_rows_for_one_address_the_first_counts(store: Store) -> None:
    staged = _stage(store, [("a@exemple.fr", "Ana"), ("b@exemple.fr", "Bob"), ("A@exemple.fr", "Anna")])
    assert staged.accepted["a@exemple.fr"] == {"PRENOM": "Ana"}
    assert staged.rejected == [(4, "duplicate", "same address as line 2")]
    assert staged.known == [True], "who is asked for twice can be asked about"


def test_row_without_a_usable_address_is_rejected_with_its_reason(store: Store) -> None:
    staged = _stage(store, [("zut", "Ana"), ("b@exemple.fr", "Bob"), ("", "Cléo")])
    assert list(staged.accepted) == ["b@exemple.fr"]
    assert [(line, reason) for line, reason, _ in staged.rejected] == [(2, "invalid"), (4, "invalid")]
    assert "@-sign" in staged.rejected[0][2]
    assert staged.rejected[1][2] == "The address is empty."


def test_row_that_cannot_be_read_is_rejected(store: Store) -> None:
    path = store.folder / "staff.csv"
    path.write_text("EMAIL;PRENOM\na@exemple.fr;Ana;trop\nb@exemple.fr;Bob\n", encoding="utf-8")
    with store.database.write() as connection:
        staged = _stage_in(connection, path)
    assert [(line, reason) for line, reason, _ in staged.rejected] == [(2, "invalid")]
    assert "has 3 cells" in staged.rejected[0][2]


def test_candidates_and_rejects_are_all_the_rows_of_a_long_file(store: Store) -> None:
    rows = [(f"personne{number % 7_000}@exemple.fr", "") for number in range(9_000)]
    rows[4_500] = ("nul", "")
    staged = _stage(store, rows)
    assert len(staged.accepted) + len(staged.rejected) == 9_000
    assert (7_002, "duplicate", "same address as line 2") in staged.rejected


def test_identity_is_shared_with_stored_contacts_and_fields_are_not(store: Store) -> None:
    store.import_rows([("a@exemple.fr", "Ana")])
    staged = _stage(store, [("a@exemple.fr", "Autre"), ("b@exemple.fr", "Bob")])
    assert staged.accepted["a@exemple.fr"] == {"PRENOM": "Autre"}
    assert store.contacts() == {"a@exemple.fr": {"PRENOM": "Ana"}}, "a file list changed a stored contact"
    with store.database.read() as connection:
        contact = schema.contact
        rows = connection.execute(sa.select(contact.c.address, contact.c.fields).order_by(contact.c.id)).all()
    assert [tuple(row) for row in rows] == [("a@exemple.fr", '{"PRENOM":"Ana"}'), ("b@exemple.fr", "{}")]


def test_file_list_can_be_staged_again_in_one_transaction(store: Store) -> None:
    path = write_csv(store.folder / "staff.csv", ["EMAIL"], [["a@exemple.fr"], ["a@exemple.fr"]])
    with store.database.write() as connection:
        assert _stage_in(connection, path) == _stage_in(connection, path)


def test_nothing_of_a_rolled_back_staging_stays(store: Store) -> None:
    before = store.everything()
    path = write_csv(store.folder / "staff.csv", ["EMAIL"], [["a@exemple.fr"]])
    with suppress(ZeroDivisionError), store.database.write() as connection:
        _stage_in(connection, path)
        raise ZeroDivisionError
    assert store.everything() == before


def test_broken_file_stops_the_staging(store: Store) -> None:
    path = store.folder / "staff.csv"
    path.write_text('EMAIL;PRENOM\na@exemple.fr;"ouvert\nb@exemple.fr;x\n', encoding="utf-8")
    with pytest.raises(ContactsError, match="2: a quote"), store.database.write() as connection:
        _stage_in(connection, path)
    with store.database.read() as connection:
        assert lists.contact_id(connection, KEYRING.contact_key("a@exemple.fr")) is None


def test_row_that_says_no_is_a_candidate_who_is_suppressed_for_the_list(store: Store) -> None:
    rows = [("a@exemple.fr", "oui"), ("b@exemple.fr", "non"), ("c@exemple.fr", "")]
    for _ in range(2):
        staged = _stage(store, rows, ("EMAIL", "NEWSLETTER"))
        assert list(staged.accepted) == ["a@exemple.fr", "b@exemple.fr", "c@exemple.fr"]
    with store.database.read() as connection:
        found = list(suppressions.every(connection))
    assert [(each.address, each.list_name, each.cause, each.evidence) for each in found] == [
        ("b@exemple.fr", "staff", Cause.IMPORTED, "NEWSLETTER: non")
    ]
    assert found[0].source.endswith("staff.csv")
