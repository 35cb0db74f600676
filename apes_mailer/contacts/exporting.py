"""Writing the contacts of a list to a new file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.contacts import lists, segments
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.contacts.rows import marked
from apes_mailer.model.field import EMAIL
from apes_mailer.model.segment import Condition
from apes_mailer.workspace.private_file import private_file


def export(connection: sa.Connection, list_id: int, path: Path, where: Condition | None = None) -> int:
    """Write the contacts of a stored list, or those that a segment means, see :func:`write`."""
    contacts = lists.contacts_of(connection, segments.of_list(connection, list_id, where))
    return write(contacts, lists.field_names(connection, list_id), path)


def write(contacts: Iterable[StoredContact], names: Sequence[str], path: Path) -> int:
    """Write contacts and these fields of them as CSV that Excel opens; return how many there were.

    What Excel would take for a formula is marked as text; an import of the file drops the mark again. Only its owner
    can read the file. Of an export that ends early, whatever ends it, nothing is left.
    """
    count = 0
    with private_file(path, encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([EMAIL, *names])
        for contact in contacts:
            writer.writerow([marked(contact.address), *(marked(contact.fields.get(name, "")) for name in names)])
            count += 1
    return count
