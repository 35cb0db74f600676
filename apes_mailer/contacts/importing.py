"""Importing a file into a stored list.

One pass over the file, one transaction: a row that is new is added, a row that says something else updates, and
nothing an import says can end a suppression.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.contacts.columns import Columns
from apes_mailer.contacts.file_format import ContactsFile
from apes_mailer.contacts.rows import BadRow, Row
from apes_mailer.model import address
from apes_mailer.model.keys import Keyring
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

_CHUNK = 5000
_encode = json.encoder.encode_basestring
_needs_escape = re.compile(r'["\\\x00-\x1f]').search

# The second of two rows with one address changes nothing, which shows in the number of rows changed.
_UPSERT = """
INSERT INTO contact (key, import_line, address, fields, import_id, changed_by) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
ON CONFLICT (key) DO UPDATE SET
  import_id = excluded.import_id,
  import_line = excluded.import_line,
  changed_by = CASE WHEN json_patch(fields, excluded.fields) <> fields THEN excluded.import_id ELSE changed_by END,
  fields = json_patch(fields, excluded.fields)
WHERE import_id IS NOT excluded.import_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an import did to the list, in rows: ``read`` is the sum of the others.

    ``suppressed`` rows are known to the store and stay suppressed; they are counted nowhere else.
    """

    read: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    suppressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that was not imported: its line in the file, why, and its cells in the order of the file.

    ``cells`` is empty when they cannot be told apart.
    """

    line: int
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an import comes from and which list it is for."""

    path: Path
    list_id: int
    at: dt.datetime


_Parameters = tuple[bytes, int, str, str, int]


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


class Import:
    """One import, run inside a transaction that the caller commits, or rolls back for a preview."""

    def __init__(
        self,
        connection: sa.Connection,
        keyring: Keyring,
        on_reject: Callable[[Reject], None],
        on_rows: Callable[[int], None],
    ) -> None:
        """``on_reject`` gets each rejected row in the order of lines, ``on_rows`` now and then the rows read so far."""
        self._connection = connection
        self._keyring = keyring
        self._on_reject = on_reject
        self._on_rows = on_rows
        self._read = 0
        self._rejected = 0
        self._rejects: list[Reject] = []  # of the rows that are being looked at

    def run(self, file: ContactsFile, source: Source) -> Counts:
        """Import a file and return what changed."""
        import_id = self._register(source)
        with _without_collector():
            self._read_rows(file, import_id)
        counts = self._count(import_id, source)
        self._add_members(import_id, source.list_id)
        self._connection.execute(
            sa.update(schema.contact_import)
            .where(schema.contact_import.c.id == import_id)
            .values(counts=json.dumps(asdict(counts)))
        )
        return counts

    def _read_rows(self, file: ContactsFile, import_id: int) -> None:
        rows = iter(file)
        while chunk := list(islice(rows, _CHUNK)):
            self._read += len(chunk)
            parameters = list(self._parameters(chunk, file.columns, import_id))
            if len(chunk) == _CHUNK:
                # In the order of the keys each page of the index is touched once for a chunk. A short file is stored
                # in its own order, in which a person will look for its contacts.
                parameters.sort()
            if parameters:
                self._upsert(parameters, chunk, file.columns)
            self._hand_out_rejects()
            self._on_rows(self._read)

    def _register(self, source: Source) -> int:
        table = schema.contact_import
        result = self._connection.execute(
            sa.insert(table)
            .values(list_id=source.list_id, source=source.path.name, at=stamp(source.at), counts="{}")
            .returning(table.c.id)
        )
        return int(result.scalar_one())

    def _parameters(self, chunk: list[Row | BadRow], columns: Columns, import_id: int) -> Iterator[_Parameters]:
        as_json = _json_writer(columns.fields)
        contact_key, normalise = self._keyring.contact_key, address.normalise
        for row in chunk:
            if isinstance(row, BadRow):
                self._rejects.append(Reject(line=row.line, reason=row.reason, cells=row.cells))
                continue
            line, written, values = row
            try:
                known = normalise(written)
            except address.AddressError as error:
                cells = columns.in_file_order(written, values)
                self._rejects.append(Reject(line=line, reason=error.reason, cells=cells))
                continue
            yield contact_key(known), line, known, as_json(values), import_id

    def _upsert(self, parameters: list[_Parameters], chunk: list[Row | BadRow], columns: Columns) -> None:
        changed = self._connection.exec_driver_sql(_UPSERT, parameters).rowcount
        if changed == len(parameters):
            return
        rows = {row.line: row for row in chunk if isinstance(row, Row)}
        lines = {line: key for key, line, *_ in parameters}
        table = schema.contact
        first: dict[bytes, int] = {}
        keys = list(lines.values())
        for start in range(0, len(keys), 500):
            found = sa.select(table.c.key, table.c.import_line).where(table.c.key.in_(keys[start : start + 500]))
            first |= {bytes(key): int(line) for key, line in self._connection.execute(found)}
        for line, key in sorted(lines.items()):
            if first[key] != line:
                cells = columns.in_file_order(rows[line].address, rows[line].values)
                reason = f"same address as line {first[key]}"
                self._rejects.append(Reject(line=line, reason=reason, cells=cells))

    def _hand_out_rejects(self) -> None:
        self._rejects.sort(key=lambda reject: reject.line)
        for reject in self._rejects:
            self._on_reject(reject)
        self._rejected += len(self._rejects)
        self._rejects.clear()

    def _count(self, import_id: int, source: Source) -> Counts:
        contact, member, suppression = schema.contact, schema.member, schema.suppression
        is_member = (
            sa.select(member.c.list_id)
            .where(member.c.list_id == source.list_id, member.c.contact_id == contact.c.id)
            .exists()
        )
        is_suppressed = (
            sa.select(suppression.c.id)
            .where(
                suppression.c.key == contact.c.key,
                suppression.c.list_id.in_([schema.ALL_LISTS, source.list_id]),
                sa.or_(suppression.c.until.is_(None), suppression.c.until > stamp(source.at)),
            )
            .exists()
        )
        kind = sa.case(
            (is_suppressed, "suppressed"),
            (~is_member, "new"),
            (contact.c.changed_by == import_id, "updated"),
            else_="unchanged",
        ).label("kind")
        kinds = sa.select(kind).where(contact.c.import_id == import_id).subquery()
        rows = self._connection.execute(sa.select(kinds.c.kind, sa.func.count()).group_by(kinds.c.kind))
        by_kind = {str(name): int(count) for name, count in rows}
        return Counts(
            read=self._read,
            new=by_kind.get("new", 0),
            updated=by_kind.get("updated", 0),
            unchanged=by_kind.get("unchanged", 0),
            rejected=self._rejected,
            suppressed=by_kind.get("suppressed", 0),
        )

    def _add_members(self, import_id: int, list_id: int) -> None:
        self._connection.exec_driver_sql(
            "INSERT INTO member (list_id, contact_id) SELECT ?1, id FROM contact WHERE import_id = ?2 ORDER BY id"
            " ON CONFLICT DO NOTHING",
            (list_id, import_id),
        )
