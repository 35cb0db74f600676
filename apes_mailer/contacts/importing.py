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

from apes_mailer.contacts import file_consent, plan, reported
from apes_mailer.contacts.file_consent import FileConsent
from apes_mailer.contacts.incoming import Incoming, Reject, Repair
from apes_mailer.contacts.table import ContactsTable
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.keys import Keyring
from apes_mailer.model.slip import Slip
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp


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
        for address, before, after in self._connection.exec_driver_sql(plan.CHANGES).yield_per(100):
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
        for statement in plan.CARRY_OUT:
            self._connection.execute(sa.text(statement), values)
        file_consent.record(self._connection, values)
        for found in self._incoming.opted_out():
            reported.add_all(self._connection, found, list_id=source.list_id, at=source.at, source=source.path.name)
        return counts

    def _plan(self, list_id: int, at: dt.datetime) -> tuple[Counts, int]:
        """Plan what becomes of each row; return the counts, and how many members of the list are in the file."""
        self._incoming.look_at_consents(at)
        self._connection.exec_driver_sql("DROP TABLE IF EXISTS temp.planned")
        self._connection.exec_driver_sql(plan.PLANNED)
        values = {"list_id": list_id, "all_lists": schema.ALL_LISTS, "at": stamp(at)}
        self._connection.execute(sa.text(plan.TAKE_BACK), values)
        self._connection.execute(sa.text(plan.PLAN), values)
        planned, suppressed, new, updated, members = map(int, self._connection.exec_driver_sql(plan.COUNT).one())
        found = self._connection.execute(sa.text(plan.OPTED_OUT), {"list_id": list_id}).one()
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
        duplicates = self._connection.exec_driver_sql(plan.DUPLICATES)
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
