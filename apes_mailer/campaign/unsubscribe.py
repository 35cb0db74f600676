"""Unsubscribing by the link in a letter, and taking it back."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from apes_mailer.campaign.audience import STAFF
from apes_mailer.contacts import lists, suppressions
from apes_mailer.ledger import freeze
from apes_mailer.model.keys import TokenContent
from apes_mailer.store import schema
from apes_mailer.store.database import Database

CAUSE = "unsubscribed"
"""The cause of a suppression that the contact asked for by the link in a letter."""


def unsubscribe(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """Suppress the contact of a link for all lists: the letter, whatever list it goes to next, does not come again.

    Colleagues who try the link of a test leave the staff list only.

    Return whether :func:`undo` can take it back: not where somebody else had suppressed the contact before. Doing it
    twice is doing it once. Raises ``BusyError``, ``DiskFullError`` or another ``LedgerError``; nothing was kept then.
    """
    with database.write() as connection:
        scope = _scope(connection, link)
        suppressions.add(connection, link.contact_key, list_id=scope, cause=CAUSE, at=at)
        made_by_link = sa.select(schema.suppression.c.id).where(_by_link(link, scope))
        return connection.execute(made_by_link).first() is not None


def undo(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """End what the contact asked for by such a link, and no other suppression.

    Return whether the contact gets letters of the list again: not while another suppression holds. Raises as
    :func:`unsubscribe` does.
    """
    with database.write() as connection:
        scope = _scope(connection, link)
        connection.execute(sa.delete(schema.suppression).where(_by_link(link, scope)))
        list_id = lists.find_by_tag(connection, link.list_tag)
        others = freeze.suppressed(sa.literal(link.contact_key), scope if list_id is None else list_id, at)
        return connection.execute(others).first() is None


def _scope(connection: sa.Connection, link: TokenContent) -> int:
    # A list is a file that gets another name next year; who said no must not depend on it.
    staff = lists.find(connection, STAFF)
    return staff if staff is not None and staff == lists.find_by_tag(connection, link.list_tag) else schema.ALL_LISTS


def _by_link(link: TokenContent, scope: int) -> sa.ColumnElement[bool]:
    table = schema.suppression
    return sa.and_(table.c.key == link.contact_key, table.c.list_id == scope, table.c.cause == CAUSE)
