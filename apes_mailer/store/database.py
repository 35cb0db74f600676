"""Opening the database, and transactions.

SQLite in WAL mode with ``synchronous=FULL``: with less, a power cut could take back a committed claim, and that would
be a double send. Write transactions begin IMMEDIATE, so that two of them never both read the same old state.

Nothing else in a process that has a :class:`Database` may open and close its file: see :class:`residue.Reader`.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from apes_mailer.errors import LedgerError
from apes_mailer.store import location, residue, schema
from apes_mailer.store.upgrade import upgrade

Connection = sa.Connection
"""An open transaction of :class:`Database`, for code that passes it on and writes no SQL of its own."""

Row = sa.Row[*tuple[Any, ...]]
"""A row of a query, whose columns go by their names."""

_BUSY_SECONDS = 30


class BusyError(LedgerError):
    """Somebody else holds the database."""


class DiskFullError(LedgerError):
    """The disk did not take the transaction, mostly because it is full; the transaction did not happen."""


_Committed = Callable[[sa.Connection], AbstractContextManager[None]]


class Bulk:
    """Transactions one after the other on one connection: its temporary tables last from one to the next."""

    def __init__(self, connection: sa.Connection, writing: threading.Lock, committed: _Committed) -> None:
        self._connection = connection
        self._writing = writing
        self._committed = committed

    @contextmanager
    def read(self) -> Generator[sa.Connection, None, None]:
        """A consistent view of one moment, in which temporary tables may be written; nobody else has to wait."""
        self._connection.execution_options(apes_read=True)
        with self._connection.begin():
            yield self._connection

    @contextmanager
    def write(self) -> Generator[sa.Connection, None, None]:
        """One durable transaction: all of it, or nothing when an exception leaves the block."""
        self._connection.execution_options(apes_read=False)
        with self._writing, self._committed(self._connection):
            yield self._connection


class Database:
    """The one database of a workspace; safe to use from several threads."""

    def __init__(self, url: str, *, base: Path, busy_seconds: float = _BUSY_SECONDS) -> None:
        """Open, and make the tables if the database is new.

        ``url`` is ``sqlite:///path`` or a path; a relative one starts from ``base``. Raises ``SettingsError`` for an
        address that this version cannot use, ``LedgerError`` when the file is not a database, is from a newer version,
        has a second name, or cannot be written.
        """
        self.path = location.only_name(location.path_of(url, base=base))
        self._busy_seconds = busy_seconds
        self._writing = threading.Lock()
        self._writer: sa.Connection | None = None
        self._reader = residue.Reader(self.path)
        self.on_commit: Callable[[sa.Connection], Callable[[], None]] = lambda _connection: lambda: None
        """Gets each write transaction before it is committed; what it returns is called once it is."""
        location.make_private(self.path)
        self._engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            hide_parameters=True,  # an error that says what it was given would show people's addresses
            poolclass=sa.pool.QueuePool,
            pool_size=16,
            max_overflow=32,
            connect_args={"timeout": busy_seconds, "check_same_thread": False, "isolation_level": None},
        )
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._make_tables()

    @property
    def version(self) -> int:
        """The number of the schema that its tables have."""
        return schema.VERSION  # an older one was brought up to it, and a newer one refused

    def faults(self) -> list[str]:
        """Return what is broken in the file or between its tables; mostly nothing. It reads the whole file."""
        with self.read() as connection:
            whole = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars()
            found = [str(line) for line in whole if line != "ok"]
            if not found:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
                found = [f"a row of {table} names one of {other} that is not there" for table, _, other, _ in broken]
        return found

    def close(self) -> None:
        """Close every connection."""
        with self._writing:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        self._engine.dispose()
        self._reader.close()  # after SQLite, which would lose its locks otherwise

    @contextmanager
    def read(self) -> Generator[sa.Connection, None, None]:
        """A consistent view of one moment; nothing that others write meanwhile is seen."""
        with self._translated(), self._engine.connect().execution_options(apes_read=True) as reader, reader.begin():
            yield reader

    @contextmanager
    def write(self) -> Generator[sa.Connection, None, None]:
        """One durable transaction: all of it, or nothing when an exception leaves the block."""
        with self._writing, self._translated():
            # One connection for all writers of this program: they take turns anyway, and each has a page cache.
            self._writer = self._writer or self._engine.connect()
            with self._committed(self._writer):
                yield self._writer

    @contextmanager
    def _committed(self, connection: sa.Connection) -> Generator[None, None, None]:
        with connection.begin():
            yield
            afterwards = self.on_commit(connection)
        afterwards()

    @contextmanager
    def bulk(self, *, cache_mb: int) -> Generator[Bulk, None, None]:
        """One connection for work on very many rows, with a page cache of ``cache_mb`` megabytes.

        Foreign keys are not checked in it: looked at row by row, those who point to a contact are a scan for each.
        """
        with self._translated(), self._engine.connect() as connection:
            try:
                # Outside a transaction: in one, SQLite ignores a change of foreign_keys.
                cursor = connection.connection.cursor()
                cursor.execute("PRAGMA foreign_keys=OFF")
                cursor.execute(f"PRAGMA cache_size=-{cache_mb * 1024}")
                cursor.close()
                yield Bulk(connection, self._writing, self._committed)
            finally:
                connection.invalidate()  # with its temporary tables and its settings

    def empty_log(self) -> bool:
        """Leave nothing in the log; return False when another program reads an old state, and holds it.

        Raises ``LedgerError``.
        """
        with self._translated():
            return residue.empty_log(self.path, busy_seconds=self._busy_seconds)

    def forget(self, texts: Sequence[str], part: str, pattern: re.Pattern[str]) -> bool:
        """Let no trace of what a pattern finds stay in the file or its log, wherever it is mentioned.

        ``texts`` are all that it finds, and ``part`` is part of each, in small letters. Return False when another
        program reads an old state of the database: then its log still holds it. Raises ``BusyError``, ``DiskFullError``
        or another ``LedgerError``.
        """
        busy = self._busy_seconds
        with self._translated():
            emptied = residue.empty_log(self.path, busy_seconds=busy)
            if any(map(self._reader.holds, texts)):
                with self.write() as connection:
                    residue.replace_everywhere(connection, part, pattern)
                residue.rebuild(self.path, busy_seconds=busy)
                emptied = residue.empty_log(self.path, busy_seconds=busy)
            return emptied

    @contextmanager
    def _translated(self) -> Generator[None, None, None]:
        try:
            yield
        except exc.DBAPIError as error:
            raise self._explain(error.orig or error) from error
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: BaseException) -> LedgerError:
        # The primary result code (https://sqlite.org/rescode.html): the words differ between versions.
        name = self.path.name
        match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return BusyError(
                    f"{name} has been in use by another program for more than {self._busy_seconds:g} seconds.",
                    hint="Close the other program (a database browser, a file synchronisation), then try again.",
                )
            case sqlite3.SQLITE_FULL:
                return DiskFullError(
                    f"The disk is full: nothing can be written to {name}.",
                    hint="Make room, then try again; nothing was lost.",
                )
            case sqlite3.SQLITE_IOERR:
                return DiskFullError(
                    f"The disk does not answer as it should while writing {name}: {error}.",
                    hint="Check that the disk has room and is healthy, then try again.",
                )
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
                return LedgerError(
                    f"{self.path} cannot be opened or written.",
                    hint="Check that its folder exists, and the rights of the file and of the folder.",
                )
            case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
                return LedgerError(
                    f"{self.path} is damaged or is not a database.",
                    hint="Keep a copy of it, and bring the last good one back from a backup.",
                )
            case _:
                return LedgerError(f"The database refused: {error}")

    def _make_tables(self) -> None:
        with self.read() as connection:
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if version > schema.VERSION:
            raise LedgerError(
                f"{self.path.name} was written by a newer apes-mailer (version {version} of its tables).",
                hint="Update apes-mailer: pip install --upgrade apes-mailer",
            )
        if version == schema.VERSION:
            return
        with self.write() as connection:
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            if version < schema.VERSION:  # or another program was quicker
                upgrade(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={schema.VERSION}")


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA fullfsync=ON")  # macOS: fsync alone leaves data in the cache of the disk
    cursor.execute("PRAGMA foreign_keys=ON")
    # SQLite as python.org ships it keeps what was deleted; by the time that somebody is to be forgotten it is too late.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN" if options.get("apes_read") else "BEGIN IMMEDIATE")
