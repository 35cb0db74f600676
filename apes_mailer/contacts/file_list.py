"""The contacts of a list kept as a file, one after the other, as a send takes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

from apes_mailer.contacts import repair
from apes_mailer.contacts.file_format import ContactsFile
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.contacts.rejects import Reject, unusable
from apes_mailer.contacts.rows import BadRow, OptOut
from apes_mailer.contacts.slips import Domains
from apes_mailer.model import address


def contacts(
    file: ContactsFile, on_reject: Callable[[Reject], None], domains: Domains | None = None
) -> Iterator[StoredContact]:
    """Yield the contacts of a file in its order; ``on_reject`` gets the rows that are none, as they are met.

    ``domains`` counts the domains of those that are yielded.

    Addresses are in normal form, and of several rows with one address the first counts. Raises ``ContactsError`` as
    the file does.
    """
    # In a database without a name, which SQLite keeps in a file of its own once it is large: the addresses of a
    # million contacts would not fit into the memory that everything else here makes do with.
    with closing(sqlite3.connect("", isolation_level=None)) as seen:
        seen.execute("CREATE TABLE seen (address TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
        seen.execute("BEGIN")
        for row in file:
            if isinstance(row, BadRow):
                on_reject(Reject(line=row.line, reason=row.reason, cells=row.cells))
                continue
            if isinstance(row, OptOut):
                on_reject(Reject(line=row.line, reason=f"wants no letters ({row.evidence})"))
                continue
            try:
                known = repair.normalise(row.address)
            except address.AddressError as error:
                on_reject(unusable(row, error.reason, file.columns))
                continue
            first = _first_line(seen, known, row.line)
            if first != row.line:
                cells = file.columns.in_file_order(row.address, row.values, row.aside)
                on_reject(Reject(line=row.line, reason=f"same address as line {first}", cells=cells))
                continue
            if domains is not None:
                domains.add(known, row.line)
            fields = {name: value for name, value in zip(file.fields, row.values, strict=True) if value}
            yield StoredContact(address=known, fields=fields)


def _first_line(seen: sqlite3.Connection, known: str, line: int) -> int:
    """Return the line where an address was met first, which may be this one."""
    added = seen.execute("INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", (known, line)).rowcount
    return line if added else int(seen.execute("SELECT line FROM seen WHERE address = ?", (known,)).fetchone()[0])
