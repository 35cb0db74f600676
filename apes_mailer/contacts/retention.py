"""Contacts of whom nothing was heard for so long that their address should not be kept any more.

Three years after the last contact that came from the person: what the CNIL sets for prospects, in its reference
framework of 2022 for the management of commercial activities. That a letter arrived is the act of a mail server, and
that it was opened is none in the eyes of the CNIL; a click would be one, but it is kept without the person.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import sqlalchemy as sa

from apes_mailer.contacts.lists import StoredContact
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

YEARS = 3
_OWN_CAUSES = (Cause.UNSUBSCRIBED, Cause.PAUSED, Cause.COMPLAINED, Cause.AT_PROVIDER)


def limit(at: dt.datetime) -> dt.datetime:
    """Return the moment before which the last sign of a contact must be for it to be stale."""
    day = at.replace(day=28) if (at.month, at.day) == (2, 29) else at
    return day.replace(year=at.year - YEARS)


def count(connection: sa.Connection, list_id: int, at: dt.datetime) -> int:
    """Count the stale contacts of a list, see :func:`stale`."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(_stale(list_id, at))).scalar_one())


def stale(connection: sa.Connection, list_id: int, at: dt.datetime) -> Iterator[StoredContact]:
    """Yield the contacts of a list who have done nothing themselves, and whom no import has named, since.

    To give, refuse or withdraw a consent, to say no or pause, to call a letter spam, to leave or come back with the
    provider: that is to do something. An import that was undone names nobody, and proves no consent.
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
    suppression, event = schema.suppression, schema.event
    said_no = sa.exists().where(
        suppression.c.key == contact.c.key, suppression.c.cause.in_(_OWN_CAUSES), suppression.c.at > since
    )
    reported = sa.exists().where(event.c.contact_id == contact.c.id, sa.text(schema.OWN_ACT), event.c.at > since)
    return (
        sa.select(contact.c.id, contact.c.address, contact.c.fields)
        .join(member, member.c.contact_id == contact.c.id)
        .where(member.c.list_id == list_id, ~named, ~spoke, ~said_no, ~reported)
        .subquery()
    )
