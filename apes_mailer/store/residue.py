"""What is left of a text in the file of a database after the rows that held it are gone.

SQLite does not clean up behind itself: the log keeps old pages, free pages keep what was on them, and pages that were
split keep copies of the rows that moved away (https://sqlite.org/pragma.html#pragma_secure_delete).
"""

from __future__ import annotations

import re
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from apes_mailer.store import schema

_PIECE = 1 << 20  # bytes read at a time


def empty_log(database: Path, *, busy_seconds: float) -> bool:
    """Write all of the log into the database and cut it to nothing; return False when a reader holds it.

    Raises ``sqlite3.Error``.
    """
    with closing(sqlite3.connect(database, timeout=busy_seconds, isolation_level=None)) as connection:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def rebuild(database: Path, *, busy_seconds: float) -> None:
    """Write the whole database anew, without free pages and copies. Raises ``sqlite3.Error``."""
    with closing(sqlite3.connect(database, timeout=busy_seconds, isolation_level=None)) as connection:
        connection.execute("VACUUM")


class Reader:
    """Reads the bytes of a database's file, by a descriptor that stays open until :meth:`close`.

    It is the only one besides those of SQLite, and must outlive them: whoever closes any descriptor of a file ends all
    locks that the process holds on it, and another program may then take the log away from under the connections
    (https://sqlite.org/howtocorrupt.html, POSIX advisory locks canceled by a separate thread doing close()).
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file: BinaryIO | None = None
        self._reading = threading.Lock()

    def holds(self, text: str) -> bool:
        """Whether the file holds a text anywhere, also in capitals of ASCII; it is read a piece at a time."""
        sought, before = text.encode().lower(), b""
        with self._reading:
            self._file = file = self._file or self._database.open("rb", buffering=0)
            file.seek(0)
            while piece := file.read(_PIECE):
                piece = piece.lower()
                if sought in before + piece:
                    return True
                before = piece[-len(sought) :]  # it may begin in this piece and end in the next
        return False

    def close(self) -> None:
        """Close the file, once no connection to it is open any more."""
        with self._reading:
            if self._file is not None:
                self._file.close()
                self._file = None


def replace_everywhere(connection: sa.Connection, text: str, pattern: re.Pattern[str]) -> int:
    """Take what a pattern finds out of every text of every table that may be changed; return in how many places.

    ``text`` is part of whatever the pattern finds, in small letters: only rows with it are looked at.
    """
    return sum(
        replace(connection, column, text, pattern, by="")
        for table in schema.metadata.sorted_tables
        if table is not schema.consent  # the log is never changed
        for column in table.columns
        if isinstance(column.type, sa.Text) and not column.primary_key
    )


def replace(
    connection: sa.Connection,
    column: sa.Column[str],
    text: str,
    pattern: re.Pattern[str],
    *,
    by: str,
    among: sa.ColumnElement[bool] | None = None,
) -> int:
    """Write ``by`` for what a pattern finds in a column, in all rows or ``among`` some; return in how many.

    ``text`` as in :func:`replace_everywhere`.
    """
    table = column.table
    key = list(table.primary_key)
    query = sa.select(*key, column.label("found")).where(sa.func.instr(sa.func.lower(column), text) > 0)
    changed = 0
    for row in connection.execute(query if among is None else query.where(among)).all():
        *identity, found = row
        kept = pattern.sub(by, found)
        if kept != found:
            same = sa.and_(*(part == value for part, value in zip(key, identity, strict=True)))
            connection.execute(sa.update(table).where(same).values({column: kept}))
            changed += 1
    return changed
