"""The rows of a file on their way into a list of the store.

They are read once, looked at one by one, and kept in temporary tables of the connection: so a file of a million rows
never sits in memory, nobody who sends has to wait while it is read, and what is shown before it is imported is what is
imported.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.file_format import ContactsFile
from apes_mailer.contacts.rows import BadRow, Row
from apes_mailer.model import address
from apes_mailer.model.keys import Keyring

_CHUNK = 5000
_encode = json.encoder.encode_basestring
_needs_escape = re.compile(r'["\\\x00-\x1f]').search

# `written` is the address as the file has it, null when that is its normal form.
_TABLES = """
DROP TABLE IF EXISTS temp.incoming;
DROP TABLE IF EXISTS temp.rejected;
CREATE TEMPORARY TABLE incoming (
  key BLOB NOT NULL, line INTEGER NOT NULL, address TEXT NOT NULL, written TEXT, fields TEXT NOT NULL);
CREATE TEMPORARY TABLE rejected (line INTEGER NOT NULL, reason TEXT NOT NULL, cells TEXT NOT NULL);
"""

_Incoming = tuple[bytes, int, str, str | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that was not imported: its line in the file, why, and its cells in the order of the file.

    ``cells`` is empty when they cannot be told apart.
    """

    line: int
    reason: str
    cells: tuple[str, ...] = ()


class Incoming:
    """The rows of one file: the usable ones in ``temp.incoming``, the others in ``temp.rejected``."""

    def __init__(self, connection: sa.Connection, keyring: Keyring, on_rows: Callable[[int], None]) -> None:
        """``on_rows`` gets now and then the number of rows read so far."""
        self._connection = connection
        self._keyring = keyring
        self._on_rows = on_rows
        self._columns = Columns(width=1, address=0, fields=(), places=())
        self.read = 0

    def take(self, file: ContactsFile) -> None:
        """Read a file to its end. Raises ``ContactsError`` as the file does."""
        for statement in filter(str.strip, _TABLES.split(";")):
            self._connection.exec_driver_sql(statement)
        self._columns = file.columns
        rows = iter(file)
        with _without_collector():
            while chunk := list(islice(rows, _CHUNK)):
                self.read += len(chunk)
                if good := list(self._good(chunk)):
                    self._connection.exec_driver_sql("INSERT INTO temp.incoming VALUES (?, ?, ?, ?, ?)", good)
                self._on_rows(self.read)

    @property
    def fits_on_a_screen(self) -> bool:
        """Whether a person may look for contacts in the order of the file."""
        return self.read < _CHUNK

    def _good(self, chunk: list[Row | BadRow]) -> Iterator[_Incoming]:
        as_json = _json_writer(self._columns.fields)
        contact_key, normalise = self._keyring.contact_key, address.normalise
        rejects: list[Reject] = []
        for row in chunk:
            if isinstance(row, BadRow):
                rejects.append(Reject(line=row.line, reason=row.reason, cells=row.cells))
                continue
            line, written, values = row
            try:
                known = normalise(written)
            except address.AddressError as error:
                cells = self._columns.in_file_order(written, values)
                rejects.append(Reject(line=line, reason=error.reason, cells=cells))
                continue
            yield contact_key(known), line, known, None if known == written else written, as_json(values)
        self.reject(rejects)

    def reject(self, rejects: list[Reject]) -> None:
        """Keep rows that are not imported."""
        if rejects:
            rows = [(each.line, each.reason, json.dumps(each.cells)) for each in rejects]
            self._connection.exec_driver_sql("INSERT INTO temp.rejected VALUES (?, ?, ?)", rows)

    def cells(self, written: str, fields: str) -> tuple[str, ...]:
        """Return a usable row in the order of the file."""
        values = json.loads(fields)
        return self._columns.in_file_order(written, [values.get(name, "") for name in self._columns.fields])

    def rejects(self) -> Iterator[Reject]:
        """Yield the rows that are not imported, in the order of their lines."""
        rows = self._connection.exec_driver_sql("SELECT line, reason, cells FROM temp.rejected ORDER BY line")
        for line, reason, cells in rows.yield_per(1000):
            yield Reject(line=line, reason=reason, cells=tuple(json.loads(cells)))


@contextmanager
def _without_collector() -> Generator[None, None, None]:
    """Rows make no cycles; the collector would walk through thousands of them again and again to find none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _json_writer(names: tuple[str, ...]) -> Callable[[tuple[str, ...]], str]:
    """Return what writes the values of a row that are not empty as a JSON object under these names."""
    prefixes = [f"{_encode(name)}:" for name in names]
    # Nearly every row is full and has nothing to escape; then its values are dropped into place.
    whole = "{" + ",".join(f'{prefix}"%s"' for prefix in prefixes) + "}"

    def write(values: tuple[str, ...]) -> str:
        if all(values) and not _needs_escape("".join(values)):
            return whole % values
        return f"{{{','.join([p + _encode(value) for p, value in zip(prefixes, values, strict=True) if value])}}}"

    return write
