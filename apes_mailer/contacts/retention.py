"""Contacts of whom nothing was heard for so long that their address should not be kept any more.

Three years after the last contact that came from the person: what the CNIL sets for prospects, in its reference
framework of 2022 for the management of commercial activities.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import sqlalchemy as sa

from apes_mailer.contacts.lists import StoredContact
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

YEARS = 3


def limit(at: dt.datetime) -> dt.datetime:
    """Return the moment before which the last sign of a contact must be for it to be stale."""
    day = at.replace(day=28) if (at.month, at.day) == (2, 29) else at
    return day.replace(year=at.year - YEARS)


def count(connection: sa.Connection, list_id: int, at: dt.datetime) -> int:
    """Count the stale contacts of a list, see :func:`stale`."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(_stale(list_id, at))).scalar_one())


def stale(connection: sa.Connection, list_id: int, at: dt.datetime) -> Iterator[StoredContact]:
    """Yield the contacts of a list who have not given or refused a consent, and whom no import has named, since.

    An import that was undone names nobody, and proves no consent.
    """
    rows = _stale(list_id, at)
    query = sa.select(rows.c.address, rows.c.fields).order_by(rows.c.id)
    for address, fields in connection.execution_options(yield_per=1000).execute(query):
        yield StoredContact(address=address, fields=json.loads(fields))


def _stale(list_id: int, at: dt.datetime) -> sa.Subquery:
    since = stamp(limit(at))
    contact, member, mention, consent = schema.contact, schema.member, schema.mention, schema.consent
    recent = sa.select(schema.contact_import.c.id).where(
        schema.contact_import.c.at > since, schema.contact_import.c.undone_at.is_(None)
    )
    named = sa.exists().where(mention.c.import_id.in_(recent), mention.c.contact_id == contact.c.id)
    spoke = sa.exists().where(consent.c.key == contact.c.key, consent.c.at > since, sa.text(schema.PROVES))
    return (
        sa.select(contact.c.id, contact.c.address, contact.c.fields)
        .join(member, member.c.contact_id == contact.c.id)
        .where(member.c.list_id == list_id, ~named, ~spoke)
        .subquery()
    )
