"""Counting a list, wherever it is kept: who may be mailed, who is long silent, and what is wrong with its rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from apes_mailer.campaign.audience import Audience
from apes_mailer.contacts import file_rows, lists, retention
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.file_rows import NO_ROWS, Rows
from apes_mailer.ledger import census
from apes_mailer.ledger.census import Census
from apes_mailer.model.consent import Policy
from apes_mailer.model.keys import Keyring
from apes_mailer.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A list in numbers, and what is wrong with the rows of its file.

    ``stale`` contacts are long silent; None for a list kept as a file, whose rows say nothing of their age.
    """

    census: Census
    stale: int | None = None
    rows: Rows = NO_ROWS


def take(database: Database, audience: Audience, policy: Policy, keyring: Keyring, at: dt.datetime) -> Counted:
    """Count a list as it is now. Raises ``ContactsError`` when it is a file that cannot be read."""
    with database.bulk(cache_mb=8) as bulk, bulk.read() as connection:
        list_id = lists.number(connection, audience.name)
        if audience.file is None:
            return Counted(
                census=census.take(connection, lists.members(list_id), list_id, policy, at),
                stale=retention.count(connection, list_id, at),
            )
        with open_contacts_file(audience.file, shown=audience.shown) as file:
            keys, rows = file_rows.take(connection, file, keyring)
        return Counted(census=census.take(connection, keys, list_id, policy, at), rows=rows)
