"""The rows of a file on their way into a list of the store.

They are read once, looked at one by one, and kept in temporary tables of the connection: so a file of a million rows
never sits in memory, nobody who sends has to wait while it is read, and what is shown before it is imported is what is
imported.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa

from apes_mailer.contacts import rejected_noes
from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.consent_columns import ConsentColumns
from apes_mailer.contacts.questions import Questions
from apes_mailer.contacts.rejects import Reject, unusable
from apes_mailer.contacts.repair import mend, normalise
from apes_mailer.contacts.reported import Found, said_by
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.contacts.slips import Domains
from apes_mailer.contacts.table import ContactsTable
from apes_mailer.model import address
from apes_mailer.model.keys import Keyring
from apes_mailer.model.slip import Slip
from apes_mailer.model.suppression import Cause
from apes_mailer.store.times import stamp

_CHUNK = 5000
_encode = json.encoder.encode_basestring
_needs_escape = re.compile(r'["\\\x00-\x1f]').search

# `written` is the address as the file has it, null when that is its normal form.
_TABLES = """
DROP TABLE IF EXISTS temp.incoming;
DROP TABLE IF EXISTS temp.left_out;
DROP TABLE IF EXISTS temp.rejected;
DROP TABLE IF EXISTS temp.opted_out;
DROP TABLE IF EXISTS temp.consented;
CREATE TEMPORARY TABLE incoming (
  key BLOB NOT NULL, line INTEGER NOT NULL, address TEXT NOT NULL, written TEXT, fields TEXT NOT NULL);
CREATE TEMPORARY TABLE left_out (line INTEGER PRIMARY KEY, cells TEXT NOT NULL);
CREATE TEMPORARY TABLE rejected (line INTEGER NOT NULL, reason TEXT NOT NULL, cells TEXT NOT NULL);
CREATE TEMPORARY TABLE opted_out (
  key BLOB NOT NULL, address TEXT NOT NULL, cause TEXT NOT NULL, at TEXT, said_by TEXT, evidence TEXT NOT NULL,
  is_row INTEGER NOT NULL, taken_back INTEGER NOT NULL DEFAULT 0);
CREATE TEMPORARY TABLE consented (
  key BLOB NOT NULL, line INTEGER NOT NULL, at TEXT, source TEXT NOT NULL, basis TEXT NOT NULL,
  wording TEXT NOT NULL);
"""
_FUTURE = "SELECT count(*), min(line), at FROM temp.consented WHERE at > :tomorrow"
_NOT_IN_FUTURE = "UPDATE temp.consented SET at = iif(at > :tomorrow, NULL, :now) WHERE at > :now"
_UNDATED = """
SELECT count(*) - count(at) FROM (
  SELECT key, min(line), at FROM temp.consented WHERE key NOT IN (SELECT key FROM temp.opted_out) GROUP BY key)
"""

_MOST_REMARKS = 10_000  # of mended addresses; nobody reads so many, and they are kept in memory
_Incoming = tuple[bytes, int, str, str | None, str]


class Repair(NamedTuple):
    """An address that was mended: its line, as it was written, and as it is read."""

    line: int
    written: str
    read: str

    @property
    def words(self) -> str:
        """What was done, without the line."""
        return f"“{self.written}” is read as {self.read}"


class UnreadDates(NamedTuple):
    """Cells of a column whose days of consent are not believed: how many, the first with its line, and why."""

    field: str
    cells: int
    line: int
    written: str
    why: str


class Incoming:
    """The rows of one file: the usable ones in ``temp.incoming``, the others in ``temp.rejected``.

    Cells of usable rows in columns that are left out are in ``temp.left_out``, for rows that are there twice.

    Who says no is in ``temp.opted_out`` instead, and the consents that the file tells of in ``temp.consented``.
    """

    def __init__(self, connection: sa.Connection, keyring: Keyring, on_rows: Callable[[int], None]) -> None:
        """``on_rows`` gets now and then the number of rows read so far."""
        self._connection = connection
        self._keyring = keyring
        self._on_rows = on_rows
        self._columns = Columns(width=1, address=0, fields=(), places=())
        self._mended: list[Repair] = []
        self._domains = Domains()
        self._unread: dict[str, UnreadDates] = {}
        self._questions = Questions(())
        self.undated = 0
        self.place: Callable[[int], str] = str
        """Where a row stands, for a person."""
        self.read = 0

    def take(self, file: ContactsTable) -> None:
        """Read a file to its end. Raises ``ContactsError`` as the file does."""
        for statement in filter(str.strip, _TABLES.split(";")):
            self._connection.exec_driver_sql(statement)
        self._columns, self.place, consent = file.columns, file.place, file.consent
        settled = set[str]().union(*(layout.settled for _, layout in file.layouts))
        self._questions = Questions(file.fields, settled)
        rows = iter(file)
        with _without_collector():
            while chunk := list(islice(rows, _CHUNK)):
                self.read += len(chunk)
                if good := list(self._good(chunk)):
                    self._connection.exec_driver_sql("INSERT INTO temp.incoming VALUES (?, ?, ?, ?, ?)", good)
                    self._domains.take([row[2] for row in good], [row[1] for row in good])
                if consent is not None:
                    self._take_consents(chunk, consent)
                readable = [row for row in chunk if isinstance(row, Row)]
                if readable and self._columns.left_out:
                    aside = [(row.line, json.dumps(row.aside)) for row in readable]
                    self._connection.exec_driver_sql("INSERT INTO temp.left_out VALUES (?, ?)", aside)
                self._questions.take([row.line for row in readable], [row.values for row in readable])
                self._on_rows(self.read)

    @property
    def questions(self) -> Questions:
        """What the rows leave open for a person."""
        return self._questions

    @property
    def unread_dates(self) -> Sequence[UnreadDates]:
        """The columns of dates where some were not understood, or lie ahead."""
        return list(self._unread.values())

    def look_at_consents(self, at: dt.datetime) -> None:
        """Take a consent that claims to be of the future for one without a day: it would outweigh a later no.

        A time without a zone may be some hours ahead of ``at`` and is no claim; it becomes ``at``. Afterwards
        ``undated`` is how many people agreed without a day in the file.
        """
        times = {"now": stamp(at), "tomorrow": stamp(at + dt.timedelta(days=1))}
        count, line, written = self._connection.execute(sa.text(_FUTURE), times).one()
        self._connection.execute(sa.text(_NOT_IN_FUTURE), times)
        if count:
            self._unread["future"] = UnreadDates("", count, line, written[:10], "lies in the future")
        self.undated = int(self._connection.exec_driver_sql(_UNDATED).scalar_one())

    @property
    def fits_on_a_screen(self) -> bool:
        """Whether a person may look for contacts in the order of the file."""
        return self.read < _CHUNK

    def remarks(self) -> tuple[list[Repair], list[Slip]]:
        """Return what a person should know of rows that are imported: addresses that were mended, and likely slips."""
        return self._mended, list(self._domains.slips())

    def _good(self, chunk: list[Row | OptOut | BadRow]) -> Iterator[_Incoming]:
        as_json = _json_writer(self._columns.fields)
        contact_key, normalise = self._keyring.contact_key, address.normalise
        rejects: list[Reject] = []
        noes: list[tuple[OptOut, bool]] = []
        for row in chunk:
            if isinstance(row, BadRow):
                rejects.append(Reject(line=row.line, reason=row.reason, cells=row.cells))
                noes += [(each, False) for each in rejected_noes.of(row)]
                continue
            line, written, values = row[:3]
            try:
                known = normalise(written)
            except address.AddressError as error:
                mended = self._mend(line, written)
                if mended is None:
                    rejects.append(unusable(row, error.reason, self._columns))
                    if isinstance(row, OptOut):
                        noes += [(each, False) for each in rejected_noes.of(row)]
                    continue
                known = mended
            if isinstance(row, OptOut):
                noes.append((row._replace(address=known), True))
                continue
            yield contact_key(known), line, known, None if known == written else written, as_json(values)
        self.reject(rejects)
        self._keep_noes(noes)

    def _keep_noes(self, noes: list[tuple[OptOut, bool]]) -> None:
        """Keep who says no, by addresses in normal form; the second of each: whether that is all that the row is."""
        rows = [
            (self._keyring.contact_key(no.address), no.address, no.cause, *at, no.evidence, is_row)
            for no, is_row in noes
            for at in [(stamp(no.at), said_by(no.at)) if no.at else (None, None)]
        ]
        if rows:
            self._connection.exec_driver_sql("INSERT INTO temp.opted_out VALUES (?, ?, ?, ?, ?, ?, ?, false)", rows)

    def _mend(self, line: int, written: str) -> address.Address | None:
        mended = mend(written)
        if mended is not None and len(self._mended) < _MOST_REMARKS:
            self._mended.append(Repair(line, " ".join(written.split()), mended))
        return mended

    def _take_consents(self, chunk: list[Row | OptOut | BadRow], columns: ConsentColumns) -> None:
        found: list[tuple[bytes, int, str | None, str, str]] = []
        for row in chunk:
            if not isinstance(row, Row):
                continue
            if unread := columns.unread(row.values):
                first = self._unread.get(unread.field)
                self._unread[unread.field] = (
                    first._replace(cells=first.cells + 1)
                    if first
                    else UnreadDates(unread.field, 1, row.line, unread.written, "is no day that can be read")
                )
            if consent := columns.of(row.values):
                with suppress(address.AddressError):
                    key = self._keyring.contact_key(normalise(row.address))
                    at = stamp(consent.at) if consent.at else None
                    found.append((key, row.line, at, consent.source, consent.basis))
        if found:
            self._connection.exec_driver_sql("INSERT INTO temp.consented VALUES (?, ?, ?, ?, ?, '')", found)

    def opted_out(self) -> Iterator[list[Found]]:
        """Yield those who say no, some at a time."""
        rows = self._connection.exec_driver_sql(
            "SELECT key, cause, at, evidence FROM temp.opted_out WHERE NOT taken_back"
        )
        while some := rows.fetchmany(1000):
            yield [
                Found(key, Cause(cause), dt.datetime.fromisoformat(at) if at else None, evidence)
                for key, cause, at, evidence in some
            ]

    def reject(self, rejects: list[Reject]) -> None:
        """Keep rows that are not imported."""
        if rejects:
            rows = [(each.line, each.reason, json.dumps(each.cells)) for each in rejects]
            self._connection.exec_driver_sql("INSERT INTO temp.rejected VALUES (?, ?, ?)", rows)

    def cells(self, written: str, fields: str, left_out: str | None) -> tuple[str, ...]:
        """Return a usable row in the order of the file."""
        values, aside = json.loads(fields), json.loads(left_out or "[]")
        return self._columns.in_file_order(written, [values.get(name, "") for name in self._columns.fields], aside)

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
