"""Contacts of whom nothing was heard for so long that their address should not be kept any more.

Three years after the last contact that came from the person: what the CNIL sets for prospects, in its reference
framework of 2022 for the management of commercial activities. That a letter arrived is the act of a mail server, and
that it was opened is none in the eyes of the CNIL; a click would be one, but it is kept without the person.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterable, Iterator

import sqlalchemy as sa

from apes_mailer.contacts.lists import StoredContact
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp

YEARS = 3
_OWN_CAUSES = (Cause.UNSUBSCRIBED, Cause.PAUSED, Cause.COMPLAINED, Cause.AT_PROVIDER)
_AT_ONCE = 500  # keys in one statement


def limit(at: dt.datetime) -> dt.datetime:
    """Return the moment before which the last sign of a contact must be for it to be stale."""
    day = at.replace(day=28) if (at.month, at.day) == (2, 29) else at
    return day.replace(year=at.year - YEARS)


def count(connection: sa.Connection, list_id: int, at: dt.datetime) -> int:
    """Count the stale contacts of a list, see :func:`stale`."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(_stale(list_id, at))).scalar_one())


def stale(connection: sa.Connection, list_id: int, at: dt.datetime) -> Iterator[StoredContact]:
    """Yield the contacts of a list who have done nothing themselves, and of whom no import brought news, since.

    To give, refuse or withdraw a consent, to say no or pause, to call a letter spam, to leave or come back with the
    provider: that is to do something. News is a contact who was not on the list, or fields that have changed: the same
    file once more says nothing of anybody. An import that was undone brought nothing, and proves no consent.
    """
    rows = _stale(list_id, at)
    query = sa.select(rows.c.address, rows.c.fields).order_by(rows.c.id)
    for address, fields in connection.execution_options(yield_per=1000).execute(query):
        yield StoredContact(address=address, fields=json.loads(fields))


def stale_in_file(
    connection: sa.Connection, contacts: Iterable[StoredContact], key_of: Callable[[str], bytes], at: dt.datetime
) -> Iterator[StoredContact]:
    """Yield the contacts of a list kept as a file who have been silent since.

    Nothing tells when a row came into a file; that the contact was there is known from the first campaign that met it.
    """
    rest = iter(contacts)
    while some := list(itertools.islice(rest, _AT_ONCE)):
        keys = {key_of(each.address): each for each in some}
        contact, campaign = schema.contact, schema.campaign
        known = sa.select(contact.c.key).where(contact.c.key.in_(list(keys)), _was_met(campaign, stamp(limit(at))))
        silent = set(connection.execute(known.where(~_acted(stamp(limit(at))))).scalars())
        yield from (each for key, each in keys.items() if key in silent)


def _was_met(campaign: sa.Table, before: str) -> sa.ColumnElement[bool]:
    """Whether the contact of the enclosing query was a candidate of a campaign before a moment."""
    contact = schema.contact
    return sa.or_(
        *(
            sa.exists().where(
                table.c.contact_id == contact.c.id,
                table.c.campaign_id == campaign.c.id,
                campaign.c.prepared_at <= before,
            )
            for table in (schema.recipient, schema.exclusion)
        )
    )


def _acted(since: str) -> sa.ColumnElement[bool]:
    """Whether the contact of the enclosing query has done something since a moment."""
    contact, consent, suppression, event = schema.contact, schema.consent, schema.suppression, schema.event
    spoke = sa.exists().where(consent.c.key == contact.c.key, consent.c.at > since, sa.text(schema.PROVES))
    said_no = sa.exists().where(
        suppression.c.key == contact.c.key, suppression.c.cause.in_(_OWN_CAUSES), suppression.c.at > since
    )
    reported = sa.exists().where(event.c.contact_id == contact.c.id, sa.text(schema.OWN_ACT), event.c.at > since)
    return sa.or_(spoke, said_no, reported)


def _stale(list_id: int, at: dt.datetime) -> sa.Subquery:
    since = stamp(limit(at))
    contact, member = schema.contact, schema.member
    mention, change = schema.mention, schema.change
    recent = sa.select(schema.contact_import.c.id).where(
        schema.contact_import.c.at > since, schema.contact_import.c.undone_at.is_(None)
    )
    added = sa.exists().where(mention.c.import_id.in_(recent), mention.c.contact_id == contact.c.id, mention.c.did != 0)
    changed = sa.exists().where(change.c.import_id.in_(recent), change.c.contact_id == contact.c.id)
    return (
        sa.select(contact.c.id, contact.c.address, contact.c.fields)
        .join(member, member.c.contact_id == contact.c.id)
        .where(member.c.list_id == list_id, ~added, ~changed, ~_acted(since))
        .subquery()
    )
