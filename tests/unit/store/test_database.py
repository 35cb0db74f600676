"""The database: transactions that happen wholly or not at all, and what is said when they cannot happen."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import dbapi2
from typing import Any

import pytest
import sqlalchemy as sa

from apes_mailer.errors import LedgerError, SettingsError
from apes_mailer.store import schema
from apes_mailer.store.database import BusyError, Database, DiskFullError


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database, None, None]:
    made = Database("mailer.db", base=tmp_path, busy_seconds=0.1)
    yield made
    made.close()


@pytest.fixture
def other(database: Database) -> Generator[sqlite3.Connection, None, None]:
    """Another program that has the file open."""
    connection = sqlite3.connect(database.path, isolation_level=None)
    yield connection
    connection.close()


def _put(database: Database, name: str, value: str = "") -> None:
    with database.write() as connection:
        connection.execute(sa.insert(schema.meta).values(name=name, value=value))


def _names(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(schema.meta.c.name).order_by(schema.meta.c.name)).scalars())


def _all(database: Database) -> list[str]:
    with database.read() as connection:
        return _names(connection)


def test_what_is_committed_survives_a_power_cut(database: Database) -> None:
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def _fail_after_a_change(transaction: AbstractContextManager[sa.Connection]) -> None:
    with transaction as connection:
        connection.execute(sa.insert(schema.meta).values(name="half", value=""))
        raise ZeroDivisionError


def test_exception_takes_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_after_a_change(database.write())
    assert _all(database) == []


def test_writers_of_one_program_take_turns(database: Database) -> None:
    inside, together = threading.Lock(), list[str]()

    def write(number: int) -> None:
        with database.write() as connection:
            if not inside.acquire(blocking=False):
                together.append(str(number))
            connection.execute(sa.insert(schema.meta).values(name=f"{number:02}", value=""))
            inside.release()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert together == []
    assert len(_all(database)) == 20


def test_writers_of_two_programs_never_both_read_the_same_old_state(tmp_path: Path) -> None:
    start = threading.Barrier(2)

    def count(database: Database) -> None:
        start.wait(10)
        for _ in range(50):
            with database.write() as connection:
                old = int(connection.execute(sa.select(schema.meta.c.value)).scalar_one())
                connection.execute(sa.update(schema.meta).values(value=str(old + 1)))

    databases = [Database("mailer.db", base=tmp_path) for _ in range(2)]
    _put(databases[0], "count", "0")
    threads = [threading.Thread(target=count, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with databases[0].read() as connection:
        assert connection.execute(sa.select(schema.meta.c.value)).scalars().all() == ["100"]
    for database in databases:
        database.close()


def test_reader_sees_one_moment_while_others_write(database: Database, other: sqlite3.Connection) -> None:
    _put(database, "a")
    with database.read() as connection:
        assert _names(connection) == ["a"]
        _put(database, "b")
        other.execute("INSERT INTO meta VALUES ('c', '')")
        assert _names(connection) == ["a"]
    assert _all(database) == ["a", "b", "c"]


def test_reader_is_not_held_up_by_a_writer(database: Database, other: sqlite3.Connection) -> None:
    _put(database, "a")
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM meta")
    assert _all(database) == ["a"]


def test_busy_database_is_said_with_the_time_that_was_waited(database: Database, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError, match=r"in use by another program for more than 0\.1 seconds") as caught:
        _put(database, "a")
    assert "Close the other program" in caught.value.hint
    assert caught.value.exit_code == 1


def test_busy_database_can_be_written_as_soon_as_it_is_free(database: Database, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        with pytest.raises(BusyError):
            _put(database, "a")
    other.execute("ROLLBACK")
    _put(database, "a")
    assert _all(database) == ["a"]


def _set_room(database: Database, pages: int) -> None:
    with database.write() as connection:
        now = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        connection.exec_driver_sql(f"PRAGMA max_page_count={now + pages}")


def test_full_disk_is_said_and_leaves_nothing_half_done(database: Database) -> None:
    _put(database, "before")
    _set_room(database, 0)

    def fill() -> None:
        with database.write() as connection:
            connection.execute(sa.insert(schema.meta).values(name="small", value=""))
            connection.execute(sa.insert(schema.meta).values(name="large", value="x" * 100_000))

    with pytest.raises(DiskFullError, match=r"disk is full: nothing can be written to mailer\.db") as caught:
        fill()
    assert "Make room" in caught.value.hint
    assert _all(database) == ["before"]


def test_full_disk_is_written_again_when_there_is_room(database: Database) -> None:
    _set_room(database, 0)
    with pytest.raises(DiskFullError):
        _put(database, "large", "x" * 100_000)
    _set_room(database, 1000)
    _put(database, "large", "x" * 100_000)
    assert _all(database) == ["large"]


@pytest.mark.parametrize("content", [b"no database at all, only words" * 200, b"SQLite format 3\0" + b"\xff" * 5000])
def test_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mailer.db").write_bytes(content)
    with pytest.raises(LedgerError, match=r"mailer\.db (is damaged or is not a database|was written by a newer)"):
        Database("mailer.db", base=tmp_path)
    assert (tmp_path / "mailer.db").read_bytes() == content


def test_database_of_a_newer_version_is_left_alone(database: Database, other: sqlite3.Connection) -> None:
    other.execute(f"PRAGMA user_version={schema.VERSION + 1}")
    with pytest.raises(LedgerError, match="written by a newer apes-mailer") as caught:
        Database("mailer.db", base=database.path.parent)
    assert "pip install --upgrade" in caught.value.hint


@pytest.mark.parametrize("query", ["SELECT json_extract('{bad', '$.a')", "SELECT * FROM locked_readonly_and_full"])
def test_faults_are_told_apart_by_code_and_not_by_words(database: Database, query: str) -> None:
    with pytest.raises(LedgerError, match="The database refused") as caught, database.read() as connection:
        connection.exec_driver_sql(query)
    assert type(caught.value) is LedgerError


@pytest.mark.parametrize("place", ["no-such-folder/mailer.db", "."])
def test_place_that_cannot_be_opened_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(LedgerError, match="cannot be opened or written") as caught:
        Database(place, base=tmp_path)
    assert str(tmp_path) in caught.value.message


def test_linked_database_goes_by_its_own_name_so_that_all_who_use_it_meet(tmp_path: Path, database: Database) -> None:
    link = tmp_path / "elsewhere" / "other.db"
    link.parent.mkdir()
    link.symlink_to(database.path)
    again = Database("other.db", base=link.parent)
    assert again.path == database.path
    again.close()


def test_database_with_a_second_name_is_refused(tmp_path: Path, database: Database) -> None:
    (tmp_path / "second.db").hardlink_to(database.path)
    for name in (database.path.name, "second.db"):
        with pytest.raises(LedgerError, match="has a second name, a hard link") as caught:
            Database(name, base=tmp_path)
        assert f"cp {name} new.db" in caught.value.hint


def test_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Database("mysql://user:secret-word@host/base", base=tmp_path)
    assert "secret-word" not in str(caught.value) + caught.value.message


@pytest.mark.parametrize("url", ["postgresql://localhost/mailer", "postgres://x", "mysql://x", "sqlite:///"])
def test_address_of_a_database_that_cannot_be_used_is_a_wrong_setting(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="database_url"):
        Database(url, base=tmp_path)


def test_relative_and_absolute_addresses(tmp_path: Path) -> None:
    for url, name in (("a.db", "a.db"), ("sqlite:///b.db", "b.db"), (f"sqlite:///{tmp_path}/c.db", "c.db")):
        Database(url, base=tmp_path).close()
        assert (tmp_path / name).is_file()


def test_tables_are_made_once(database: Database) -> None:
    _put(database, "kept")
    again = Database("mailer.db", base=database.path.parent)
    assert _all(again) == ["kept"]
    again.close()


def test_bulk_transaction_is_taken_back_as_any_other(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.bulk(cache_mb=1) as bulk:
        _fail_after_a_change(bulk.write())
    with database.bulk(cache_mb=1) as bulk, bulk.write() as connection:
        connection.execute(sa.insert(schema.meta).values(name="whole", value=""))
    assert _all(database) == ["whole"]


def test_temporary_tables_last_through_the_transactions_of_a_bulk_and_no_longer(database: Database) -> None:
    with database.bulk(cache_mb=1) as bulk:
        with bulk.read() as connection:
            connection.exec_driver_sql("CREATE TEMPORARY TABLE waiting AS SELECT 'kept' AS name")
            _put(database, "others need not wait")
        with bulk.write() as connection:
            connection.exec_driver_sql("INSERT INTO meta SELECT name, '' FROM temp.waiting")
    assert _all(database) == ["kept", "others need not wait"]
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_temp_schema").scalar() == 0


def test_foreign_keys_hold_again_after_a_bulk(database: Database) -> None:
    with database.bulk(cache_mb=1) as bulk, bulk.write() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_what_is_deleted_is_overwritten_though_sqlite_was_built_to_keep_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As SQLite is in Python for Windows and macOS."""
    connect = dbapi2.connect

    def keeping(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.execute("PRAGMA secure_delete=OFF")
        return connection

    monkeypatch.setattr(dbapi2, "connect", keeping)
    database = Database("mailer.db", base=tmp_path)
    for number in range(300):
        _put(database, f"{number}", "Quasimodo" * 20)
    with database.write() as connection:
        connection.execute(sa.delete(schema.meta))
    assert database.empty_log()
    database.close()
    assert b"Quasimodo" not in (tmp_path / "mailer.db").read_bytes()
