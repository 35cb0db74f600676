"""What is wrong with the rows of a list kept as a file, and who is on it, as keys in a temporary table."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from apes_mailer.contacts import file_list
from apes_mailer.contacts.file_format import ContactsFile
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.contacts.rejects import Reject
from apes_mailer.contacts.slips import Domains
from apes_mailer.model.keys import Keyring
from apes_mailer.model.slip import Slip

_CHUNK = 2000
_MOST_NAMED = 10  # rows that are no contact

_listed = sa.Table(
    "listed",
    sa.MetaData(),
    sa.Column("key", sa.LargeBinary, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is wrong with the rows of a file: how many are no contact, the first ten of these, and likely slips."""

    unusable: int = 0
    first: tuple[Reject, ...] = ()
    slips: tuple[Slip, ...] = ()


NO_ROWS = Rows()
"""Those of a list that is no file."""


def look(file: ContactsFile) -> Rows:
    """Read a file for what is wrong with its rows. Raises ``ContactsError`` as the file does."""
    watch = _Watch()
    deque(watch.contacts(file), maxlen=0)
    return watch.rows()


def take(connection: sa.Connection, file: ContactsFile, keyring: Keyring) -> tuple[sa.FromClause, Rows]:
    """Read a file; return a table with the ``key`` of each contact. Raises ``ContactsError`` as the file does."""
    _listed.drop(connection, checkfirst=True)
    _listed.create(connection)
    watch = _Watch()
    contacts = watch.contacts(file)
    while chunk := [{"key": keyring.contact_key(each.address)} for each in islice(contacts, _CHUNK)]:
        connection.execute(sa.insert(_listed), chunk)
    return _listed, watch.rows()


class _Watch:
    def __init__(self) -> None:
        self._count = 0
        self._first: list[Reject] = []
        self._domains = Domains()

    def contacts(self, file: ContactsFile) -> Iterator[StoredContact]:
        return file_list.contacts(file, self._reject, self._domains)

    def _reject(self, reject: Reject) -> None:
        self._count += 1
        if len(self._first) < _MOST_NAMED:
            self._first.append(reject)

    def rows(self) -> Rows:
        return Rows(unusable=self._count, first=tuple(self._first), slips=tuple(self._domains.slips()))
