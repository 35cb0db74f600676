"""Writing the contacts of a list to a new file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.contacts import lists
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.contacts.rows import marked
from apes_mailer.errors import ContactsError
from apes_mailer.model.field import EMAIL


def export(connection: sa.Connection, list_id: int, path: Path) -> int:
    """Write the contacts of a stored list, see :func:`write`."""
    return write(lists.contacts(connection, list_id), lists.field_names(connection, list_id), path)


def write(contacts: Iterable[StoredContact], names: Sequence[str], path: Path) -> int:
    """Write contacts and these fields of them as CSV that Excel opens; return how many there were.

    What Excel would take for a formula is marked as text; an import of the file drops the mark again. When the contacts
    cannot be read to their end, no file is left.
    """
    count = 0
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow([EMAIL, *names])
            for contact in contacts:
                writer.writerow([marked(contact.address), *(marked(contact.fields.get(name, "")) for name in names)])
                count += 1
    except ContactsError:
        path.unlink()
        raise
    return count
