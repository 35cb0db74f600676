"""Writing a stored list to a file."""

from __future__ import annotations

import csv
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.contacts import lists

# A spreadsheet takes a cell that begins like this for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(connection: sa.Connection, list_id: int, path: Path) -> int:
    """Write the contacts of a list as CSV that Excel opens; return how many there were."""
    names = _field_names(connection, list_id)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["EMAIL", *names])
        for contact in lists.contacts(connection, list_id):
            writer.writerow([contact.address, *(_harmless(contact.fields.get(name, "")) for name in names)])
            count += 1
    return count


def _field_names(connection: sa.Connection, list_id: int) -> list[str]:
    rows = lists.members(list_id)
    keys = sa.func.json_each(rows.c.fields).table_valued("key")
    found = connection.execute(sa.select(keys.c.key).select_from(rows, keys).distinct()).scalars()
    return sorted(map(str, found))


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
