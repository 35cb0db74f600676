"""Unsubscribing by the link in a letter, and taking it back."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from apes_mailer.contacts import lists, suppressions
from apes_mailer.ledger import freeze
from apes_mailer.model.keys import TokenContent
from apes_mailer.store import schema
from apes_mailer.store.database import Database

CAUSE = "unsubscribed"
"""The cause of a suppression that the contact asked for by the link in a letter."""


def unsubscribe(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """Suppress the contact of a link for the list of the link, or for all when the store does not know that list.

    Return whether :func:`undo` can take it back: not where somebody else had suppressed the contact before. Doing it
    twice is doing it once. Raises ``BusyError``, ``DiskFullError`` or another ``LedgerError``; nothing was kept then.
    """
    with database.write() as connection:
        scope = _scope(connection, link)
        suppressions.add(connection, link.contact_key, list_id=scope, cause=CAUSE, at=at)
        made_by_link = sa.select(schema.suppression.c.id).where(_by_link(link, scope))
        return connection.execute(made_by_link).first() is not None


def undo(database: Database, link: TokenContent, at: dt.datetime) -> bool:
    """End the suppression that the same link made, and no other.

    Return whether the contact gets letters of the list again: not while another suppression holds. Raises as
    :func:`unsubscribe` does.
    """
    with database.write() as connection:
        scope = _scope(connection, link)
        connection.execute(sa.delete(schema.suppression).where(_by_link(link, scope)))
        others = freeze.suppressed(sa.literal(link.contact_key), scope, at)
        return connection.execute(others).first() is None


def _scope(connection: sa.Connection, link: TokenContent) -> int:
    known = lists.find_by_tag(connection, link.list_tag)
    return schema.ALL_LISTS if known is None else known


def _by_link(link: TokenContent, scope: int) -> sa.ColumnElement[bool]:
    table = schema.suppression
    return sa.and_(table.c.key == link.contact_key, table.c.list_id == scope, table.c.cause == CAUSE)
