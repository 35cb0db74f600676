"""A store of its own for each test, and the files that go into it."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.contacts import importing, lists, suppressions
from apes_mailer.contacts.file_consent import FileConsent
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.importing import Counts
from apes_mailer.contacts.rejects import Reject
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.database import Database
from tests.support.databases import put_new_database

NOW = dt.datetime(2027, 1, 12, 9, 30, tzinfo=dt.UTC)
KEYRING = Keyring(b"a secret of thirty-two bytes....")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write a contacts file as a spreadsheet would."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        writer.writerows(rows)
    return path


class Store:
    """A database with lists, and the verbs of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        put_new_database(folder)
        self.database = Database("mailer.db", base=folder)

    def close(self) -> None:
        self.database.close()

    def list_id(self, name: str) -> int:
        """Return the number of a list, made known if need be."""
        with self.database.write() as connection:
            return lists.find_or_add(connection, name, KEYRING, NOW)

    def import_file(
        self,
        path: Path,
        name: str = "tous",
        *,
        on_rows: Callable[[int], None] = lambda _rows: None,
        at: dt.datetime = NOW,
        consent: FileConsent | None = None,
    ) -> tuple[Counts, list[Reject]]:
        """Import a file into a list; return the counts and the rejected rows in the order they came."""
        list_id = self.list_id(name)
        rejects: list[Reject] = []
        with open_contacts_file(path) as file, self.database.bulk(cache_mb=4) as bulk, bulk.write() as connection:
            run = importing.Import(connection, KEYRING, rejects.append, on_rows)
            run.read(file, consent)
            return run.carry_out(importing.Source(path=path, list_id=list_id, at=at)), rejects

    def import_rows(
        self,
        rows: Iterable[Sequence[str]],
        name: str = "tous",
        *,
        header: Sequence[str] = ("EMAIL", "PRENOM"),
        at: dt.datetime = NOW,
        consent: FileConsent | None = None,
    ) -> tuple[Counts, list[Reject]]:
        """Import rows, written to a file first."""
        return self.import_file(write_csv(self.folder / "liste.csv", header, rows), name, at=at, consent=consent)

    def contacts(self, name: str = "tous") -> dict[str, Mapping[str, str]]:
        """Return the fields of each contact of a list, by address."""
        list_id = self.list_id(name)
        with self.database.read() as connection:
            return {each.address: each.fields for each in lists.contacts(connection, list_id)}

    def suppress(self, address: str, name: str | None = None, *, until: dt.datetime | None = None) -> bool:
        """Suppress an address on one list, or on all."""
        list_id = self.list_id(name) if name else schema.ALL_LISTS
        with self.database.write() as connection:
            key = KEYRING.contact_key(address)
            lists.know(connection, key, address)
            return suppressions.add(connection, key, list_id=list_id, cause=Cause.MANUAL, at=NOW, until=until)

    def every(self) -> list[Suppression]:
        """Return all suppressions, oldest first."""
        with self.database.read() as connection:
            return list(suppressions.every(connection))

    def everything(self) -> str:
        """Return all that the database holds, to tell whether anything changed."""
        with self.database.read() as connection:
            return json.dumps(
                {
                    table.name: [list(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
                    for table in schema.metadata.sorted_tables
                },
                default=repr,
            )
