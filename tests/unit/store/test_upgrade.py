"""Databases of older versions: brought up to this one, and nothing they hold is lost."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.contacts import suppressions
from apes_mailer.errors import LedgerError
from apes_mailer.ledger import evidence, requests, status
from apes_mailer.ledger.states import AttemptState
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.database import Database

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
VERSION_2 = Path(__file__).with_name("version_2.sql")
VERSION_3 = Path(__file__).with_name("version_3.sql")


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database, None, None]:
    made = Database("mailer.db", base=tmp_path)
    yield made
    made.close()


@pytest.fixture
def upgraded(tmp_path: Path) -> Generator[Database, None, None]:
    """A file that version 2 wrote, opened by this one."""
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(VERSION_2.read_text(encoding="utf-8"))
    made = Database("old.db", base=tmp_path)
    yield made
    made.close()


@pytest.fixture
def cut(tmp_path: Path) -> Generator[Database, None, None]:
    """A file that version 3 wrote, with batches that were cut twice, opened by this one."""
    with closing(sqlite3.connect(tmp_path / "cut.db")) as connection:
        connection.executescript(VERSION_3.read_text(encoding="utf-8"))
    made = Database("cut.db", base=tmp_path)
    yield made
    made.close()


def _as_of_version_1(path: Path) -> None:
    """Take from a database what the first version did not have."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO list (id, name, tag, created_at) VALUES (1, 'adherents', x'01', '2027-01-01T00:00:00Z')"
        )
        connection.execute(
            "INSERT INTO campaign (id, name, kind, provider, list_id, envelope, issue_digest, prepared_at,"
            " suppression_id) VALUES (1, '2027-01', 'send', 'outbox', 1, '{}', '', '2027-01-01T00:00:00Z', 0)"
        )
        connection.execute("INSERT INTO template (campaign_id, digest, body) VALUES (1, 'abc', '{}')")
        connection.execute("ALTER TABLE template DROP COLUMN variant")
        connection.execute("PRAGMA user_version=1")
        connection.commit()


def test_database_of_the_first_version_gets_what_it_lacks_and_keeps_what_it_has(
    database: Database, tmp_path: Path
) -> None:
    database.close()
    _as_of_version_1(database.path)
    again = Database("mailer.db", base=database.path.parent)
    with again.read() as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == schema.VERSION
        row = connection.exec_driver_sql("SELECT digest, variant FROM template").one()
        assert tuple(row) == ("abc", "")
        found = _columns(connection)
    again.close()
    fresh = Database("fresh.db", base=tmp_path)
    with fresh.read() as connection:
        assert _columns(connection) == found
    fresh.close()


def _columns(connection: sa.Connection) -> dict[str, set[str]]:
    """The names of all tables, each with what is known of its columns."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
    return {
        name: {str(tuple(row)[1:]) for row in connection.exec_driver_sql(f"PRAGMA table_info('{name}')")}
        for name in names
    }


def test_suppressions_of_version_2_hold_as_before(upgraded: Database) -> None:
    with upgraded.read() as connection:
        found = list(suppressions.every(connection))
    assert [(each.address, each.list_name, each.cause, each.until) for each in found] == [
        ("ana@exemple.example", "", Cause.MANUAL, ""),
        ("bob@exemple.example", "adherents", Cause.MANUAL, ""),
        ("jo@exemple.example", "", Cause.MANUAL, ""),
        ("eva@exemple.example", "adherents", Cause.MANUAL, "2027-09-01T00:00:00.000000Z"),
        ("", "", Cause.UNSUBSCRIBED, ""),
    ]
    assert [each.evidence for each in found] == ["plainte", "", "", "", ""], (
        "a word of somebody's own can still be read"
    )
    assert found[0].at == "2026-11-27T11:06:23.046028Z"


def test_suppressions_keep_their_numbers_and_the_next_is_above_all_there_ever_were(upgraded: Database) -> None:
    """A campaign under way asks for those newer than its preparation only."""
    table = schema.suppression
    with upgraded.write() as connection:
        key = bytes(connection.execute(sa.select(table.c.key).where(table.c.id == 5)).scalar_one())
        suppressions.add(connection, key, list_id=schema.ALL_LISTS, cause=Cause.COMPLAINED, at=NOW)
        assert connection.execute(sa.select(table.c.id).order_by(table.c.id)).scalars().all() == [1, 2, 3, 4, 5, 10]


def test_upgraded_and_new_database_are_alike(upgraded: Database, database: Database) -> None:
    with upgraded.read() as old, database.read() as new:
        assert _constraints(old) == _constraints(new)
        before, fresh = _columns(old), _columns(new)
        assert {name: fresh[name] - before[name] for name in fresh} == {name: set[str]() for name in fresh}


REQUESTS_OF_VERSION_3 = {
    "mark-1": {*range(10)},  # refused 1 and 9
    "mark-2": {0, 2, 3, 5, 6, 7, 8},  # without 4, who had opted out; then cut
    "mark-3": {0, 2, 3},  # without 5, who had opted out since; then cut again
    "mark-4": {0, 2},
    "mark-5": {10, 11},
    "mark-6": {6, 7},  # set aside
    "mark-7": {6, 7},  # refused 6
}


def test_who_was_in_which_request_is_known_of_batches_that_version_3_had_cut(cut: Database) -> None:
    attempt, contact, recipient = schema.attempt, schema.contact, schema.recipient
    together = schema.batch.join(recipient, requests.in_batch()).join(requests.attempts(), requests.of_batch())
    found: dict[str, set[int]] = {}
    with cut.read() as connection:
        rows = connection.execute(
            sa.select(attempt.c.mark, contact.c.address)
            .select_from(together.join(contact, contact.c.id == recipient.c.contact_id))
            .where(requests.was_in())
        )
        for mark, address in rows:
            found.setdefault(mark, set()).add(int(address.removeprefix("personne").partition("@")[0]))
    assert found == REQUESTS_OF_VERSION_3


def test_evidence_about_a_request_of_version_3_settles_exactly_those_who_were_in_it(cut: Database) -> None:
    with cut.read() as connection:
        before = status.of(connection, 1, owner_alive=False)
    assert (before.submitted, before.pending, before.refused, before.excluded) == (4, 11, 3, {"opted_out": 2})
    with cut.write() as connection:
        assert evidence.prove_accepted(connection, "mark-1", actor="webhook", at=NOW) is AttemptState.LATE
        after = status.of(connection, 1, owner_alive=False)
    assert (after.submitted, after.pending, after.refused, after.excluded) == (12, 8, 0, {})
    assert after.duplicates == 2, "the two who were submitted a second time"


def test_upgrade_that_fails_leaves_the_old_database_as_it_was(tmp_path: Path) -> None:
    script = VERSION_2.read_text(encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(script)
        connection.execute("CREATE TABLE suppression_2 (x)")  # the name that the step needs is taken
        before = list(connection.iterdump())
    with pytest.raises(LedgerError):
        Database("old.db", base=tmp_path)
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        assert list(connection.iterdump()) == before


def _constraints(connection: sa.Connection) -> set[str]:
    """The indexes and triggers, also those that keep a constraint."""
    query = "SELECT type || ' ' || name FROM sqlite_schema WHERE type IN ('index', 'trigger')"
    return set(connection.exec_driver_sql(query).scalars())
