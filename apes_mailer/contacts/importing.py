"""Importing a file into a list of the store: first what it would change, then exactly that.

A row that is new is added, a row that says something else updates; nothing an import says can end a suppression, and
who is not in the file stays on the list. What was there before is kept, so that an import can be undone.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.contacts import file_consent, reported
from apes_mailer.contacts.file_consent import FileConsent
from apes_mailer.contacts.incoming import Incoming, Reject, Repair
from apes_mailer.contacts.table import ContactsTable
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.keys import Keyring
from apes_mailer.model.slip import Slip
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

# `after` is what the fields of the contact become, null when they stay as they are.
_PLANNED = """
CREATE TEMPORARY TABLE planned (
  key BLOB PRIMARY KEY, line INTEGER NOT NULL, address TEXT NOT NULL, contact_id INTEGER, is_member INTEGER NOT NULL,
  is_suppressed INTEGER NOT NULL, after TEXT, rows INTEGER NOT NULL) WITHOUT ROWID
"""

# Of the rows of one address the first counts: beside min(), SQLite gives the other columns of the row that has it
# (https://www.sqlite.org/lang_select.html#bareagg). In the order of the keys each page of an index is met once.
_PLAN = """
INSERT INTO temp.planned
SELECT row.key, row.line, row.address, contact.id, member.contact_id IS NOT NULL,
  EXISTS (SELECT 1 FROM suppression WHERE suppression.key = row.key AND suppression.list_id IN (:all_lists, :list_id)
          AND (suppression.until IS NULL OR suppression.until > :at))
  OR row.key IN (SELECT key FROM temp.opted_out WHERE NOT taken_back),
  CASE WHEN contact.id IS NULL THEN row.fields
       WHEN contact.fields <> row.fields THEN nullif(json_patch(contact.fields, row.fields), contact.fields) END,
  row.count
FROM (SELECT key, min(line) AS line, address, fields, count(*) AS count FROM temp.incoming GROUP BY key) AS row
LEFT JOIN contact ON contact.key = row.key
LEFT JOIN member ON member.list_id = :list_id AND member.contact_id = contact.id
"""

# CROSS, so that the few keys that are there twice are looked for in the file, and not a million rows in the plan.
_DUPLICATES = """
SELECT incoming.line, planned.line, coalesce(incoming.written, incoming.address), incoming.fields
FROM temp.incoming CROSS JOIN temp.planned ON planned.key = incoming.key
WHERE incoming.key IN (SELECT key FROM temp.planned WHERE rows > 1) AND planned.line <> incoming.line
"""

_COUNT = """
SELECT count(*), total(is_suppressed), total(NOT is_suppressed AND NOT is_member),
  total(NOT is_suppressed AND is_member AND after IS NOT NULL), total(is_member)
FROM temp.planned
"""

# Members of the list of whom the file says nothing but that they want no letters.
_OPTED_OUT = """
SELECT total(NOT taken_back AND is_row), total(taken_back AND is_row), (
  SELECT count(DISTINCT opted_out.key) FROM temp.opted_out JOIN contact ON contact.key = opted_out.key
  JOIN member ON member.list_id = :list_id AND member.contact_id = contact.id
  WHERE opted_out.key NOT IN (SELECT key FROM temp.planned))
FROM temp.opted_out
"""

_TAKE_BACK = f"""
UPDATE temp.opted_out SET taken_back = {reported.TAKEN_BACK}
"""  # noqa: S608 - of constants

_CHANGES = """
SELECT planned.address, contact.fields, planned.after FROM temp.planned JOIN contact ON contact.id = planned.contact_id
WHERE planned.after IS NOT NULL ORDER BY planned.line
"""

# Of whom is erased nothing is stored again, wherever the row comes from.
_CARRY_OUT = (
    """
    DELETE FROM temp.planned
    WHERE key IN (SELECT key FROM suppression WHERE list_id = :all_lists AND cause = :erased)
    """,
    """
    DELETE FROM temp.opted_out WHERE EXISTS (SELECT 1 FROM suppression
      WHERE suppression.key = opted_out.key AND suppression.list_id = :all_lists AND suppression.cause = :erased)
    """,
    """
    INSERT INTO change (import_id, contact_id, before, after)
    SELECT :import_id, contact.id, contact.fields, planned.after
    FROM temp.planned JOIN contact ON contact.id = planned.contact_id WHERE planned.after IS NOT NULL
    """,
    """
    UPDATE contact SET fields = planned.after FROM temp.planned
    WHERE planned.contact_id = contact.id AND planned.after IS NOT NULL
    """,
    """
    INSERT INTO contact (key, address, fields) SELECT key, address, after FROM temp.planned
    WHERE contact_id IS NULL ORDER BY CASE WHEN :in_file_order THEN line ELSE key END
    """,
    """
    INSERT INTO mention (import_id, contact_id, did)
    SELECT :import_id, contact.id, iif(is_member, 0, :added) + iif(contact_id IS NULL, :made, 0)
    FROM temp.planned JOIN contact ON contact.key = planned.key
    """,
    """
    INSERT INTO member (list_id, contact_id)
    SELECT :list_id, contact_id FROM mention WHERE import_id = :import_id AND did & :added
    """,
    """
    INSERT INTO contact (key, address) SELECT key, address FROM temp.opted_out WHERE true ON CONFLICT DO NOTHING
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an import does to the list, in rows: ``read`` is the sum of the others.

    ``suppressed`` rows are those of people who are suppressed and stay so, or who say no in the file; they are counted
    nowhere else. ``opted_out`` of them are the latter: they are not put on the list. A no that its person has taken
    back since leaves everything ``unchanged``. ``consents`` are lines of the consent log.
    """

    read: int
    new: int
    updated: int
    unchanged: int
    rejected: int
    suppressed: int
    opted_out: int = 0
    consents: int = 0

    def as_json(self) -> dict[str, int]:
        """Return the counts under their names; ``opted_out`` and ``consents`` only when there is somebody."""
        return {name: count for name, count in asdict(self).items() if count or name not in {"opted_out", "consents"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field of a contact that an import changes; what is empty is not there."""

    address: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What an import would change: ``absent`` members of the list are not in the file, and stay."""

    counts: Counts
    absent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an import comes from and which list it is for."""

    path: Path
    list_id: int
    at: dt.datetime


class Import:
    """One import: reading, a preview, and carrying it out, each in a transaction of its own or all in one."""

    def __init__(
        self,
        connection: sa.Connection,
        keyring: Keyring,
        on_reject: Callable[[Reject], None],
        on_rows: Callable[[int], None],
    ) -> None:
        """``on_reject`` gets each rejected row in the order of lines, ``on_rows`` now and then the rows read so far."""
        self._connection = connection
        self._incoming = Incoming(connection, keyring, on_rows)
        self._on_reject = on_reject
        self._rejected: int | None = None  # once they are handed out

    def run(self, file: ContactsTable, source: Source) -> Counts:
        """Import a file in one transaction, and return what changed."""
        self.read(file)
        return self.carry_out(source)

    def read(self, file: ContactsTable, consent: FileConsent | None = None) -> None:
        """Read a file; nothing in the store changes. ``consent`` is what a person says of everybody in it.

        Raises ``ContactsError`` as the file does.
        """
        self._incoming.take(file)
        if consent is not None:
            file_consent.spread(self._connection, consent)

    def preview(self, list_id: int, at: dt.datetime) -> Difference:
        """Return what :meth:`carry_out` would change at this moment."""
        counts, members = self._plan(list_id, at)
        on_the_list = sa.select(sa.func.count()).where(schema.member.c.list_id == list_id)
        return Difference(counts=counts, absent=int(self._connection.execute(on_the_list).scalar_one()) - members)

    def changes(self) -> Iterator[Change]:
        """Yield the fields that the last :meth:`preview` would change, in the order of the file."""
        for address, before, after in self._connection.exec_driver_sql(_CHANGES).yield_per(100):
            old, new = json.loads(before), json.loads(after)
            for field, value in new.items():
                if old.get(field, "") != value:
                    yield Change(address=address, field=field, old=old.get(field, ""), new=value)

    @property
    def incoming(self) -> Incoming:
        """The rows of the file, and what a person should know of them."""
        return self._incoming

    def remarks(self) -> tuple[list[Repair], list[Slip]]:
        """Return what a person should know of rows that are imported: mended addresses, domains that may be slips."""
        return self._incoming.remarks()

    def carry_out(self, source: Source) -> Counts:
        """Change the store in the transaction of the connection, and return what changed."""
        counts, _ = self._plan(source.list_id, source.at)
        values = {
            "import_id": self._register(source, counts),
            "list_id": source.list_id,
            "in_file_order": self._incoming.fits_on_a_screen,
            "added": schema.ADDED_TO_LIST,
            "made": schema.MADE_CONTACT,
            "all_lists": schema.ALL_LISTS,
            "at": stamp(source.at),
            "source": source.path.name,
            "purpose": Purpose.LETTER.value,
            "given": State.GIVEN.value,
            "erased": Cause.ERASED,
        }
        for statement in _CARRY_OUT:
            self._connection.execute(sa.text(statement), values)
        file_consent.record(self._connection, values)
        for found in self._incoming.opted_out():
            reported.add_all(self._connection, found, list_id=source.list_id, at=source.at, source=source.path.name)
        return counts

    def _plan(self, list_id: int, at: dt.datetime) -> tuple[Counts, int]:
        """Plan what becomes of each row; return the counts, and how many members of the list are in the file."""
        self._incoming.look_at_consents(at)
        self._connection.exec_driver_sql("DROP TABLE IF EXISTS temp.planned")
        self._connection.exec_driver_sql(_PLANNED)
        values = {"list_id": list_id, "all_lists": schema.ALL_LISTS, "at": stamp(at)}
        self._connection.execute(sa.text(_TAKE_BACK), values)
        self._connection.execute(sa.text(_PLAN), values)
        planned, suppressed, new, updated, members = map(int, self._connection.exec_driver_sql(_COUNT).one())
        found = self._connection.execute(sa.text(_OPTED_OUT), {"list_id": list_id}).one()
        opted_out, taken_back, leaving = map(int, found)
        if self._rejected is None:
            self._rejected = self._hand_out_rejects()
        counts = Counts(
            read=self._incoming.read,
            new=new,
            updated=updated,
            unchanged=planned - suppressed - new - updated + taken_back,
            rejected=self._rejected,
            suppressed=suppressed + opted_out,
            opted_out=opted_out,
            consents=file_consent.count(self._connection, {**values, "purpose": Purpose.LETTER.value}),
        )
        return counts, members + leaving

    def _hand_out_rejects(self) -> int:
        duplicates = self._connection.exec_driver_sql(_DUPLICATES)
        while some := duplicates.fetchmany(1000):
            self._incoming.reject(
                [
                    Reject(
                        line=line,
                        reason=f"same address as {self._incoming.place(first)}",
                        cells=self._incoming.cells(*row),
                    )
                    for line, first, *row in some
                ]
            )
        count = 0
        for reject in self._incoming.rejects():
            self._on_reject(reject)
            count += 1
        return count

    def _register(self, source: Source, counts: Counts) -> int:
        table = schema.contact_import
        result = self._connection.execute(
            sa.insert(table)
            .values(
                list_id=source.list_id,
                source=source.path.name,
                at=stamp(source.at),
                counts=json.dumps(counts.as_json()),
            )
            .returning(table.c.id)
        )
        return int(result.scalar_one())
