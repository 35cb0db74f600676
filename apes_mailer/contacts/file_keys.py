"""Who is on a list kept as a file, as keys in a temporary table, and what is wrong with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from apes_mailer.contacts import file_list
from apes_mailer.contacts.file_format import ContactsFile
from apes_mailer.contacts.incoming import Reject
from apes_mailer.contacts.slips import Domains, Slip
from apes_mailer.model.keys import Keyring

_CHUNK = 2000

_listed = sa.Table(
    "listed",
    sa.MetaData(),
    sa.Column("key", sa.LargeBinary, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is wrong with the rows of a file: how many are no contact, the first of these, and likely slips."""

    unusable: int = 0
    first: Reject | None = None
    slips: tuple[Slip, ...] = ()


NO_ROWS = Rows()
"""Those of a list that is no file."""


def take(connection: sa.Connection, file: ContactsFile, keyring: Keyring) -> tuple[sa.FromClause, Rows]:
    """Read a file; return a table with the ``key`` of each contact. Raises ``ContactsError`` as the file does."""
    _listed.drop(connection, checkfirst=True)
    _listed.create(connection)
    rejects, domains = _Rejects(), Domains()
    contacts = file_list.contacts(file, rejects.take, domains)
    while chunk := [{"key": keyring.contact_key(each.address)} for each in islice(contacts, _CHUNK)]:
        connection.execute(sa.insert(_listed), chunk)
    return _listed, Rows(unusable=rejects.count, first=rejects.first, slips=tuple(domains.slips()))


class _Rejects:
    def __init__(self) -> None:
        self.count = 0
        self.first: Reject | None = None

    def take(self, reject: Reject) -> None:
        self.count += 1
        self.first = self.first or reject
