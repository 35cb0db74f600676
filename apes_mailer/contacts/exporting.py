"""Writing a stored list to a file."""

from __future__ import annotations

import csv
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.contacts import lists
from apes_mailer.contacts.rows import marked


def export(connection: sa.Connection, list_id: int, path: Path) -> int:
    """Write the contacts of a list as CSV that Excel opens; return how many there were.

    What Excel would take for a formula is marked as text; an import of the file drops the mark again.
    """
    names = _field_names(connection, list_id)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["EMAIL", *names])
        for contact in lists.contacts(connection, list_id):
            writer.writerow([marked(contact.address), *(marked(contact.fields.get(name, "")) for name in names)])
            count += 1
    return count


def _field_names(connection: sa.Connection, list_id: int) -> list[str]:
    rows = lists.members(list_id)
    keys = sa.func.json_each(rows.c.fields).table_valued("key")
    found = connection.execute(sa.select(keys.c.key).select_from(rows.join(keys, sa.true())).distinct()).scalars()
    return sorted(map(str, found))
